import { randomBytes } from "node:crypto";
import { fileLookups } from "../boundary/files/lookups.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { ok, type Result } from "../base/result.ts";
import { bindingOf } from "../approve/binding.ts";
import { Grants, type Grant } from "../approve/grants.ts";
import { requestQuestion } from "../approve/question.ts";
import type { Catalogue, CatalogueFile } from "../catalogue/load.ts";
import { declaredCredentials } from "../decide/declared-credentials.ts";
import { onlyObserves } from "../decide/prepare.ts";
import type { Decision } from "../model/decision.ts";
import type { ApprovalResult, Outcome } from "../model/outcome.ts";
import type { AgentRequest } from "../model/request.ts";
import type { Session } from "../model/session.ts";
import type { GovernPorts } from "../pipeline.ts";
import { openChain, type Chain } from "../record/chain.ts";
import type { AuditEvent } from "../record/entry.ts";
import { redact } from "../record/redact.ts";
import { openRegistry, type Registry } from "../record/registry.ts";
import { digestOf } from "../record/digest.ts";
import { Approvals } from "./approvals.ts";
import { askHuman } from "./ask-human.ts";
import { ApproverEndpoint } from "./approver-endpoint.ts";
import { openApproverKeys, type ApproverKeys } from "./approver-keys.ts";
import { Catalogues } from "./catalogues.ts";
import { Credentials, loadHashKey } from "./credentials.ts";
import { HookWatch } from "./hook-watch.ts";
import type { Places } from "./places.ts";
import type { ManagedPlace } from "./managed-policy.ts";
import { openPolicies } from "./open-policies.ts";
import type { Policies } from "./policies.ts";
import { firstLine } from "./policy-compiler.ts";
import { questionFacts } from "./question-facts.ts";
import type { BrokerState, DecidedNotice, GrantNotice, TaskChoice } from "./protocol.ts";
import { decidedNotice, decisionEntry, type Telling } from "./record-entries.ts";
import { activeWorkspaces, agentsSeen, gapsOf, unprotectedOf } from "./seen.ts";
import { Runs, taskChoices } from "./tasks.ts";

/** Everything that the broker holds, wired once when it starts. */
export interface Host {
  readonly places: Places;
  readonly home: string;
  readonly version: string;
  readonly catalogue: Catalogue;
  /** What workspaces add to it. */
  readonly catalogues: Catalogues;
  readonly registry: Registry;
  readonly chain: Chain;
  readonly keys: ApproverKeys;
  readonly approvals: Approvals;
  readonly approvers: ApproverEndpoint;
  readonly policies: Policies;
  /** What was started for a task. */
  readonly runs: Runs;
  /** What humans allowed until a session ends. */
  readonly grants: Grants;
  readonly credentials: Credentials;
  readonly redact: (text: string) => string;
  readonly recent: DecidedNotice[];
  /** Looks after the hooks of all installed agents. */
  readonly hooks: HookWatch;
  /** Conversations that this broker leads with itself right now. Nobody else knows their names. */
  readonly ownCanaries: Set<string>;
}

export interface HostOptions {
  readonly places: Places;
  readonly home: string;
  readonly version: string;
  /** Where the organisation's policy lies, where that is not the system's own place. */
  readonly managed?: ManagedPlace;
  /** How long questions wait for an approver to come back, in ms. */
  readonly graceMs?: number;
}

/** Decisions that a new approver is told of. */
const recentLimit = 50;

/** Opens everything in the state directory. The error is one sentence for the user. */
export async function openHost(options: HostOptions): Promise<Result<Host>> {
  const { places, home, version } = options;
  const keys = openApproverKeys(places.approvers);
  if (!keys.ok) {
    return keys;
  }
  const registry = openRegistry({ file: places.sessions, now: () => new Date(), random: randomBytes });
  if (!registry.ok) {
    return registry;
  }
  const catalogue = packagedCatalogue();
  const chain = await openChain(places.record, () => new Date());
  const catalogues = cataloguesOf(catalogue, chain);
  const approvers = new ApproverEndpoint({ keys: keys.value, version });
  const credentials = new Credentials({
    home,
    specs: catalogue.credentials,
    key: loadHashKey(places.hashKey),
  });
  return ok({
    ...options,
    catalogue,
    catalogues,
    registry: registry.value,
    chain,
    keys: keys.value,
    approvers,
    approvals: new Approvals({
      audience: approvers,
      now: () => new Date(),
      record: (event) => chain.append(event),
      ...(options.graceMs === undefined ? {} : { graceMs: options.graceMs }),
    }),
    policies: policiesOf(options, { catalogue, catalogues, keys: keys.value, chain }),
    runs: new Runs(),
    grants: new Grants(digestOf),
    credentials,
    redact: (text) => redact(text, credentials.find),
    recent: [],
    ownCanaries: new Set(),
    hooks: hookWatchOf(options, { keys: keys.value, registry: registry.value, chain, approvers }),
  });
}

