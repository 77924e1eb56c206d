import { randomBytes } from "node:crypto";
import { relative } from "node:path";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { policyOnBaseline } from "../boundary/check/policy-on-baseline.ts";
import { policyRemarks } from "../boundary/check/policy-remarks.ts";
import { detectAgents } from "../boundary/checklist/detect-agents.ts";
import type {
  ApproverFacts,
  ChecklistFacts,
  DetectedAgent,
  PolicyFact,
} from "../boundary/checklist/facts.ts";
import { findCredentials } from "../boundary/checklist/found-credentials.ts";
import { scanWorkspace } from "../boundary/checklist/workspace-scan.ts";
import { packagedCatalogue, type PackagedText } from "../boundary/files/packaged.ts";
import { readPolicyFile } from "../boundary/files/policy-files.ts";
import { readProofs } from "../boundary/canary/proofs.ts";
import type { InstallOptions } from "../boundary/hooks/install-plan.ts";
import type { InstallScope } from "../boundary/hooks/installer.ts";
import { openApproverKeys, type ApproverKeys } from "../broker/approver-keys.ts";
import { Catalogues } from "../broker/catalogues.ts";
import { connectBroker, type BrokerClient } from "../broker/client.ts";
import { findPolicy } from "../broker/governed-policy.ts";
import { livingHolder } from "../broker/instance.ts";
import { placesOf, stateDirectory, type Places } from "../broker/places.ts";
import { workspaceOf } from "../broker/workspace.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { declaredCredentials } from "../decide/declared-credentials.ts";
import type { Session } from "../model/session.ts";
import { openRegistry } from "../record/registry.ts";
import { verifyRecord, type VerifyReport } from "../record/verify.ts";
import { brokerCommand } from "./broker-request.ts";
import type { CommandContext } from "./command.ts";
import { deciding } from "./doctor-deciding.ts";
import { workspacePolicies } from "./evaluate.ts";

export interface FactsOptions {
  readonly context: Pick<CommandContext, "cwd" | "home" | "env">;
  /** `repository`: only what lies in it, as in a build; nothing of this machine, its user and its broker. */
  readonly scope: "machine" | "repository";
  /** Told what is being looked at. */
  readonly progress: (what: string) => void;
}

const notInBuilds = "a repository alone does not tell";

/** Looks at everything that the checklist asks about. Changes nothing, and starts nothing but agents for their versions. */
export async function gatherFacts(options: FactsOptions): Promise<ChecklistFacts> {
  const { context, scope, progress } = options;
  const workspace = workspaceOf(context.cwd);
  const shipped = packagedCatalogue();
  const catalogues = new Catalogues(shipped);
  const catalogue = catalogues.extended(workspace) ?? shipped;
  const source = policyOf(workspace);
  progress("policies");
  const keys = openApproverKeys(placesOf(stateDirectory(context.home)).approvers);
  const policies =
    scope === "machine"
      ? machinePolicies(workspace, context.home, shipped)
      : repositoryPolicies(source, workspace, catalogue);
  const remarks = [
    ...catalogues.diagnostics(workspace),
    ...(source === undefined
      ? []
      : policyRemarks(
          {
            ...source,
            layer: "workspace",
            workspace,
            home: context.home,
            ...(scope === "machine" && keys.ok
              ? { enrolled: keys.value.list().flatMap(({ name, keyId }) => [name, keyId]) }
              : {}),
          },
          catalogue,
        )),
  ];
  progress("files of the workspace");
  const scan = scanWorkspace(workspace, (done) => progress(`files of the workspace (${done})`));
  progress("credentials");
  const declared = declaredCredentials(policies.inForce);
  const credentials = findCredentials({
    home: scope === "machine" ? context.home : undefined,
    env: scope === "machine" ? context.env : {},
    files: scan.files,
    specs: [...declared, ...catalogue.credentials],
  });
  const machine = scope === "machine" ? await machineFacts(options, workspace, keys) : unknownMachine;
  return {
    workspace,
    ...(scope === "machine" ? { home: context.home } : {}),
    catalogue,
    ...policies,
    remarks,
    scan,
    credentials,
    ...deciding({ workspace, home: context.home, shipped, catalogues, inForce: policies.inForce }),
    ...machine,
  };
}

type PolicyKnowledge = Pick<ChecklistFacts, "inForce" | "policies">;

function policyOf(workspace: string): PackagedText | undefined {
  const { file } = findPolicy(`${workspace}/.governance`);
  const text = readPolicyFile(file);
  return text.ok ? { file, text: text.value } : undefined;
}

function machinePolicies(workspace: string, home: string, catalogue: Catalogue): PolicyKnowledge {
  const policies = workspacePolicies(home, catalogue);
  const inForce = policies.inForce(workspace);
  const facts = policies
    .states()
    .filter((state) => state.layer !== undefined || isAround(state.workspace, workspace))
    .map(({ layer, file, state, detail }): PolicyFact => ({
      layer: layer ?? "workspace",
      file,
      state,
      detail,
    }));
  return { inForce, policies: ok(facts) };
}

