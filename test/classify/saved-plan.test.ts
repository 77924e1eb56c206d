import assert from "node:assert/strict";
import { test } from "node:test";
import type { Classification } from "../../src/model/action.ts";
import type { FileLookup } from "../../src/model/lookups.ts";
import { zipFile } from "../base/zip-file.ts";
import { classifyPayload, idsOf, tableLookups, workspace } from "./classify-command.ts";

/** One field of a protocol buffer message: a whole number, or what has a length. */
function field(number: number, value: number | string | Uint8Array): Buffer {
  if (typeof value === "number") {
    return Buffer.concat([varint(number * 8), varint(value)]);
  }
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) | 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

const [created, read, updated, deleted, replaced, forgotten] = [1, 2, 3, 5, 6, 8];

/** The file that `terraform plan -out` writes, with these addresses and what is planned for them. */
function planFile(
  changes: readonly (readonly [string, number])[],
  {
    workspace: name = "default",
    version = 3,
  }: { readonly workspace?: string; readonly version?: number } = {},
): Uint8Array {
  const message = Buffer.concat([
    field(1, version),
    field(2, Buffer.concat([field(1, "region"), field(2, field(1, "\u00a9x"))])),
    ...changes.map(([address, action]) =>
      field(
        3,
        Buffer.concat([
          field(13, address),
          field(8, 'provider["registry.terraform.io/hashicorp/aws"]'),
          field(
            9,
            action === 0 ? Buffer.alloc(0) : Buffer.concat([field(1, action), field(2, field(1, "v"))]),
          ),
          field(10, Buffer.from([0xff, 0xfe])),
        ]),
      ),
    ),
    field(13, Buffer.concat([field(1, "s3"), field(3, name)])),
    field(14, "1.13.0"),
  ]);
  return zipFile([
    { name: "tfplan", content: message },
    { name: "tfstate", content: Buffer.from("{}") },
    { name: "tfconfig/m-/main.tf", content: Buffer.from("# nothing") },
  ]);
}

function lookup(content: Uint8Array | string): FileLookup {
  const bytes = Buffer.from(content);
  return { kind: "text", text: bytes.toString("utf8"), digest: "d", bytes };
}

function judged(command: string, file: Uint8Array | string, path = `${workspace}/tfplan`): Classification {
  return classifyPayload(
    { kind: "shell", command, shell: "bash" },
    {
      ...tableLookups(),
      readFile: (asked) => (asked === path ? lookup(file) : { kind: "missing" }),
    },
  );
}

const destroying = planFile([
  ["aws_db_instance.main", deleted],
  ["module.web.aws_instance.node[1]", replaced],
  ["aws_s3_bucket.new", created],
]);
const harmless = planFile([
  ["aws_s3_bucket.new", created],
  ['aws_instance.web["a.b"]', updated],
  ["data.aws_ami.image", read],
  ["aws_vpc.kept", 0],
  ["aws_vpc.let_go", forgotten],
  ["null_resource.again[0]", replaced],
]);

test("a saved plan is what it destroys, by address, and what else it changes", () => {
  for (const command of [
    "terraform apply tfplan",
    "tofu apply ./tfplan",
    "terraform apply -auto-approve tfplan",
    "cd . && terraform apply -input=false tfplan",
  ]) {
    const found = judged(command, destroying);
    assert.deepEqual(idsOf(found), ["terraform:destroy", "terraform:apply_unattended"], command);
    assert.equal(found.actions[0]?.target.resource, "aws_db_instance.main, module.web.aws_instance.node[1]");
    assert.ok(found.actions[0]?.aliases.includes("apply_plan"));
    assert.deepEqual(found.actions[0]?.effects, ["irreversible_infrastructure_deletion"]);
    assert.deepEqual(found.inputs, [{ path: `${workspace}/tfplan`, digest: "d" }]);
  }
});

