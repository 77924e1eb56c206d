import type { Diagnostic } from "../base/diagnostic.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { checkPolicy } from "./check.ts";
import { compilePolicy } from "./compile.ts";
import { lintPolicy, type PolicyWorld } from "./lint.ts";
import { entryOf, type PolicyNode } from "./node.ts";
import type { CompiledPolicy, Layer } from "./compiled.ts";
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
  /** For diagnostics; decisions do not depend on it. */
  readonly world?: PolicyWorld;
}

export interface LoadedPolicy {
  /** Missing exactly when there is an error diagnostic. */
  readonly policy?: CompiledPolicy;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads, checks and compiles one policy. Never throws: whatever is wrong with the text is a diagnostic with its place.
 * `digest` is a cryptographic hash, which the pure zone cannot compute itself.
 */
export function loadPolicy(
  source: PolicySource,
  vocabulary: Vocabulary,
  digest: (text: string) => string,
): LoadedPolicy {
  if (source.checked !== undefined) {
    return compiled(source, source.checked, [], digest);
  }
  const parsed = parsePolicy(source.file, source.text);
  if (parsed.root?.kind !== "map") {
    return { diagnostics: parsed.diagnostics };
  }
  const reporter = new Reporter(source.file);
  checkPolicy(source.text, parsed.root, vocabulary, reporter);
  if (!reporter.hasErrors && !reporter.isFull) {
    lintPolicy(source, parsed.root, vocabulary, reporter);
  }
  const diagnostics = [...reporter.diagnostics, ...refuseExtends(source.file, parsed.root)];
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) {
    return { diagnostics };
  }
  return compiled(source, parsed.root, diagnostics, digest);
}

function compiled(
  source: PolicySource,
  root: PolicyNode,
  diagnostics: readonly Diagnostic[],
  digest: (text: string) => string,
): LoadedPolicy {
  const { file, layer, workspace, home } = source;
  try {
    const hash = digest(source.text);
    return { policy: compilePolicy(root, { file, layer, workspace, home, hash }), diagnostics };
  } catch {
    const uncompiled: Diagnostic = {
      code: "policy/cannot-compile",
      severity: "error",
      message: "a rule of this policy cannot be compiled",
      help: "remove the rule that was added last, and report this text",
      file,
      range: root.range,
    };
    return { diagnostics: [...diagnostics, uncompiled] };
  }
}

/** Until policies can be resolved against each other, ignoring the key would be silently weaker. */
function refuseExtends(file: string, root: PolicyNode): readonly Diagnostic[] {
  const entry = entryOf(root, "extends");
  return entry === undefined
    ? []
    : [
        {
          code: "policy/extends",
          severity: "error",
          message: "`extends` is not supported yet",
          help: "copy the rules of the other policy into this one",
          file,
          range: entry.keyRange,
        },
      ];
}
