import type { Catalogue } from "./catalogue/load.ts";
import { classify } from "./classify/classify.ts";
import { decide } from "./decide/decide.ts";
import { knowingDeclared } from "./decide/declared-credentials.ts";
import { strictestDecision } from "./decide/strictest-decision.ts";
import { isSameDecision, type Decision } from "./model/decision.ts";
import type { Lookups } from "./model/lookups.ts";
import type { ApprovalResult, Outcome } from "./model/outcome.ts";
import type { AgentRequest } from "./model/request.ts";
import type { Session } from "./model/session.ts";
import type { PoliciesInForce } from "./policy/compiled.ts";

/** What judging needs of the world. The host implements it; every call is about one request. */
export interface JudgePorts {
  readonly catalogue: Catalogue;
  /** The catalogue with what the request's workspace adds; undefined where it adds nothing. */
  extended?(request: AgentRequest): Catalogue | undefined;
  /** The same as they were when humans approved the policies that hold there, which speak of its names. */
  approvedCatalogues?(request: AgentRequest): readonly Catalogue[];
  lookups(request: AgentRequest): Lookups;
  policies(request: AgentRequest): PoliciesInForce;
  /** The request as seen from other workspaces that hold for its session; a missing one has none. */
  elsewhere?(request: AgentRequest): readonly AgentRequest[];
  session(request: AgentRequest): Session | undefined;
}

/** What governing needs on top: the human, the latch and the record. */
export interface GovernPorts extends JudgePorts {
  /** Resolves when a human answered, the time ran out, or the asker has gone. Never rejects for those. */
  approve(request: AgentRequest, decision: Decision): Promise<ApprovalResult>;
  /** Ends the session for good; durable once the promise resolves. */
  latch(request: AgentRequest, decision: Decision): Promise<void>;
  /** Writes the record; durable once the promise resolves. */
  record(request: AgentRequest, outcome: Outcome): Promise<void>;
}

/** Classify → decide, without a human and without a trace: from each workspace that holds, and the strictest counts. */
export function judge(request: AgentRequest, ports: JudgePorts): Decision {
  const others = ports.elsewhere?.(request) ?? [];
  return others.map((each) => judgeFrom(each, ports)).reduce(strictestDecision, judgeFrom(request, ports));
}

/**
 * INVARIANT: what a workspace adds to the catalogue never loosens, because the request is decided without it, with it, and
 * with what it was when the policy was approved, and the strictest counts.
 */
function judgeFrom(request: AgentRequest, ports: JudgePorts): Decision {
  const [lookups, session] = [ports.lookups(request), ports.session(request)];
  const policies = ports.policies(request);
  const known = { request, lookups, policies, ...(session === undefined ? {} : { session }) };
  const decided = (catalogue: Catalogue): Decision => {
    const vocabulary = knowingDeclared(catalogue, policies);
    return decide({ ...known, vocabulary, classification: classify(request, vocabulary, lookups) });
  };
  const additions = [ports.extended?.(request), ...(ports.approvedCatalogues?.(request) ?? [])];
  const distinct = new Map(additions.flatMap((each) => (each === undefined ? [] : [[each.digest, each]])));
  return [...distinct.values()].map(decided).reduce(strictestDecision, decided(ports.catalogue));
}

/**
 * Classify → decide → approve → record, for one request at a boundary. INVARIANT: nothing passes that was not recorded, and a kill is latched before anybody hears of it. A rejected promise
 * means a fault of ours: the caller must refuse the request.
 */
export async function govern(request: AgentRequest, ports: GovernPorts): Promise<Outcome> {
  const outcome = await settle(request, ports);
  if (outcome.effect === "kill") {
    await ports.latch(request, outcome.decision);
  }
  await ports.record(request, outcome);
  return outcome;
}

async function settle(request: AgentRequest, ports: GovernPorts): Promise<Outcome> {
  const settled = (decision: Decision, effect: Outcome["effect"], approval?: ApprovalResult): Outcome => ({
    effect,
    approved: effect === "pass" && approval === "approved",
    ...(approval === undefined ? {} : { approval }),
    decision,
    sessionId: ports.session(request)?.id ?? "-",
  });
  let decision = judge(request, ports);
  for (let asked = 0; decision.verdict === "ask"; asked++) {
    // A request whose files change while a human thinks is asked once more, and not for ever.
    if (asked === 2) {
      return settled(decision, "deny", "changed");
    }
    const approval = await ports.approve(request, decision);
    if (approval !== "approved" && approval !== "granted") {
      return settled(decision, approval === "killed" ? "kill" : "deny", approval);
    }
    // What was judged is what runs: scripts, payload files, the policy and the latch are read again after the wait.
    const again = judge(request, ports);
    if (isSameDecision(again, decision)) {
      return settled(again, "pass", approval);
    }
    decision = again;
  }
  return settled(decision, decision.verdict === "allow" ? "pass" : decision.verdict);
}
