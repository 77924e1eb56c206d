import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDiagnostic } from "../../src/base/diagnostic.ts";
import { extendCatalogue, readAddition, withoutConflicts } from "../../src/catalogue/additions.ts";
import { exampleFailures } from "../../src/classify/catalogue-example.ts";
import { isKnownProgram, localProviders } from "../../src/classify/known-programs.ts";
import { programRules } from "../../src/classify/programs/registry.ts";
import { catalogue as shipped } from "../classify/http/world.ts";

const taken = { shipped, localProviders, isKnownProgram };

const acme = `provider: acme
title: Acme
hosts: [api.acme.dev]
cli:
  programs: [acme]
  commands:
    - {path: db delete, operation: database_delete, resource: [0]}
operations:
  database_delete: {effects: [irreversible_infrastructure_deletion], summary: delete a database}
examples:
  - {command: acme db delete main, is: ["acme:database_delete"], resource: main}
  - {command: acme db delete main, is: ["acme:database_create"]}
`;

function read(text: string, file = "acme.yaml"): ReturnType<typeof readAddition> {
  return readAddition({ file, text }, taken);
}

test("a file that only adds is used, and its examples run through the classifier", () => {
  const { addition, diagnostics } = read(acme);
  assert.deepEqual(diagnostics, []);
  assert.ok(addition !== undefined);
  const catalogue = extendCatalogue(shipped, [addition]);
  const [good, bad] = addition.provider.examples ?? [];
  assert.ok(good !== undefined && bad !== undefined);
  assert.deepEqual(exampleFailures(good, catalogue), []);
  assert.match(exampleFailures(bad, catalogue)[0] ?? "", /expected `acme:database_create`/);
  assert.match(exampleFailures(good, shipped)[0] ?? "", /found nothing/);
});

