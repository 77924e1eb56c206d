import type { DecidedNotice } from "../broker/protocol.ts";
import { doneWord } from "./status-text.ts";
import { cutMiddle, makeVisibleLine, onOneLine, shorten } from "../base/visible-text.ts";

/** A place in the document that opens a policy line. Line and columns count from 0, `end` exclusive. */
export interface RecordLink {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly file: string;
  /** Counts from 1. */
  readonly targetLine: number;
}

export interface RecordDocument {
  readonly text: string;
  readonly links: readonly RecordLink[];
}

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
): RecordDocument {
  if (decisions.length === 0) {
    return { text: emptyText, links: [] };
  }
  const page = new Page();
  page.line("Signalbox: record of decisions, newest first");
  page.line(summary(decisions));
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
  const headline = shorten(makeVisibleLine(decision.headline), 300);
  page.line("");
  page.line(`${clock(decision.at)}  ${doneWord(decision).toUpperCase().padEnd(8)}  ${headline}`);
  page.line(
    `    who      ${makeVisibleLine(decision.agent)} · session ${makeVisibleLine(decision.sessionId)}`,
  );
  page.line(`    where    ${makeVisibleLine(decision.workspace)}`);
  page.line(`    reason   ${shorten(makeVisibleLine(decision.reason), 600)}`);
  for (const rule of decision.rules) {
    page.rule(rule);
  }
  const request = onOneLine(cutMiddle(decision.text, [], textBudget));
  if (request !== "") {
    page.line(`    request  ${request}`);
  }
}

class Page {
  readonly #lines: string[] = [];
  readonly #links: RecordLink[] = [];

  line(text: string): void {
    this.#lines.push(text);
  }

  rule(rule: DecidedNotice["rules"][number]): void {
    const place = `${makeVisibleLine(rule.file)}:${rule.line}`;
    const before = `    rule     ${shorten(makeVisibleLine(rule.because), 300)}  `;
    this.#links.push({
      line: this.#lines.length,
      start: before.length,
      end: before.length + place.length,
      file: rule.file,
      targetLine: rule.line,
    });
    this.line(`${before}${place}`);
  }

  finish(): RecordDocument {
    return { text: `${this.#lines.join("\n")}\n`, links: this.#links };
  }
}
