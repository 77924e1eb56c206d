import type { Action } from "../../model/action.ts";
import type { Effect } from "../../model/effect.ts";
import { optionSpec, readArguments, type Arguments, type OptionSpec } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { filesOf } from "../shell/word.ts";
import { readSqlFile } from "./databases.ts";
import { placeOf, targetAt, type Place } from "./database-target.ts";

/** What one form of a tool's command line does. Every pattern that is given must match. */
export interface Verb {
  readonly operation: string;
  /** Over the operands joined by spaces (`kv delete secret/x`), options and their values left out. */
  readonly on?: RegExp;
  /** Over the options, bundles taken apart: ` -a -f --filter=x `. */
  readonly with?: RegExp;
  readonly without?: RegExp;
  /** Over everything that the tool is told, its standard input included. */
  readonly text?: RegExp;
  readonly effects: readonly Effect[];
  readonly because: string;
  readonly access?: Action["access"];
  /** Where the form itself says so; otherwise the tool's place decides. */
  readonly reach?: Action["reach"];
}

export interface Tool {
  readonly programs: readonly string[];
  readonly provider: string;
  /** Options that take a value. */
  readonly valued?: string;
  readonly singleDash?: boolean;
  /** The first verb that matches counts. */
  readonly verbs: readonly Verb[];
  /** Options that name a host or an address. */
  readonly hosts?: readonly string[];
  readonly variables?: readonly string[];
  /** True where the tool reads its variables from the project's `.env` as well. */
  readonly environmentFile?: boolean;
  /** True where the tool always works on something elsewhere, unless it names this machine. */
  readonly remote?: boolean;
  /** Options with which nothing happens, on top of help, version and dry runs. */
  readonly idle?: RegExp;
  /** True where standard input holds commands of the tool, one a line. */
  readonly lines?: boolean;
}

/** Effects by what a reader would call them. */
export const lost: readonly Effect[] = ["irreversible_data_deletion"];
export const destroyed: readonly Effect[] = ["irreversible_infrastructure_deletion"];
export const migrated: readonly Effect[] = ["schema_migration"];
export const revealed: readonly Effect[] = ["credential_reveal"];
/** Can be made again, but others may need it: a human looks at it first. */
export const removed: readonly Effect[] = ["infrastructure_change", "system_modification"];

interface Prepared extends Tool {
  readonly spec: OptionSpec;
}

/** Environments whose data is made anew for each run of the tests. */
const forTests = /^(?:test|testing|ci)$/;

/** A rule for a family of tools that are told apart by their sub-commands. */
export function verbRule(tools: readonly Tool[], examples: ProgramRule["examples"]): ProgramRule {
  const byProgram = new Map<string, Prepared[]>();
  for (const tool of tools) {
    const spec = optionSpec(tool.valued ?? "", tool.singleDash === true ? { singleDash: true } : {});
    for (const program of tool.programs) {
      byProgram.set(program, [...(byProgram.get(program) ?? []), { ...tool, spec }]);
    }
  }
  return {
    programs: [...byProgram.keys()],
    examples,
    judge(invocation, scope) {
      // `npx prisma@latest`: a package is known by its name without the version.
      for (const tool of byProgram.get(invocation.program.replace(/(?<=.)@.*$/, "")) ?? []) {
        judgeTool(tool, invocation, scope);
      }
    },
  };
}

/** Rules about the same programs as one. */
export function together(...rules: readonly ProgramRule[]): ProgramRule {
  return {
    programs: [...new Set(rules.flatMap(({ programs }) => programs))],
    examples: {
      matches: rules.flatMap(({ examples }) => examples.matches),
      misses: rules.flatMap(({ examples }) => examples.misses),
    },
    judge(invocation, scope) {
      for (const rule of rules) {
        if (rule.programs.includes(invocation.program)) {
          rule.judge(invocation, scope);
        }
      }
    },
  };
}

