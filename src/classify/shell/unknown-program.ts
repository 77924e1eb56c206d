import { rulesFor } from "../programs/registry.ts";
import { builtinOf } from "./builtins.ts";
import type { Invocation, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { shellPrograms } from "./shells.ts";
import { specialValue } from "./variables.ts";
import { knownWord } from "./word.ts";

/** A program that is known by rules, or that is part of a shell. */
export function isKnownProgram(program: string): boolean {
  return rulesFor(program).length > 0 || shellPrograms.has(program) || builtinOf(program) !== undefined;
}

const probes = [
  "rm",
  "bash",
  "git",
  "docker",
  "kubectl",
  "terraform",
  "aws",
  "chmod",
  "dd",
  "curl",
  "python3",
  "npm",
];

/** The name in `$(call build,x)` and `$(GO) test` out of a makefile: for a shell these are programs that nobody has. */
function makeVariable(machine: Machine, raw: string): string | undefined {
  const match = /^\$\((?:([A-Z][A-Z0-9_]*)|(call) [\w.-]+(?:,[^()`$]*)?)\)$/.exec(raw);
  const name = match?.[1] ?? match?.[2];
  return name === undefined || machine.state.functions.has(name) || machine.state.aliases.has(name)
    ? undefined
    : name;
}

/** `$env:Path += "…"`, `$out = npm pack`: PowerShell, whatever the shell was said to be. */
function isForeignAssignment(machine: Machine, raw: string, next: Word | undefined): boolean {
  const name = /^\$(?:env:)?([A-Za-z_]\w*)$/i.exec(raw)?.[1];
  return (
    name !== undefined &&
    !machine.state.variables.has(name) &&
    /^[-+]?=$/.test(next?.text ?? "") &&
    next?.known === true
  );
}

/** `$options npm run build`: a variable that the line never set, in front of a command that is judged by itself. */
function isPrefix(machine: Machine, raw: string, next: Word | undefined): boolean {
  const name = /^\$(?:(\w+)|\{(\w+)\})$/.exec(raw);
  const variable = name?.[1] ?? name?.[2];
  return (
    variable !== undefined &&
    /^[A-Za-z_]/.test(variable) &&
    !machine.state.variables.has(variable) &&
    next?.known === true &&
    (packageManagers.test(next.text) || isKnownProgram(next.text))
  );
}

const packageManagers =
  /^(?:npm|npx|pnpm|pnpx|yarn|bun|bunx|node|deno|python3?|pip3?|uv|uvx|poetry|go|cargo|make|cmake|ninja|gradle|mvn|dotnet|bazel|apt|apt-get|brew)$/;

/**
 * `"$BIN" --version`: one quoted word is one program, whatever it is. It hides nothing that matters
 * where none of the programs that could do harm would do any with these words.
 */
export function judgeUnknown(machine: Machine, invocation: Invocation): void {
  const [first, ...rest] = invocation.words;
  if (first === undefined) {
    return;
  }
  const raw = machine.source.slice(first.start, first.end);
  const make = makeVariable(machine, raw);
  if (make !== undefined) {
    const program = specialValue(machine, make);
    if (program?.known === true) {
      machine.words([program, ...rest], invocation.stdin, false);
    }
    return;
  }
  if (isForeignAssignment(machine, raw, rest[0])) {
    machine.scope.foreign(machine.source.slice(invocation.start, invocation.end), "powershell");
    return;
  }
  if (isPrefix(machine, raw, rest[0])) {
    return;
  }
  const oneWord = [raw, first.template ?? ""].some((text) =>
    /^"[\w./-]*\$(?:\w+|\{\w+\})[\w./-]*"$/.test(text),
  );
  const fromNetwork = first.printed?.kind === "unknown" && first.printed.fromNetwork;
  const harmless = (probe: string): boolean =>
    !machine.scope.wouldHarm([knownWord(probe, first.start, first.end), ...rest]);
  if (!oneWord || fromNetwork || rest.length === 0 || !probes.every(harmless)) {
    machine.opaque(`which command runs is not known before it runs: \`${first.text}\``, invocation);
  }
}
