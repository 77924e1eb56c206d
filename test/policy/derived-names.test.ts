import assert from "node:assert/strict";
import { test } from "node:test";
import { loadCatalogue } from "../../src/catalogue/load.ts";
import { nameProblem } from "../../src/policy/names.ts";

const text = `provider: acme
title: Acme
hosts: []
cli:
  programs: [acme]
  verbs:
    - {verb: "delete|remove-*|*:destroy", operation: resource_delete}
    - {verb: "*", operation: other}
operations:
  resource_delete: {effects: [irreversible_infrastructure_deletion]}
  other: {}
`;
const { catalogue } = loadCatalogue([{ file: "acme.yaml", text }]);

for (const [name, known] of [
  ["acme:resource_delete", true],
  ["acme:sql_instances_delete", true],
  ["acme:box_remove_all", true],
  ["acme:kafka_topics_destroy", true],
  ["acme:sql_instances_delet", false],
  ["acme:delete", false],
  ["acme:anything", false],
] as const) {
  test(`${name} is ${known ? "a name" : "no name"} of an operation`, () => {
    const names = { vocabulary: catalogue, credentials: new Set<string>(), suggest: true };
    const problem = nameProblem(name, "api", names);
    assert.equal(problem?.code, known ? undefined : "policy/unknown-operation");
  });
}
