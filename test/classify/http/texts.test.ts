import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { unresolved } from "../../../src/catalogue/arguments.ts";
import { hole } from "../../../src/catalogue/hole.ts";
import { snakeCase, soundsRevealing, verbOf } from "../../../src/catalogue/names.ts";
import { parseWithHoles, readGraphqlBody } from "../../../src/classify/http/graphql-body.ts";
import { readGraphql } from "../../../src/classify/http/graphql.ts";
import { fillTemplate } from "../../../src/classify/http/template.ts";
import { expandUrlGlobs, isUnclearHost, readUrl } from "../../../src/classify/http/url.ts";

test("names in every spelling become snake case", () => {
  for (const [name, expected] of [
    ["volumeDelete", "volume_delete"],
    ["volumeInstancePITRRestore", "volume_instance_pitr_restore"],
    ["egressGatewayUpgradeToHA", "egress_gateway_upgrade_to_ha"],
    ["serviceInstanceDeployV2", "service_instance_deploy_v2"],
    ["delete-volume", "delete_volume"],
    ["Delete Volume", "delete_volume"],
    ["delete_volume", "delete_volume"],
    ["me", "me"],
  ] as const) {
    assert.equal(snakeCase(name), expected);
  }
});

test("a name's verb is taken on the strict side", () => {
  for (const [name, expected] of [
    ["list_projects", "read"],
    ["get_and_delete", "delete"],
    ["volume_wipe", "delete"],
    ["set_variables", "change"],
    ["frob", "unknown"],
    ["check_and_restart", "change"],
  ] as const) {
    assert.equal(verbOf(name), expected, name);
  }
  assert.ok(
    soundsRevealing("api_token_create") && soundsRevealing("variables") && !soundsRevealing("volume_list"),
  );
});

test("expansions become holes, or values where they are known", () => {
  const variable = (name: string): string | undefined => ({ ID: "vol_1" })[name];
  for (const [source, expected] of [
    ["a $ID b", "a vol_1 b"],
    ["a ${ID}b", "a vol_1b"],
    ["a $X b", `a ${hole} b`],
    ["${X:-y}", hole],
    ["$(echo ')' x)y", `${hole}y`],
    ["`id`", hole],
    ["cost $ 5", "cost $ 5"],
    ["$1$@", hole + hole],
    ["$(unclosed", hole],
    ['{"a":"\\n"}', '{"a":"\\n"}'],
  ] as const) {
    assert.equal(fillTemplate(source, variable), expected, source);
  }
});

test("URLs are taken apart as lenient clients do", () => {
  for (const [url, host, path] of [
    ["https://backboard.railway.app/graphql/v2", "backboard.railway.app", "/graphql/v2"],
    ["backboard.railway.app", "backboard.railway.app", "/"],
    ["HTTPS://BackBoard.Railway.App.:443/a?b#c", "backboard.railway.app", "/a"],
    ["https://user:p@ss@host.example/x", "host.example", "/x"],
    ["https:////host.example/x", "host.example", "/x"],
    ["https:\\\\host.example\\x", "host.example", "/x"],
    ["https://%68ost.example", "host.example", "/"],
    ["https://[::1]:8080/x", "[::1]", "/x"],
    [`https://a.${hole}/x`, `a.${hole}`, "/x"],
    [`https://host.example:${hole}/x`, "host.example", "/x"],
    [
      "https://evil.example/https://backboard.railway.app/",
      "evil.example",
      "/https://backboard.railway.app/",
    ],
    ["https://evil.example?@backboard.railway.app/", "evil.example", "/"],
    ["https://evil.example#@backboard.railway.app/", "evil.example", "/"],
    [" https://host.example/x ", "host.example", "/x"],
  ] as const) {
    const read = readUrl(url);
    assert.deepEqual([read.host, read.path], [host, path], url);
  }
  assert.deepEqual(
    [...readUrl("x/?a=1&b=%7B%7D&a=2").query],
    [
      ["a", "2"],
      ["b", "{}"],
    ],
  );
  assert.deepEqual(readUrl("x/?a=1&a=2").repeated, ["a"]);
});

test("URL globbing is expanded, and bounded", () => {
  assert.deepEqual(expandUrlGlobs("http://{a,b}.x/{1,2}"), [
    "http://a.x/1",
    "http://a.x/2",
    "http://b.x/1",
    "http://b.x/2",
  ]);
  assert.deepEqual(expandUrlGlobs("http://h[1-3].x"), [`http://h${hole}.x`]);
  assert.equal(expandUrlGlobs(`http://${"{a,b,c,d}".repeat(20)}`).length, 16);
  assert.deepEqual(expandUrlGlobs("http://[::1]/"), ["http://[::1]/"]);
});

test("a host that says nothing about whose it is", () => {
  for (const host of ["", hole, `a.${hole}`, "203.0.113.7", "3405803783", "0xcb007107", "[2001:db8::1]"]) {
    assert.ok(isUnclearHost(host), host);
  }
  for (const host of [
    "api.example.com",
    "localhost",
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "172.20.0.1",
    "[::1]",
    "[fe80::1]",
  ]) {
    assert.ok(!isUnclearHost(host), host);
  }
});

