import { makeVisibleLine } from "../../base/visible-text.ts";
import type { Block } from "./document.ts";

/** A document as GitHub's Markdown. Nothing in it that an agent wrote is markup. */
export function markdownOf(title: string, blocks: readonly Block[]): string {
  return `${[`# ${plain(title)}`, ...blocks.map(block)].join("\n\n")}\n`;
}

function block(given: Block): string {
  switch (given.kind) {
    case "heading":
      return `## ${plain(given.text)}`;
    case "paragraph":
      return plain(given.text);
    case "table":
      return [
        row(given.head),
        row(given.head.map(() => "---")),
        ...given.rows.map((cells) => row(cells.map(plain))),
      ].join("\n");
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** With a backslash before it, no punctuation means anything; a mention or an address becomes no link. */
function plain(text: string): string {
  return makeVisibleLine(text)
    .replaceAll(/[\\`*_{}[\]<>()#+!|~&]/g, (letter) => `\\${letter}`)
    .replaceAll(/@(?=\w)/g, "@\u2060")
    .replaceAll("://", ":\u2060//")
    .replaceAll(/\bwww\./gi, (found) => `${found.slice(0, 3)}\u2060.`);
}