function judgeTool(tool: Prepared, invocation: Invocation, scope: Scope): void {
  const args = readArguments(invocation.words, tool.spec);
  const options = optionText(args);
  if (isIdle(tool, args, options)) {
    return;
  }
  const input =
    tool.lines === true || tool.verbs.some(({ text }) => text !== undefined)
      ? inputText(scope, invocation, args)
      : "";
  const operands = args.operands
    .map(({ text, known }) => (/\s/.test(text) ? (known ? "_" : "$_") : text))
    .join(" ");
  const lines = [
    operands,
    ...(tool.lines === true ? input.split(/\n|\\r\\n|\\n/).map((line) => line.trim()) : []),
  ];
  const everything = [...invocation.words.slice(1).map(({ text }) => text), input].join(" ");
  const verb = tool.verbs.find((candidate) => matches(candidate, { lines, options, everything }));
  if (verb !== undefined) {
    reportVerb(tool, verb, { args, invocation, scope });
  }
}

function isIdle(tool: Prepared, args: Arguments, options: string): boolean {
  return (
    / (?:--help|--version|--dry-?run(?:=(?!false|none)\S*)?|--what-if|--noop|--simulate) /.test(options) ||
    (args.flags.has("-h") && !tool.spec.valued.has("-h")) ||
    args.operands[0]?.text === "help" ||
    tool.idle?.test(options) === true
  );
}

/** Options as ` -a --name=value `, each once. */
export function optionText(args: Arguments): string {
  let text = " ";
  for (const flag of args.flags) {
    const value = args.values.get(flag);
    text += value === undefined ? `${flag} ` : `${flag}=${value.text} `;
  }
  return text;
}

function matches(
  verb: Verb,
  said: { readonly lines: readonly string[]; readonly options: string; readonly everything: string },
): boolean {
  const { on } = verb;
  return (
    (on === undefined || said.lines.some((line) => on.test(line))) &&
    (verb.with === undefined || verb.with.test(said.options)) &&
    verb.without?.test(said.options) !== true &&
    (verb.text === undefined || verb.text.test(said.everything))
  );
}

interface VerbSite {
  readonly args: Arguments;
  readonly invocation: Invocation;
  readonly scope: Scope;
}

function reportVerb(tool: Prepared, verb: Verb, site: VerbSite): void {
  const { args, invocation, scope } = site;
  const place = placeOfTool(tool, site);
  if (tool.environmentFile === true && place.host === undefined && forTests.test(place.environment ?? "")) {
    return;
  }
  const named = tool.hosts?.some((name) => args.values.has(name)) === true;
  const remote = place.host !== undefined || (tool.remote === true && !named && !isHere(tool, site));
  const words = invocation.words.slice(1).map(({ text }) => text);
  report(scope, invocation, {
    action: `${tool.provider}:${verb.operation}`,
    effects: verb.effects,
    target: targetAt(place, [invocation.program, ...words].join(" ").slice(0, 160)),
    because: `\`${invocation.program}\`: ${verb.because}`,
    ...(verb.access === undefined ? {} : { access: verb.access }),
    reach: verb.reach ?? (remote ? "remote" : "local"),
  });
}

/** Whether a variable says that the tool's server is on this machine. */
function isHere(tool: Prepared, { scope, invocation }: VerbSite): boolean {
  return (tool.variables ?? []).some(
    (name) => (invocation.assignments.get(name)?.text ?? scope.variable(name)) !== undefined,
  );
}

function placeOfTool(tool: Prepared, { args, invocation, scope }: VerbSite): Place {
  return placeOf(invocation, scope, {
    hosts: (tool.hosts ?? []).map((name) => args.values.get(name)),
    addresses: [...args.operands, ...args.values.values()],
    names: [...args.operands, ...args.values.values()],
    variables: tool.variables ?? [],
    environmentFile: tool.environmentFile === true,
  });
}

/** What is fed to the tool, and the scripts that it is given, where they are known. */
function inputText(scope: Scope, invocation: Invocation, args: Arguments): string {
  const { stdin } = invocation;
  const scripts =
    scope.elsewhere === undefined
      ? [...args.operands, ...args.values.values()].filter(({ text }) =>
          /\.(?:js|mongodb|cypher|cql|lua)$/.test(text),
        )
      : [];
  const paths = [
    ...(stdin.kind === "file" ? [scope.resolvePath(stdin.path)] : filesOf(stdin)),
    ...scripts.map((word) => scope.resolvePath(word)),
  ];
  const texts = paths.flatMap((path) => (path === undefined ? [] : readSqlFile(scope, path)));
  return [stdin.kind === "text" ? stdin.text : "", ...texts].join("\n");
}
