import type { Vocabulary } from "../../src/catalogue/catalogue.ts";
import type { Action } from "../../src/model/action.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { AgentRequest } from "../../src/model/request.ts";
import type { PendingQuestion } from "../../src/approve/question.ts";

export function action(over: Partial<Action> = {}): Action {
  return {
    provider: "railway",
    operation: "volume_delete",
    effects: ["irreversible_infrastructure_deletion"],
    access: "change",
    reach: "remote",
    target: { display: "vol_1", resource: "vol_1", environment: "production" },
    credentials: [],
    groups: [],
    aliases: [],
    evidence: { start: 0, end: 1, text: "x" },
    because: "test",
    ...over,
  };
}

export function decision(over: Partial<Decision> = {}): Decision {
  return {
    verdict: "ask",
    reason: "asked",
    remedy: "wait",
    actions: [action()],
    rules: [],
    inputs: [],
    ask: { timeoutMs: 1000, grant: "once", approvers: [] },
    policyHash: "policy-1",
    wouldChange: [],
    ...over,
  };
}

export function shellRequest(command: string, over: Partial<AgentRequest["context"]> = {}): AgentRequest {
  return {
    context: {
      id: "r1",
      agent: "claude-code",
      conversation: "c1",
      workspace: "/ws",
      cwd: "/ws",
      boundary: "hook",
      ...over,
    },
    payload: { kind: "shell", command, shell: "bash" },
  };
}

export function question(over: Partial<PendingQuestion> = {}): PendingQuestion {
  return {
    id: "q1",
    kind: "request",
    headline: "Delete it.",
    agent: "claude-code",
    sessionId: "s_aaaaaaaa",
    workspace: "/ws",
    rules: [],
    actions: [],
    text: "rm x",
    askedAt: "2026-11-20T12:00:00.000Z",
    expiresAt: "2026-11-20T12:02:00.000Z",
    binding: { requestHash: "h1", policyHash: "p1", nonce: "n1" },
    ...over,
  };
}

const operations = [
  { name: "volume_delete", summary: "delete a volume with all its data", reversible: false },
  { name: "deployment_restart", summary: "restart a deployment", reversible: true },
];

/** One provider with two operations, enough to see how the catalogue's words are used. */
export const vocabulary: Vocabulary = {
  providers: new Map([
    [
      "railway",
      {
        name: "railway",
        title: "Railway",
        hosts: [],
        operations: new Map(),
        groups: new Map(),
        credentials: [],
      },
    ],
  ]),
  operation(provider, name) {
    const found =
      provider === "railway" ? operations.find((operation) => operation.name === name) : undefined;
    return found === undefined
      ? undefined
      : { ...found, aliases: [], access: "change", effects: [], groups: [] };
  },
  credential: () => undefined,
};
