import type { CredentialSpec, Operation, Provider, Vocabulary } from "../../src/catalogue/catalogue.ts";
import type { Effect } from "../../src/model/effect.ts";

/** A small catalogue: enough to test policies without depending on what the real one knows. */
interface OperationRow {
  readonly name: string;
  readonly access?: Operation["access"];
  readonly effects?: readonly Effect[];
  readonly groups?: readonly string[];
  readonly aliases?: readonly string[];
}

const railway: readonly OperationRow[] = [
  {
    name: "volume_delete",
    effects: ["irreversible_infrastructure_deletion", "irreversible_data_deletion"],
    groups: ["volume_management"],
    aliases: ["volumeDelete"],
  },
  { name: "database_drop", effects: ["irreversible_data_deletion"], groups: ["database_management"] },
  { name: "custom_domain_create", effects: ["infrastructure_change"], groups: ["domain_management"] },
  { name: "custom_domain_delete", effects: ["infrastructure_change"], groups: ["domain_management"] },
  { name: "deploy", effects: ["deployment"], groups: ["deploy"] },
  { name: "redeploy", effects: ["deployment"], groups: ["deploy"] },
  {
    name: "variables",
    access: "read",
    effects: ["credential_reveal"],
    groups: ["read", "variable_management"],
  },
  { name: "variable_set", effects: ["infrastructure_change"], groups: ["variable_management"] },
  { name: "status", access: "read", groups: ["read"] },
  { name: "ssh", access: "unknown", effects: ["remote_code_execution"], groups: ["execution"] },
  { name: "member_invite", effects: ["privilege_change"], groups: ["member_management"] },
  { name: "unknown_call", access: "unknown", effects: ["opaque"] },
];

const aws: readonly OperationRow[] = [
  { name: "s3:DeleteBucket", effects: ["irreversible_infrastructure_deletion"], groups: ["s3"] },
  { name: "s3:PutObject", groups: ["s3"] },
  { name: "s3:PutObjectTagging", groups: ["s3", "everyday"] },
  { name: "s3:GetObject", access: "read", groups: ["read", "s3"] },
];

const credentials: readonly CredentialSpec[] = [
  credential("railway_cli_admin_token", "account"),
  credential("railway_project_token", "project"),
];

function credential(name: string, kind: string): CredentialSpec {
  return {
    name,
    provider: "railway",
    class: kind,
    summary: name,
    hosts: ["backboard.railway.app"],
    environment: [],
    files: [],
  };
}

function provider(name: string, rows: readonly OperationRow[], own: readonly CredentialSpec[]): Provider {
  const operations = rows.map((row): Operation => ({
    name: row.name,
    summary: row.name,
    access: row.access ?? "change",
    effects: row.effects ?? [],
    groups: row.groups ?? [],
    aliases: row.aliases ?? [],
    reversible: !(row.effects ?? []).some((effect) => effect.startsWith("irreversible_")),
  }));
  const groups = new Map<string, string[]>([["read", []]]);
  for (const operation of operations) {
    for (const group of operation.groups) {
      groups.set(group, [...(groups.get(group) ?? []), operation.name]);
    }
  }
  return {
    name,
    title: name,
    hosts: [`api.${name}.example`],
    operations: new Map(operations.map((operation) => [operation.name, operation])),
    groups,
    credentials: own,
  };
}

const providers = new Map([
  ["railway", provider("railway", railway, credentials)],
  ["aws", provider("aws", aws, [])],
]);

export const vocabulary: Vocabulary = {
  providers,
  operation: (of, name) =>
    [...(providers.get(of)?.operations.values() ?? [])].find(
      (operation) => operation.name === name || operation.aliases.includes(name),
    ),
  credential: (name) => credentials.find((spec) => spec.name === name),
};
