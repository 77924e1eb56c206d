import { judgePythonModule } from "./local-modules.ts";
import { scanCode } from "./inline-code.ts";
import {
  composeTask,
  gradleTask,
  jsonTask,
  lefthookTask,
  preCommitTask,
  procfileTask,
  pythonTask,
  scriptTask,
  tomlTask,
  toxTask,
  type TaskStep,
} from "./task-files.ts";
import { isJsonObject, objectField, parseJson } from "../../base/json.ts";
import { optionSpec, readArguments } from "../options.ts";
import { joinPath } from "../paths.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { inherited, knownWord } from "../shell/word.ts";

/** Runs the targets of task files other than `make` and `package.json`: the commands that they hold are judged. */
export const projectTasks: ProgramRule = {
  programs:
    "task go-task composer rake direnv poe pdm hatch poetry uv taskipy mise rtx devbox lefthook pre-commit foreman honcho overmind hivemind tox nox invoke inv fab gulp gradle gradlew deno docker docker-compose podman podman-compose".split(
      " ",
    ),
  examples: {
    matches: [
      {
        command: "printf '[tool.poe.tasks]\\nnuke = \"rm -rf /\"\\n' > pyproject.toml; poe nuke",
        actions: ["fs:delete"],
      },
      {
        command:
          "printf '[tool.hatch.envs.x.scripts]\\nnuke = \"rm -rf /\"\\n' > pyproject.toml; hatch run x:nuke",
        actions: ["fs:delete"],
      },
      {
        command: "printf '[tool.pdm.scripts]\\nnuke = \"rm -rf /\"\\n' > pyproject.toml; pdm run nuke",
        actions: ["fs:delete"],
      },
      {
        command:
          "printf '[tool.poetry.scripts]\\nnuke = \"app:go\"\\n' > pyproject.toml; printf 'import os\\nos.system(\"rm -rf /\")\\n' > app.py; poetry run nuke",
        actions: ["fs:delete"],
      },
      {
        command: "printf '[tasks.wipe]\\nrun = \"rm -rf /\"\\n' > mise.toml; mise run wipe",
        actions: ["fs:delete"],
      },
      {
        command:
          "printf 'pre-commit:\\n  commands:\\n    a:\\n      run: rm -rf /\\n' > lefthook.yml; lefthook run pre-commit",
        actions: ["fs:delete"],
      },
      {
        command: "printf '@task\\ndef wipe(c):\\n    c.run(\"rm -rf /\")\\n' > tasks.py; inv wipe",
        actions: ["fs:delete"],
      },
      {
        command: "printf 'task :wipe do\\n  FileUtils.rm_rf(\"/home\")\\nend\\n' > Rakefile; rake wipe",
        actions: ["fs:delete"],
      },
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
      {
        command: "printf '[tool.poe.tasks]\\nt = \"pytest\"\\n' > pyproject.toml; poe t",
        actions: ["fs:delete"],
      },
      { command: "poetry run pytest", actions: ["shell:opaque"] },
      { command: "pre-commit run --all-files", actions: ["shell:opaque"] },
      { command: "docker compose up", actions: ["shell:opaque"] },
      { command: "task build", actions: ["shell:opaque"] },
      { command: "composer install", actions: ["shell:opaque"] },
      { command: "rake test", actions: ["shell:opaque"] },
    ],
  },
  judge(invocation, scope) {
    for (const reader of readers.get(invocation.program) ?? []) {
      judgeReader(reader, invocation, scope);
    }
  },
};

interface TaskReader {
  readonly files: readonly string[];
  /** Words in front of the name of a task. */
  readonly verbs: ReadonlySet<string>;
  /** True where a verb must stand there. */
  readonly strict: boolean;
  commands(text: string, name: string, seen: Set<string>): readonly (string | TaskStep)[];
}

