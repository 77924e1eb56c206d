import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { PolicyWorld } from "../../src/policy/lint.ts";
import type { CompiledPolicy, Layer } from "../../src/policy/compiled.ts";
import { loadPolicy, type LoadedPolicy } from "../../src/policy/load.ts";
import { formatDiagnostic } from "../../src/base/diagnostic.ts";
import { vocabulary } from "./vocabulary.ts";

export const workspace = "/home/dev/shop";
export const home = "/home/dev";

export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function load(text: string, layer: Layer = "workspace", world: PolicyWorld = {}): LoadedPolicy {
  const source = { file: `${layer}.yaml`, text, layer, workspace, home, world };
  return loadPolicy(source, vocabulary, digest);
}

/** Compiles a policy that is expected to be right. */
export function compiled(text: string, layer: Layer = "workspace"): CompiledPolicy {
  const { policy, diagnostics } = load(text, layer);
  if (policy === undefined) {
    throw new Error(diagnostics.map(formatDiagnostic).join("\n"));
  }
  return policy;
}

const baselineText = readFileSync(new URL("../../policies/baseline.yaml", import.meta.url), "utf8");

export const baseline: CompiledPolicy = compiled(baselineText, "builtin");

export const seed = `session_scope:
  signal:
    allowed_files: ["./config/staging.env"]
    blocked_credentials: ["railway_cli_admin_token"]
  domain:
    allowed_apis: ["railway:domain_management"]
    blocked_actions: ["railway:volume_delete", "railway:database_drop"]
policies:
  kill:
    - action_type: "irreversible_infrastructure_deletion"
    - credential_scope_mismatch: true
  control:
    - action_type: "production_api_call"
      require_hitl: true
`;
