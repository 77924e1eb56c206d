import assert from "node:assert/strict";
import { test } from "node:test";
import { loadCatalogue } from "../../../src/catalogue/load.ts";
import type { HttpPayload } from "../../../src/model/request.ts";
import { classifyCommand, classifyPayload, idsOf } from "./world.ts";

const text = `provider: acme
title: Acme
hosts: ["*.acme.example"]
rest:
  - {"GET /v1/boxes": box_list}
  - {"DELETE /v1/boxes/{id}": box_delete}
  - {"DELETE /v2/{+owner}/boxes/{id}": box_delete}
  - {"* /v2/{+owner}/labels/**": box_label}
mcp: {servers: [acme], tools: {}}
operations:
  box_list: {access: read}
  box_label: {effects: [infrastructure_change]}
  box_delete: {effects: [irreversible_infrastructure_deletion]}
`;
const { catalogue } = loadCatalogue([{ file: "acme.yaml", text }]);

const cases: readonly {
  readonly name: string;
  readonly request: Omit<HttpPayload, "kind" | "headers"> & { readonly headers?: HttpPayload["headers"] };
  readonly ids: readonly string[];
  readonly access: string;
}[] = [
  {
    name: "a route",
    request: { method: "get", url: "https://api.acme.example/v1/boxes" },
    ids: ["acme:box_list"],
    access: "read",
  },
  {
    name: "a route with a slash behind it",
    request: { method: "DELETE", url: "https://api.acme.example/v1/boxes/b1/" },
    ids: ["acme:box_delete"],
    access: "change",
  },
  {
    name: "a route with a parameter",
    request: { method: "DELETE", url: "https://eu.acme.example/v1/boxes/b%2F1?x=1" },
    ids: ["acme:box_delete"],
    access: "change",
  },
  {
    name: "a parameter of several segments",
    request: { method: "DELETE", url: "https://api.acme.example/v2/org/team/boxes/b" },
    ids: ["acme:box_delete"],
    access: "change",
  },
  {
    name: "the same parameter as one segment",
    request: { method: "DELETE", url: "https://api.acme.example/v2/org/boxes/b" },
    ids: ["acme:box_delete"],
    access: "change",
  },
  {
    name: "no segment where there must be one",
    request: { method: "GET", url: "https://api.acme.example/v2/labels/x" },
    ids: ["acme:unknown_route"],
    access: "read",
  },
  {
    name: "any method, and anything behind",
    request: { method: "PUT", url: "https://api.acme.example/v2/org/labels/a/b/c" },
    ids: ["acme:box_label"],
    access: "change",
  },
  {
    name: "more segments than any route has",
    request: { method: "DELETE", url: `https://api.acme.example/v2${"/x".repeat(5000)}/boxes/b` },
    ids: ["acme:unknown_call"],
    access: "unknown",
  },
  {
    name: "escaped letters in a route",
    request: { method: "GET", url: "https://api.acme.example/v1/%62oxes" },
    ids: ["acme:box_list"],
    access: "read",
  },
  {
    name: "the method in a header",
    request: {
      method: "POST",
      url: "https://api.acme.example/v1/boxes/b",
      headers: { "X-HTTP-Method-Override": "delete" },
    },
    ids: ["acme:box_delete"],
    access: "change",
  },
  {
    name: "a read of something else",
    request: { method: "GET", url: "https://api.acme.example/v1/keys" },
    ids: ["acme:unknown_route"],
    access: "read",
  },
  {
    name: "a change of something else",
    request: { method: "PUT", url: "https://api.acme.example/v1/keys" },
    ids: ["acme:unknown_call"],
    access: "unknown",
  },
  {
    name: "a method that is not known",
    request: { method: "BURN", url: "https://api.acme.example/v1/keys" },
    ids: ["acme:unknown_call"],
    access: "unknown",
  },
  {
    name: "another host",
    request: { method: "DELETE", url: "https://acme.example/v1/boxes/b" },
    ids: ["http:delete"],
    access: "change",
  },
  {
    name: "another host that ends alike",
    request: { method: "DELETE", url: "https://evilacme.example/v1/boxes/b" },
    ids: ["http:delete"],
    access: "change",
  },
  { name: "no host", request: { method: "POST", url: "" }, ids: ["http:post"], access: "change" },
];

for (const { name, request, ids, access } of cases) {
  test(`a REST call: ${name}`, () => {
    const { actions } = classifyPayload({ kind: "http", headers: {}, ...request }, { catalogue });
    assert.deepEqual(idsOf({ actions, inputs: [] }), ids);
    assert.equal(actions[0]?.access, access);
    assert.equal(actions[0]?.reach, "remote");
  });
}

test("a method that is not known before it runs is not taken for a read", () => {
  const [action] = classifyCommand('curl -X "$M" https://api.acme.example/v1/boxes', { catalogue }).actions;
  assert.deepEqual([action?.operation, action?.access], ["unknown_call", "unknown"]);
  const [plain] = classifyCommand('curl -X "$M" https://api.example.com/', { catalogue }).actions;
  assert.equal(plain?.access, "unknown");
});

for (const [tool, access, effects] of [
  ["boxes_list", "read", []],
  ["box_wipe", "change", ["irreversible_infrastructure_deletion"]],
  ["box_create", "change", ["infrastructure_change"]],
  ["show_token", "read", ["credential_reveal"]],
  ["frob", "unknown", []],
  ["acme_box_delete", "change", ["irreversible_infrastructure_deletion"]],
] as const) {
  test(`a tool that nobody listed: ${tool}`, () => {
    const { actions } = classifyPayload({ kind: "mcp_call", server: "acme", tool, input: {} }, { catalogue });
    assert.deepEqual(
      actions.map((action) => [action.provider, action.access, action.effects]),
      [["acme", access, effects]],
    );
  });
}

test("a tool that runs text in a shell is judged as that text", () => {
  const { actions } = classifyPayload({
    kind: "mcp_call",
    server: "box",
    tool: "run_command",
    input: { command: "rm -rf /", args: 1 },
  });
  assert.deepEqual(idsOf({ actions, inputs: [] }), ["mcp:box.run_command", "fs:delete"]);
});

test("no input of a tool makes the classifier throw", () => {
  for (const input of [
    null,
    undefined,
    1,
    "x",
    [],
    [1],
    { query: 1 },
    { query: "mutation {", variables: "x" },
    { command: [1, null] },
  ]) {
    for (const [server, tool] of [
      ["railway", "graphql"],
      ["", ""],
      ["x", "exec"],
    ] as const) {
      const { actions } = classifyPayload({ kind: "mcp_call", server, tool, input });
      assert.ok(actions.length > 0);
    }
  }
});
