import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { awsTable } from "../../policies/catalogue/tables/generate-aws.ts";
import { loadCatalogue } from "../../src/catalogue/load.ts";
import { catalogue } from "../classify/http/world.ts";

const aws = catalogue.providers.get("aws");
assert.ok(aws);
const provider = aws;

test("the committed table is what the generator makes", async () => {
  const file = new URL("../../policies/catalogue/tables/aws.json", import.meta.url);
  assert.equal(readFileSync(file, "utf8"), await awsTable());
});

/** Service and sub-command as typed → the operation, its access, its effects. */
const cases: readonly (readonly [string, string, string, string, string])[] = [
  ["rds", "describe-db-instances", "rds:DescribeDBInstances", "read", ""],
  ["s3api", "head-object", "s3:HeadObject", "read", ""],
  ["dynamodb", "transact-get-items", "dynamodb:TransactGetItems", "read", ""],
  ["elbv2", "delete-listener", "elasticloadbalancing:DeleteListener", "change", "infrastructure_change"],
  ["ec2", "delete-volume", "ec2:DeleteVolume", "change", "irreversible_infrastructure_deletion"],
  ["ec2", "create-tags", "ec2:CreateTags", "change", "infrastructure_change"],
  ["iam", "create-user", "iam:CreateUser", "change", "infrastructure_change,privilege_change"],
  ["iam", "get-user", "iam:GetUser", "read", ""],
  ["secretsmanager", "get-secret-value", "secretsmanager:GetSecretValue", "read", "credential_reveal"],
  ["unheard-of", "list-things", "unheard-of:ListThings", "read", ""],
  ["unheard-of", "get-access-token", "unheard-of:GetAccessToken", "read", "credential_reveal"],
  ["unheard-of", "delete-thing", "unheard-of:DeleteThing", "change", "irreversible_infrastructure_deletion"],
  ["unheard-of", "frobnicate", "unheard-of:Frobnicate", "change", "infrastructure_change"],
  ["constructor", "list-things", "constructor:ListThings", "read", ""],
];

for (const [service, command, name, access, effects] of cases) {
  test(`${service} ${command}`, () => {
    const operation = catalogue.serviceOperation(provider, service, command);
    assert.deepEqual(
      [operation?.name, operation?.access, operation?.effects.join()],
      [name, access, effects],
    );
  });
}

test("every deletion in a third of the table is at least a change, and no look at something is one", () => {
  const text = readFileSync(new URL("../../policies/catalogue/tables/aws.json", import.meta.url), "utf8");
  const { services } = JSON.parse(text) as { services: Record<string, Record<string, string>> };
  let count = 0;
  for (const [service, levels] of Object.entries(services).filter((_entry, at) => at % 3 === 0)) {
    for (const [level, names] of Object.entries(levels)) {
      for (const name of names.split(" ")) {
        count += 1;
        const operation = catalogue.serviceOperation(provider, service, name);
        assert.ok(operation);
        if (/^(?:Delete|Terminate|Purge)/.test(name)) {
          assert.ok(operation.access === "change" && operation.effects.length > 0, `${service}:${name}`);
        } else if (
          level === "read" &&
          operation.access !== "read" &&
          !operation.groups.includes("everyday")
        ) {
          assert.fail(`${service}:${name} reads and is ${operation.access}`);
        }
      }
    }
  }
  assert.ok(count > 5000);
});

test("only what the table has is a name for policies", () => {
  assert.equal(catalogue.operation("aws", "ec2:TerminateInstances")?.name, "ec2:TerminateInstances");
  assert.equal(catalogue.operation("aws", "ec2:TerminateInstance"), undefined);
  assert.equal(catalogue.operation("aws", "terminate-instances"), undefined);
  assert.equal(catalogue.operation("kubernetes", "delete:anything")?.name, "delete:anything");
  assert.equal(catalogue.operation("kubernetes", "conjure:anything"), undefined);
});

test("without its table, a provider is not judged as if it had none", () => {
  const text = "provider: acme\ntitle: Acme\ntable: {file: acme}\n";
  const { catalogue: small } = loadCatalogue([{ file: "acme.yaml", text }]);
  const acme = small.providers.get("acme");
  assert.ok(acme);
  assert.throws(() => small.serviceOperation(acme, "x", "list-y"), /the table `acme` is missing/);
});

for (const [text, message] of [
  ["rules: [{actions: '('}]", "one of them is not a regular expression"],
  ["rules: [{actions: a, access: none}]", "expected one of `read`, `change`, `unknown`"],
  ["rules: [{actions: a, effects: [boom]}]", "one of them is not an effect"],
  ["rules: [{actions: a, effect: x}]", "unknown key `effect`"],
] as const) {
  test(`refused: ${text}`, () => {
    const source = `provider: acme\ntitle: Acme\ntable:\n  file: acme\n  ${text}\n`;
    const { diagnostics } = loadCatalogue([{ file: "acme.yaml", text: source }]);
    assert.ok(
      diagnostics.some((diagnostic) => diagnostic.message === message),
      diagnostics.map((diagnostic) => diagnostic.message).join("; "),
    );
  });
}
