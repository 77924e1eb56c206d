import { randomBytes } from "node:crypto";
import type { Decided } from "../boundary/checklist/facts.ts";
import { writtenPolicies } from "../boundary/checklist/written-policies.ts";
import { fileLookups } from "../boundary/files/lookups.ts";
import type { Catalogues } from "../broker/catalogues.ts";
import { Credentials } from "../broker/credentials.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { declaredCredentials, knowingDeclared } from "../decide/declared-credentials.ts";
import { decide } from "../decide/decide.ts";
import { samplesOf } from "../decide/policy-diff/samples.ts";
import type { Action } from "../model/action.ts";
import type { Decision } from "../model/decision.ts";
import type { Lookups } from "../model/lookups.ts";
import type { AgentRequest, RequestPayload } from "../model/request.ts";
import { imaginedSession, type Session } from "../model/session.ts";
import { verdicts } from "../model/verdict.ts";
import { judge } from "../pipeline.ts";
import type { CompiledPolicy, Conditions, PoliciesInForce } from "../policy/compiled.ts";

export interface Ground {
  readonly workspace: string;
  readonly home: string;
  readonly shipped: Catalogue;
  readonly catalogues: Catalogues;
  readonly inForce: PoliciesInForce;
}

export interface Deciding {
  readonly judge: (payload: RequestPayload, agent?: string) => Decided;
  readonly decide: (action: Action) => Decided;
}

/** Whose session it would be. */
interface Who {
  readonly agent: string;
  readonly task?: string;
}

/** Nobody in particular. */
const anybody: Who = { agent: "unknown" };

/** Most sessions that each request is decided for. */
const mostSessions = 64;

/**
 * Decides as the broker would, for every session that the policies tell apart: each task that one may be bound to, each agent that
 * a rule or a task speaks of. The loosest decision is the answer, because one session that may do it is enough.
 */
export function deciding({ workspace, home, shipped, catalogues, inForce }: Ground): Deciding {
  const credentials = new Credentials({ home, specs: shipped.credentials, key: randomBytes(32) });
  credentials.learn(workspace, declaredCredentials(inForce));
  const lookups = (): Lookups =>
    fileLookups({
      home,
      workspace,
      env: () => undefined,
      credentialsIn: (text) => credentials.namesIn(text),
    });
  const everybody = sessionsOf(inForce);
  const extended = catalogues.extended(workspace);
  const vocabulary = knowingDeclared(extended ?? shipped, inForce);
  const judged = (payload: RequestPayload, who: Who): Decision =>
    judge(requestOf(payload, who, workspace), {
      catalogue: shipped,
      extended: () => extended,
      lookups,
      policies: () => inForce,
      session: () => sessionOf(who, workspace),
    });
  const decided = (action: Action, who: Who): Decision => {
    const session = sessionOf(who, workspace);
    return decide({
      request: requestOf({ kind: "internal", tool: "doctor" }, who, workspace),
      classification: { actions: [action], inputs: [] },
      policies: inForce,
      lookups: lookups(),
      vocabulary,
      ...(session === undefined ? {} : { session }),
    });
  };
  return {
    judge: (payload, agent) =>
      loosest(agent === undefined ? everybody : [{ agent }], (who) => judged(payload, who)),
    decide: (action) => loosest(everybody, (who) => decided(action, who)),
  };
}

function loosest(sessions: readonly Who[], decision: (who: Who) => Decision): Decided {
  const [first = anybody, ...others] = sessions;
  let found: Decided = decision(first);
  for (const who of others) {
    if (found.verdict === "allow") {
      break;
    }
    const next = decision(who);
    if (verdicts.indexOf(next.verdict) < verdicts.indexOf(found.verdict)) {
      found = { ...next, as: nameOf(who) };
    }
  }
  return found;
}

function nameOf({ agent, task }: Who): string {
  const words = [
    ...(task === undefined ? [] : [`bound to task \`${task}\``]),
    ...(agent === anybody.agent ? [] : [`of ${agent}`]),
  ];
  return `for a session ${words.join(" ")}`;
}

/** Nobody in particular first, then every task with every agent that is spoken of. */
function sessionsOf(inForce: PoliciesInForce): readonly Who[] {
  const policies = writtenPolicies(inForce).flatMap((policy) => [policy, ...policy.tasks.values()]);
  const tasks = [...new Set(policies.flatMap(({ task }) => (task === undefined ? [] : [task.name])))];
  const agents = [...new Set([anybody.agent, ...policies.flatMap(agentsIn)])];
  const all = [undefined, ...tasks].flatMap((task) =>
    agents.map((agent): Who => (task === undefined ? { agent } : { agent, task })),
  );
  return [anybody, ...all.slice(1, mostSessions)];
}

function agentsIn({ rules, task }: CompiledPolicy): readonly string[] {
  const named = (when: Conditions): readonly string[] => [
    ...(when.agents ?? []).map(({ source }) => source),
    ...(when.not === undefined ? [] : named(when.not)),
  ];
  const sources = [
    ...rules.flatMap(({ when }) => named(when)),
    ...(task?.agents ?? []).map(({ source }) => source),
  ];
  return sources.flatMap(samplesOf);
}

function requestOf(payload: RequestPayload, { agent }: Who, workspace: string): AgentRequest {
  return {
    context: {
      id: "doctor",
      agent,
      conversation: "doctor",
      workspace,
      cwd: workspace,
      boundary: "check",
    },
    payload,
  };
}

function sessionOf({ agent, task }: Who, workspace: string): Session | undefined {
  return task === undefined
    ? undefined
    : imaginedSession({ id: "doctor", agent, conversation: "doctor", workspace, task });
}
