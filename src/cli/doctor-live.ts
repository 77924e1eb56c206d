import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isJsonObject, stringField, type JsonValue } from "../base/json.ts";
import { placesOf as agentPlaces, textsOf } from "../boundary/checklist/detect-agents.ts";
import type { ChecklistFacts, DetectedAgent } from "../boundary/checklist/facts.ts";
import { canaryCommands as commandsFor, type CanaryCommands } from "../boundary/canary/commands.ts";
import { canaryConversation } from "../boundary/canary/conversation.ts";
import { canaryDetail, hookDigest, runCanary, type CanaryPlan } from "../boundary/canary/canary.ts";
import type { AgentProbe } from "../boundary/hooks/probe.ts";
import { probeOf } from "../boundary/hooks/probes.ts";
import { keepProofs, type CanaryProof } from "../boundary/canary/proofs.ts";
import { status } from "../boundary/hooks/install.ts";
import { invokedPath, stepsOf, type InstallOptions } from "../boundary/hooks/install-plan.ts";
import { connectBroker } from "../broker/client.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { readRecord } from "../record/read.ts";
import { installsFor } from "./doctor-facts.ts";

export interface LiveOptions {
  readonly facts: ChecklistFacts;
  readonly home: string;
  readonly progress: (what: string) => void;
}

/** How long one hook may take in ms, a broker's start included. */
const hookMs = 20_000;

/** A canary that denies and one that passes, as the policies in force decide them; undefined where there is no such pair. */
export function canaryCommands(
  { judge }: ChecklistFacts,
  nonce: string,
  agent: string,
): CanaryCommands | undefined {
  return commandsFor((command) => judge({ kind: "shell", command, shell: "bash" }, agent).verdict, nonce);
}

/** Tries the hooks of every agent that is armed, at every level, and keeps what came of it. */
export async function runCanaries(
  { facts, home, progress }: LiveOptions,
  agents: readonly DetectedAgent[],
): Promise<readonly CanaryProof[]> {
  const proofs: CanaryProof[] = [];
  for (const agent of agents) {
    const probe = probeOf(agent.agent);
    if (probe === undefined || whyNoCanary(facts, agent.agent) !== undefined) {
      continue;
    }
    for (const install of armedPlaces(probe, facts.workspace, home)) {
      progress(`canary for ${agent.title} (${install.scope})`);
      proofs.push(await tryHooks(probe, install, agent, { facts, home, progress }));
    }
  }
  if (proofs.length > 0) {
    keepProofs(stateDirectory(home), proofs);
  }
  return proofs;
}

/** Why no canary can try an agent's hooks, although they may be installed; undefined where one can. */
export function whyNoCanary(facts: ChecklistFacts, agent: string): string | undefined {
  const probe = probeOf(agent);
  if (process.platform === "win32") {
    return "canaries need a POSIX shell";
  }
  return probe !== undefined && canaryCommands(facts, "0", probe.adapter) === undefined
    ? "the policies in force leave no command that is sure to be denied, or none that is sure to pass"
    : undefined;
}

function armedPlaces(probe: AgentProbe, workspace: string, home: string): readonly InstallOptions[] {
  return agentPlaces(probe, installsFor(home, workspace)).filter(
    (install) => status(install).state !== "missing",
  );
}

async function tryHooks(
  probe: AgentProbe,
  install: InstallOptions,
  { version = "" }: DetectedAgent,
  { facts, home }: LiveOptions,
): Promise<CanaryProof> {
  const nonce = randomBytes(6).toString("hex");
  const { files, client } = textsOf(install);
  const plan: CanaryPlan = {
    ...(canaryCommands(facts, nonce, probe.adapter) ?? { denied: "", harmless: "" }),
    conversation: canaryConversation(nonce),
    workspace: facts.workspace,
    home,
    version,
    timeoutMs: hookMs,
    nodePath: process.execPath,
  };
  const report = await runCanary(probe, files, invokedPath(install), plan);
  return {
    agent: probe.agent,
    scope: install.scope,
    version,
    at: new Date().toISOString(),
    proved: report.proved,
    detail: canaryDetail(report),
    digest: hookDigest(files, client),
  };
}

/** What was seen of an agent that was asked to run the canary itself. */
export type Sighting =
  | {
      readonly kind: "denied" | "passed";
      readonly agent: string;
      readonly at: string;
      /** As its payload told it. */
      readonly version?: string;
    }
  | { readonly kind: "not_seen" | "interrupted" };

const lookMs = 300;

/** Waits until the record tells of a request with the nonce in it. */
export async function awaitSighting(
  home: string,
  nonce: string,
  { waitMs, signal, tick }: { waitMs: number; signal: AbortSignal; tick: (leftMs: number) => void },
): Promise<Sighting> {
  const folder = placesOf(stateDirectory(home)).record;
  const since = new Date();
  const until = performance.now() + waitMs;
  for (;;) {
    for await (const entry of readRecord(folder, { kind: "decision", since })) {
      if (JSON.stringify(entry["payload"] ?? "").includes(nonce)) {
        const agent = typeof entry["agent"] === "string" ? entry["agent"] : "unknown";
        const version = await versionOf(home, entry["sessionId"]);
        return {
          kind: entry["effect"] === "pass" ? "passed" : "denied",
          agent,
          at: entry.time,
          ...(version === undefined ? {} : { version }),
        };
      }
    }
    const left = until - performance.now();
    if (signal.aborted) {
      return { kind: "interrupted" };
    }
    if (left <= 0) {
      return { kind: "not_seen" };
    }
    tick(left);
    await sleep(Math.min(lookMs, left), undefined, { signal }).catch(() => undefined);
  }
}

/** What the session's payloads told of the agent's version; the broker knows it before its file does. */
async function versionOf(home: string, session: unknown): Promise<string | undefined> {
  const client = await connectBroker({ stateDir: stateDirectory(home) });
  if (!client.ok) {
    return undefined;
  }
  try {
    const { body } = await client.value.request(
      "GET",
      "/v1/sessions",
      undefined,
      AbortSignal.timeout(hookMs),
    );
    const sessions = isJsonObject(body) && Array.isArray(body["sessions"]) ? body["sessions"] : [];
    const own = (sessions as readonly JsonValue[]).filter(isJsonObject).find(({ id }) => id === session);
    return own === undefined ? undefined : stringField(own, "agentVersion");
  } catch {
    return undefined;
  }
}

/** What a human still has to do so that the agent takes its hooks, one sentence each. */
export function remainingSteps(agent: string, workspace: string, home: string): readonly string[] {
  const probe = probeOf(agent);
  const places = probe === undefined ? [] : armedPlaces(probe, workspace, home);
  return [...new Set(places.flatMap((install) => stepsOf(install)))];
}

/** Keeps that the agent itself was seen to obey, for its hooks as they are now. */
export function keepSighting(agent: DetectedAgent, workspace: string, home: string, at: string): void {
  const probe = probeOf(agent.agent);
  const places = probe === undefined ? [] : armedPlaces(probe, workspace, home);
  keepProofs(
    stateDirectory(home),
    places.map((install) => {
      const { files, client } = textsOf(install);
      return {
        agent: agent.agent,
        scope: install.scope,
        version: agent.version ?? "",
        at,
        proved: true,
        detail: "the agent itself asked, and was denied",
        digest: hookDigest(files, client),
      };
    }),
  );
}
