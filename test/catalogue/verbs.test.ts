import assert from "node:assert/strict";
import { test } from "node:test";
import { matchCommandLine } from "../../src/catalogue/command-line.ts";
import { hole } from "../../src/catalogue/hole.ts";
import { loadCatalogue } from "../../src/catalogue/load.ts";
import { matchVerb } from "../../src/catalogue/verbs.ts";
import { classifyCommand, idsOf } from "../classify/http/world.ts";

const text = (position: "first" | "last"): string => `provider: acme
title: Acme
hosts: []
cli:
  programs: [acme]
  style: cobra
  prefixes: [beta]
  verb_position: ${position}
  options: [--name, -h]
  dry_run: [--dry-run]
  verbs:
    - {verb: "delete|remove-*", after: "dns", operation: soft_delete}
    - {verb: "delete|remove-*", operation: hard_delete, resource: [--name, 0]}
    - {verb: sync, option: [--prune], operation: hard_delete}
    - {verb: "list|get-*", operation: look}
    - {verb: tag, operation: change}
    - {verb: "*", after: "^$", operation: other}
  commands:
    - {path: login, operation: look}
operations:
  hard_delete: {effects: [irreversible_infrastructure_deletion]}
  soft_delete: {effects: [infrastructure_change]}
  change: {effects: [infrastructure_change]}
  look: {access: read}
  other: {access: unknown}
`;

function toolOf(position: "first" | "last") {
  const { catalogue, diagnostics } = loadCatalogue([{ file: "acme.yaml", text: text(position) }]);
  assert.deepEqual(diagnostics, []);
  const cli = catalogue.providers.get("acme")?.cli;
  assert.ok(cli !== undefined);
  return cli;
}

const cases: readonly {
  readonly words: string;
  readonly position?: "first" | "last";
  readonly name: string | undefined;
  readonly aliases?: readonly string[];
  readonly resource?: string;
  readonly hidden?: boolean;
}[] = [
  { words: "box delete b1", name: "box_delete", aliases: ["hard_delete"], resource: "b1" },
  { words: "box delete b1 --name b2", name: "box_delete", aliases: ["hard_delete"], resource: "b2" },
  { words: "beta box delete b1", name: "box_delete", aliases: ["hard_delete"], resource: "b1" },
  { words: "box remove-all", name: "box_remove_all", aliases: ["hard_delete"] },
  { words: "dns delete r1", name: "dns_delete", aliases: ["soft_delete"], resource: "r1" },
  { words: "box list delete", name: "box_list", aliases: ["look"], resource: "delete" },
  { words: "box sync", name: "other", aliases: [], resource: "sync" },
  { words: "box sync --prune", name: "box_sync", aliases: ["hard_delete"] },
  { words: "box frobnicate", name: "other", aliases: [], resource: "frobnicate" },
  { words: `box ${hole} delete`, name: "hard_delete", aliases: [], hidden: true },
  { words: `box delete ${hole}`, name: "box_delete", aliases: ["hard_delete"], resource: hole },
  { words: "tag list", name: "tag", aliases: ["change"], resource: "list" },
  { words: "tag list", position: "last", name: "tag_list", aliases: ["look"] },
  { words: "box --verbose delete", position: "last", name: "box_delete", aliases: ["hard_delete"] },
  { words: "-h x box delete", name: "box_delete", aliases: ["hard_delete"] },
  { words: "", name: undefined },
];

for (const { words, position = "first", name, aliases, resource, hidden = false } of cases) {
  test(`${position}: ${words.replaceAll(hole, "…")}`, () => {
    const tool = toolOf(position);
    const match = matchCommandLine(
      tool,
      words.split(" ").filter((word) => word !== ""),
    );
    assert.equal(match.help, false);
    const found = matchVerb(tool, match);
    assert.equal(found?.operation.name, name);
    assert.deepEqual(found?.operation.aliases, aliases);
    assert.equal(found?.resource?.value, resource);
    assert.equal(found?.hidden ?? false, hidden);
  });
}

test("a verb needs an operation of the file, and a pattern that is one", () => {
  const problems = (from: string, to: string): readonly string[] =>
    loadCatalogue([{ file: "acme.yaml", text: text("first").replace(from, to) }]).diagnostics.map(
      ({ message }) => message,
    );
  assert.match(problems("operation: change}", "operation: burn}").join(), /no operation `burn`/);
  assert.match(problems('after: "dns"', 'after: "("').join(), /not a regular expression/);
  assert.match(problems("position: first", "position: middle").join(), /expected one of `first`, `last`/);
  assert.match(problems("verb: tag, ", "word: tag, ").join(), /unknown key `word`/);
});

test("a dry run is nothing, and what only looks like one is not", () => {
  const { catalogue } = loadCatalogue([{ file: "acme.yaml", text: text("first") }]);
  const ids = (command: string): readonly string[] => idsOf(classifyCommand(command, { catalogue }));
  assert.deepEqual(ids("acme box delete b --dry-run"), []);
  assert.deepEqual(ids("acme box delete b --dry-run=false"), ["acme:box_delete"]);
  assert.deepEqual(ids("acme box delete b -- --dry-run"), ["acme:box_delete"]);
});
