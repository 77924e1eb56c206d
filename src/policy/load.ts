import type { Diagnostic } from "../base/diagnostic.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { checkPolicy } from "./check.ts";
import { policyCodes } from "./codes.ts";
import { compilePolicy } from "./compile.ts";
import { mergeExtended, readExtended, type PolicyReader, type ExtendedText } from "./extend.ts";
import { lintPolicy, type PolicyWorld } from "./lint.ts";
import type { PolicyNode } from "./node.ts";
import type { CompiledPolicy, Layer, PolicyFile } from "./compiled.ts";
import { tellLoosened } from "./loosened.ts";
import { recordOrigins, type Origins } from "./merge.ts";
import { parsePolicy } from "./parse.ts";
import { Reporter } from "./reporter.ts";

/** The text of a policy file and where it stands. Paths are absolute and `/`-separated. */
export interface PolicySource {
  /** As diagnostics and reasons shall show it. */
  readonly file: string;
  readonly text: string;
  readonly layer: Layer;
  readonly workspace: string;
  readonly home: string;
  /** The tree of the text, where that was parsed and checked before: of the policy that ships with the package. */
  readonly checked?: PolicyNode;
  /** Gives the policies that this one builds on. Without it, `extends` is an error. */
  readonly read?: PolicyReader;
  /** For diagnostics; decisions do not depend on it. */
  readonly world?: PolicyWorld;
}

export interface LoadedPolicy {
  /** Missing exactly when there is an error diagnostic. */
  readonly policy?: CompiledPolicy;
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that it builds on, which an approval has to hold as well. */
  readonly extended: readonly ExtendedText[];
}

/**
 * Reads, checks and compiles one policy with all that it builds on. Never throws: whatever is wrong with the text is a
 * diagnostic with its place. `digest` is a cryptographic hash, which the pure zone cannot compute itself.
 */
export function loadPolicy(
  source: PolicySource,
  vocabulary: Vocabulary,
  digest: (text: string) => string,
): LoadedPolicy {
  if (source.checked !== undefined) {
    return compiled(source, { root: source.checked, extended: [], diagnostics: [] }, digest);
  }
  const parsed = parsePolicy(source.file, source.text);
  if (parsed.root?.kind !== "map") {
    return { diagnostics: parsed.diagnostics, extended: [] };
  }
  const { root } = parsed;
  const reporter = new Reporter(source.file);
  const origins: Origins = new Map();
  const { base, texts: extended } = readExtended(source, root, { vocabulary, origins, reporter });
  const subject = { ...source, root, ...(base === undefined ? {} : { base }) };
  checkPolicy(subject, vocabulary, reporter);
  if (reporter.hasErrors) {
    return { diagnostics: inOrder(reporter.diagnostics), extended };
  }
  lintPolicy(subject, root, vocabulary, reporter);
  if (base !== undefined) {
    tellLoosened(base, root, reporter);
  }
  const diagnostics = inOrder(reporter.diagnostics);
  if (base === undefined) {
    return compiled(source, { root, extended, diagnostics }, digest);
  }
  recordOrigins(source.file, root, origins);
  const whole = mergeExtended(base, root, origins);
  return compiled(source, { root: whole, origins, extended, diagnostics }, digest);
}

/** As people read a file. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.range.start - b.range.start);
}

/** The hash of a policy: of its text alone, or of all texts where it builds on others. */
export function hashOfSources(sources: readonly PolicyFile[], digest: (text: string) => string): string {
  const [only] = sources;
  return sources.length === 1 && only !== undefined
    ? only.hash
    : digest(sources.map(({ file, hash }) => `${hash} ${file}`).join("\n"));
}

/** The files of a policy with their hashes, itself first. */
export function sourcesOf(
  texts: readonly ExtendedText[],
  digest: (text: string) => string,
): readonly PolicyFile[] {
  return texts.map(({ file, text }) => ({ file, hash: digest(text) }));
}

interface Checked {
  readonly root: PolicyNode;
  readonly origins?: Origins;
  readonly extended: readonly ExtendedText[];
  readonly diagnostics: readonly Diagnostic[];
}

function compiled(source: PolicySource, checked: Checked, digest: (text: string) => string): LoadedPolicy {
  const { file, text, layer, workspace, home } = source;
  const { root, origins, extended, diagnostics } = checked;
  try {
    const sources = sourcesOf([{ file, text }, ...extended], digest);
    const context = { file, layer, workspace, home, hash: hashOfSources(sources, digest) };
    const policy = compilePolicy(root, origins === undefined ? context : { ...context, origins });
    return { policy: { ...policy, sources }, diagnostics, extended };
  } catch {
    const uncompiled: Diagnostic = {
      code: "policy/cannot-compile",
      severity: policyCodes["policy/cannot-compile"].severity,
      message: "a rule of this policy cannot be compiled",
      help: "remove the rule that was added last, and report this text",
      file,
      range: root.range,
    };
    return { diagnostics: [...diagnostics, uncompiled], extended };
  }
}
