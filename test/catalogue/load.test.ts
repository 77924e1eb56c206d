import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadCatalogue } from "../../src/catalogue/load.ts";
import { railwayText } from "../classify/http/world.ts";

const small = `provider: acme
title: Acme
hosts: [api.acme.example, "*.acme.example"]
credentials:
  - {name: acme_token, class: account, summary: the account's token, environment: [ACME_TOKEN]}
cli:
  programs: [acme]
  options: [-e]
  environment: [-e]
  commands:
    - {path: box delete|rm, operation: box_delete, resource: [0]}
mcp: {servers: [acme], tools: {kill_box: box_delete}}
graphql: {environment: [env], resource: [id]}
rest:
  - {"DELETE /v1/boxes/{id}": box_delete}
operations:
  box_delete: {mutation: boxDelete, groups: [boxes], effects: [irreversible_infrastructure_deletion], aliases: [box_rm]}
  box_list: {query: [boxes, boxList], groups: [boxes]}
  key_show: {query: key, effects: [credential_reveal]}
`;

test("a provider loads with everything that it says", () => {
  const { catalogue, diagnostics } = loadCatalogue([{ file: "acme.yaml", text: small }]);
  assert.deepEqual(diagnostics, []);
  const acme = catalogue.providers.get("acme");
  assert.equal(catalogue.providerByHost("api.acme.example"), acme);
  assert.equal(catalogue.providerByHost("eu.acme.example"), acme);
  assert.equal(catalogue.providerByHost("acme.example"), undefined);
  assert.equal(catalogue.providerByHost("api.acme.example.evil.test"), undefined);
  assert.equal(catalogue.providerByProgram("acme"), acme);
  assert.equal(catalogue.providerByServer("my-acme-server"), acme);
  assert.equal(catalogue.providerByServer("acmeish"), undefined);
  assert.equal(catalogue.operation("acme", "box_rm")?.name, "box_delete");
  assert.equal(catalogue.operation("acme", "box_delete")?.reversible, false);
  assert.equal(catalogue.operation("acme", "unknown_call")?.access, "unknown");
  assert.equal(catalogue.credential("acme_token")?.provider, "acme");
  assert.deepEqual(
    catalogue.graphqlField("mutation", "boxDelete").map((owner) => owner.provider.name),
    ["acme"],
  );
  assert.deepEqual(catalogue.graphqlField("query", "boxDelete"), []);
  assert.deepEqual(acme?.groups.get("read"), ["unknown_route", "box_list"]);
  assert.deepEqual(acme?.groups.get("boxes"), ["box_delete", "box_list"]);
});

test("hosts that are only partly known are matched by both ends", () => {
  const { catalogue } = loadCatalogue([{ file: "acme.yaml", text: small.replace(', "*.acme.example"', "") }]);
  const names = (start: string, end: string): readonly string[] =>
    catalogue.providersByPartialHost(start, end).map((provider) => provider.name);
  assert.deepEqual(names("", ""), ["acme"]);
  assert.deepEqual(names("api.acme.", ""), ["acme"]);
  assert.deepEqual(names("", ".example"), ["acme"]);
  assert.deepEqual(names("api.other.", ""), []);
  assert.deepEqual(names("api.acme.example", ".example"), []);
});

test("the digest tells catalogues apart", () => {
  const digest = (text: string): string => loadCatalogue([{ file: "a.yaml", text }]).catalogue.digest;
  assert.equal(digest(small), digest(small));
  assert.notEqual(digest(small), digest(`${small}\n# more`));
});

const withRule = (rule: string): string =>
  small.replace("resource: [0]}", `resource: [0], rules: [${rule}]}`);

