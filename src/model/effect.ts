/** A named kind of consequence: the `action_type` of policies. The order is the order in documentation. */
export const effects = [
  "irreversible_infrastructure_deletion",
  "irreversible_data_deletion",
  "file_deletion",
  "uncommitted_work_loss",
  "history_rewrite",
  "production_api_call",
  "infrastructure_change",
  "deployment",
  "schema_migration",
  "package_publish",
  "credential_access",
  "credential_reveal",
  "data_exfiltration",
  "remote_code_execution",
  "privilege_change",
  "system_modification",
  "persistence",
  "process_kill",
  "governance_tampering",
  "opaque",
] as const;

export type Effect = (typeof effects)[number];

export function isEffect(text: string): text is Effect {
  return (effects as readonly string[]).includes(text);
}
