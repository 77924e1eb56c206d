import { isJsonObject, objectField, parseJson } from "../../base/json.ts";
import { optionSpec, readArguments } from "../options.ts";
import { joinPath } from "../paths.ts";
import type { ProgramRule, Scope } from "../scope.ts";

/** Runs the targets of task files other than `make` and `package.json`: the commands that they hold are judged. */
export const projectTasks: ProgramRule = {
  programs: ["task", "go-task", "composer", "rake", "direnv"],
  examples: {
    matches: [
      {
        command: "printf 'tasks:\\n  clean: rm -rf /\\n' > Taskfile.yml; task clean",
        actions: ["fs:delete"],
      },
      {
        command: `echo '{"scripts":{"clean":["rm -rf /"]}}' > composer.json; composer run clean`,
        actions: ["fs:delete"],
      },
      {
        command: "printf 'task :clean do\\n sh \"rm -rf /\"\\nend\\n' > Rakefile; rake clean",
        actions: ["fs:delete"],
      },
    ],
    misses: [
      { command: "task build", actions: ["shell:opaque"] },
      { command: "composer install", actions: ["shell:opaque"] },
      { command: "rake test", actions: ["shell:opaque"] },
    ],
  },
  judge(invocation, scope) {
    const reader = readers.get(invocation.program);
    if (reader === undefined || scope.elsewhere !== undefined) {
      return;
    }
    const args = readArguments(
      invocation.words,
      optionSpec("-d --dir -t --taskfile -C --working-dir -f --rakefile"),
    );
    const folder = args.values.get("-d") ?? args.values.get("--dir") ?? args.values.get("--working-dir");
    const base = folder === undefined ? scope.cwd : scope.resolvePath(folder);
    const named = args.values.get("-t") ?? args.values.get("--taskfile") ?? args.values.get("-f");
    const text =
      base === undefined
        ? undefined
        : firstText(scope, base, named === undefined ? reader.files : [named.text]);
    if (text === undefined) {
      return;
    }
    if (invocation.program === "direnv" && !reader.verbs.has(args.operands[0]?.text ?? "")) {
      return;
    }
    const names = args.operands.map((word) => word.text).filter((name) => !reader.verbs.has(name));
    for (const name of (names.length === 0 ? ["default"] : names).slice(0, 8)) {
      const seen = new Set<string>();
      for (const command of reader.commands(text, name, seen)) {
        scope.shell(command, invocation.program, scope.evidence(invocation));
      }
    }
  },
};

interface TaskReader {
  readonly files: readonly string[];
  /** Words in front of the name of a task. */
  readonly verbs: ReadonlySet<string>;
  commands(text: string, name: string, seen: Set<string>): readonly string[];
}