const broken: readonly {
  readonly name: string;
  readonly text: string;
  readonly message: RegExp;
  readonly line?: number;
}[] = [
  { name: "unknown key", text: small.replace("title:", "titel:"), message: /unknown key `titel`/, line: 2 },
  {
    name: "unknown effect",
    text: small.replace("irreversible_infrastructure_deletion", "boom"),
    message: /`boom` is not an effect/,
  },
  {
    name: "unknown operation of a command",
    text: small.replace("operation: box_delete", "operation: box_burn"),
    message: /no operation `box_burn`/,
    line: 11,
  },
  {
    name: "unknown operation of a tool",
    text: small.replace("kill_box: box_delete", "kill_box: nope"),
    message: /no operation `nope`/,
  },
  {
    name: "unknown operation of a route",
    text: small.replace('{id}": box_delete', '{id}": nope'),
    message: /no operation `nope`/,
  },
  {
    name: "a field twice",
    text: small.replace("[boxes, boxList]", "[boxes, boxes]"),
    message: /two operations/,
  },
  { name: "a command twice", text: small.replace("delete|rm", "delete|delete"), message: /described twice/ },
  { name: "a key twice", text: `${small}title: Again\n`, message: /unique|duplicate/i },
  { name: "not YAML", text: `${small}\n  - [`, message: /./ },
  { name: "a list at the top", text: "- a\n", message: /expected a mapping|missing/ },
  { name: "nothing", text: "", message: /missing/ },
  { name: "a wrong type", text: small.replace("hosts: [", "hosts: [1, "), message: /expected a text/ },
  {
    name: "a wrong access",
    text: small.replace("box_list: {query", "box_list: {access: maybe, query"),
    message: /expected one of/,
  },
  { name: "a bad pattern", text: withRule("{text: '('}"), message: /not a regular expression/ },
  {
    name: "an operation of a rule",
    text: withRule("{option: -x, operation: nope}"),
    message: /no operation `nope`/,
  },
  { name: "a bad option", text: small.replace("options: [-e]", "options: [-e=x]"), message: /not an option/ },
  { name: "a bad name", text: small.replace("key_show:", "Key-Show:"), message: /not a name/ },
  {
    name: "also names nothing",
    text: small.replace("key_show: {", "key_show: {also: [nope], "),
    message: /no operation `nope`/,
  },
];

for (const { name, text, message, line } of broken) {
  test(`a broken file is refused with its place: ${name}`, () => {
    const { diagnostics } = loadCatalogue([{ file: "acme.yaml", text }]);
    const found = diagnostics.find((diagnostic) => message.test(diagnostic.message));
    assert.ok(found, JSON.stringify(diagnostics.map((diagnostic) => diagnostic.message)));
    assert.equal(found.severity, "error");
    assert.equal(found.file, "acme.yaml");
    assert.ok(found.range.end <= text.length && found.range.start >= 0);
    if (line !== undefined) {
      assert.equal(found.range.line, line);
    }
  });
}

test("two files may not claim the same thing", () => {
  const other = small.replace("provider: acme", "provider: other").replace("acme_token", "other_token");
  const { diagnostics } = loadCatalogue([
    { file: "a.yaml", text: small },
    { file: "b.yaml", text: other },
  ]);
  const messages = diagnostics.map((diagnostic) => diagnostic.message).join("\n");
  assert.match(messages, /host `api\.acme\.example` is described twice/);
  assert.match(messages, /program `acme` is described twice/);
});

test("no text makes the loader throw, and a damaged file is never accepted as a smaller one", () => {
  const whole = loadCatalogue([{ file: "a.yaml", text: small }]).catalogue.providers.get("acme")?.operations
    .size;
  fc.assert(
    fc.property(fc.nat(small.length - 1), fc.constantFrom("", "\t", "[", "}", ": ", "\n", "x"), (at, put) => {
      const text = small.slice(0, at) + put + small.slice(at + 1);
      const { catalogue, diagnostics } = loadCatalogue([{ file: "a.yaml", text }]);
      const size = [...catalogue.providers.values()][0]?.operations.size;
      assert.ok(diagnostics.length > 0 || size === whole, text);
    }),
    { numRuns: 60 },
  );
});

test("the shipped file loads in a moment", () => {
  const started = performance.now();
  loadCatalogue([{ file: "railway.yaml", text: railwayText }]);
  assert.ok(performance.now() - started < 5000);
});
