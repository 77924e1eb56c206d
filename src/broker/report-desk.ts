import { randomUUID } from "node:crypto";
import { related } from "../base/folder-relation.ts";
import type { JsonObject } from "../base/json.ts";
import type { WireReply } from "../boundary/hooks/adapter.ts";
import type { ReportDialect } from "../boundary/hooks/report.ts";
import { requestText } from "../approve/request-text.ts";
import type { Decision } from "../model/decision.ts";
import type { Outcome } from "../model/outcome.ts";
import type { AgentRequest } from "../model/request.ts";
import { redactCut } from "../record/redact.ts";
import { maskOutput } from "../record/mask-output.ts";
import { earlierDecisions, type EarlierDecision } from "./earlier-decisions.ts";
import { essenceOf, type Executions, type Gap } from "./executions.ts";
import { note, type Host } from "./host.ts";
import { decidedNotice, recordable } from "./record-entries.ts";
import { workspaceOf } from "./workspace.ts";

/** No opinion, for every agent: what comes after a call stops nothing. */
export const quiet: WireReply = { exit: 0, stdout: "", stderr: "" };

export interface Told {
  readonly request: AgentRequest;
  readonly source: string;
  readonly failed: boolean;
}

/** A command that an editor has seen to start in a terminal of one of its own agents. */
export interface TerminalRun {
  /** Who may have run it, the likeliest first. */
  readonly agents: readonly string[];
  /** Absolute. */
  readonly folder: string;
  readonly command: string;
}

/** Longest text of what ran, in characters, that the session keeps. */
const lineLimit = 200;
/** Longest reply in bytes: the hook's client reads no more, and it reads byte by byte. */
const replyLimit = 190_000;

/** Sentences for people, after "ran" and what it was. */
const reasons: Readonly<Record<Gap["kind"], string>> = {
  undecided: "without having been decided: its hooks were not called before it",
  stopped: "although it had been stopped",
  changed: "in the place of what had been decided",
};

/** What agents tell of calls that have run: held against what was decided, and rid of secrets before their models see it. */
export class ReportDesk {
  private readonly host: Host;
  private readonly executions: Executions;
  private readonly startedAt = new Date().toISOString();
  private readonly earlier = new Map<string, Promise<readonly EarlierDecision[]>>();
  /** Files that the decision on a call let into the agent's context, by the request whose report is being answered. */
  private readonly shown = new WeakMap<AgentRequest, readonly string[]>();

  constructor(host: Host, executions: Executions) {
    this.host = host;
    this.executions = executions;
  }

  /** Records what ran. A gap is told to everybody; resolves with the outcome where the policy kills the session for it. */
  async told({ request, source, failed }: Told): Promise<Outcome | undefined> {
    const { context, payload } = request;
    if (payload.kind === "internal") {
      return undefined;
    }
    const { agent, callId } = context;
    const session = this.host.registry.byKey(context);
    const sessionId = session?.id ?? "-";
    const meaning = this.executions.reported({ sessionId, agent, payload, callId, source, failed });
    const ran = (decision: string): void =>
      note(this.host, { kind: "execution", agent, sessionId, decision, failed });
    switch (meaning.kind) {
      case "expected":
        ran(meaning.requestId);
        this.shown.set(request, meaning.reads);
        return undefined;
      case "again":
        this.shown.set(request, meaning.reads);
        return undefined;
      case "denial":
        return undefined;
      case "undecided":
        if (await this.wasDecidedEarlier(request, sessionId)) {
          ran("before this broker started");
          return undefined;
        }
        return this.gap(request, sessionId, meaning);
      case "stopped":
      case "changed":
        return this.gap(request, sessionId, meaning);
    }
  }

  /** What runs in a terminal of an agent's, as an editor sees it. */
  async seenInTerminal({ agents, folder, command }: TerminalRun): Promise<void> {
    const { registry } = this.host;
    const sessions = registry
      .list()
      .filter(
        ({ agent, workspace, state }) =>
          state !== "ended" && agents.includes(agent) && related(workspace, folder),
      )
      .sort((a, b) => (a.lastSeenAt < b.lastSeenAt ? 1 : -1));
    const meaning = this.executions.seenInTerminal(
      sessions.map(({ id }) => id),
      command,
    );
    const agent = agents[0] ?? "unknown";
    if (meaning === "expected") {
      return;
    }
    // Whoever runs things without having asked for anything yet has no session of its own.
    const session =
      sessions[0] ?? registry.bind({ agent, conversation: `in ${folder}` }, workspaceOf(folder));
    const { conversation, workspace } = session;
    const context = { id: randomUUID(), agent: session.agent, conversation, workspace, cwd: folder } as const;
    const gap: Gap = meaning === "stopped" ? { kind: "stopped", requestId: "-" } : { kind: "undecided" };
    await this.gap(
      {
        context: { ...context, boundary: "terminal" },
        payload: { kind: "shell", command, shell: "unknown" },
      },
      session.id,
      gap,
    );
  }

