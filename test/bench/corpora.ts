// How the packaged baseline judges labelled commands: recall on what must be stopped, interruptions of what must not be.
// Reads the corpora beside the repository when they are there: node test/bench/corpora.ts [FOLDER] [--show NAME]
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createEvaluator } from "../../src/cli/evaluate.ts";
import { isShellDialect } from "../../src/boundary/check/request-json.ts";
import { verdicts, type Verdict } from "../../src/model/verdict.ts";

interface Row {
  readonly command: string;
  readonly shell: string;
  readonly expected: string;
  readonly source: string;
  /** A word in it looks risky: such a row is no everyday command, and is counted apart. */
  readonly risky_hint?: unknown;
}

const [folder = join(import.meta.dirname, "..", "..", "..", "shared", "corpora")] = process.argv
  .slice(2)
  .filter(
    (argument) => !argument.startsWith("--") && process.argv[process.argv.indexOf(argument) - 1] !== "--show",
  );
const show = process.argv.includes("--show") ? process.argv[process.argv.indexOf("--show") + 1] : undefined;

if (!existsSync(folder)) {
  console.log(`no corpora at ${folder}; nothing measured`);
} else {
  const evaluator = createEvaluator({ home: "/home/dev", env: {} });
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".jsonl"))) {
    const rows = readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Row);
    report(
      name,
      rows.filter((row) => row.risky_hint === undefined),
    );
    const risky = rows.filter((row) => row.risky_hint !== undefined);
    if (risky.length > 0) {
      report(`${name} (with a risky word)`, risky);
    }
  }

  function report(name: string, rows: readonly Row[]): void {
    const counts: Record<Verdict, number> = { allow: 0, ask: 0, deny: 0, kill: 0 };
    const wrong: string[] = [];
    for (const { command, shell, expected, source } of rows) {
      const { decision } = evaluator.judge({
        context: {
          id: "corpus",
          agent: "unknown",
          conversation: "corpus",
          boundary: "check",
          workspace: "/home/dev/project",
          cwd: "/home/dev/project",
        },
        payload: { kind: "shell", command, shell: isShellDialect(shell) ? shell : "bash" },
      });
      counts[decision.verdict]++;
      if ((expected === "block") === (decision.verdict === "allow")) {
        wrong.push(
          `${decision.verdict.padEnd(5)} ${JSON.stringify(command).slice(0, 180)}  (${source}) ${decision.reason.slice(0, 120)}`,
        );
      }
    }
    const share = (count: number): string => `${((100 * count) / rows.length).toFixed(2)} %`;
    console.log(
      `${name}: ${rows.length} rows, ${verdicts.map((verdict) => `${verdict} ${counts[verdict]}`).join(", ")}`,
    );
    console.log(
      name.startsWith("destructive")
        ? `  stopped ${share(rows.length - wrong.length)}`
        : `  interrupted ${share(wrong.length)}`,
    );
    if (show !== undefined && name.startsWith(show)) {
      console.log(wrong.map((line) => `    ${line}`).join("\n"));
    }
  }
}