function hookWatchOf(
  { home, places }: HostOptions,
  { keys, registry, chain, approvers }: Pick<Host, "keys" | "registry" | "chain" | "approvers">,
): HookWatch {
  const { stateDir, askSocket } = places;
  return new HookWatch({
    common: { home, stateDir, askSocket, nodePath: process.execPath, brokerPath: process.argv[1] ?? "" },
    workspaces: () => activeWorkspaces(registry.list()),
    asksBeforeRemoval: () => keys.list().length > 0,
    changed: ({ agent, scope, what }) => {
      chain.append({ kind: "notice", agent, scope, reason: `hooks: ${what}` }).catch(() => undefined);
      approvers.stateChanged();
    },
    now: () => performance.now(),
  });
}

function policiesOf(
  { home, places, managed }: HostOptions,
  { catalogue, catalogues, keys, chain }: Pick<Host, "catalogue" | "catalogues" | "keys" | "chain">,
): Policies {
  const catalogueOf = (workspace: string): readonly CatalogueFile[] => catalogues.texts(workspace);
  const own = { catalogue, catalogueOf, home, places, keys, shown: firstLine };
  const policies = openPolicies(managed === undefined ? own : { ...own, managed });
  policies.onLayers = (layers) => {
    chain
      .append({ kind: "notice", reason: "the layers above the workspaces changed", layers })
      .catch(() => undefined);
  };
  return policies;
}

/** Who asks, as the approval needs to know it. */
export interface Asker {
  /** Aborted when the asker has gone. */
  readonly signal: AbortSignal;
  /** How long the asker waits at most, in ms. */
  readonly waitsMs: number;
  /** Workspaces that hold for its session beside its own. */
  readonly alsoIn?: readonly string[];
}

/** The pipeline's ports for one request. */
export function governPorts(host: Host, asker: Asker): GovernPorts {
  return {
    catalogue: host.catalogue,
    extended: (request) => host.catalogues.extended(request.context.workspace),
    approvedCatalogues: (request) =>
      host.catalogues.ofEach(host.policies.approvedCatalogues(request.context.workspace)),
    lookups: (request) => {
      const { workspace } = request.context;
      host.credentials.learn(workspace, declaredCredentials(host.policies.inForce(workspace)));
      return fileLookups({
        home: host.home,
        workspace: request.context.workspace,
        // The broker's own environment says nothing about the agent's.
        env: () => undefined,
        credentialsIn: (text) => host.credentials.namesIn(text),
        credentialFile: (name) => host.credentials.fileOf(name),
      });
    },
    policies: (request) => host.policies.inForce(request.context.workspace),
    elsewhere: (request) =>
      (asker.alsoIn ?? []).map((workspace) => ({ ...request, context: { ...request.context, workspace } })),
    session: (request) => sessionOf(host, request),
    approve: (request, decision) => approve(host, asker, request, decision),
    latch: (request, decision) => latch(host, request, decision),
    record: (request, outcome) => record(host, request, outcome),
  };
}

export function brokerState(host: Host): BrokerState {
  const sessions = host.registry.list();
  const tasksOf = rememberTasks(host);
  return {
    version: host.version,
    pid: process.pid,
    sessions: {
      active: sessions.filter(({ state }) => state === "active").length,
      killed: sessions.filter(({ state }) => state === "killed").length,
    },
    pending: host.approvals.pending().length,
    grants: grantNotices(host),
    gaps: gapsOf(sessions, Date.now()),
    unprotected: unprotectedOf(host.hooks.unprotected(), sessions),
    agents: agentsSeen(sessions),
    recent: host.recent,
    policies: host.policies.states().map((state) => ({
      ...state,
      ...(state.layer === undefined ? workspaceFacts(host, state.workspace, tasksOf) : {}),
    })),
    unbound: sessions
      .filter((session) => isUnbound(session, tasksOf))
      .map(({ id, agent, workspace }) => ({ session: id, agent, workspace })),
  };
}

/** The wider yeses that hold now. */
export function grantNotices(host: Host): readonly GrantNotice[] {
  return host.grants.list(Date.now()).map(grantNotice);
}

