import type { Catalogue } from "../catalogue/load.ts";
import { diffPolicies } from "../decide/policy-diff/policy-diff.ts";
import { changeText } from "../decide/policy-diff/wording.ts";
import type { PendingPolicy } from "./policies.ts";

/** Most changes that are shown one by one. */
const mostLines = 40;

/**
 * What a human decides about when a policy waits for approval: the operations that become possible. What it tightens is in
 * force already. The last answer is kept, so that a proposal that is made again and again costs nothing.
 */
export class PolicyConsequences {
  /** The catalogue with what a workspace adds. */
  private readonly catalogueOf: (workspace: string) => Catalogue;
  private readonly home: string;
  private last:
    | { readonly key: string; readonly vocabulary: Catalogue; readonly lines: readonly string[] }
    | undefined;

  constructor(catalogueOf: (workspace: string) => Catalogue, home: string) {
    this.catalogueOf = catalogueOf;
    this.home = home;
  }

  /** Lines for people, the first one a title. */
  of(workspace: string, { now, approved }: PendingPolicy): readonly string[] {
    const vocabulary = this.catalogueOf(workspace);
    const key = `${workspace}\n${now.hash}\n${approved.hash}`;
    if (this.last?.key !== key || this.last.vocabulary !== vocabulary) {
      const surroundings = { workspace, home: this.home, vocabulary };
      const { loosens } = diffPolicies(now, approved, surroundings);
      this.last = {
        key,
        vocabulary,
        lines: linesFor(loosens.map((change) => changeText(change, vocabulary))),
      };
    }
    return this.last.lines;
  }
}

function linesFor(changes: readonly string[]): readonly string[] {
  const more = changes.length - mostLines;
  return changes.length === 0
    ? ["Nothing becomes possible: what it tightens is in force already."]
    : [
        "These operations become possible:",
        ...changes.slice(0, mostLines).map((text) => `- ${text}`),
        ...(more > 0 ? [`- and ${more} more changes`] : []),
      ];
}
