import { makeVisibleLine } from "../../base/visible-text.ts";
import type { Block } from "./document.ts";

const style = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:600}
th,td{border:1px solid color-mix(in srgb,currentColor 25%,transparent);padding:.3rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:color-mix(in srgb,currentColor 8%,transparent)}`;

/** A document as one page of HTML that needs nothing else and runs nothing. Nothing in it that an agent wrote is markup. */
export function htmlOf(title: string, blocks: readonly Block[]): string {
  const heading = escaped(title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${heading}</title>
<style>${style}</style>
</head>
<body>
<h1>${heading}</h1>
${blocks.map(block).join("\n")}
</body>
</html>
`;
}

function block(given: Block): string {
  switch (given.kind) {
    case "heading":
      return `<h2>${escaped(given.text)}</h2>`;
    case "paragraph":
      return `<p>${escaped(given.text)}</p>`;
    case "table":
      return `<table>
<thead><tr>${given.head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join("")}</tr></thead>
<tbody>
${given.rows.map((cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`).join("\n")}
</tbody>
</table>`;
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return makeVisibleLine(text).replaceAll(/[&<>"']/g, (letter) => entities[letter] ?? "");
}