export function grantNotice(grant: Grant): GrantNotice {
  const { id, session, agent, workspace, answer, headline, at, until } = grant;
  return {
    id,
    sessionId: session,
    agent,
    workspace,
    answer,
    headline,
    at: new Date(at).toISOString(),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
}

function workspaceFacts(
  host: Host,
  workspace: string,
  tasksOf: (workspace: string) => readonly TaskChoice[],
): Pick<BrokerState["policies"][number], "tasks" | "observing"> {
  const tasks = tasksOf(workspace);
  return {
    ...(tasks.length === 0 ? {} : { tasks }),
    ...(onlyObserves(host.policies.inForce(workspace)) ? { observing: true } : {}),
  };
}

/** Tasks by workspace, looked up once each: many sessions share a workspace. */
function rememberTasks(host: Host): (workspace: string) => readonly TaskChoice[] {
  const known = new Map<string, readonly TaskChoice[]>();
  return (workspace) => {
    const tasks = known.get(workspace) ?? taskChoices(host.policies.inForce(workspace));
    known.set(workspace, tasks);
    return tasks;
  };
}

/** Active, in a workspace that declares tasks, and held by none: then all of them hold at once. */
function isUnbound(
  { state, task, workspace }: Session,
  tasksOf: (workspace: string) => readonly TaskChoice[],
): boolean {
  if (state !== "active" || task !== undefined) {
    return false;
  }
  const tasks = tasksOf(workspace);
  return tasks.length > 0 && tasks.filter(({ isDefault }) => isDefault).length !== 1;
}

/** Adds an entry without waiting for it: for what is told afterwards. A failed one is not an error of the request. */
export function note(host: Host, event: AuditEvent): void {
  host.chain.append(event).catch(() => undefined);
}

function sessionOf(host: Host, request: AgentRequest): Session | undefined {
  const { agent, conversation } = request.context;
  return host.registry.byKey({ agent, conversation });
}

async function approve(
  host: Host,
  asker: Asker,
  request: AgentRequest,
  decision: Decision,
): Promise<ApprovalResult> {
  const session = sessionOf(host, request);
  const now = Date.now();
  const covering =
    session === undefined ? undefined : host.grants.covering(session.id, request, decision, now);
  if (covering !== undefined) {
    host.grants.use(covering);
    return "granted";
  }
  const askedMs = decision.ask?.timeoutMs ?? 0;
  const outlives = session !== undefined && askedMs - asker.waitsMs > worthAskingOnMs;
  const waitsMs = Math.max(0, outlives ? askedMs : Math.min(askedMs, asker.waitsMs));
  const frame = {
    ...host.approvals.freshIds(),
    sessionId: session?.id ?? "-",
    ...(session?.task === undefined ? {} : { task: session.task }),
    askedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + waitsMs).toISOString(),
  };
  const question = requestQuestion(request, decision, frame, {
    vocabulary: vocabularyOf(host, request),
    binding: bindingOf(request, decision, digestOf),
    redact: host.redact,
    facts: questionFacts(request, decision, governPorts(host, asker), host.redact),
  });
  const approvers = decision.ask?.approvers ?? [];
  return askHuman(host, asker, { request, decision, question, approvers, session, outlives });
}

/** How much longer than its agent a question has to wait for it to be worth keeping, in ms. */
const worthAskingOnMs = 30_000;

/** The names that people are told what happened with. */
function vocabularyOf(host: Host, { context }: AgentRequest): Catalogue {
  return host.catalogues.extended(context.workspace) ?? host.catalogue;
}

/** What is wrong with a workspace's files is in the record: the last versions that could be used are in force. */
function cataloguesOf(catalogue: Catalogue, chain: Chain): Catalogues {
  const catalogues = new Catalogues(catalogue);
  catalogues.onProblem = (workspace, diagnostics) => {
    const [first] = diagnostics;
    const reason = first === undefined ? "the workspace's catalogue is in order again" : firstLine(first);
    chain.append({ kind: "notice", workspace, reason, errors: diagnostics.length }).catch(() => undefined);
  };
  return catalogues;
}

async function latch(host: Host, request: AgentRequest, decision: Decision): Promise<void> {
  const session = sessionOf(host, request);
  if (session !== undefined) {
    host.registry.kill(session.id, host.redact(decision.reason));
    host.approvals.closeSession(session.id);
    host.grants.forget(session.id);
  }
}

async function record(host: Host, request: AgentRequest, outcome: Outcome): Promise<void> {
  const telling: Telling = {
    vocabulary: vocabularyOf(host, request),
    redact: host.redact,
    task: sessionOf(host, request)?.task,
  };
  await host.chain.append(decisionEntry(request, outcome, telling));
  if (host.ownCanaries.has(request.context.conversation)) {
    // It is in the record, and no news for anybody.
    return;
  }
  const notice = decidedNotice(request, outcome, new Date().toISOString(), telling);
  host.recent.push(notice);
  host.recent.splice(0, host.recent.length - recentLimit);
  host.approvers.decided(notice);
  host.approvers.stateChanged();
}