const readers: ReadonlyMap<string, TaskReader> = new Map<string, TaskReader>(
  (
    [
      ["task", ["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "Taskfile.dist.yml"], [], taskCommands],
      ["go-task", ["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "Taskfile.dist.yml"], [], taskCommands],
      ["direnv", [".envrc"], ["allow", "permit", "grant"], (text: string): readonly string[] => [text]],
      ["composer", ["composer.json"], ["run", "run-script"], composerCommands],
      ["rake", ["Rakefile", "rakefile", "Rakefile.rb"], [], rakeCommands],
    ] as const
  ).map(([program, files, verbs, commands]) => [program, { files, verbs: new Set<string>(verbs), commands }]),
);

function firstText(scope: Scope, base: string, names: readonly string[]): string | undefined {
  for (const name of names) {
    const path = joinPath(base, name);
    const written = scope.writtenFile(path);
    const file = written ?? (scope.lookups.kind(path) === "missing" ? undefined : scope.readInput(path));
    if (file?.kind === "text") {
      return file.text.slice(0, maximumText);
    }
  }
  return undefined;
}

const maximumText = 64 * 1024;
const maximumCommands = 60;

/** `tasks: NAME: cmds: [...]` and `deps:`, read line by line: only what is plain text matters. */
function taskCommands(text: string, name: string, seen: Set<string>): readonly string[] {
  if (seen.has(name) || seen.size > 20) {
    return [];
  }
  seen.add(name);
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => keyOf(line) === name);
  if (start < 0) {
    return [];
  }
  const indent = indentOf(lines[start] ?? "");
  const length = lines.slice(start + 1).findIndex((line) => line.trim() !== "" && indentOf(line) <= indent);
  const body = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
  const short = /^\s+["']?[\w:.-]+?["']?:\s+(\S.*)$/.exec(lines[start] ?? "")?.[1];
  const found = short === undefined ? [] : [plain(short)];
  for (const line of body) {
    const [, key, value = ""] = /^\s*(?:-\s+)?(?:([A-Za-z_-]+):(?=\s|$))?\s*(.*)$/.exec(line) ?? [];
    if (key === "task" || key === "deps") {
      found.push(...(value.match(/[\w:.-]+/g) ?? []).flatMap((need) => taskCommands(text, need, seen)));
    } else if ((key === undefined || /^(?:cmds?|sh|defer)$/.test(key)) && !/^[|>]?[+-]?$/.test(value)) {
      found.push(plain(value));
    }
  }
  return found.slice(0, maximumCommands);
}

function keyOf(line: string): string | undefined {
  return /^\s+["']?([\w:.-]+?)["']?:(?:\s|$)/.exec(line)?.[1];
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** A YAML scalar on one line, and template braces as something unknown. */
function plain(value: string): string {
  const text = value.trim();
  const double = /^"((?:[^"\\]|\\.)*)"$/.exec(text)?.[1];
  const single = /^'((?:[^']|'')*)'$/.exec(text)?.[1];
  const scalar = double?.replaceAll(/\\(["\\/])/g, "$1") ?? single?.replaceAll("''", "'") ?? text;
  return scalar.replaceAll(/\{\{[^}]*\}\}/g, "VALUE");
}

/** `scripts: {NAME: "…" | ["…", "@OTHER"]}`. */
function composerCommands(text: string, name: string, seen: Set<string>): readonly string[] {
  const parsed = parseJson(text);
  const scripts = parsed.ok && isJsonObject(parsed.value) ? objectField(parsed.value, "scripts") : undefined;
  const value = seen.has(name) ? undefined : scripts?.[name];
  seen.add(name);
  const lines = typeof value === "string" ? [value] : Array.isArray(value) ? value : [];
  return lines
    .filter((line) => typeof line === "string")
    .flatMap((line) =>
      /^@(?!php\b|composer\b|putenv\b)/.test(line)
        ? composerCommands(text, line.slice(1).split(" ")[0] ?? "", seen)
        : [line.replace(/^@/, "")],
    )
    .slice(0, maximumCommands);
}

/** `sh "…"`, `system "…"` and backticks in the block of a task, and in those that it needs. */
function rakeCommands(text: string, name: string, seen: Set<string>): readonly string[] {
  if (seen.has(name) || seen.size > 20) {
    return [];
  }
  seen.add(name);
  const escaped =
    (name.split("[")[0] ?? "")
      .split(":")
      .at(-1)
      ?.replaceAll(/[^\w-]/g, "") ?? "";
  const start = new RegExp(`^[ \\t]*task\\s*\\(?\\s*[:'"]?${escaped}\\b`, "m").exec(text);
  if (start === null || escaped === "") {
    return [];
  }
  const body = text.slice(start.index, start.index + 8192);
  const end = body.slice(1).search(/^\s*(?:task|namespace|desc|file)\b/m);
  const block = end < 0 ? body : body.slice(0, end + 1);
  const needs = /=>\s*\[?([^\]\n]*)/.exec(block)?.[1]?.match(/[\w-]+/g) ?? [];
  const found = needs.flatMap((need) => (need === "do" ? [] : rakeCommands(text, need, seen)));
  for (const match of block.matchAll(
    /\b(?:sh|system|exec)\s*\(?\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')|`([^`\n]+)`/g,
  )) {
    found.push((match[1] ?? match[2] ?? match[3] ?? "").replaceAll(/\\(["'\\#])/g, "$1"));
  }
  return found.slice(0, maximumCommands);
}
