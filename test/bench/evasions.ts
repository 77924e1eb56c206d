// node test/bench/evasions.ts [--loud]: the share of each way of spelling that is stopped, where it is not all of them;
// with --loud, also the spellings in which a harmless command is interrupted.
import { basesIn, everyday, judged, type Base } from "../classify/evasion/bases.ts";
import { judge } from "../classify/evasion/judge.ts";
import type { Technique } from "../classify/evasion/technique.ts";
import { techniques } from "../classify/evasion/techniques.ts";

const loud = process.argv.includes("--loud");
let all = 0;
let stopped = 0;

function count(
  technique: Technique,
  bases: readonly Base[],
): { readonly of: number; readonly asked: number } {
  const verdicts = bases
    .filter(({ name }) => technique.except?.includes(name) !== true)
    .map((base) => technique.spell(base, judged))
    .filter((line) => line !== undefined)
    .map((line) => judge(line).verdict);
  return { of: verdicts.length, asked: verdicts.filter((verdict) => verdict !== "allow").length };
}

for (const technique of techniques) {
  const { of, asked } = count(technique, basesIn(judged));
  all += of;
  stopped += asked;
  if (asked < of) {
    console.log(`${((100 * asked) / of).toFixed(0).padStart(4)} %  ${asked}/${of}  ${technique.name}`);
  }
  const harmless = count(technique, everyday);
  if (loud && harmless.asked > 0) {
    console.log(`  interrupted ${harmless.asked}/${harmless.of}  ${technique.name}`);
  }
}
console.log(
  `${techniques.length} techniques, ${all} lines, ${stopped} stopped: ${((100 * stopped) / all).toFixed(2)} %`,
);
