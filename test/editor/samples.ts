import type { BrokerState, DecidedNotice, Question } from "../../src/broker/protocol.ts";

/** A question as the broker asks it, with what a case changes. */
export function question(change: Partial<Question> = {}): Question {
  return {
    id: "q1",
    kind: "request",
    headline: "Delete Railway volume `vol_1` in production, with its backups. Cannot be undone.",
    agent: "claude-code",
    sessionId: "s_abcd2345",
    workspace: "/home/u/shop",
    task: "domains",
    rules: [
      {
        because: "control names production_api_call",
        file: "/home/u/shop/.governance/policy.yaml",
        line: 14,
        pointer: "/policies/control/0",
      },
    ],
    actions: [
      {
        id: "railway:volume_delete",
        effects: ["irreversible_infrastructure_deletion"],
        target: "vol_1",
        environment: "production",
      },
    ],
    text: `curl -d '{"query":"mutation { volumeDelete(volumeId: \\"vol_1\\") }"}' https://backboard.railway.com/graphql/v2`,
    askedAt: "2026-11-20T14:00:00.000Z",
    expiresAt: "2026-11-20T14:02:00.000Z",
    binding: { requestHash: "r", policyHash: "p", nonce: "n" },
    ...change,
  };
}

export function decided(change: Partial<DecidedNotice> = {}): DecidedNotice {
  return {
    at: "2026-11-20T14:00:00.000Z",
    sessionId: "s_abcd2345",
    agent: "vscode",
    workspace: "/home/u/shop",
    conversation: "c1",
    effect: "kill",
    verdict: "kill",
    headline: "Delete Railway volume `vol_1` in production. Cannot be undone.",
    reason: "kill names irreversible_infrastructure_deletion",
    rules: [
      { because: "kill names it", file: "/home/u/shop/.governance/policy.yaml", line: 9 },
      { because: "the built-in baseline kills it", file: "/opt/signalbox/policies/baseline.yaml", line: 3 },
    ],
    text: "railway volume delete vol_1",
    ...change,
  };
}

export function brokerState(change: Partial<BrokerState> = {}): BrokerState {
  return {
    version: "0.1.0",
    pid: 4242,
    sessions: { active: 2, killed: 0 },
    pending: 0,
    recent: [],
    policies: [],
    ...change,
  };
}
