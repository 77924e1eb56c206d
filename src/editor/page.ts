import { makeVisibleLine, shorten } from "../base/visible-text.ts";
import { placeOf } from "../approve/question-text.ts";

/** A place in a document that opens a policy line. Line and columns count from 0, `end` exclusive. */
export interface PageLink {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly file: string;
  /** Counts from 1. */
  readonly targetLine: number;
}

export interface PageDocument {
  readonly text: string;
  readonly links: readonly PageLink[];
}

/** A rule as people read it. */
interface PageRule {
  readonly because: string;
  readonly file: string;
  readonly line: number;
}

/** Columns that text is wrapped at. */
export const lineWidth = 80;
const indent = " ".repeat(13);

/** A read-only document that is written line by line. What others wrote has to be made visible by the caller. */
export class Page {
  readonly #lines: string[] = [];
  readonly #links: PageLink[] = [];

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
  rule(rule: PageRule, workspace: string): void {
    this.place(label("rule"), rule, workspace);
    for (const part of wrap(shorten(makeVisibleLine(rule.because), 300))) {
      this.line(`${indent}${part}`);
    }
  }

  /** A place after a beginning, as a link; what is no file opens nothing. */
  place(beginning: string, { file, line }: Omit<PageRule, "because">, workspace: string): void {
    const place = placeOf(file, line, workspace);
    if (file.startsWith("/") || /^[A-Za-z]:[\\/]/.test(file)) {
      const start = beginning.length;
      this.#links.push({
        line: this.#lines.length,
        start,
        end: start + place.length,
        file,
        targetLine: line,
      });
    }
    this.line(`${beginning}${place}`);
  }

  finish(): PageDocument {
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
