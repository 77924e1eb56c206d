import { isJsonObject, objectField, parseJson, stringField } from "../../base/json.ts";
import { optionSpec, readArguments } from "../options.ts";
import { joinPath } from "../paths.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { knownWord, wordsToText } from "../shell/word.ts";
import { makefileText, readRules, startedWhileRead, withIncludes, type Recipe } from "./makefiles.ts";
import { justCommands } from "./justfiles.ts";
import { packageSelection, selectedFolders } from "./workspace-packages.ts";

const managerOptions = optionSpec("--prefix -C --cwd --dir -w --workspace --filter -F --loglevel --silent");

/** `npm run NAME` runs what package.json says. Where there is no such file, nothing is hidden. */
export const packageScripts: ProgramRule = {
  programs: "npm pnpm yarn bun node turbo nx lerna run-s run-p npm-run-all npm-run-all2".split(" "),
  examples: {
    matches: [
      { command: "npm publish", actions: ["npm:publish"] },
      {
        command: `mkdir -p p/a; echo '{"workspaces":["p/a"]}' > package.json; echo '{"name":"a","scripts":{"x":"rm -rf /"}}' > p/a/package.json; npm run x -w a`,
        actions: ["fs:delete"],
      },
      {
        command: `echo '{"scripts":{"x:a":"rm -rf /"}}' > package.json; run-p 'x:*'`,
        actions: ["fs:delete"],
      },
      { command: `echo '{"scripts":{"x":"rm -rf /"}}' > package.json; node --run x`, actions: ["fs:delete"] },
    ],
    misses: [
      { command: "npm run build", actions: ["shell:opaque"] },
      { command: "npm test", actions: ["shell:opaque"] },
    ],
  },
  judge(invocation, scope) {
    const words = invocation.words.slice(1).map((word) => word.text);
    const runner = runners.get(invocation.program);
    if (runner !== undefined) {
      for (const call of runner(words)) {
        runNamed(scope, invocation, call);
      }
      return;
    }
    const picked = /^yarn$/.test(invocation.program) ? yarnSelection(words) : packageSelection(words);
    if (picked === undefined) {
      judgeManager(invocation, scope);
      return;
    }
    const name = scriptName(invocation.program, picked.rest);
    if (name !== undefined) {
      runNamed(scope, invocation, { name, packages: picked.names });
    }
  },
};

function judgeManager(invocation: Invocation, scope: Scope): void {
  const args = readArguments(invocation.words, { ...managerOptions, stopAtOperand: true });
  const [verb, ...rest] = args.operands;
  if (verb === undefined) {
    return;
  }
  const folder =
    args.values.get("--prefix") ??
    args.values.get("-C") ??
    args.values.get("--cwd") ??
    args.values.get("--dir");
  if (/^(?:install|i|ci|add|rebuild)$/.test(verb.text)) {
    const skipped = invocation.words.some((word) => word.text === "--ignore-scripts");
    for (const name of skipped ? [] : ["preinstall", "install", "postinstall", "prepare"]) {
      runScript(scope, invocation, { name, folder, behind: [], alone: true });
    }
    return;
  }
  const named = /^(?:run|run-script|rum|urn)$/.test(verb.text);
  const name = named ? rest.find((word) => !word.text.startsWith("-")) : shortcut(invocation.program, verb);
  if (name?.known === true) {
    const behind = rest.slice(named ? rest.indexOf(name) + 1 : 0).filter((word) => word.text !== "--");
    runScript(scope, invocation, { name: name.text, folder, behind });
  }
}

/** The script that the words name without the package that they pick. */
function scriptName(program: string, words: readonly string[]): string | undefined {
  const [verb, ...rest] = words.filter((word) => !word.startsWith("-"));
  return verb === undefined
    ? undefined
    : /^(?:run|run-script|rum|urn)$/.test(verb)
      ? rest[0]
      : shortcut(program, knownWord(verb, 0, 0))?.text;
}

/** `yarn workspace NAME SCRIPT`, `yarn workspaces foreach -A run SCRIPT`. */
function yarnSelection(words: readonly string[]): ReturnType<typeof packageSelection> {
  if (words[0] === "workspace") {
    return { names: words.slice(1, 2), rest: words.slice(2) };
  }
  const run = words.indexOf("run");
  return words[0] === "workspaces" && run > 0 ? { names: [], rest: words.slice(run) } : undefined;
}

interface NamedCall {
  /** `*` stands for what follows, as `run-p x:*` has it. */
  readonly name: string;
  /** The packages that it runs in, all where it is empty; undefined for the one at hand. */
  readonly packages?: readonly string[];
}

const operandsIn = (words: readonly string[]): readonly string[] =>
  words.filter((word) => !word.startsWith("-"));

