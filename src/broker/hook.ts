import { randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { isCanaryConversation } from "../boundary/canary/conversation.ts";
import type { Adapter, DecodedHook, WireReply } from "../boundary/hooks/adapter.ts";
import { readPayload } from "../boundary/hooks/payload.ts";
import { adapterFor, adapterOf } from "../boundary/hooks/registry.ts";
import type { ReportDialect, ReportEvent } from "../boundary/hooks/report.ts";
import { reports } from "../boundary/hooks/reports.ts";
import { withShellInput } from "../boundary/hooks/shell-input.ts";
import { canonicalJson, stringField, type JsonObject } from "../base/json.ts";
import type { Outcome } from "../model/outcome.ts";
import type { AgentRequest, RequestPayload } from "../model/request.ts";
import type { Session } from "../model/session.ts";
import { govern } from "../pipeline.ts";
import { fileLookups } from "../boundary/files/lookups.ts";
import { killAgent } from "../boundary/terminal/kill-agent.ts";
import { digestOf } from "../record/digest.ts";
import type { AgentProcesses } from "./agent-processes.ts";
import { Calls } from "./calls.ts";
import { Executions } from "./executions.ts";
import { governPorts, note, type Host } from "./host.ts";
import { portableRefusal } from "./hook-reply.ts";
import { LaunchFolders } from "./launch-folders.ts";
import { Lineage } from "./lineage.ts";
import { filesRead, quiet, ReportDesk, type TerminalRun } from "./report-desk.ts";
import { taskFor } from "./tasks.ts";
import { absoluteCwd, workspaceOf } from "./workspace.ts";

/** One hook's request as it came in over any of the requester's ways. */
export interface HookCall {
  readonly payload: Uint8Array;
  /** The agent for which the hook was installed: only a hint, the payload decides. */
  readonly agentHint: string;
  readonly eventHint: string | undefined;
  readonly hookParentPid: number;
  readonly agentPid: number;
  /** Aborted when the hook has gone. */
  readonly signal: AbortSignal;
}

/** What has no run of its own, and is told again only by hooks that are installed twice. */
const repeatable: ReadonlySet<RequestPayload["kind"]> = new Set(["prompt", "session_start", "session_end"]);
/** How much earlier than the agent's own limit a hook is answered, in ms. */
const marginMs = 2000;
/** Longest name of a conversation, in characters. Each of them is kept, and written with every request. */
const conversationLimit = 1000;
/** What stands before the workspace where an agent names no conversation. Whoever could say it could bind another workspace to it. */
const unnamed = "in ";
/** Longest time in ms that a kill's reply waits for the processes to be gone. */
const killWaitMs = 1500;

/** Answers hooks: decode, bind, govern, encode. Whatever goes wrong on the way stops the tool, in the agent's own words. */
export class HookDesk {
  private readonly host: Host;
  private readonly calls: Calls = new Calls(() => performance.now());
  private readonly executions: Executions = new Executions(() => performance.now());
  /** Ids of the requests that outcomes are of. */
  private readonly requestIds = new WeakMap<Outcome, string>();
  /** Outcomes after which the session was killed: what was denied for that is decided anew once a human has reopened it. */
  private readonly underLatch = new WeakSet<Outcome>();
  private readonly processes: AgentProcesses;
  private readonly launches: LaunchFolders = new LaunchFolders();
  private readonly reports: ReportDesk;

  private readonly lineage = new Lineage();

  constructor(host: Host, processes: AgentProcesses) {
    this.host = host;
    this.processes = processes;
    this.reports = new ReportDesk(host, this.executions);
  }

  /** How many actions are being decided now. */
  inFlight(): number {
    return this.calls.inFlight();
  }

  /** Never rejects. */
  async seenInTerminal(run: TerminalRun): Promise<void> {
    await this.reports.seenInTerminal(run).catch(() => undefined);
  }

  /** Never rejects. */
  async answer(call: HookCall): Promise<WireReply> {
    const read = readPayload(call.payload);
    if (!read.ok) {
      return this.refuse(adapterOf(call.agentHint), call, read.error);
    }
    const payload = read.value;
    const named = { ...call, eventHint: eventOf(payload) ?? call.eventHint };
    let adapter: Adapter | undefined;
    try {
      adapter = adapterFor(payload, call.agentHint);
      if (adapter === undefined) {
        return this.refuse(undefined, named, "the payload is of no agent that Signalbox knows");
      }
      const dialect = reports[adapter.id];
      const report = dialect?.read(payload);
      if (dialect !== undefined && report !== undefined) {
        return await this.answerReport({ adapter, dialect, report, payload }, call);
      }
      const hook = adapter.decode(payload, folderOf(call.hookParentPid));
      if (!hook.ok) {
        return this.refuse(adapter, named, hook.error);
      }
      const fault = namesFault(hook.value);
      if (fault !== undefined) {
        return this.refuse(adapter, named, fault);
      }
      return await this.answerDecoded(adapter, hook.value, call);
    } catch (error) {
      // INVARIANT: a fault of ours never lets anything through.
      return this.refuse(adapter, named, `the request could not be judged (${faultText(error)})`);
    }
  }

  private async answerDecoded(adapter: Adapter, hook: DecodedHook, call: HookCall): Promise<WireReply> {
    const request = this.bind(hook, call, adapter);
    if (hook.phase === "notice") {
      return this.notice(adapter, hook, request);
    }
    const outcome = await this.decide(adapter, hook, request, call);
    if (hook.payload.kind === "session_end" || isCanaryConversation(hook.conversation)) {
      this.endSession(request);
    }
    if (outcome.effect === "kill") {
      await this.killProcesses(outcome, hook.agent, call);
    }
    return adapter.encode(hook, outcome);
  }

  /** What has run is told afterwards: nothing is stopped by that, whatever goes wrong, unless it is the session itself. */
  private async answerReport(
    { adapter, dialect, report, payload }: ReportedHook,
    call: HookCall,
  ): Promise<WireReply> {
    const hook = adapter.decode(report.asked, folderOf(call.hookParentPid));
    if (!hook.ok || namesFault(hook.value) !== undefined) {
      note(this.host, {
        kind: "refused",
        agent: adapter.id,
        event: report.event,
        reason: "a report that cannot be read",
      });
      return quiet;
    }
    const request = this.bind(hook.value, call, adapter);
    const source = sourceOf(report.event, call);
    this.calls.ran(keyOf(request), request.context.callId);
    const killed = await this.reports.told({ request, source, failed: report.failed });
    if (killed !== undefined) {
      await this.killProcesses(killed, hook.value.agent, call);
      return adapter.encode({ ...hook.value, event: report.event }, killed);
    }
    return this.reports.masked({ dialect, payload, request }) ?? quiet;
  }

  /** The registry binds workspace and session at the first request; later working directories only resolve paths. */
  private bind(hook: DecodedHook, call: HookCall, { capabilities }: Adapter): AgentRequest {
    const { agent } = hook;
    // Without a conversation all requests of a workspace are one session: nothing else tells them apart.
    const conversation =
      hook.conversation === ""
        ? `${unnamed}${workspaceOf(absoluteCwd(hook.cwd, this.host.home))}`
        : this.lineage.rootOf(agent, hook.conversation);
    if (hook.subAgent !== undefined) {
      this.lineage.note(agent, hook.subAgent, conversation);
    }
    const known = this.host.registry.byKey({ agent, conversation });
    const cwd = absoluteCwd(hook.cwd, known?.workspace ?? this.host.home);
    const session =
      known !== undefined && known.state !== "ended"
        ? known
        : this.host.registry.bind({ agent, conversation }, workspaceOf(cwd));
    this.bindTask(session, call);
    this.host.registry.touch(session.id, hook.agentVersion);
    this.processes.saw(session.id, call);
    this.launches.saw(session.id, session.workspace, call);
    return {
      context: {
        id: randomUUID(),
        agent,
        conversation,
        workspace: session.workspace,
        cwd,
        boundary: "hook",
        ...(hook.callId === undefined ? {} : { callId: hook.callId }),
      },
      payload: withShellInput(hook.payload, capabilities),
    };
  }

  /** What a human started with `signalbox run --task` works at that task, whatever the agent says of itself. */
  private bindTask({ id, task, workspace, agent, declared }: Session, call: HookCall): void {
    const run = this.host.runs.covering(call.hookParentPid, workspace);
    // A human's later choice for this very session outranks what its process was started for.
    if (run === undefined || (task !== undefined && (declared?.at ?? "") >= run.declared.at)) {
      return;
    }
    const { task: name } = run;
    if (taskFor(this.host.policies.inForce(workspace), name, agent).ok) {
      this.host.registry.declare(id, name, run.declared);
      note(this.host, {
        kind: "task_bound",
        sessionId: id,
        agent,
        workspace,
        task: name,
        keyId: run.declared.by,
      });
    }
  }

  private decide(
    adapter: Adapter,
    hook: DecodedHook,
    request: AgentRequest,
    call: HookCall,
  ): Promise<Outcome> {
    const { callId } = request.context;
    const waitsMs = adapter.capabilities.waitsMs - marginMs;
    const alsoIn = this.launches.of(this.host.registry.byKey(request.context)?.id ?? "");
    const source = sourceOf(hook.event, call);
    let isFresh = false;
    const shared = this.calls.share({
      key: keyOf(request),
      callId,
      source,
      repeats: repeatable.has(hook.payload.kind),
      signal: call.signal,
      stands: (outcome) => this.stands(request, outcome),
      start: async (signal) => {
        isFresh = true;
        const outcome = await govern(request, governPorts(this.host, { signal, waitsMs, alsoIn }));
        this.remember(request, outcome, source);
        return outcome;
      },
    });
    return shared.then((outcome) => {
      if (!isFresh) {
        this.executions.toldAgain(this.requestIds.get(outcome) ?? "", outcome.sessionId, source);
      }
      return outcome;
    });
  }

  /** What was decided is expected to run, or not to. */
  private remember({ context, payload }: AgentRequest, outcome: Outcome, source: string): void {
    this.requestIds.set(outcome, context.id);
    if (this.host.registry.byId(outcome.sessionId)?.state === "killed") {
      this.underLatch.add(outcome);
    }
    if (repeatable.has(payload.kind) || payload.kind === "internal") {
      return;
    }
    this.executions.decided({
      sessionId: outcome.sessionId,
      agent: context.agent,
      payload,
      callId: context.callId,
      source,
      effect: outcome.effect,
      requestId: context.id,
      reads: filesRead(outcome.decision),
    });
  }

  /** An outcome stands for a later event of the same call while latch, policies and judged files are as they were. */
  private stands(request: AgentRequest, outcome: Outcome): boolean {
    const { agent, conversation, workspace } = request.context;
    const lookups = fileLookups({ home: this.host.home, env: () => undefined, credentialsIn: () => [] });
    const killed = this.host.registry.byKey({ agent, conversation })?.state === "killed";
    return (
      killed === this.underLatch.has(outcome) &&
      this.host.policies.inForce(workspace).hash === outcome.decision.policyHash &&
      outcome.decision.inputs.every(({ path, digest }) => {
        const now = lookups.readFile(path);
        return now.kind === "text" && now.digest === digest;
      })
    );
  }

  private notice(adapter: Adapter, hook: DecodedHook, request: AgentRequest): WireReply {
    const { agent, conversation, workspace } = request.context;
    const sessionId = this.host.registry.byKey({ agent, conversation })?.id ?? "-";
    note(this.host, { kind: "notice", agent, sessionId, conversation, workspace, event: hook.event });
    if (hook.payload.kind === "session_end") {
      this.endSession(request);
    }
    return adapter.encode(hook, nothingToDecide(sessionId));
  }

  private endSession(request: AgentRequest): void {
    const { agent, conversation } = request.context;
    const session = this.host.registry.byKey({ agent, conversation });
    if (session !== undefined) {
      this.host.registry.end(session.id);
      this.host.grants.forget(session.id);
      this.host.approvers.stateChanged();
    }
  }

  private async killProcesses(outcome: Outcome, agent: string, call: HookCall): Promise<void> {
    const { hookParentPid, agentPid } = call;
    const killing = killAgent({ hookParentPid, agentPid }).then((report) => {
      note(this.host, { kind: "killed", agent, sessionId: outcome.sessionId, report });
    });
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, killWaitMs);
    });
    await Promise.race([killing.catch(() => undefined), limit]);
    clearTimeout(timer);
  }

  private refuse(adapter: Adapter | undefined, call: HookCall, reason: string): WireReply {
    note(this.host, { kind: "refused", agent: adapter?.id ?? call.agentHint, event: call.eventHint, reason });
    if (reports[adapter?.id ?? call.agentHint]?.knows(call.eventHint ?? "") === true) {
      return quiet;
    }
    if (adapter === undefined) {
      return portableRefusal(reason);
    }
    try {
      return adapter.refuse(`Signalbox: ${reason}`, call.eventHint);
    } catch {
      return portableRefusal(reason);
    }
  }
}

