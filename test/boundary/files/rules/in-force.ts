import type { SignalPlace } from "../../../../src/boundary/files/rules/signal-globs.ts";
import type { PoliciesInForce } from "../../../../src/policy/compiled.ts";
import { policiesInForce, type WrittenLayer } from "../../../../src/policy/layers.ts";
import { baseline, compiled, digest, home, workspace } from "../../../policy/load-for-test.ts";

export const place: SignalPlace = { workspace, home };

/** What holds in the workspace of tests with these policies of its own; the texts of `policy.yaml`. */
export function policiesOf(
  written: { readonly approved?: string; readonly written?: string; readonly user?: string } = {},
): PoliciesInForce {
  const layer = (text: string | undefined, name: keyof WrittenLayer): WrittenLayer =>
    text === undefined ? {} : { [name]: compiled(text) };
  return policiesInForce(
    {
      builtin: baseline,
      ...(written.user === undefined ? {} : { user: { approved: compiled(written.user, "user") } }),
      workspace: { ...layer(written.approved, "approved"), ...layer(written.written, "written") },
    },
    digest,
  );
}

export function signalPolicy(lines: string): string {
  return `session_scope:\n  signal:\n    ${lines.trim().replaceAll("\n", "\n    ")}\n`;
}
