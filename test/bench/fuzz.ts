// node test/bench/fuzz.ts [COUNT] [SEED]: mutated commands must neither throw nor take long, and what bash cannot read
// must not pass. By hand: 200,000 inputs take some minutes.
import { judge } from "../classify/evasion/judge.ts";
import { Dice, mutate, seedCommands } from "../property/mutation.ts";
import { parsedByBash } from "../property/real-bash.ts";

const count = Number(process.argv[2] ?? 200_000);
const dice = new Dice(Number(process.argv[3] ?? 1));
const seeds = seedCommands();
const batch = 2000;
const limitMs = 50;

let thrown = 0;
let slow = 0;
let worst = 0;
let accepted = 0;
const wrong: string[] = [];
const times: number[] = [];
const slowest: (readonly [ms: number, text: string])[] = [];

/** Processor time: a busy machine is no slow classifier. */
function millisecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** What took long is measured once more: the collector of garbage may have been at work. */
function again(text: string): number {
  const start = process.cpuUsage();
  try {
    judge(text);
  } catch {
    // Counted where it was judged first.
  }
  return millisecondsSince(start);
}

for (let done = 0; done < count; done += batch) {
  const passed: string[] = [];
  for (let index = 0; index < Math.min(batch, count - done); index += 1) {
    const text = mutate(dice, seeds);
    const start = process.cpuUsage();
    try {
      if (judge(text).verdict === "allow" && !text.includes("\0")) {
        passed.push(text);
      }
    } catch (error) {
      thrown += 1;
      console.log(`threw ${error instanceof Error ? error.stack : String(error)} on ${JSON.stringify(text)}`);
    }
    const first = millisecondsSince(start);
    const ms = first > 1 ? Math.min(first, again(text)) : first;
    times.push(ms);
    if (ms > worst) {
      worst = ms;
      slowest.push([ms, text]);
    }
    if (ms > limitMs) {
      slow += 1;
      console.log(
        `${ms.toFixed(0)} ms for ${JSON.stringify(text.slice(0, 300))} (${text.length} characters)`,
      );
    }
  }
  const read = await parsedByBash(passed);
  accepted += passed.length;
  wrong.push(...passed.filter((_text, index) => read[index] === false));
}

times.sort((a, b) => a - b);
const at = (share: number): string =>
  `${((times[Math.floor(share * times.length)] ?? 0) * 1000).toFixed(0)} us`;
console.log(`${count} inputs: ${thrown} thrown, ${slow} over ${limitMs} ms, worst ${worst.toFixed(1)} ms`);
console.log(`p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}`);
for (const [ms, text] of slowest.slice(-5)) {
  console.log(`  ${ms.toFixed(1)} ms: ${text.length} characters, ${JSON.stringify(text.slice(0, 160))}`);
}
console.log(`${accepted} allowed, of which bash cannot read ${wrong.length}`);
for (const text of wrong.slice(0, 40)) {
  console.log(`  ${JSON.stringify(text)}`);
}