function judgeReader(reader: TaskReader, invocation: Invocation, scope: Scope): void {
  if (scope.elsewhere !== undefined) {
    return;
  }
  const args = readArguments(
    invocation.words,
    optionSpec(
      "-d --dir -t --taskfile -C --working-dir -f --rakefile --directory -e -s --session --hook-stage",
    ),
  );
  const verbs = args.operands.filter((word) => reader.verbs.has(word.text));
  if (reader.strict && verbs.length === 0) {
    return;
  }
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
  for (const name of taskNames(args.operands, args.values, reader).slice(0, 8)) {
    for (const step of reader.commands(text, name, new Set())) {
      runStep(typeof step === "string" ? { kind: "shell", text: step } : step, invocation, scope);
    }
  }
}

function taskNames(
  operands: readonly Word[],
  values: ReadonlyMap<string, Word>,
  reader: TaskReader,
): readonly string[] {
  const listed = ["-e", "-s", "--session"].flatMap((name) => values.get(name)?.text.split(",") ?? []);
  const names = [...listed, ...operands.map((word) => word.text).filter((name) => !reader.verbs.has(name))];
  return names.length > 0 ? names : reader.strict ? [""] : ["default"];
}

function runStep(step: TaskStep, invocation: Invocation, scope: Scope): void {
  switch (step.kind) {
    case "shell":
      scope.shell(step.text, invocation.program, scope.evidence(invocation));
      break;
    case "words":
      scope.command(
        step.words.map((text) => knownWord(text, invocation.start, invocation.end)),
        inherited,
      );
      break;
    case "code":
      scanCode({ language: step.language, text: step.text, inline: false }, invocation, scope);
      break;
    case "module":
      judgePythonModule(step.name, invocation, scope);
      break;
  }
}

function reader(
  files: readonly string[],
  verbs: string,
  commands: TaskReader["commands"],
  strict = false,
): TaskReader {
  return { files, verbs: new Set(verbs.split(" ").filter((verb) => verb !== "")), commands, strict };
}