/** Programs that run scripts of `package.json`, in the package at hand or in all. */
const runners: ReadonlyMap<string, (words: readonly string[]) => readonly NamedCall[]> = new Map([
  ...["run-s", "run-p", "npm-run-all", "npm-run-all2"].map(
    (name): [string, (words: readonly string[]) => readonly NamedCall[]] => [
      name,
      (words): readonly NamedCall[] => operandsIn(words).map((script) => ({ name: script })),
    ],
  ),
  [
    "node",
    (words): readonly NamedCall[] => {
      const at = words.findIndex((word) => /^--run(?:=|$)/.test(word));
      const name = at < 0 ? undefined : (words[at]?.split("=")[1] ?? words[at + 1]);
      return name === undefined ? [] : [{ name }];
    },
  ],
  [
    "turbo",
    (words): readonly NamedCall[] => {
      const picked = packageSelection(words);
      return operandsIn(picked?.rest ?? words)
        .filter((word) => word !== "run")
        .flatMap((name) => [{ name, packages: picked?.names ?? [] }, { name }]);
    },
  ],
  [
    "lerna",
    (words): readonly NamedCall[] =>
      words[0] === "run"
        ? [{ name: operandsIn(words)[1] ?? "", packages: packageSelection(words)?.names ?? [] }]
        : [],
  ],
  [
    "nx",
    (words): readonly NamedCall[] => {
      const [verb = "", target = ""] = operandsIn(words);
      const at = words.findIndex((word) => /^(?:-t|--targets?)(?:=|$)/.test(word));
      const targets = (words[at]?.split("=")[1] ?? words[at + 1] ?? "").split(",");
      const single = /^(?:@?[\w/-]+):([\w:-]+)$/.exec(verb === "run" ? target : "")?.[1];
      const names = /^(?:run-many|affected)$/.test(verb)
        ? at < 0
          ? []
          : targets
        : single === undefined
          ? [verb]
          : [single];
      return names.filter((name) => name !== "").map((name) => ({ name, packages: [] }));
    },
  ],
]);

/** Runs scripts by name or pattern, where the packages are that are meant. */
function runNamed(scope: Scope, invocation: Invocation, call: NamedCall): void {
  if (scope.cwd === undefined || scope.elsewhere !== undefined) {
    return;
  }
  const folders =
    call.packages === undefined ? [scope.cwd] : selectedFolders(scope, scope.cwd, call.packages);
  for (const folder of folders) {
    const word = knownWord(folder, invocation.start, invocation.end);
    for (const name of call.name.includes("*") ? scriptsLike(scope, folder, call.name) : [call.name]) {
      runScript(scope, invocation, { name, folder: word, behind: [] });
    }
  }
}

function scriptsLike(scope: Scope, folder: string, pattern: string): readonly string[] {
  const start = pattern.slice(0, pattern.indexOf("*"));
  return Object.keys(scriptsIn(scope, folder) ?? {})
    .filter((name) => name.startsWith(start) && name !== start)
    .slice(0, 20);
}

const lifecycle = /^(?:test|t|tst|start|stop|restart)$/;
const ownVerbs =
  /^(?:install|i|add|ci|remove|uninstall|up|update|upgrade|exec|dlx|x|create|init|publish|pack|link|unlink|why|list|ls|outdated|audit|config|info|view|set|cache|workspaces?|dedupe|store|fetch|prune|rebuild|import|login|logout|whoami|version|node|pm|help|plugin|global|generate-lock-entry|constraints|patch|patch-commit|deploy|approve-builds|self-update|env|setup|root|bin|repl|build|dev)$/;

function shortcut(program: string, verb: Word): Word | undefined {
  return lifecycle.test(verb.text) || (program !== "npm" && !ownVerbs.test(verb.text)) ? verb : undefined;
}

interface ScriptCall {
  readonly name: string;
  readonly folder: Word | undefined;
  readonly behind: readonly Word[];
  /** Without the scripts before and after it. */
  readonly alone?: boolean;
}

function scriptsIn(scope: Scope, base: string): ReturnType<typeof objectField> {
  const path = joinPath(base, "package.json");
  const file = scope.writtenFile(path) ?? scope.readInput(path);
  const parsed = file.kind === "text" ? parseJson(file.text) : undefined;
  return parsed?.ok === true && isJsonObject(parsed.value) ? objectField(parsed.value, "scripts") : undefined;
}

function runScript(scope: Scope, invocation: Invocation, call: ScriptCall): void {
  const base = call.folder === undefined ? scope.cwd : scope.resolvePath(call.folder);
  if (base === undefined || scope.elsewhere !== undefined) {
    return;
  }
  const scripts = scriptsIn(scope, base);
  if (scripts === undefined) {
    return;
  }
  for (const name of call.alone === true ? [call.name] : [`pre${call.name}`, call.name, `post${call.name}`]) {
    const text = stringField(scripts, name);
    if (text !== undefined && text.length < 4000) {
      scope.shell(
        name === call.name ? `${text} ${wordsToText(call.behind)}` : text,
        joinPath(base, "package.json"),
        scope.evidence(invocation),
      );
    }
  }
}

const makeOptions = optionSpec("-C --directory -f --file --makefile -j --jobs -I -o -W --eval -E -d");
const justOptions = optionSpec("-f --justfile -d --working-directory --set --shell --dotenv-path");

