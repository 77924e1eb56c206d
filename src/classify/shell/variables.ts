import type { ParameterExpansionPart } from "unbash";
import type { Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import type { Value } from "./state.ts";
import { knownWord } from "./word.ts";

/** Variables that name a program by convention, for scripts that run them without setting them. */
const conventional: ReadonlyMap<string, string> = new Map([
  ["SHELL", "/bin/bash"],
  ["BASH", "/bin/bash"],
  ["PYTHON", "python3"],
  ["PYTHON3", "python3"],
  ["NODE", "node"],
  ["MAKE", "make"],
  ["CC", "cc"],
  ["CXX", "c++"],
  ["RM", "rm"],
  ...[
    "GO",
    "GIT",
    "NPM",
    "NPX",
    "PNPM",
    "YARN",
    "CARGO",
    "CMAKE",
    "PIP",
    "UV",
    "PYTEST",
    "DOCKER",
    "KUBECTL",
    "HELM",
    "TERRAFORM",
  ].map((name): [string, string] => [name, name.toLowerCase()]),
  ["SUDO", "sudo"],
  ["EDITOR", "vi"],
  ["VISUAL", "vi"],
  ["PAGER", "less"],
  ["TMPDIR", "/tmp"],
  ["TEMP", "/tmp"],
  ["TMP", "/tmp"],
  ["RUNNER_TEMP", "/tmp/runner"],
  ["IFS", " \t\n"],
]);

/** The value of `$name` at this point, where it is known. Positional parameters included. */
export function specialValue(machine: Machine, name: string): Word | undefined {
  const value = valueOf(machine, name);
  if (value !== undefined) {
    return firstWord(value);
  }
  if (/^\d+$/.test(name)) {
    return name === "0" ? knownWord("bash", 0, 0) : machine.state.positional[Number(name) - 1];
  }
  const ambient = ambientValue(machine, name);
  return ambient === undefined ? undefined : knownWord(ambient, 0, 0);
}

/** What the shell or the agent's environment holds under a name that the command line itself has not set. */
function ambientValue(machine: Machine, name: string): string | undefined {
  switch (name) {
    case "HOME":
      return machine.lookups.home;
    case "PWD":
      return machine.state.cwd;
    case "GITHUB_WORKSPACE":
      return machine.scope.workspace;
    case "#":
      return String(machine.state.positional.length);
    default:
      return machine.lookups.env(name) ?? conventional.get(name);
  }
}

/** What separates fields where the line itself set `IFS`; undefined where it is white space as usual. */
export function separatorsOf(machine: Machine): RegExp | undefined {
  const value = machine.state.variables.get("IFS");
  if (value?.kind !== "word" || !value.word.known || value.word.text === " \t\n") {
    return undefined;
  }
  const set = value.word.text.replaceAll(/[\\\]^-]/g, "\\$&");
  return set === "" ? /(?!)/ : new RegExp(`[${set}]`);
}

/** Follows `declare -n` references; gives up on cycles. */
export function valueOf(machine: Machine, name: string): Value | undefined {
  let value = machine.state.variables.get(name);
  for (let hops = 0; value?.kind === "reference"; hops += 1) {
    if (hops > 8) {
      return undefined;
    }
    value = machine.state.variables.get(value.name);
  }
  return value;
}

function firstWord(value: Value): Word | undefined {
  switch (value.kind) {
    case "word":
      return value.word;
    case "list":
      return value.words[0];
    case "reference":
      return undefined;
  }
}

/** The words of `${name[@]}`, `${name[*]}`, `${@}`, `$@` slices; undefined where the expansion is of one value. */
export function fieldsOfName(machine: Machine, part: ParameterExpansionPart): readonly Word[] | undefined {
  if (part.prefix !== undefined) {
    return undefined;
  }
  const words = listOf(machine, part);
  if (words === undefined || part.operation === undefined) {
    return words;
  }
  if (part.operation.type !== "Slice") {
    return undefined;
  }
  const from = Number(part.operation.offset.value);
  const count = part.operation.length === undefined ? undefined : Number(part.operation.length.value);
  if (!Number.isInteger(from) || from < 0 || (count !== undefined && !Number.isInteger(count))) {
    return undefined;
  }
  const base = part.parameter === "@" || part.parameter === "*" ? Math.max(0, from - 1) : from;
  return words.slice(base, count === undefined ? undefined : base + count);
}

function listOf(machine: Machine, part: ParameterExpansionPart): readonly Word[] | undefined {
  if (part.parameter === "@" || part.parameter === "*") {
    return machine.state.positional;
  }
  const index = part.index?.value;
  if (index !== "@" && index !== "*") {
    return undefined;
  }
  const value = valueOf(machine, part.parameter);
  return value?.kind === "list" ? value.words : value?.kind === "word" ? [value.word] : undefined;
}

/** The element that `${name[index]}` names. */
export function elementOf(machine: Machine, part: ParameterExpansionPart): Word | undefined {
  const index = part.index;
  if (index === undefined) {
    return specialValue(machine, part.parameter);
  }
  const value = valueOf(machine, part.parameter);
  const position = Number(index.value);
  if (value?.kind === "list" && Number.isInteger(position)) {
    return value.words.at(position);
  }
  return value?.kind === "word" && position === 0 ? value.word : undefined;
}