const reads: readonly {
  readonly name: string;
  readonly body: string;
  readonly fields?: readonly string[];
  readonly unreadable?: boolean;
}[] = [
  { name: "JSON", body: '{"query":"{ a b }"}', fields: ["a", "b"] },
  { name: "byte order mark and white space", body: '\uFEFF \n{"query":"{ a }"}', fields: ["a"] },
  { name: "batch", body: '[{"query":"{ a }"},{"query":"mutation { b }"}]', fields: ["a", "b"] },
  {
    name: "operation name",
    body: '{"operationName":"B","query":"query A { a } query B { b }"}',
    fields: ["b"],
  },
  {
    name: "operation name that is null",
    body: '{"operationName":null,"query":"query A { a } query B { b }"}',
    fields: ["a", "b"],
  },
  { name: "form", body: "query=%7Ba%7D&variables=%7B%7D", fields: ["a"] },
  { name: "bare document", body: "# c\nmutation { b }", fields: ["b"] },
  {
    name: "cycle of fragments",
    body: '{"query":"{ ...A } fragment A on Q { a ...B } fragment B on Q { b ...A }"}',
    fields: ["a", "b"],
  },
  { name: "key twice", body: '{"query":"{ a }","query":"mutation { b }"}', unreadable: true },
  { name: "persisted query", body: '{"extensions":{"persistedQuery":{"sha256Hash":"x"}}}', unreadable: true },
  { name: "document id", body: '{"documentId":"x","variables":{}}', unreadable: true },
  { name: "syntax error", body: '{"query":"mutation { volumeDelete("}', unreadable: true },
  { name: "hole for a document", body: `{"query":"${hole}"}`, unreadable: true },
  { name: "hole for a field", body: `{"query":"mutation { ${hole} }"}`, unreadable: true },
  { name: "hole for everything", body: hole, unreadable: true },
  { name: "only fragments", body: '{"query":"fragment A on Q { a }"}', unreadable: true },
  { name: "broken JSON", body: '{"query":"{ a }"', unreadable: true },
  { name: "JSON of another kind", body: '{"name":"x"}' },
  { name: "empty batch", body: "[]" },
  { name: "plain text", body: "hello world" },
  { name: "JSON that lost its quotes", body: "{query:mutation{volumeDelete(volumeId:1)}}", unreadable: true },
];

for (const { name, body, fields, unreadable = false } of reads) {
  test(`a body: ${name}`, () => {
    const reading = readGraphqlBody(body);
    if (unreadable) {
      assert.equal(reading?.kind, "unreadable");
    } else {
      assert.deepEqual(
        reading?.kind === "fields" ? reading.fields.map((field) => field.name) : undefined,
        fields,
      );
    }
  });
}

test("what an unreadable body names is kept", () => {
  const reading = readGraphqlBody('{"query":"mutation { volumeDelete("}');
  assert.ok(reading?.kind === "unreadable" && reading.names.includes("volumeDelete"));
});

test("arguments are resolved through variables, defaults and holes", () => {
  const reading = readGraphql({
    document: `mutation($a: ID!, $b: ID = "dflt", $c: In) { f(a: $a, b: $b, c: $c, d: [1, 2.5, X, true, null], e: {k: "${hole}"}, g: $h) }`,
    variables: { a: "1", c: { deep: ["x"] } },
  });
  assert.ok(reading.kind === "fields");
  assert.deepEqual(reading.fields[0]?.args, {
    a: "1",
    b: "dflt",
    c: { deep: ["x"] },
    d: [1, 2.5, "X", true, null],
    e: { k: unresolved },
    g: null,
  });
});

test("a document that is too long is unreadable", () => {
  const document = `{ ${"a ".repeat(20_000)} }`;
  assert.equal(readGraphql({ document, variables: {} }).kind, "unreadable");
});

test("JSON with holes keeps what is known", () => {
  assert.deepEqual(parseWithHoles(`{"a":${hole},"b":["x${hole}","y"],"query":"q ${hole}"}`), {
    a: unresolved,
    b: [unresolved, "y"],
    query: `q ${hole}`,
  });
  assert.equal(parseWithHoles(`{${hole}}`), undefined);
});

test("documents and names made to take long take no time", () => {
  const doubling = Array.from(
    { length: 300 },
    (_, index) => `fragment F${index} on Q { ...F${index + 1} ...F${index + 1} }`,
  );
  const started = performance.now();
  readGraphql({
    document: `{ ...F0 a { ...F0 } } ${doubling.join(" ")} fragment F300 on Q { b }`,
    variables: {},
  });
  snakeCase("A".repeat(100_000));
  readUrl(`https://${"a:@/".repeat(10_000)}`);
  readGraphqlBody(`${"#\n".repeat(5000)}x`);
  readGraphqlBody(`{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`);
  fillTemplate("$(".repeat(15_000), () => undefined);
  assert.ok(performance.now() - started < 5000);
});

test("no text makes the readers throw", () => {
  const piece = fc.constantFrom(
    '{"query":"',
    "mutation",
    "{",
    "}",
    "(",
    ")",
    '"',
    "\\",
    "$a",
    hole,
    "volumeDelete",
    "...",
    "#",
    "\n",
    "query=",
    "&",
    "%",
    "[",
    ",",
    "://",
    "@",
    "?",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), (parts) => {
      const text = parts.join("");
      readGraphqlBody(text);
      readUrl(text);
      expandUrlGlobs(text);
      fillTemplate(text, () => undefined);
    }),
    { numRuns: 500 },
  );
});
