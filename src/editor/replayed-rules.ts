import { makeVisibleLine, shorten } from "../base/visible-text.ts";
import type { ReplayExample, Rule } from "../record/replay.ts";
import type { Page } from "./page.ts";

/** What a report says of the requests that one rule makes a difference for. */
export interface ReplayedRule {
  /** Before the rule: how many requests, and what would become of them. */
  readonly title: string;
  readonly rule: Rule | undefined;
  readonly because: string;
  readonly examples: readonly ReplayExample[];
}

/** Where a report is read: the folder that its places are told from, and the reader's own time. */
export interface ReplayedPlace {
  readonly workspace: string;
  readonly clock: (at: string) => string;
}

/** One rule with its latest requests, indented so that an editor can fold it. */
export function writeReplayedRule(
  page: Page,
  { title, rule, because, examples }: ReplayedRule,
  { workspace, clock }: ReplayedPlace,
): void {
  page.gap();
  page.line(`  ${title}`);
  if (rule === undefined) {
    page.field("rule", "no rule is against it");
  } else {
    page.rule({ ...rule, because }, workspace);
  }
  examples.forEach(({ time, agent, headline }, index) => {
    const told = `${clock(time)}  ${makeVisibleLine(agent)}: ${shorten(makeVisibleLine(headline), 200)}`;
    page.field(index === 0 ? "latest" : "", told);
  });
}