/** One edit of the file for each thing that is taken, and where the diagnostic points. */
const refusals: readonly (readonly [from: string | RegExp, to: string, line: number, message: RegExp])[] = [
  ["provider: acme", "provider: railway", 1, /`railway` ships/],
  ["provider: acme", "provider: git", 1, /`git` ships/],
  ["provider: acme", "provider: 'Acme*'", 1, /cannot be a provider's name/],
  ["[api.acme.dev]", "[a.dev, backboard.railway.com]", 3, /belongs to `railway`/],
  ["[api.acme.dev]", "['*.railway.com']", 3, /belongs to `railway`/],
  ["[api.acme.dev]", "['*.com']", 3, /cannot be a host/],
  ["[api.acme.dev]", "['*']", 3, /cannot be a host/],
  ["[api.acme.dev]", "[evil.vault.azure.net]", 3, /belongs to `azure`/],
  ["[acme]", "[railway]", 5, /belongs to `railway`/],
  ["[acme]", "[acme, rm]", 5, /rules of its own for `rm`/],
  ["[acme]", "[rm.exe]", 5, /rules of its own/],
  ["[acme]", "[RM]", 5, /cannot be a program/],
  ["[acme]", "[/bin/rm]", 5, /cannot be a program/],
  ["[acme]", "[git]", 5, /rules of its own/],
  ["[acme]", "[curl]", 5, /rules of its own/],
  ["[acme]", "[psql]", 5, /rules of its own/],
  ["[acme]", "[bash]", 5, /rules of its own/],
  ["[acme]", "[sudo]", 5, /rules of its own/],
  ["[acme]", "[env]", 5, /rules of its own/],
  ["[acme]", "[xargs]", 5, /rules of its own/],
  ["[acme]", "[eval]", 5, /rules of its own/],
  ["[acme]", "[python3.12]", 5, /rules of its own/],
  ["[acme]", "[mkfs.ext4]", 5, /rules of its own/],
  ["programs: [acme]", "packages: ['@railway/cli']", 5, /belongs to `railway`/],
  ["programs: [acme]", "emulator: {programs: [acme]}", 5, /stand-ins/],
  ["programs: [acme]", "argument_variables: [X]", 5, /whose words are read/],
  ["{effects:", "{everyday: true, effects:", 9, /everyday/],
  ["{effects:", "{groups: [everyday], effects:", 9, /everyday/],
  ["{effects:", "{aliases: ['railway:volume_delete'], effects:", 9, /name of the provider `railway`/],
  ["{effects:", "{mutation: volumeDelete, effects:", 9, /mutation `volumeDelete` belongs to `railway`/],
  ["resource: [0]", "resource: [--password]", 7, /sounds like a secret/],
  ["title: Acme", "title: Acme\ntable: {file: aws-access}", 3, /tables ship with the package/],
  ["title: Acme", "title: Acme\nmcp: {servers: [railway], tools: {}}", 3, /belongs to `railway`/],
  ["title: Acme", "title: Acme\nambient: {file: ~/.aws/credentials}", 3, /may not have `ambient.file` read/],
  ["title: Acme", "title: Acme\nambient: {variables: [ACME_PASSWORD]}", 3, /does not sound like/],
  [
    "title: Acme",
    "title: Acme\ncredentials: [{name: railway_cli_admin_token, class: a, summary: b}]",
    3,
    /`railway_cli_admin_token` ships/,
  ],
  [
    "title: Acme",
    "title: Acme\ncredentials: [{name: a, class: a, summary: b, files: [{path: ~/x}]}]",
    3,
    /which files/,
  ],
  ["db delete,", `${"a|b ".repeat(19)}c,`, 7, /stand for more than/],
  ["resource: [0]", "rules: [{text: '(a+)+b', effects: []}]", 7, /too costly/],
  [
    "resource: [0]",
    "rules: [{text: '(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)b', effects: []}]",
    7,
    /too costly/,
  ],
  ["  commands:", "  verbs: [{verb: '*a*b*', operation: database_delete}]\n  commands:", 6, /too costly/],
  ["summary: delete", "rules: [{path: '**.**.**.a', effects: []}], summary: delete", 9, /too costly/],
  ["title: Acme", "title: Acme\nrest: [{'GET /**/a/**/b': database_delete}]", 3, /too costly/],
  [
    "  commands:",
    "  verbs: [{verb: drop, after: db, operation: database_delete}]\n  commands:",
    6,
    /only shipped providers have `after`/,
  ],
  [
    "  commands:",
    `  verbs: [${"{verb: drop, operation: database_delete}, ".repeat(201)}]\n  commands:`,
    6,
    /more than 200 verbs/,
  ],
  ["resource: [0]", `rules: [${"{text: a, effects: []}, ".repeat(21)}]`, 7, /more than 20 patterns/],
  ["title: Acme", "titel: Acme", 2, /unknown key `titel`/],
  ["title: Acme", "title: [Acme", 3, /./],
  [/^[^]*$/, "[".repeat(20_000), 1, /./],
  [/^[^]*$/, "", 1, /./],
];

test("what ships with the package, or only the package may say, is refused with its place", () => {
  for (const [from, to, line, message] of refusals) {
    const text = acme.replace(from, to);
    assert.notEqual(text, acme, to);
    const { addition, diagnostics } = read(text);
    assert.equal(addition, undefined, to.slice(0, 80));
    const all = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join("\n");
    const found = diagnostics.find((diagnostic) => message.test(diagnostic.message));
    assert.ok(found !== undefined, `${to.slice(0, 80)}: ${all}`);
    assert.equal(found.range.line, line, all);
    assert.equal(found.severity, "error");
    assert.notEqual(found.help, "");
  }
});

test("no program that a rule is about can be described", () => {
  for (const program of programRules.flatMap((rule) => rule.programs)) {
    const { addition } = read(acme.replace("[acme]", JSON.stringify([program])));
    assert.equal(addition, undefined, program);
  }
});

test("no file that ships could be added again", () => {
  for (const { name, title } of shipped.providers.values()) {
    const { addition } = read(`provider: ${name}\ntitle: ${JSON.stringify(title)}\n`);
    assert.equal(addition, undefined, name);
  }
});

test("of two files that claim the same, the first one stays", () => {
  const first = read(acme, "a.yaml").addition;
  const second = read(acme.replace("provider: acme", "provider: acme2"), "b.yaml").addition;
  assert.ok(first !== undefined && second !== undefined);
  const { additions, diagnostics } = withoutConflicts([first, second]);
  assert.deepEqual(additions, [first]);
  assert.match(
    formatDiagnostic(diagnostics[0] ?? assert.fail()),
    /^b\.yaml:1:11: error: host `api\.acme\.dev` is described in `a\.yaml`/,
  );
});
