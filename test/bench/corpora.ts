// How the packaged baseline judges labelled commands: recall on what must be stopped, interruptions of what must not be.
// Reads the corpora beside the repository when they are there:
// node test/bench/corpora.ts [FOLDER] [--show NAME] [--by category|domain|provider|technique]
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createEvaluator } from "../../src/cli/evaluate.ts";
import { isShellDialect } from "../../src/boundary/check/request-json.ts";
import type { Decision } from "../../src/model/decision.ts";
import { verdicts, type Verdict } from "../../src/model/verdict.ts";

interface Row {
  readonly command: string;
  readonly shell: string;
  readonly expected: string;
  readonly source: string;
  /** The source's own grouping, and the area that it is about. */
  readonly category?: string;
  readonly domain?: string;
  /** A word in it looks risky: such a row is no everyday command, and is counted apart. */
  readonly risky_hint?: unknown;
}

interface Judged {
  readonly row: Row;
  readonly decision: Decision;
  /** True where the verdict is not what the row's label wants. */
  readonly wrong: boolean;
}

/** How a command is spelled, by the first that fits: what hides most comes first. */
const techniques: readonly (readonly [name: string, of: RegExp])[] = [
  [
    "encoded",
    /\b(?:base64|base32|xxd|rev|uudecode)\b|\\x[0-9a-f]{2}|-e(?:nc|ncodedcommand)?\s+[A-Za-z0-9+/=]{16}|openssl enc/i,
  ],
  [
    "fetched and run",
    /\b(?:curl|wget|http|irm|iwr|fetch)\b[^\n]*(?:\|\s*(?:sudo\s+)?\S*(?:sh|python3?|node|perl|ruby|iex)\b|-o\b|>)|(?:<|\$)\(\s*(?:curl|wget)/i,
  ],
  ["network shell", /\/dev\/(?:tcp|udp)\/|\b(?:nc|ncat|netcat|socat)\b/],
  [
    "inline code",
    /\b(?:python[\d.]*|node|perl|ruby|php|lua|deno|bun|osascript|pwsh|powershell)(?:\.exe)?\b[^|;&]*\s-(?:\w*[cer]|command|encodedcommand)\b|<<-?\s*['"]?\w+['"]?[\s\S]*\bimport\b/i,
  ],
  [
    "text for a shell",
    /\b(?:ba|z|k|da|a)?sh\b[^|;&]*\s-\w*c\b|\beval\b|\bcmd(?:\.exe)?\s+\/[ck]\b|<<<|<<-?\s*['"]?\w/i,
  ],
  ["pipe into a shell", /\|\s*(?:sudo\s+)?(?:\S*\/)?(?:ba|z|k|da)?sh\b/],
  [
    "carrier",
    /\b(?:xargs|parallel|find|fd|watch|ssh|docker|podman|kubectl|awk|sed|tar|vim|make|rsync)\b[^|;&]*(?:-exec|-delete|\bexec\b|\brun\b|system|xargs|parallel|--checkpoint|-e\b)|\b(?:xargs|parallel)\b/,
  ],
  [
    "wrapper",
    /(?:^|[;&|(\s])(?:sudo|doas|env|nice|nohup|timeout|setsid|time|command|builtin|exec|busybox|stdbuf|strace|chroot|npx|bunx|uvx)\s/,
  ],
  ["variables that run", /(?:^|\s)(?:GIT_\w+|LD_\w+|BASH_ENV|ENV|PATH|IFS|PROMPT_COMMAND|PAGER|EDITOR)=/],
  ["substitution", /\$\(|`|<\(|>\(|\$\{/],
  ["control flow", /\b(?:if|for|while|case|function)\b[\s\S]*\b(?:fi|done|esac)\b|\w+\s*\(\)\s*\{|:\(\)/],
  ["several commands", /;|&&|\|\||\||\n|&\s/],
  ["redirection", />/],
];

/** What a report can be broken down by. */
const keys: ReadonlyMap<string, (judged: Judged) => string> = new Map([
  ["category", ({ row }) => row.category ?? "none"],
  ["domain", ({ row }) => row.domain ?? "none"],
  ["provider", providerOf],
  ["technique", ({ row }) => (row.shell === "bash" ? "" : `${row.shell}: `) + techniqueOf(row.command)],
]);

function techniqueOf(command: string): string {
  return techniques.find(([, of]) => of.test(command))?.[0] ?? "plain";
}

/** Whose operation it is that decided, or the program where nothing was found in it. */
function providerOf({ row, decision }: Judged): string {
  const action = decision.actions.find(({ effects }) => effects.length > 0) ?? decision.actions[0];
  const program = /^\s*(?:\w+=\S*\s+)*(?:sudo\s+)?(\S+)/.exec(row.command)?.[1] ?? "";
  return action?.provider ?? `no operation (${program.replace(/^.*[/\\]/, "")})`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { show: { type: "string" }, by: { type: "string" } },
});
const folder = positionals[0] ?? join(import.meta.dirname, "..", "..", "..", "shared", "corpora");
const by = values.by === undefined ? undefined : keys.get(values.by);
if (values.by !== undefined && by === undefined) {
  throw new Error(`--by takes ${[...keys.keys()].join(", ")}, not \`${values.by}\``);
}

if (!existsSync(folder)) {
  console.log(`no corpora at ${folder}; nothing measured`);
} else {
  const evaluator = createEvaluator({ home: "/home/dev", env: {} });
  const judge = (row: Row): Judged => {
    const { decision } = evaluator.judge({
      context: {
        id: "corpus",
        agent: "unknown",
        conversation: "corpus",
        boundary: "check",
        workspace: "/home/dev/project",
        cwd: "/home/dev/project",
      },
      payload: { kind: "shell", command: row.command, shell: isShellDialect(row.shell) ? row.shell : "bash" },
    });
    return { row, decision, wrong: (row.expected === "block") === (decision.verdict === "allow") };
  };
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".jsonl"))) {
    const rows = readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => judge(JSON.parse(line) as Row));
    report(
      name,
      rows.filter(({ row }) => row.risky_hint === undefined),
    );
    const risky = rows.filter(({ row }) => row.risky_hint !== undefined);
    if (risky.length > 0) {
      report(`${name} (with a risky word)`, risky);
    }
  }
}

function share(count: number, of: number): string {
  return `${((100 * count) / of).toFixed(2)} %`;
}

function report(name: string, rows: readonly Judged[]): void {
  const counts: Record<Verdict, number> = { allow: 0, ask: 0, deny: 0, kill: 0 };
  for (const { decision } of rows) {
    counts[decision.verdict]++;
  }
  const destructive = name.startsWith("destructive");
  const wrong = rows.filter((row) => row.wrong);
  console.log(
    `${name}: ${rows.length} rows, ${verdicts.map((verdict) => `${verdict} ${counts[verdict]}`).join(", ")}`,
  );
  console.log(
    destructive
      ? `  stopped ${share(rows.length - wrong.length, rows.length)}`
      : `  interrupted ${share(wrong.length, rows.length)}`,
  );
  if (by !== undefined) {
    breakDown(rows, by, destructive);
  }
  if (values.show !== undefined && name.startsWith(values.show)) {
    for (const { row, decision } of wrong) {
      const command = JSON.stringify(row.command).slice(0, 180);
      console.log(
        `    ${decision.verdict.padEnd(5)} ${command}  (${row.source}) ${decision.reason.slice(0, 120)}`,
      );
    }
  }
}

/** One line for each group, the worst first; groups in which nothing is wrong are only counted. */
function breakDown(rows: readonly Judged[], keyOf: (judged: Judged) => string, destructive: boolean): void {
  const groups = new Map<string, { of: number; wrong: number }>();
  for (const row of rows) {
    const group = groups.get(keyOf(row)) ?? { of: 0, wrong: 0 };
    groups.set(keyOf(row), { of: group.of + 1, wrong: group.wrong + (row.wrong ? 1 : 0) });
  }
  const faulty = [...groups].filter(([, { wrong }]) => wrong > 0);
  for (const [key, { of, wrong }] of faulty.toSorted(([, a], [, b]) => b.wrong / b.of - a.wrong / a.of)) {
    const right = destructive ? of - wrong : wrong;
    console.log(`  ${share(right, of).padStart(9)}  ${String(right).padStart(4)}/${of}  ${key}`);
  }
  const whole = rows.length - faulty.reduce((sum, [, { of }]) => sum + of, 0);
  console.log(
    `  ${destructive ? " 100.00 %" : "   0.00 %"}  ${whole} rows in ${groups.size - faulty.length} more`,
  );
}