interface ReportedHook {
  readonly adapter: Adapter;
  readonly dialect: ReportDialect;
  readonly report: ReportEvent;
  readonly payload: JsonObject;
}

/** Equal exactly for the same action of one conversation. */
function keyOf({ context: { agent, conversation, cwd }, payload }: AgentRequest): string {
  return digestOf(canonicalJson({ agent, conversation, cwd, payload }));
}

/** Which hook tells: several agents run each other's hook files, and each of them tells of one call once. */
function sourceOf(event: string, { agentHint }: HookCall): string {
  return `${event} ${agentHint}`;
}

function namesFault({ conversation, subAgent = "" }: DecodedHook): string | undefined {
  return nameFault(conversation) ?? nameFault(subAgent);
}

/** Why a conversation cannot be called that; undefined where it can. */
function nameFault(conversation: string): string | undefined {
  if (conversation.length > conversationLimit) {
    return "the name of the session is too long";
  }
  return conversation.startsWith(unnamed)
    ? "the name of the session is one that only Signalbox gives"
    : undefined;
}

/** Where the process that started the hook works, as far as the system tells; agents start hooks in the workspace. */
function folderOf(pid: number): string {
  try {
    return pid > 0 ? readlinkSync(`/proc/${pid}/cwd`) : "";
  } catch {
    return "";
  }
}

/** The event as the payload itself names it, in the spellings that agents use. */
function eventOf(payload: JsonObject): string | undefined {
  return stringField(payload, "hook_event_name") ?? stringField(payload, "hookEventName");
}

function faultText(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return `the system says ${error.code}`;
  }
  return "a fault of Signalbox's own; please report it";
}

function nothingToDecide(sessionId: string): Outcome {
  const decision = {
    verdict: "allow",
    reason: "only told",
    remedy: "",
    actions: [],
    rules: [],
    inputs: [],
    policyHash: "-",
    wouldChange: [],
  } as const;
  return { effect: "pass", approved: false, decision, sessionId };
}
