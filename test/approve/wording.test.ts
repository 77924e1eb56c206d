import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { actionSentence } from "../../src/approve/wording.ts";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import type { Action } from "../../src/model/action.ts";
import { action } from "./cases.ts";

const catalogue = packagedCatalogue();

/** Who has five seconds reads the first line only: each says what, on what, where, and whether it can be undone. */
const cases: readonly (readonly [string, Partial<Action>])[] = [
  [
    "Delete Railway volume `vol_1` in production, with all its data and backups. Cannot be undone.",
    { provider: "railway", operation: "volume_delete" },
  ],
  [
    "Delete Railway volume `vol_1` in production using `railway_cli_admin_token`, with all its data and backups. Cannot be undone.",
    {
      provider: "railway",
      operation: "volume_delete",
      credentials: [{ name: "railway_cli_admin_token", provider: "railway" }],
    },
  ],
  [
    "Set a Railway variable in production. Can be changed back.",
    {
      provider: "railway",
      operation: "variable_upsert",
      effects: ["infrastructure_change", "production_api_call"],
      target: { display: "Railway in production", environment: "production" },
    },
  ],
  [
    "Upload and deploy the working directory on Railway in production. Can be rolled back.",
    {
      provider: "railway",
      operation: "up",
      effects: ["deployment", "production_api_call"],
      target: { display: "Railway in production", environment: "production" },
    },
  ],
  [
    "Delete GitHub repository `acme/shop`, with its issues, pull requests and releases. Cannot be undone.",
    { provider: "github", operation: "repo_delete", target: { display: "acme/shop", resource: "acme/shop" } },
  ],
  [
    "Delete everything that the configuration made on Terraform. Cannot be undone.",
    { provider: "terraform", operation: "destroy", target: { display: "Terraform" } },
  ],
  [
    "Delete Kubernetes namespace `ns/production`, with all that is in it. Cannot be undone.",
    { provider: "kubernetes", operation: "delete:namespace", target: { display: "ns/production" } },
  ],
  [
    "Delete many AWS objects `s3://shop`. Cannot be undone.",
    {
      provider: "aws",
      operation: "s3:DeleteObjects",
      effects: ["irreversible_data_deletion"],
      target: { display: "s3://shop" },
    },
  ],
  [
    "Delete AWS secret `s1`, after some days. It can be restored until its recovery window ends.",
    {
      provider: "aws",
      operation: "secretsmanager:DeleteSecret",
      effects: ["infrastructure_change"],
      target: { display: "s1", resource: "s1" },
    },
  ],
  [
    "Delete AWS secret `s1`, after some days. Cannot be undone.",
    {
      provider: "aws",
      operation: "secretsmanager:DeleteSecret",
      effects: ["infrastructure_change", "irreversible_data_deletion"],
      target: { display: "s1", resource: "s1" },
    },
  ],
  [
    "A table is dropped (Postgres): `users on db.example` in production. Cannot be undone.",
    {
      provider: "postgres",
      operation: "drop_table",
      effects: ["irreversible_data_deletion"],
      target: { display: "users on db.example", environment: "production" },
      because: "`psql`: a table is dropped",
    },
  ],
  [
    "Throw away uncommitted changes in `src`. Cannot be undone.",
    {
      provider: "git",
      operation: "discard_changes",
      effects: ["uncommitted_work_loss"],
      target: { display: "src" },
    },
  ],
  [
    "Publishes where others fetch (npm): `npm publish`. Cannot be taken back.",
    {
      provider: "npm",
      operation: "publish",
      effects: ["package_publish"],
      target: { display: "npm publish" },
      because: "`npm`: it publishes where others fetch",
    },
  ],
  [
    "Widget frobnicate (Acme): `w1`.",
    { provider: "acme", operation: "widget_frobnicate", effects: [], target: { display: "w1" } },
  ],
  [
    "Start processes until the machine stands still. Hard to undo.",
    {
      provider: "process",
      operation: "exhaust",
      effects: ["system_modification"],
      target: { display: "fork bomb" },
    },
  ],
];

for (const [sentence, over] of cases) {
  test(`wording: ${sentence}`, () => {
    assert.equal(actionSentence(action(over), catalogue), sentence);
  });
}

test("wording: every operation of the catalogue that loses something says that it cannot be undone", () => {
  const said: string[] = [];
  for (const provider of catalogue.providers.values()) {
    for (const operation of provider.operations.values()) {
      const { name, effects, reversible } = operation;
      const sentence = actionSentence(
        action({
          provider: provider.name,
          operation: name,
          effects,
          target: { display: "x1", resource: "x1", environment: "production" },
        }),
        catalogue,
      );
      assert.match(sentence, /^[^a-z].*\.$/, sentence);
      assert.ok(sentence.includes("x1") && sentence.includes("in production"), sentence);
      assert.doesNotMatch(sentence, /undefined| {2}|``/, sentence);
      if (!reversible && operation.access !== "read") {
        assert.match(sentence, /Cannot be undone\.$/);
        said.push(sentence);
      }
    }
  }
  assert.ok(said.length > 100, `${said.length}`);
});

test("wording: no name pushes the end of the sentence away, closes its quotes or makes a line of its own", () => {
  const name = fc.oneof(
    fc.string({ maxLength: 400 }),
    fc.constantFrom("x` in staging. Can be undone.", "a\nb\r\nc", "`".repeat(500), "é".repeat(999)),
  );
  fc.assert(
    fc.property(name, name, (resource, environment) => {
      const sentence = actionSentence(
        action({ target: { display: resource, resource, environment } }),
        catalogue,
      );
      assert.match(sentence, /with all its data and backups\. Cannot be undone\.$/);
      assert.ok(sentence.length < 400, `${sentence.length}`);
      assert.doesNotMatch(sentence, /[\r\n\u2028\u2029]/);
      assert.ok([0, 2].includes(sentence.split("`").length - 1), sentence);
    }),
  );
});