/** `make TARGET`: the recipes of the target and of what it depends on, as far as they are plain text. */
export const make: ProgramRule = {
  programs: ["make", "gmake", "remake", "bmake", "just"],
  examples: {
    matches: [
      { command: "printf 'all:\\n\\trm -rf /\\n' | make -f -", actions: ["fs:delete"] },
      { command: "printf 'all:\\n\\trm -rf /\\n' | make -f /dev/stdin", actions: ["fs:delete"] },
      { command: "make --eval='$(shell rm -rf /)'", actions: ["fs:delete"] },
      { command: "printf 'D = out\\nall:\\n\\trm -rf $(D)\\n' | make -f - D=/", actions: ["fs:delete"] },
      { command: "printf '%%.zap:\\n\\trm -rf /srv/$*\\n' | make -f - x.zap", actions: ["fs:delete"] },
      {
        command: "printf 'wipe:\\n  rm -rf /\\nalias w := wipe\\n' > justfile; just w",
        actions: ["fs:delete"],
      },
      {
        command: "printf 'd := \"/\"\\nwipe:\\n  rm -rf {{d}}\\n' > justfile; just wipe",
        actions: ["fs:delete"],
      },
    ],
    misses: [
      { command: "make build", actions: ["shell:opaque"] },
      { command: "printf 'all:\\n\\trm -rf /\\n' > Makefile; make -n", actions: ["fs:delete"] },
    ],
  },
  judge(invocation, scope) {
    if (
      invocation.words.some((word) =>
        /^(?:-n|--just-print|--dry-run|--recon|--list|--summary)$/.test(word.text),
      )
    ) {
      return;
    }
    if (invocation.program === "just") {
      judgeJust(invocation, scope);
      return;
    }
    const args = readArguments(invocation.words, makeOptions);
    const shell = args.operands.find(({ text }) => /^SHELL=\S*\s/.test(text));
    if (shell !== undefined) {
      scope.shell(shell.text.slice("SHELL=".length), "make", scope.evidence(invocation));
    }
    const found = makefileText(invocation, scope, args.values);
    if (found === undefined) {
      return;
    }
    const text = withIncludes(found, scope);
    for (const command of startedWhileRead(text)) {
      scope.shell(command, "make", scope.evidence(invocation));
    }
    const given = new Map<string, string>();
    for (const { text: word } of args.operands) {
      const [, name, value = ""] = /^(\w+)[:?+]?=(.*)$/s.exec(word) ?? [];
      if (name !== undefined) {
        given.set(name, value);
      }
    }
    const targets = args.operands.map((word) => word.text).filter((name) => !name.includes("="));
    const rules = readRules(text, given, scope);
    const first = rules.keys().next().value;
    const wanted = targets.length > 0 ? targets : first === undefined ? [] : [first];
    const seen = new Set<string>();
    for (const target of wanted) {
      runTarget(target, rules, seen, { invocation, scope });
    }
  },
};

function judgeJust(invocation: Invocation, scope: Scope): void {
  const args = readArguments(invocation.words, justOptions);
  const named = args.values.get("-f") ?? args.values.get("--justfile");
  const base = scope.elsewhere === undefined ? scope.cwd : undefined;
  for (const name of named === undefined ? ["justfile", "Justfile", ".justfile"] : [named.text]) {
    const path = base === undefined ? undefined : joinPath(base, name);
    const there = path !== undefined && scope.lookups.kind(path) !== "missing";
    const file =
      path === undefined
        ? undefined
        : (scope.writtenFile(path) ?? (there ? scope.readInput(path) : undefined));
    if (file?.kind === "text") {
      for (const command of justCommands(
        file.text,
        args.operands.map((word) => word.text),
      )) {
        scope.shell(command, "just", scope.evidence(invocation));
      }
      return;
    }
  }
}

interface Site {
  readonly invocation: Invocation;
  readonly scope: Scope;
}

function runTarget(target: string, rules: ReadonlyMap<string, Recipe>, seen: Set<string>, site: Site): void {
  const recipe = rules.get(target) ?? patternRule(target, rules);
  if (recipe === undefined || seen.has(target) || seen.size > 40) {
    return;
  }
  seen.add(target);
  for (const need of recipe.needs) {
    runTarget(need, rules, seen, site);
  }
  for (const line of recipe.lines.slice(0, 60)) {
    if (!/^(?:\$\{|\$\(|\$[@<^*])/.test(line)) {
      site.scope.shell(line, "make", site.scope.evidence(site.invocation));
    }
  }
}

/** `%.zap:` for `x.zap`; `$*` is then what stands for `%`. */
function patternRule(target: string, rules: ReadonlyMap<string, Recipe>): Recipe | undefined {
  for (const [name, recipe] of rules) {
    const [before = "", behind] = name.split("%", 2);
    if (behind !== undefined && target.startsWith(before) && target.endsWith(behind)) {
      const stem = target.slice(before.length, target.length - behind.length);
      return { needs: recipe.needs, lines: recipe.lines.map((line) => line.replaceAll("$*", () => stem)) };
    }
  }
  return undefined;
}
