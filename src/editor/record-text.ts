import type { DecidedNotice } from "../broker/protocol.ts";
import { cutMiddle, makeVisibleLine, onOneLine, shorten } from "../base/visible-text.ts";
import { lineWidth, Page, type PageDocument } from "./page.ts";
import { doneWord } from "./status-text.ts";

const textBudget = 600;

const emptyText = [
  "Signalbox: record of decisions",
  "",
  "Nothing has been decided yet.",
  "Ask an agent to do something: what it tries, and what became of it, appears here.",
  "",
].join("\n");

/**
 * The last decisions as a document, newest first, every rule with the policy line that made it. `clock` turns an ISO time
 * into the reader's own.
 */
export function recordDocument(
  decisions: readonly DecidedNotice[],
  clock: (at: string) => string,
): PageDocument {
  if (decisions.length === 0) {
    return { text: emptyText, links: [] };
  }
  const page = new Page();
  page.line("Signalbox: record of decisions, newest first");
  page.line(summary(decisions));
  page.line("");
  for (const decision of decisions) {
    writeDecision(page, decision, clock);
  }
  return page.finish();
}

function summary(decisions: readonly DecidedNotice[]): string {
  const counts = new Map<string, number>();
  for (const decision of decisions) {
    const done = doneWord(decision);
    counts.set(done, (counts.get(done) ?? 0) + 1);
  }
  return [...counts].map(([done, count]) => `${count} ${done}`).join(" · ");
}

function writeDecision(page: Page, decision: DecidedNotice, clock: (at: string) => string): void {
  const request = onOneLine(cutMiddle(decision.text, [], textBudget));
  const done = doneWord(decision);
  const beginning = `${clock(decision.at)}  ${done.toUpperCase().padEnd(8)}`;
  // What nobody objected to takes one line; what was stopped or asked stands out.
  if (done === "passed" && decision.rules.length === 0 && decision.observed === undefined) {
    page.line(`${beginning}  ${shorten(request, lineWidth)}`);
    return;
  }
  page.gap();
  page.wrapped(`${beginning}  `, shorten(makeVisibleLine(decision.headline), 300));
  page.field(
    "who",
    `${makeVisibleLine(decision.agent)} · session ${makeVisibleLine(decision.sessionId)} · ${makeVisibleLine(decision.workspace)}`,
  );
  // What was only observed is told by what would have stopped it.
  const { reason, rules } = decision.observed ?? decision;
  page.field("reason", shorten(makeVisibleLine(reason), 600));
  for (const rule of rules) {
    page.rule(rule, decision.workspace);
  }
  page.field("request", request);
  page.gap();
}