function isAround(folder: string, workspace: string): boolean {
  return folder === workspace || !relative(folder, workspace).startsWith("..");
}

/** As if what is written were approved; the baseline alone where it does not load, which the remarks tell. */
function repositoryPolicies(
  source: PackagedText | undefined,
  workspace: string,
  catalogue: Catalogue,
): PolicyKnowledge {
  const place = { workspace, home: "/nonexistent" };
  const candidate = policyOnBaseline(source, place, catalogue);
  const baseline = policyOnBaseline(undefined, place, catalogue).policies;
  return {
    inForce: candidate.policies ?? baseline ?? { stacks: [], hash: "" },
    policies: err("whether a human approved it is known on each machine, not in the repository"),
  };
}

type MachineFacts = Pick<ChecklistFacts, "approvers" | "broker" | "agents" | "sessions" | "record">;

const unknownMachine: MachineFacts = {
  approvers: err(`${notInBuilds} who could answer`),
  broker: ok("absent"),
  agents: err(`${notInBuilds} which agents there are`),
  sessions: err(`${notInBuilds} which sessions there are`),
  record: err(`${notInBuilds} what was recorded`),
};

async function machineFacts(
  { context, progress }: FactsOptions,
  workspace: string,
  keys: Result<ApproverKeys>,
): Promise<MachineFacts> {
  const places = placesOf(stateDirectory(context.home));
  progress("approvers");
  const { approvers, broker } = await brokerFacts(places, keys);
  const sessions = sessionsOf(places.sessions);
  progress("agents");
  const agents = await agentFacts(context, workspace, sessions);
  progress("the record");
  const here = sessions.ok
    ? ok(sessions.value.filter((session) => session.workspace === workspace))
    : sessions;
  return { approvers, broker, agents, sessions: here, record: await recordFacts(places.record) };
}

/** How long a broker may take to tell its state, in ms. One that is suspended still accepts connections. */
const answerMs = 3000;

/** Whoever answers is connected to the broker; where none runs, nobody is. */
async function brokerFacts(
  { stateDir, lock }: Places,
  keys: Result<ApproverKeys>,
): Promise<Pick<ChecklistFacts, "approvers" | "broker">> {
  const client = await connectBroker({ stateDir });
  const holder = livingHolder(lock);
  if (!client.ok && holder === undefined) {
    const approvers = keys.ok ? ok({ enrolled: enrolledOf(keys.value), connected: 0 }) : keys;
    return { approvers, broker: ok("absent") };
  }
  const state = client.ok ? await stateOf(client.value) : undefined;
  if (state === undefined) {
    const silent = err(`the broker (process ${holder ?? "unknown"}) runs and does not answer`);
    return { approvers: silent, broker: silent };
  }
  const { approvers: connected } = state;
  const told =
    typeof connected === "number"
      ? ok(connected)
      : err("the broker that runs is older than this, and does not tell who is connected");
  const approvers = !keys.ok
    ? keys
    : told.ok
      ? ok({ enrolled: enrolledOf(keys.value), connected: told.value })
      : told;
  return { approvers, broker: ok("answers") };
}

async function stateOf(client: BrokerClient): Promise<JsonObject | undefined> {
  try {
    const { body } = await client.request("GET", "/v1/state", undefined, AbortSignal.timeout(answerMs));
    return isJsonObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function enrolledOf(keys: ApproverKeys): ApproverFacts["enrolled"] {
  return keys.list().map(({ name, keyId }) => ({ name, keyId }));
}

function sessionsOf(file: string): Result<readonly Session[]> {
  const registry = openRegistry({ file, now: () => new Date(), random: randomBytes });
  return registry.ok ? ok(registry.value.list()) : registry;
}

async function agentFacts(
  { home, env }: FactsOptions["context"],
  workspace: string,
  sessions: Result<readonly Session[]>,
): Promise<Result<readonly DetectedAgent[]>> {
  return ok(
    await detectAgents({
      home,
      env,
      workspace,
      installs: installsFor(home, workspace),
      proofs: readProofs(stateDirectory(home)),
      sessions: sessions.ok ? sessions.value : [],
    }),
  );
}

/** How this command line would install the hooks of an agent, at each level. */
export function installsFor(home: string, workspace: string): (agent: string) => readonly InstallOptions[] {
  const [nodePath, brokerPath = ""] = brokerCommand();
  const stateDir = stateDirectory(home);
  const { askSocket } = placesOf(stateDir);
  const scopes: readonly InstallScope[] = ["user", "workspace", "managed"];
  return (agent) =>
    scopes.map((scope) => ({ agent, scope, home, stateDir, nodePath, brokerPath, askSocket, workspace }));
}

async function recordFacts(folder: string): Promise<Result<VerifyReport>> {
  try {
    return ok(await verifyRecord(folder));
  } catch (error) {
    return err(`the record cannot be read: ${error instanceof Error ? error.message : "unknown error"}`);
  }
}