const taskfile = reader(
  ["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "Taskfile.dist.yml"],
  "",
  taskCommands,
);
const project = (tables: RegExp, verbs: string, strict: boolean): TaskReader =>
  reader(
    ["pyproject.toml"],
    verbs,
    (text, name) => tomlTask(text, name.replace(/^[\w-]+:/, ""), tables),
    strict,
  );
const poe = project(/^tool\.poe\.tasks$/, "", false);
const taskipy = project(/^tool\.taskipy\.tasks$/, "", false);
const mise = reader(
  ["mise.toml", ".mise.toml", ".config/mise.toml", "mise/config.toml"],
  "run r task tasks",
  (text, name) => tomlTask(text, name, /^tasks$/, /^tasks\./),
);
const procfile = reader(["Procfile", "Procfile.dev"], "start run", procfileTask, true);
const invoke = reader(["tasks.py", "fabfile.py"], "", pythonTask);
const gradle = reader(["build.gradle", "build.gradle.kts"], "", gradleTask);
const compose = (verbs: string): TaskReader =>
  reader(
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"],
    verbs,
    composeTask,
    true,
  );
const denoTasks = reader(
  ["deno.json", "deno.jsonc"],
  "task",
  (text, name) => jsonTask(text, name, ["tasks"]),
  true,
);

const readers: ReadonlyMap<string, readonly TaskReader[]> = new Map<string, readonly TaskReader[]>([
  ["task", [taskfile, taskipy]],
  ["go-task", [taskfile]],
  ["direnv", [reader([".envrc"], "allow permit grant", (text): readonly string[] => [text], true)]],
  ["composer", [reader(["composer.json"], "run run-script", composerCommands)]],
  ["rake", [reader(["Rakefile", "rakefile", "Rakefile.rb"], "", rakeCommands)]],
  ["poe", [poe]],
  ["taskipy", [taskipy]],
  ["pdm", [project(/^tool\.pdm\.scripts$/, "run", false)]],
  ["hatch", [project(/^tool\.hatch\.envs\.[\w-]+\.scripts$/, "run", true)]],
  ["poetry", [project(/^(?:project|tool\.poetry)\.scripts$/, "run", true)]],
  ["uv", [project(/^project\.scripts$/, "run", true)]],
  ["mise", [mise]],
  ["rtx", [mise]],
  [
    "devbox",
    [reader(["devbox.json"], "run", (text, name) => jsonTask(text, name, ["shell", "scripts"]), true)],
  ],
  ["lefthook", [reader(["lefthook.yml", "lefthook.yaml", ".lefthook.yml"], "run", lefthookTask, true)]],
  ["pre-commit", [reader([".pre-commit-config.yaml"], "run", preCommitTask, true)]],
  ["foreman", [procfile]],
  ["honcho", [procfile]],
  ["overmind", [procfile]],
  ["hivemind", [procfile]],
  ["tox", [reader(["tox.ini"], "run r", toxTask)]],
  ["nox", [reader(["noxfile.py"], "", pythonTask)]],
  ["invoke", [invoke]],
  ["inv", [invoke]],
  ["fab", [invoke]],
  ["gulp", [reader(["gulpfile.js", "gulpfile.mjs", "gulpfile.cjs", "gulpfile.ts"], "", scriptTask)]],
  ["gradle", [gradle]],
  ["gradlew", [gradle]],
  ["deno", [denoTasks]],
  ["docker", [compose("up run start create")]],
  ["docker-compose", [compose("up run start create")]],
  ["podman", [compose("up run start create")]],
  ["podman-compose", [compose("up run start create")]],
]);

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
function taskCommands(source: string, name: string, seen: Set<string>): readonly string[] {
  const values = new Map<string, string>();
  const vars = /^vars:\s*\n((?:[ \t]+.*\n?)+)/m.exec(source)?.[1] ?? "";
  for (const [, key = "", value = ""] of vars.matchAll(/^[ \t]+(\w+):[ \t]*["']?([^"'\n]+)/gm)) {
    values.set(key, value.trim());
  }
  const text =
    values.size === 0
      ? source
      : source.replaceAll(/\{\{\s*\.(\w+)\s*\}\}/g, (all, key: string) => values.get(key) ?? all);
  return taskLines(text, name, seen);
}

function taskLines(text: string, name: string, seen: Set<string>): readonly string[] {
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
      found.push(...(value.match(/[\w:.-]+/g) ?? []).flatMap((need) => taskLines(text, need, seen)));
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
function rakeCommands(text: string, name: string, seen: Set<string>): readonly (string | TaskStep)[] {
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
  const line = body.indexOf("\n") + 1;
  const end = body.slice(line).search(/^\s*(?:task|namespace|desc|file)\b/m);
  const block = end < 0 ? body : body.slice(0, line + end);
  const needs = /=>\s*\[?([^\]\n]*)/.exec(block)?.[1]?.match(/[\w-]+/g) ?? [];
  const found: (string | TaskStep)[] = needs.flatMap((need) =>
    need === "do" ? [] : rakeCommands(text, need, seen),
  );
  found.push({ kind: "code", language: "ruby", text: block.replace(/^[^\n]*\n/, "") });
  for (const match of block.matchAll(
    /\b(?:sh)\s*\(?\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')|`([^`\n]+)`/g,
  )) {
    found.push(rakeStep(match, block));
  }
  return found.slice(0, maximumCommands);
}

/** `sh "rm -rf x"` is a line of a shell, `sh "rm", "-rf", "x"` a list of words. */
function rakeStep(match: RegExpExecArray, block: string): string | TaskStep {
  const text = match[1] ?? match[2] ?? match[3] ?? "";
  const listed = /^\s*((?:,\s*["'][^"'\n]*["']\s*)+)/.exec(block.slice(match.index + match[0].length))?.[1];
  return listed === undefined
    ? text.replaceAll(/\\(["'\\#])/g, "$1")
    : {
        kind: "words",
        words: [text, ...[...listed.matchAll(/["']([^"'\n]*)["']/g)].map((word) => word[1] ?? "")],
      };
}
