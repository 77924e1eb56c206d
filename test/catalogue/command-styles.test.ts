import assert from "node:assert/strict";
import { test } from "node:test";
import { isDryRun, matchCommandLine, type CommandMatch } from "../../src/catalogue/command-line.ts";
import { hole } from "../../src/catalogue/hole.ts";
import { loadCatalogue } from "../../src/catalogue/load.ts";

interface Case {
  readonly style: string;
  readonly line: string;
  readonly path: string;
  readonly positionals?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly hidden?: boolean;
  readonly help?: boolean;
  readonly dry?: boolean;
}

const cases: readonly Case[] = [
  { style: "gnu", line: "x delete", path: "delete", positionals: "x" },
  { style: "cobra", line: "x delete", path: "", positionals: "x delete" },
  { style: "cobra", line: "--value x delete", path: "delete", options: { "--value": "x" } },
  // The option is not known: what follows may be its value, or a name.
  { style: "cobra", line: "--odd x delete", path: "delete", positionals: "x", options: { "--odd": "" } },
  { style: "cobra", line: `${hole} delete`, path: "delete", positionals: hole, hidden: true },
  { style: "cobra", line: `delete ${hole} list`, path: "delete", positionals: `${hole} list` },
  { style: "cobra", line: "delete --dry-run", path: "delete", options: { "--dry-run": "" }, dry: true },
  { style: "cobra", line: "delete --dry-run=none", path: "delete", options: { "--dry-run": "none" } },
  { style: "cobra", line: `delete --dry-run=${hole}`, path: "delete", options: { "--dry-run": hole } },
  { style: "go", line: "-chdir=delete list", path: "list", options: { "-chdir": "delete" } },
  { style: "go", line: "delete -auto --value x", path: "delete", options: { "-auto": "", "-value": "x" } },
  { style: "go", line: "delete --auto=false", path: "delete", options: { "-auto": "false" } },
  { style: "go", line: "delete -help", path: "delete", help: true },
  {
    style: "aws",
    line: "delete --ids a b --flag c",
    path: "delete",
    options: { "--ids": "a b", "--flag": "c" },
  },
  { style: "aws", line: "other delete", path: "", positionals: "other delete" },
  { style: "aws", line: "delete help", path: "delete", positionals: "help", help: true },
  {
    style: "aws",
    line: "delete --dry-run --no-dry-run",
    path: "delete",
    options: { "--dry-run": "", "--no-dry-run": "" },
  },
];

for (const one of cases) {
  const {
    style,
    line,
    path,
    positionals = "",
    options = {},
    hidden = false,
    help = false,
    dry = false,
  } = one;
  test(`${style}: ${line}`, () => {
    const text = `
provider: acme
title: Acme
cli:
  style: ${style}
  programs: [acme]
  options: [--value, -value, -chdir]
  dry_run: [--dry-run]
  commands: [{path: delete, operation: gone}, {path: list, operation: gone}]
operations: {gone: {}}
`;
    const { catalogue, diagnostics } = loadCatalogue([{ file: "acme.yaml", text }]);
    assert.deepEqual(diagnostics, []);
    const cli = catalogue.providerByProgram("acme")?.cli;
    assert.ok(cli);
    const match = matchCommandLine(cli, line.split(" "));
    const found = { ...shown(match), dry: isDryRun(cli, match) };
    assert.deepEqual(found, { path, positionals, options, hidden, help, dry });
  });
}

function shown(match: CommandMatch): object {
  return {
    path: match.path.join(" "),
    positionals: match.positionals.map((word) => word.value).join(" "),
    options: Object.fromEntries(
      [...match.options].map(([name, words]) => [name, words.map((word) => word.value).join(" ")]),
    ),
    hidden: match.hidden,
    help: match.help,
  };
}