  /** The reply that puts the result without secrets in the place of the result; undefined where there is nothing to put. */
  masked(told: {
    readonly dialect: ReportDialect;
    readonly payload: JsonObject;
    readonly request: AgentRequest;
  }): WireReply | undefined {
    const { dialect, payload, request } = told;
    const shown = new Set(this.shown.get(request));
    let count = 0;
    const mask = (text: string): string => maskOutput(text, this.host.credentials.find, shown);
    const reply = dialect.masked?.(payload, (text) => {
      const masked = mask(text);
      count += masked === text ? 0 : 1;
      return masked;
    });
    if (reply === undefined) {
      return undefined;
    }
    const { agent, conversation } = request.context;
    const sessionId = this.host.registry.byKey({ agent, conversation })?.id ?? "-";
    note(this.host, {
      kind: "notice",
      agent,
      sessionId,
      reason: "secrets in a tool's result were masked",
      count,
    });
    return Buffer.byteLength(reply.stdout) <= replyLimit
      ? reply
      : dialect.masked?.(payload, (text) => (text.length <= shortLimit ? mask(text) : tooLong));
  }

  /** A broker that took over, or was started anew, has its predecessors' decisions in the record only. */
  private async wasDecidedEarlier(request: AgentRequest, sessionId: string): Promise<boolean> {
    const session = this.host.registry.byId(sessionId);
    if (session === undefined || session.startedAt >= this.startedAt) {
      return false;
    }
    const { places } = this.host;
    const earlier = this.earlier.get(sessionId) ?? earlierDecisions(places.record, sessionId, this.startedAt);
    this.earlier.set(sessionId, earlier);
    const { callId } = request.context;
    const essence = essenceOf(recordable(request.payload, this.host.redact));
    return (await earlier.catch(() => [])).some(
      (decision) =>
        decision.passed &&
        (callId === undefined || decision.callId === undefined
          ? decision.essence === essence
          : decision.callId === callId),
    );
  }

  private async gap(request: AgentRequest, sessionId: string, meaning: Gap): Promise<Outcome | undefined> {
    const { registry, approvers, redact } = this.host;
    const { agent, conversation, workspace, callId } = request.context;
    const text = redactCut(requestText(request.payload), redact, lineLimit).replaceAll(/\s+/g, " ");
    const what = `\`${text.trim()}\` ran ${reasons[meaning.kind]}`;
    const kills = this.kills(workspace);
    registry.gap(sessionId, what);
    await this.host.chain.append({
      kind: "gap",
      agent,
      sessionId,
      conversation,
      workspace,
      callId,
      why: meaning.kind,
      ...("requestId" in meaning ? { decision: meaning.requestId } : {}),
      text,
      headline: what,
      killed: kills,
    });
    if (kills) {
      registry.kill(sessionId, what);
      this.host.approvals.closeSession(sessionId);
      this.host.grants.forget(sessionId);
    }
    approvers.stateChanged();
    return kills ? this.killed(request, sessionId, what) : undefined;
  }

  /** Told like every kill: an editor ends the agents in its own process. */
  private killed(request: AgentRequest, sessionId: string, reason: string): Outcome {
    const outcome = killOf(sessionId, reason);
    const { catalogue, redact, approvers, recent } = this.host;
    const notice = decidedNotice(request, outcome, new Date().toISOString(), {
      vocabulary: catalogue,
      redact,
    });
    recent.push(notice);
    approvers.decided(notice);
    return outcome;
  }

  /** INVARIANT: no edit takes this back before a human approved it, because it counts wherever any of the stacks says so. */
  private kills(workspace: string): boolean {
    return this.host.policies
      .inForce(workspace)
      .stacks.some(({ policies }) =>
        policies.some(
          ({ undecidedExecution, enforcement }) => undecidedExecution === "kill" && enforcement === "enforce",
        ),
      );
  }
}

/** Files that the actions of a decision read. */
export function filesRead({ actions }: Decision): readonly string[] {
  return actions.flatMap(({ provider, access, target }) =>
    provider === "fs" && access === "read" && target.path !== undefined ? [target.path] : [],
  );
}

/** Texts that stay where a result is too long to be masked: what kind of a result it is, a path, a title. */
const shortLimit = 200;
const tooLong = "Signalbox: this result holds secrets and is too long to be shown without them";

function killOf(sessionId: string, reason: string): Outcome {
  return {
    effect: "kill",
    approved: false,
    sessionId,
    decision: {
      verdict: "kill",
      reason,
      remedy: "stop, and tell the human",
      actions: [],
      rules: [],
      inputs: [],
      policyHash: "-",
      wouldChange: [],
    },
  };
}