test("a plan that destroys nothing changes the infrastructure", () => {
  const found = judged("terraform apply tfplan", harmless);
  assert.deepEqual(idsOf(found), ["terraform:apply_unattended"]);
  assert.deepEqual(found.actions[0]?.effects, ["infrastructure_change"]);
});

test("the folder that the tool moves to, and the workspace that the plan is for, count", () => {
  const file = planFile([["aws_vpc.main", deleted]], { workspace: "prod" });
  const found = judged("terraform -chdir=infra apply tfplan", file, `${workspace}/infra/tfplan`);
  assert.deepEqual(idsOf(found), ["terraform:destroy"]);
  assert.equal(found.actions[0]?.target.environment, "prod");
  assert.deepEqual(idsOf(judged("terraform -chdir=infra apply tfplan", file)), ["terraform:apply_plan"]);
});

const unread: readonly (readonly [string, string, Uint8Array | string])[] = [
  ["no plan at all", "terraform apply tfplan", "text"],
  ["an empty file", "terraform apply tfplan", ""],
  ["another version", "terraform apply tfplan", planFile([["a.b", created]], { version: 4 })],
  ["an action that is not known", "terraform apply tfplan", planFile([["a.b", 77]])],
  [
    "an archive without a plan",
    "terraform apply tfplan",
    zipFile([{ name: "x", content: Buffer.from("x") }]),
  ],
  [
    "a broken plan",
    "terraform apply tfplan",
    zipFile([{ name: "tfplan", content: Buffer.from([8, 3, 26, 200]) }]),
  ],
  ["a cut archive", "terraform apply tfplan", harmless.subarray(0, -30)],
  [
    "a plan that the same line makes",
    "terraform plan -destroy -out=tfplan && terraform apply tfplan",
    harmless,
  ],
  ["a plan that the same line puts there", "cp /tmp/other tfplan && terraform apply tfplan", harmless],
  [
    "a plan that a shell in the same line makes",
    "(terraform plan -destroy -out=tfplan); bash -c 'terraform apply tfplan'",
    harmless,
  ],
  ["a plan that is moved there", "mv other tfplan; terraform apply tfplan", harmless],
  ["a tool that looks elsewhere", "terragrunt apply tfplan", harmless],
  ["a name that is not known", 'terraform apply "$PLAN"', harmless],
  ["a plan on another machine", "ssh build terraform apply tfplan", harmless],
];

for (const [what, command, file] of unread) {
  test(`asked: ${what}`, () => {
    const found = judged(command, file);
    assert.ok(idsOf(found).includes("terraform:apply_plan"), idsOf(found).join(" "));
    assert.ok(found.actions.some(({ effects }) => effects.includes("opaque")));
  });
}

test("plans in JSON are read by what they say", () => {
  const plan = (...actions: readonly string[]): string =>
    JSON.stringify({ resource_changes: [{ address: "aws_db_instance.main", change: { actions } }] });
  assert.deepEqual(idsOf(judged("terraform apply tfplan", plan("delete", "create"))), ["terraform:destroy"]);
  assert.deepEqual(idsOf(judged("terraform apply tfplan", plan("update"))), ["terraform:apply_unattended"]);
  assert.deepEqual(idsOf(judged("terraform apply tfplan", plan("melt"))), ["terraform:apply_plan"]);
  const pulumi = (...steps: readonly string[]): string =>
    JSON.stringify({ resourcePlans: { "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::logs": { steps } } });
  const up = "pulumi up --yes --plan plan.json";
  const file = `${workspace}/plan.json`;
  assert.deepEqual(idsOf(judged(up, pulumi("delete"), file)), ["pulumi:destroy"]);
  assert.deepEqual(idsOf(judged(up, pulumi("same", "update"), file)), ["pulumi:up_unattended"]);
  assert.deepEqual(idsOf(judged("pulumi up --plan plan.json", pulumi("delete"), file)), ["pulumi:up"]);
});
