import type { Catalogue } from "../../catalogue/load.ts";
import { decide } from "../../decide/decide.ts";
import { actionId, type Action } from "../../model/action.ts";
import type { Decision } from "../../model/decision.ts";
import type { Lookups } from "../../model/lookups.ts";
import type { AgentRequest } from "../../model/request.ts";
import type { Session } from "../../model/session.ts";
import { judge } from "../../pipeline.ts";
import type { PoliciesInForce } from "../../policy/compiled.ts";
import type { RecordedAction, RecordedDecision, Rejudged } from "../../record/replay.ts";

export interface RejudgePorts {
  readonly catalogue: Catalogue;
  /** The catalogue with what a workspace adds; undefined where it adds nothing. */
  extended(workspace: string): Catalogue | undefined;
  lookups(workspace: string): Lookups;
  /** The candidate, for a workspace. */
  policies(workspace: string): PoliciesInForce;
}

/**
 * Decides a recorded request under other policies. It is classified again where the record holds all of it, the files that
 * decided it are as they were, and it still amounts to the same operations; otherwise what it was taken for is decided, so
 * that a difference comes from the policy and not from a machine that changed meanwhile.
 */
export function rejudge(recorded: RecordedDecision, ports: RejudgePorts): Rejudged {
  const again = reclassified(recorded, ports);
  const decision = again ?? byActions(recorded, ports);
  return {
    verdict: decision.verdict,
    rules: decision.rules,
    ...(decision.observed === undefined ? {} : { observed: decision.observed }),
    by: again === undefined ? "actions" : "request",
  };
}

function reclassified(recorded: RecordedDecision, ports: RejudgePorts): Decision | undefined {
  const { whole, inputs, context } = recorded;
  const lookups = ports.lookups(context.workspace);
  const unchanged = inputs.every(({ path, digest }) => {
    const found = lookups.readFile(path);
    return found.kind === "text" && found.digest === digest;
  });
  if (!whole || !unchanged) {
    return undefined;
  }
  const decision = judge(requestOf(recorded), {
    catalogue: ports.catalogue,
    extended: () => ports.extended(context.workspace),
    lookups: () => lookups,
    policies: () => ports.policies(context.workspace),
    session: () => sessionOf(recorded),
  });
  return idsOf(decision.actions) === idsOf(recorded.actions) ? decision : undefined;
}

function byActions(recorded: RecordedDecision, ports: RejudgePorts): Decision {
  const { workspace } = recorded.context;
  const vocabulary = ports.extended(workspace) ?? ports.catalogue;
  return decide({
    request: requestOf(recorded),
    classification: {
      actions: recorded.actions.map((action) => asClassified(action, vocabulary)),
      inputs: recorded.inputs,
    },
    policies: ports.policies(workspace),
    session: sessionOf(recorded),
    lookups: ports.lookups(workspace),
    vocabulary,
  });
}

/** The record holds actions with what the policies of that time added: that they are in production is theirs to say. */
function asClassified(action: RecordedAction, vocabulary: Catalogue): Action {
  const operation = vocabulary.operation(action.provider, action.operation);
  const own = operation?.effects ?? [];
  return {
    ...action,
    effects: action.effects.filter((effect) => effect !== "production_api_call" || own.includes(effect)),
    groups: action.groups ?? operation?.groups ?? [],
    aliases: action.aliases ?? [...(operation?.aliases ?? []), ...(operation?.also ?? [])],
  };
}

function requestOf({ context, payload, seq }: RecordedDecision): AgentRequest {
  return {
    context: { ...context, id: `replay-${seq}`, boundary: "check" },
    payload: payload ?? { kind: "internal", tool: "replay" },
  };
}

function sessionOf({ context, sessionId, task, time }: RecordedDecision): Session {
  const { agent, conversation, workspace } = context;
  return {
    id: sessionId,
    agent,
    conversation,
    workspace,
    ...(task === undefined ? {} : { task }),
    state: "active",
    startedAt: time,
    lastSeenAt: time,
    requests: 0,
  };
}

function idsOf(actions: readonly Pick<Action, "provider" | "operation">[]): string {
  return [...new Set(actions.map(actionId))].toSorted().join(" ");
}
