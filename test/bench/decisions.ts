// What deciding costs in process, without a hook and without a record.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { createEvaluator, type Evaluator } from "../../src/cli/evaluate.ts";
import { row, timeUs, type Row } from "./measure.ts";

const bar = "p50 ≤ 50 us, p99 ≤ 1 ms";
const root = join(import.meta.dirname, "..", "..");

export function decisionRows(): readonly Row[] {
  const evaluator = createEvaluator({ home: "/home/dev", env: {} });
  const time = (command: string): number => timeUs(() => judge(evaluator, command));
  const commands = fixtureCommands();
  const corpora = corpusCommands();
  for (let round = 0; round < 5; round++) {
    commands.forEach(time);
  }
  corpora.forEach(time);
  const everyday = [
    "ls -la",
    "git status",
    "npm test",
    "rg TODO src",
    "cat README.md | head -20",
    "git diff --stat",
  ];
  const curl = String.raw`curl -X POST https://backboard.railway.app/graphql/v2 -H "Authorization: Bearer $TOKEN" -d '{"query":"mutation { volumeDelete(volumeId: \"vol_1\") }"}'`;
  const large = `echo ${"a".repeat(100_000)}`;
  return [
    row("classify + decide, everyday commands", rounds(200, everyday, time), "us", bar),
    row(`classify + decide, ${commands.length} fixtures`, rounds(20, commands, time), "us", bar),
    ...(corpora.length === 0
      ? []
      : [row(`classify + decide, ${corpora.length} corpus lines`, corpora.map(time), "us", bar)]),
    row("a 100 kB command", rounds(50, [large], time), "us", "≤ 5 ms"),
    row("the incident's curl", rounds(500, [curl], time), "us", "p99 ≤ 1 ms"),
  ];
}

function judge(evaluator: Evaluator, command: string): void {
  evaluator.judge({
    context: {
      id: "bench",
      agent: "unknown",
      conversation: "bench",
      boundary: "check",
      workspace: "/home/dev/project",
      cwd: "/home/dev/project",
    },
    payload: { kind: "shell", command, shell: "bash" },
  });
}

function rounds(
  count: number,
  commands: readonly string[],
  time: (command: string) => number,
): readonly number[] {
  return Array.from({ length: count }, () => commands.map(time)).flat();
}

/** Commands of our own fixtures: real spellings, harmless and destructive ones alike. */
function fixtureCommands(): readonly string[] {
  const folder = join(root, "test", "fixtures", "commands");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .flatMap((name) => commandsIn(parse(readFileSync(join(folder, name), "utf8"))));
}

function commandsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap(commandsIn);
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, member]) =>
    key === "command" && typeof member === "string" ? [member] : commandsIn(member),
  );
}

/** Labelled commands beside the repository, where they are there. */
function corpusCommands(): readonly string[] {
  const folder = join(root, "..", "shared", "corpora");
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".jsonl"))
        .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { readonly command: string }).command)
    : [];
}
