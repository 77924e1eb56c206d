import { joinPath } from "../paths.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";

/** The text of the makefile that a line means. */
export function makefileText(
  invocation: Invocation,
  scope: Scope,
  values: ReadonlyMap<string, Word>,
): string | undefined {
  const given = values.get("--eval") ?? values.get("-E");
  const named = values.get("-f") ?? values.get("--file") ?? values.get("--makefile");
  if (given?.known === true) {
    return given.text;
  }
  if (named?.printed !== undefined) {
    return named.printed.kind === "text" ? named.printed.text : undefined;
  }
  if (named !== undefined && /^(?:-|\/dev\/stdin|\/(?:dev|proc\/self)\/fd\/0)$/.test(named.text)) {
    return invocation.stdin.kind === "text" ? invocation.stdin.text : undefined;
  }
  const folder = values.get("-C") ?? values.get("--directory");
  const base = folder === undefined ? scope.cwd : scope.resolvePath(folder);
  if (base === undefined || scope.elsewhere !== undefined) {
    return undefined;
  }
  const usual = ["GNUmakefile", "makefile", "Makefile"];
  return firstText(
    scope,
    (named === undefined ? usual : [named.text]).map((name) => joinPath(base, name)),
  );
}

/** `X := $(shell COMMAND)` runs whatever the target is. What is built from other variables is not followed. */
export function startedWhileRead(text: string): readonly string[] {
  return [...text.matchAll(/^(?![\t#])[^\n#]*?\$\(shell\s+((?:[^()$\n]|\$\$[({]?|\([^()\n]*\))+)\)/gm)]
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

export interface Recipe {
  readonly needs: readonly string[];
  readonly lines: string[];
}

/** Targets in order. Variables that are set to plain text are put in; what the line gives counts before what the file says. */
export function readRules(
  source: string,
  given: ReadonlyMap<string, string>,
  scope: Scope,
): ReadonlyMap<string, Recipe> {
  const rules = new Map<string, Recipe>();
  const variables = new Map<string, string>(given);
  const text = source.replaceAll(
    /^define\s+(\w+)[^\n]*\n([\s\S]*?)\nendef\b/gm,
    (_all, name: string, body: string) => {
      variables.set(name, body.split("\n").join("; "));
      return "";
    },
  );
  let current: Recipe | undefined;
  for (const line of text
    .replaceAll(/\\\r?\n/g, " ")
    .split(/\r?\n/)
    .slice(0, 2000)) {
    const assignment = /^(?:export\s+|override\s+)?(\w+)\s*([:?+]{0,3}=)\s*(.*)$/.exec(line);
    const target = /^([\w./%-][^:=#\t]*?)\s*(?:\([^)]*\))?::?(?!=)\s*([^#]*)/.exec(line);
    if (/^[\t ]+\S/.test(line) && current !== undefined) {
      current.lines.push(substituted(line.trim().replace(/^[@+-]+/, ""), variables));
    } else if (assignment !== null) {
      const [, name = "", operator = "=", value = ""] = assignment;
      if (!given.has(name)) {
        variables.set(name, assignedValue(name, operator, scope) ?? substituted(value, variables));
      }
    } else if (target !== null) {
      current = recipeOf(target[2] ?? "", variables);
      for (const name of (target[1] ?? "").split(/\s+/).slice(0, 20)) {
        if (!name.startsWith(".") && !(rules.has(name) && current.lines.length === 0)) {
          rules.set(name, current);
        }
      }
    }
  }
  return rules;
}

/** `?=` leaves what the environment holds. */
function assignedValue(name: string, operator: string, scope: Scope): string | undefined {
  return operator === "?=" && scope.isSet(name) ? scope.variable(name) : undefined;
}

/** What stands behind the colon of a rule: what it needs, and a first line after `;`. */
function recipeOf(text: string, variables: ReadonlyMap<string, string>): Recipe {
  const [needs = "", inline] = text.split(";");
  return {
    needs: needs.split(/\s+/).filter((name) => name !== ""),
    lines: inline === undefined ? [] : [substituted(inline.trim().replace(/^[@+-]+/, ""), variables)],
  };
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

const maximumIncludes = 8;

/** The text with the files that it includes, one level; those that are not there hide nothing. */
export function withIncludes(text: string, scope: Scope): string {
  const base = scope.cwd;
  if (base === undefined || scope.elsewhere !== undefined) {
    return text;
  }
  const names = [...text.matchAll(/^[-s]?include\s+([^#\n]+)/gm)].flatMap((match) =>
    (match[1] ?? "").trim().split(/\s+/),
  );
  const more = names
    .filter((name) => !/[$*]/.test(name))
    .slice(0, maximumIncludes)
    .map((name) => firstText(scope, [joinPath(base, name)]) ?? "");
  return [text, ...more].join("\n");
}
