import type { DecidedNotice } from "../broker/protocol.ts";
import { cutMiddle, makeVisibleLine, onOneLine, shorten } from "../base/visible-text.ts";
import { placeOf } from "../approve/question-text.ts";
import { doneWord } from "./status-text.ts";

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
const lineWidth = 80;
const indent = " ".repeat(13);

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
  if (done === "passed" && decision.rules.length === 0) {
    page.line(`${beginning}  ${shorten(request, lineWidth)}`);
    return;
  }
  page.gap();
  page.wrapped(`${beginning}  `, shorten(makeVisibleLine(decision.headline), 300));
  page.field(
    "who",
    `${makeVisibleLine(decision.agent)} · session ${makeVisibleLine(decision.sessionId)} · ${makeVisibleLine(decision.workspace)}`,
  );
  page.field("reason", shorten(makeVisibleLine(decision.reason), 600));
  for (const rule of decision.rules) {
    page.rule(rule, decision.workspace);
  }
  page.field("request", request);
  page.gap();
}

class Page {
  readonly #lines: string[] = [];
  readonly #links: RecordLink[] = [];

  line(text: string): void {
    this.#lines.push(text);
  }

  /** At most one empty line in a row. */
  gap(): void {
    if (this.#lines.at(-1) !== "") {
      this.#lines.push("");
    }
  }

  field(name: string, text: string): void {
    this.wrapped(label(name), text);
  }

  /** Further lines are indented as deep as the text begins. */
  wrapped(beginning: string, text: string): void {
    const deep = " ".repeat(beginning.length);
    wrap(text).forEach((part, index) => this.line(`${index === 0 ? beginning : deep}${part}`));
  }

  /** The place comes first, where it is seen without scrolling, and opens the line; what is no file opens nothing. */
  rule(rule: DecidedNotice["rules"][number], workspace: string): void {
    const place = placeOf(rule.file, rule.line, workspace);
    if (rule.file.startsWith("/") || /^[A-Za-z]:[\\/]/.test(rule.file)) {
      const start = indent.length;
      const { file, line: targetLine } = rule;
      this.#links.push({ line: this.#lines.length, start, end: start + place.length, file, targetLine });
    }
    this.line(`${label("rule")}${place}`);
    for (const part of wrap(shorten(makeVisibleLine(rule.because), 300))) {
      this.line(`${indent}${part}`);
    }
  }

  finish(): RecordDocument {
    const text = `${this.#lines.join("\n").trimEnd()}\n`;
    return { text, links: this.#links };
  }
}

function label(name: string): string {
  return `    ${name}`.padEnd(indent.length);
}

/** Breaks at spaces; a word that is longer than a line stays whole, so that it can be copied and found. */
function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > lineWidth) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}
