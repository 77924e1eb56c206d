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
  private readonly catalogue: Catalogue;
  private readonly home: string;
  private last: { readonly key: string; readonly lines: readonly string[] } | undefined;

  constructor(catalogue: Catalogue, home: string) {
    this.catalogue = catalogue;
    this.home = home;
  }

  /** Lines for people, the first one a title. */
  of(workspace: string, { now, approved }: PendingPolicy): readonly string[] {
    const key = `${workspace}\n${now.hash}\n${approved.hash}`;
    if (this.last?.key !== key) {
      this.last = { key, lines: this.lines(workspace, { now, approved }) };
    }
    return this.last.lines;
  }

  private lines(workspace: string, { now, approved }: PendingPolicy): readonly string[] {
    const surroundings = { workspace, home: this.home, vocabulary: this.catalogue };
    const changes = diffPolicies(now, approved, surroundings).loosens.map((change) =>
      changeText(change, this.catalogue),
    );
    const more = changes.length - mostLines;
    return changes.length === 0
      ? ["Nothing becomes possible: what it tightens is in force already."]
      : [
          "These operations become possible:",
          ...changes.slice(0, mostLines).map((text) => `- ${text}`),
          ...(more > 0 ? [`- and ${more} more changes`] : []),
        ];
  }
}
