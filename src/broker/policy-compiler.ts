import { formatDiagnostic, type Diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Vocabulary } from "../catalogue/catalogue.ts";
import type { CompiledPolicy, Layer } from "../policy/compiled.ts";
import type { ExtendedText, PolicyReader } from "../policy/extend.ts";
import { loadPolicy } from "../policy/load.ts";
import type { PolicyNode } from "../policy/node.ts";
import { digestOf } from "../record/digest.ts";

/** A policy text with all that it builds on. */
export interface PolicyText {
  readonly file: string;
  readonly text: string;
  readonly extended: readonly ExtendedText[];
}

/** A compiled policy with the texts that it builds on. */
export interface CompiledText {
  readonly policy: CompiledPolicy;
  readonly extended: readonly ExtendedText[];
}

/** Compiles a policy text; the error is the first diagnostic, in one line. */
export type CompilePolicy = (source: {
  readonly file: string;
  readonly text: string;
  readonly layer: Layer;
  readonly workspace: string;
  readonly checked?: PolicyNode;
  readonly read?: PolicyReader;
}) => Result<CompiledText>;

/** Compiles with a catalogue's vocabulary; `shown` says how the first error of a file that does not load is put. */
export function policyCompiler(options: {
  readonly catalogue: Vocabulary;
  readonly home: string;
  shown(diagnostic: Diagnostic): string;
}): CompilePolicy {
  const { catalogue, home } = options;
  return (source) => {
    const { policy, diagnostics, extended } = loadPolicy({ ...source, home }, catalogue, digestOf);
    if (policy !== undefined) {
      return ok({ policy, extended });
    }
    const first = diagnostics.find(({ severity }) => severity === "error");
    return err(first === undefined ? "the policy does not load" : options.shown(first));
  };
}

/** One line of a diagnostic, for a state that has room for one. */
export function firstLine(diagnostic: Diagnostic): string {
  return formatDiagnostic(diagnostic).split("\n")[0] ?? diagnostic.message;
}

/** Compiles what was read before: whatever became of the files meanwhile, the texts are those. */
export function compileText(
  compile: CompilePolicy,
  { file, text, extended }: PolicyText,
  place: { readonly layer: Layer; readonly workspace: string },
): Result<CompiledPolicy> {
  const read: PolicyReader = (name) => {
    const known = extended.find((one) => one.file === name);
    return known === undefined ? err("it was not read with it") : ok(known.text);
  };
  const compiled = compile({ file, text, ...place, read });
  return compiled.ok ? ok(compiled.value.policy) : compiled;
}
