import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { fileLookups } from "../../src/boundary/files/lookups.ts";
import { policyOnBaseline } from "../../src/boundary/check/policy-on-baseline.ts";
import { stateDirectory } from "../../src/broker/places.ts";
import { decisionEntry } from "../../src/broker/record-entries.ts";
import type { AgentRequest, RequestPayload } from "../../src/model/request.ts";
import { judge } from "../../src/pipeline.ts";
import { genesisHash, sealEntry } from "../../src/record/entry.ts";
import { redact } from "../../src/record/redact.ts";

export interface Recorded {
  readonly payload: RequestPayload;
  readonly task?: string;
  readonly killed?: boolean;
  readonly workspace?: string;
}

export interface Place {
  readonly cwd: string;
  readonly home: string;
}

const catalogue = packagedCatalogue();

/** Writes the record that a broker would have written for those requests under a policy. */
export function record(
  { cwd, home }: Place,
  policy: string | undefined,
  requests: readonly Recorded[],
): void {
  const source = policy === undefined ? undefined : { file: join(cwd, "then.yaml"), text: policy };
  const { policies } = policyOnBaseline(source, { workspace: cwd, home }, catalogue);
  assert.ok(policies);
  let head = { seq: 0, hash: genesisHash };
  const lines = requests.map(({ payload, task, killed, workspace = cwd }, index) => {
    const request: AgentRequest = {
      context: {
        id: `r${index}`,
        agent: "claude-code",
        conversation: "c",
        workspace,
        cwd: workspace,
        boundary: "hook",
      },
      payload,
    };
    const session = {
      id: "s_1",
      agent: "claude-code",
      conversation: "c",
      workspace,
      ...(task === undefined ? {} : { task }),
      state: killed === true ? ("killed" as const) : ("active" as const),
      startedAt: "",
      lastSeenAt: "",
      requests: 1,
    };
    const decision = judge(request, {
      catalogue,
      lookups: () => fileLookups({ home, workspace, env: () => undefined, credentialsIn: () => [] }),
      policies: () => policies,
      session: () => session,
    });
    const event = decisionEntry(
      request,
      { effect: "pass", approved: false, decision, sessionId: "s_1" },
      { vocabulary: catalogue, redact: (text) => redact(text, () => []), task },
    );
    const sealed = sealEntry(event, head, "2026-01-01T00:00:00.000Z");
    head = sealed.head;
    return sealed.line;
  });
  const folder = join(stateDirectory(home), "record");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "audit.jsonl"), lines.map((line) => `${line}\n`).join(""));
}
