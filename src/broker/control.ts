import { isAbsolute } from "node:path";
import { canonicalJson, stringField, type JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { looseningBinding, type Loosening } from "../approve/binding.ts";
import type { ApproverKey } from "../approve/desk.ts";
import type { PendingQuestion } from "../approve/question.ts";
import type { Session, TaskDeclaration } from "../model/session.ts";
import { digestOf } from "../record/digest.ts";
import type { AgentProcesses } from "./agent-processes.ts";
import type { Answered } from "./approvals.ts";
import type { ApproverDesk } from "./approver-endpoint.ts";
import { keyIdOf } from "./approver-keys.ts";
import { brokerState, grantNotice, note, type Host } from "./host.ts";
import { userLayer } from "./layers-above.ts";
import { textsOf } from "./policies.ts";
import { PolicyConsequences } from "./policy-consequences.ts";
import { writePin } from "./policy-pins.ts";
import type { BrokerState, Filed, GrantNotice, SignedAnswer } from "./protocol.ts";
import { taskFor } from "./tasks.ts";
import { workspaceOf } from "./workspace.ts";

/** What `signalbox run --task` asks for. */
export interface RunRequest {
  readonly task: string;
  readonly cwd: string;
  /** The process whose descendants are meant. */
  readonly pid: number;
  readonly command: string;
}

interface TaskRequest {
  readonly agent: string;
  readonly workspace: string;
  readonly sessionId: string;
  /** Who would work at it, for people. */
  readonly label: string;
  readonly task: string;
  readonly bound: string;
  /** What else a human should see. */
  readonly note?: string;
}

/** What is done to Signalbox itself. Tightening happens at once; loosening becomes a question that a human answers. */
export class Control implements ApproverDesk {
  private readonly host: Host;
  /** Questions of this kind are not about one waiting request: nobody's leaving withdraws them. */
  private readonly never: AbortSignal = new AbortController().signal;
  private readonly processes: AgentProcesses;
  private readonly consequences: PolicyConsequences;

  /** What editors see to run is held against the decisions elsewhere. */
  onRan: ApproverDesk["ran"] = () => undefined;

  constructor(host: Host, processes: AgentProcesses) {
    this.host = host;
    this.processes = processes;
    this.consequences = new PolicyConsequences(
      (workspace) => host.catalogues.extended(workspace) ?? host.catalogue,
      host.home,
    );
  }

  state(): BrokerState {
    return brokerState(this.host);
  }

  ran(run: Parameters<ApproverDesk["ran"]>[0]): void {
    this.onRan(run);
  }

  pending(): readonly PendingQuestion[] {
    return this.host.approvals.pending();
  }

  /** Latches a session and ends its agent. Durable when it resolves; rejects where the latch cannot be saved. */
  async kill(sessionId: string): Promise<Session | undefined> {
    const session = this.host.registry.kill(sessionId, "killed by hand");
    if (session === undefined) {
      return undefined;
    }
    this.host.approvals.closeSession(sessionId);
    this.host.grants.forget(sessionId);
    const report = await this.processes.end(sessionId);
    const { agent, workspace } = session;
    await this.host.chain.append({
      kind: "killed",
      sessionId,
      agent,
      workspace,
      reason: "killed by hand",
      report,
    });
    this.host.approvers.stateChanged();
    return session;
  }

  /** Takes a wider yes back: it tightens, so anybody may. Undefined where there is none with that name. */
  revoke(id: string): GrantNotice | undefined {
    const grant = this.host.grants.revoke(id);
    if (grant === undefined) {
      return undefined;
    }
    const { session: sessionId, agent, workspace, headline } = grant;
    const reason = "a grant was taken back";
    note(this.host, { kind: "notice", reason, grant: id, headline, sessionId, agent, workspace });
    this.host.approvers.stateChanged();
    return grantNotice(grant);
  }

  /** Asks a human to reopen a killed session. The error says why there is nothing to ask. */
  reopen(sessionId: string): Result<Promise<Filed>> {
    const session = this.host.registry.byId(sessionId);
    if (session === undefined) {
      return err(`there is no session \`${sessionId}\``);
    }
    if (session.killed === undefined) {
      return err(`session \`${sessionId}\` is not killed`);
    }
    const loosening: Loosening = { kind: "reopen", session: sessionId, killedAt: session.killed.at };
    const question = this.question(loosening, {
      headline: `Reopen the killed session ${sessionId} of ${session.agent}.`,
      agent: session.agent,
      sessionId,
      workspace: session.workspace,
      text: `It was killed at ${session.killed.at}: ${session.killed.reason}`,
    });
    return ok(this.file(question, (by) => this.reopened(sessionId, session.killed?.at, by)));
  }

  /** Asks a human to let hooks or gates be removed. */
  uninstall(what: string): Promise<Filed> {
    const question = this.question(
      { kind: "uninstall", what },
      {
        headline: `Remove Signalbox from ${this.host.redact(what)}.`,
        agent: "-",
        sessionId: "-",
        workspace: "-",
        text: what,
      },
    );
    return this.file(question, (by) => {
      this.host.hooks.expectRemoval();
      return this.host.chain.append({ kind: "approval", uninstall: what, keyId: by.keyId });
    });
  }

  /** Asks a human to approve the policy that is written in a workspace now, or as the `user`'s own. */
  async approvePolicy(workspace: string): Promise<Result<Promise<Filed>>> {
    const candidate = this.host.policies.candidate(workspace);
    if (!candidate.ok) {
      return candidate;
    }
    const { approval, text, file, extended } = candidate.value;
    const pending = this.host.policies.pending(workspace);
    // What a human reads that it means, and what they sign, are one text.
    if (pending === undefined || canonicalJson(pending.texts) !== canonicalJson(textsOf(candidate.value))) {
      return err("the policy changed just now; ask again");
    }
    const place = workspace === userLayer ? this.host.home : workspace;
    const catalogue = workspace === userLayer ? [] : this.host.catalogues.texts(workspace);
    const { summary, text: shown } = await this.consequences.of(place, candidate.value, pending);
    // What it means depends on the layers around as well.
    if (this.host.policies.pending(workspace)?.approved.hash !== pending.approved.hash) {
      return err("the policy changed just now; ask again");
    }
    const whose =
      workspace === userLayer ? "your own policy, for every workspace" : `the policy of ${workspace}`;
    const question = this.question(approval, {
      headline: `Approve ${whose}: ${summary}.`,
      agent: "-",
      sessionId: "-",
      workspace,
      text: shown,
    });
    return ok(
      this.file(question, async ({ signed, signature, keyId }) => {
        const publicKey = this.host.keys.list().find((key) => key.keyId === keyId)?.publicKey ?? "";
        writePin(
          this.host.places.pins,
          {
            approval,
            text,
            extended,
            catalogue,
            signed,
            signature,
            publicKey,
          },
          this.host.keys,
        );
        this.host.policies.refresh(workspace);
        const { textHash, sequence } = approval;
        await this.host.chain.append({ kind: "policy_approved", workspace, file, textHash, sequence, keyId });
      }),
    );
  }

  /** Asks a human to let a session work at a task. The error says why there is nothing to ask. */
  bindTask(sessionId: string, task: string): Result<Promise<Filed>> {
    const session = this.host.registry.byId(sessionId);
    if (session === undefined || session.state === "killed") {
      return err(
        session === undefined
          ? `there is no session \`${sessionId}\``
          : `session \`${sessionId}\` is killed; reopen it first`,
      );
    }
    const { agent, workspace } = session;
    const who = { agent, workspace, sessionId, label: `${agent} (session ${sessionId})` };
    return this.declareTask({ ...who, task, bound: sessionId }, (declared) => {
      this.host.registry.declare(sessionId, task, { ...declared, how: "session" });
      return ok(undefined);
    });
  }

  /** Asks a human to let everything that a process starts work at a task. */
  runTask({ task, cwd, pid, command }: RunRequest): Result<Promise<Filed>> {
    const workspace = workspaceOf(cwd);
    const bound = this.host.runs.nameOf(pid);
    if (bound === undefined) {
      return err("the process that asks is not one of yours, or has gone");
    }
    const agent = this.host.runs.agentAbove(pid);
    if (agent !== undefined) {
      return err(
        `\`${agent}\`, an agent, asks for it; a human starts \`signalbox run\` in a terminal of their own`,
      );
    }
    const label = `\`${this.host.redact(command).slice(0, 200)}\``;
    const seen = this.host.redact(this.host.runs.argumentsOf(pid).join(" ")).slice(0, 500);
    const who = { agent: "-", workspace, sessionId: "-", label, note: `Process ${pid} runs: ${seen}` };
    return this.declareTask({ ...who, task, bound }, (declared) =>
      this.host.runs.add(bound, { task, workspace, declared: { ...declared, how: "run" } }),
    );
  }

  proposeKey(publicKey: string, surface: string): void {
    const keyId = keyIdOf(publicKey);
    const name = surface.slice(0, 100);
    const question = this.question(
      { kind: "enroll", publicKey },
      {
        headline: `Let another editor answer for you: ${name} (key ${keyId}).`,
        agent: "-",
        sessionId: "-",
        workspace: "-",
        text: `Whoever holds this key can approve requests, reopen sessions and approve policies.`,
      },
    );
    void this.file(question, async (by) => {
      this.host.keys.add(publicKey, name, new Date().toISOString());
      await this.host.chain.append({ kind: "enrolled", keyId, name, by: by.keyId });
    });
  }

  async propose(message: JsonObject): Promise<string> {
    const filed = await this.proposal(message);
    if (!filed.ok) {
      return filed.error;
    }
    // Only what is settled at once is told here; the rest comes as a question.
    const settled = await settledAtOnce(filed.value);
    return settled?.message ?? "";
  }

  async submit(
    signed: SignedAnswer,
    signature: string,
    key: ApproverKey,
  ): Promise<{ ok: boolean; text: string }> {
    const taken = await this.host.approvals.submit(signed, signature, key);
    return taken.ok ? { ok: true, text: taken.value } : { ok: false, text: taken.error };
  }

  watch(folders: readonly string[]): void {
    for (const folder of folders) {
      if (isAbsolute(folder) && !folder.includes("\0")) {
        this.host.policies.watch(workspaceOf(folder));
      }
    }
    this.host.approvers.stateChanged();
  }

  organisation(policy: string): void {
    this.host.policies.tellSetting(policy);
  }

  audienceChanged(): void {
    this.host.approvals.audienceChanged();
  }

  private async proposal(message: JsonObject): Promise<Result<Promise<Filed>>> {
    const session = stringField(message, "session");
    const workspace = stringField(message, "workspace");
    if (message["kind"] === "reopen" && session !== undefined) {
      return this.reopen(session);
    }
    if (message["kind"] === "policy_approval" && workspace !== undefined) {
      return await this.approvePolicy(workspace);
    }
    const task = stringField(message, "task");
    if (message["kind"] === "bind_task" && session !== undefined && task !== undefined) {
      return this.bindTask(session, task);
    }
    return err("this proposal is not understood");
  }

  private declareTask(
    { label, bound, task, note: seen, ...who }: TaskRequest,
    done: (declared: Omit<TaskDeclaration, "how">) => Result<void>,
  ): Result<Promise<Filed>> {
    const { workspace, agent, sessionId } = who;
    const inForce = this.host.policies.inForce(workspace);
    const choice = taskFor(inForce, task, agent === "-" ? undefined : agent);
    if (!choice.ok) {
      return choice;
    }
    const policyHash = inForce.hash;
    const question = this.question(
      { kind: "bind_task", workspace, task, bound, policyHash },
      {
        headline: `Let ${label} work at the task ${task}.`,
        ...who,
        task,
        text: [...choice.value.scope, ...(seen === undefined ? [] : ["", seen])].join("\n"),
      },
    );
    return ok(
      this.file(question, async ({ keyId }) => {
        // What the human read is what the task is: a policy that changed meanwhile is another question.
        if (this.host.policies.inForce(workspace).hash !== policyHash) {
          throw new Error("the policy changed while you were asked; choose the task again");
        }
        await this.host.chain.append({
          kind: "task_bound",
          sessionId,
          agent,
          workspace,
          task,
          bound,
          policyHash,
          keyId,
        });
        const settled = done({ by: keyId, at: new Date().toISOString(), policyHash });
        if (!settled.ok) {
          throw new Error(settled.error);
        }
      }),
    );
  }

  private async reopened(sessionId: string, killedAt: string | undefined, by: SignedBy): Promise<void> {
    // Killed anew while the human was thinking: that latch was not what they lifted.
    if (this.host.registry.byId(sessionId)?.killed?.at !== killedAt) {
      throw new Error("the session was killed again");
    }
    // The record first: a session that is open again without a trace would be the worse half.
    await this.host.chain.append({ kind: "reopened", sessionId, keyId: by.keyId });
    this.host.registry.reopen(sessionId);
  }

  private async file(question: PendingQuestion, then: (by: SignedBy) => Promise<unknown>): Promise<Filed> {
    if (this.crowded(question)) {
      return { result: "denied", message: "other questions of this kind wait already; answer them first" };
    }
    const answered = await this.host.approvals.ask(question, { approvers: [], signal: this.never });
    const filed = filedOf(answered);
    if (answered.result === "approved" && answered.by !== undefined) {
      try {
        await then(answered.by);
      } catch (error) {
        note(this.host, { kind: "notice", event: "approved but not done", question: question.kind });
        const why = error instanceof Error ? error.message : "unknown error";
        return { result: "denied", message: `it was approved, but could not be done: ${why}` };
      }
      this.host.approvers.stateChanged();
    }
    return filed;
  }

  /** Any process of the user may propose, under a new name each time: nobody is to be worn down by a row of dialogs. */
  private crowded({ kind, binding }: PendingQuestion): boolean {
    const others = this.host.approvals
      .pending()
      .filter((known) => known.kind === kind && known.binding.requestHash !== binding.requestHash);
    return others.length >= waitingLimit;
  }

  private question(
    loosening: Loosening,
    shown: Pick<PendingQuestion, "headline" | "agent" | "sessionId" | "workspace" | "task" | "text">,
  ): PendingQuestion {
    const { id, nonce } = this.host.approvals.freshIds();
    const now = Date.now();
    return {
      id,
      kind: loosening.kind,
      ...shown,
      rules: [],
      actions: [],
      askedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + looseningMs).toISOString(),
      binding: { ...looseningBinding(loosening, digestOf), nonce },
    };
  }
}

/** The value of a promise that is settled by the next turn of the event loop; undefined where it is not. */
export function settledAtOnce<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]);
}

type SignedBy = NonNullable<Answered["by"]>;

/** Most questions of one kind of loosening that wait at a time. */
const waitingLimit = 2;

/** How long a human has to confirm a loosening, in ms. */
const looseningMs = 5 * 60 * 1000;

function filedOf({ result }: Answered): Filed {
  switch (result) {
    case "approved":
      return { result: "approved", message: "a human approved it" };
    case "timed_out":
      return { result: "timed_out", message: "nobody answered in time" };
    case "unattended":
      return {
        result: "no approver connected",
        message: "open the editor that has Signalbox: it asks you to confirm",
      };
    case "denied":
    case "killed":
    case "withdrawn":
      return { result: "denied", message: "a human denied it" };
  }
}
