import { isJsonObject, objectField, parseJson, stringField } from "../../base/json.ts";
import { optionSpec, readArguments } from "../options.ts";
import { joinPath } from "../paths.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { wordsToText } from "../shell/word.ts";

const managerOptions = optionSpec("--prefix -C --cwd --dir -w --workspace --filter -F --loglevel --silent");

/** `npm run NAME` runs what package.json says. Where there is no such file, nothing is hidden. */
export const packageScripts: ProgramRule = {
  programs: ["npm", "pnpm", "yarn", "bun"],
  examples: {
    matches: [{ command: "npm publish", actions: ["npm:publish"] }],
    misses: [
      { command: "npm run build", actions: ["shell:opaque"] },
      { command: "npm test", actions: ["shell:opaque"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, { ...managerOptions, stopAtOperand: true });
    const [verb, ...rest] = args.operands;
    if (verb === undefined) {
      return;
    }
    if (/^(?:install|i|ci|add|rebuild)$/.test(verb.text)) {
      const folder = args.values.get("--prefix") ?? args.values.get("-C") ?? args.values.get("--cwd");
      const skipped = invocation.words.some((word) => word.text === "--ignore-scripts");
      for (const name of skipped ? [] : ["preinstall", "install", "postinstall", "prepare"]) {
        runScript(scope, invocation, { name, folder, behind: [], alone: true });
      }
      return;
    }
    const named = /^(?:run|run-script|rum|urn)$/.test(verb.text);
    const name = named ? rest.find((word) => !word.text.startsWith("-")) : shortcut(invocation.program, verb);
    if (name?.known !== true) {
      return;
    }
    const folder =
      args.values.get("--prefix") ??
      args.values.get("-C") ??
      args.values.get("--cwd") ??
      args.values.get("--dir");
    const behind = rest.slice(named ? rest.indexOf(name) + 1 : 0).filter((word) => word.text !== "--");
    runScript(scope, invocation, { name: name.text, folder, behind });
  },
};

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

function runScript(scope: Scope, invocation: Invocation, call: ScriptCall): void {
  const base = call.folder === undefined ? scope.cwd : scope.resolvePath(call.folder);
  if (base === undefined || scope.elsewhere !== undefined) {
    return;
  }
  const path = joinPath(base, "package.json");
  const file = scope.writtenFile(path) ?? scope.readInput(path);
  const parsed = file.kind === "text" ? parseJson(file.text) : undefined;
  const scripts =
    parsed?.ok === true && isJsonObject(parsed.value) ? objectField(parsed.value, "scripts") : undefined;
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

const makeOptions = optionSpec("-C --directory -f --file --makefile -j --jobs -I -o -W --eval");

/** `make TARGET`: the recipes of the target and of what it depends on, as far as they are plain text. */
export const make: ProgramRule = {
  programs: ["make", "gmake", "just"],
  examples: {
    matches: [{ command: "printf 'all:\\n\\trm -rf /\\n' | make -f -", actions: ["fs:delete"] }],
    misses: [{ command: "make build", actions: ["shell:opaque"] }],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, makeOptions);
    const text = makefile(invocation, scope, args.values);
    if (text === undefined) {
      return;
    }
    for (const command of startedWhileRead(text)) {
      scope.shell(command, "make", scope.evidence(invocation));
    }
    const targets = args.operands.map((word) => word.text).filter((name) => !name.includes("="));
    const rules = readRules(text);
    const first = rules.keys().next().value;
    const wanted = targets.length > 0 ? targets : first === undefined ? [] : [first];
    const seen = new Set<string>();
    for (const target of wanted) {
      runTarget(target, rules, seen, { invocation, scope });
    }
  },
};

function makefile(
  invocation: Invocation,
  scope: Scope,
  values: ReadonlyMap<string, Word>,
): string | undefined {
  const given = values.get("--eval");
  const named = values.get("-f") ?? values.get("--file") ?? values.get("--makefile");
  if (given?.known === true) {
    return given.text;
  }
  if (named?.printed !== undefined) {
    return named.printed.kind === "text" ? named.printed.text : undefined;
  }
  if (named?.text === "-") {
    return invocation.stdin.kind === "text" ? invocation.stdin.text : undefined;
  }
  const folder = values.get("-C") ?? values.get("--directory");
  const base = folder === undefined ? scope.cwd : scope.resolvePath(folder);
  if (base === undefined || scope.elsewhere !== undefined) {
    return undefined;
  }
  const usual =
    invocation.program === "just"
      ? ["justfile", "Justfile", ".justfile"]
      : ["GNUmakefile", "makefile", "Makefile"];
  return firstText(
    scope,
    (named === undefined ? usual : [named.text]).map((name) => joinPath(base, name)),
  );
}

/** `X := $(shell COMMAND)` runs whatever the target is. What is built from other variables is not followed. */
function startedWhileRead(text: string): readonly string[] {
  return [...text.matchAll(/^[^\t#\n][^\n#]*?\$\(shell\s+((?:[^()$\n]|\$\$[({]?|\([^()\n]*\))+)\)/gm)]
    .slice(0, 20)
    .map((match) => (match[1] ?? "").replaceAll("$$", "$"));
}

function firstText(scope: Scope, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const written = scope.writtenFile(path);
    if (written?.kind === "text") {
      return written.text;
    }
    const file = scope.lookups.kind(path) === "missing" ? undefined : scope.readInput(path);
    if (file?.kind === "text") {
      return file.text;
    }
  }
  return undefined;
}

interface Recipe {
  readonly needs: readonly string[];
  readonly lines: string[];
}

/** Targets in order. Variables that are set to plain text are put in. */
function readRules(text: string): ReadonlyMap<string, Recipe> {
  const rules = new Map<string, Recipe>();
  const variables = new Map<string, string>();
  let current: Recipe | undefined;
  for (const line of text
    .replaceAll(/\\\r?\n/g, " ")
    .split(/\r?\n/)
    .slice(0, 2000)) {
    const assignment = /^(\w+)\s*(?:[:?+]?=)\s*(.*)$/.exec(line);
    const target = /^([\w./-][^:=#\t]*?)\s*(?:\([^)]*\))?::?(?!=)\s*([^#]*)/.exec(line);
    if (/^[\t ]+\S/.test(line) && current !== undefined) {
      current.lines.push(substituted(line.trim().replace(/^[@+-]+/, ""), variables));
    } else if (assignment !== null) {
      variables.set(assignment[1] ?? "", substituted(assignment[2] ?? "", variables));
    } else if (target !== null) {
      const [needs = "", inline] = (target[2] ?? "").split(";");
      current = { needs: needs.split(/\s+/).filter((name) => name !== ""), lines: [] };
      if (inline !== undefined) {
        current.lines.push(substituted(inline.trim().replace(/^[@+-]+/, ""), variables));
      }
      for (const name of (target[1] ?? "").split(/\s+/).slice(0, 20)) {
        if (!name.startsWith(".")) {
          rules.set(name, current);
        }
      }
    }
  }
  return rules;
}

function substituted(line: string, variables: ReadonlyMap<string, string>): string {
  return line
    .replaceAll(
      /\$[({](\w+)[)}]/g,
      (whole, name: string) =>
        variables.get(name) ??
        (name === "RM" ? "rm -f" : name === "MAKE" ? "make" : whole.startsWith("$(") ? `\${${name}}` : whole),
    )
    .replaceAll("$$", "$");
}

interface Site {
  readonly invocation: Invocation;
  readonly scope: Scope;
}

function runTarget(target: string, rules: ReadonlyMap<string, Recipe>, seen: Set<string>, site: Site): void {
  const recipe = rules.get(target);
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
