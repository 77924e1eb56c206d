import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "../../model/session.ts";
import { readOwnFile } from "../../record/durable-file.ts";
import { isCanary } from "../canary/conversation.ts";
import { hookDigest } from "../canary/canary.ts";
import type { HookText } from "../canary/installed-hook.ts";
import { programOf, versionOf } from "../hooks/agent-program.ts";
import type { AgentProbe } from "../hooks/probe.ts";
import { probes } from "../hooks/probes.ts";
import type { CanaryProof } from "../canary/proofs.ts";
import { status, type HookStatus } from "../hooks/install.ts";
import { hookClientOf, hookFilesOf, type InstallOptions } from "../hooks/install-plan.ts";
import { adapterOf } from "../hooks/registry.ts";
import type { DetectedAgent } from "./facts.ts";

export interface DetectOptions {
  readonly home: string;
  readonly workspace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How hooks would be installed for an agent at each level. */
  readonly installs: (agent: string) => readonly InstallOptions[];
  readonly proofs: readonly CanaryProof[];
  readonly sessions: readonly Session[];
  /** Only these agents, whether they are found or not. */
  readonly only?: readonly string[];
}

/** Agents that this machine has, by their programs, what they leave behind, and the sessions that they had. */
export async function detectAgents(options: DetectOptions): Promise<readonly DetectedAgent[]> {
  const found = await Promise.all(
    probes
      .filter(({ agent }) => options.only?.includes(agent) ?? true)
      .map((probe) => detect(probe, options)),
  );
  return found.filter((agent) => agent !== undefined);
}

async function detect(probe: AgentProbe, options: DetectOptions): Promise<DetectedAgent | undefined> {
  const { home, sessions, only } = options;
  const program = programOf(probe, options);
  const trace = probe.traces.find((name) => existsSync(join(home, name)));
  const session = sessions.find(
    (each) => each.agent === probe.adapter && each.state === "active" && !isCanary(each),
  );
  const evidence =
    program ??
    (trace === undefined ? undefined : `~/${trace}`) ??
    (session === undefined ? undefined : `session ${session.id}`);
  const hooks = hooksOf(probe, options);
  // Hooks that an agent only shares are another's.
  const isArmed = hooks.some(({ agent, state }) => agent === probe.agent && state !== "missing");
  const because = evidence ?? (isArmed ? "its hooks" : only === undefined ? undefined : "it was asked for");
  if (because === undefined) {
    return undefined;
  }
  const version =
    (program === undefined ? undefined : await versionOf(program, options)) ?? toldVersion(probe, sessions);
  const canary = lastCanary(probe, options);
  return {
    agent: probe.agent,
    title: probe.title,
    because,
    present: evidence !== undefined,
    ...(version === undefined ? {} : { version }),
    hooks,
    ...(canary === undefined ? {} : { canary }),
    waitsMs: adapterOf(probe.adapter)?.capabilities.waitsMs ?? 0,
  };
}

/** Its own hooks at every level, and those of another agent's that it reads as well. */
function hooksOf(probe: AgentProbe, { installs }: DetectOptions): readonly HookStatus[] {
  return placesOf(probe, installs).map(status);
}

/** Every level at which the agent could have hooks. */
export function placesOf(
  { agent, sharesHooksOf }: AgentProbe,
  installs: DetectOptions["installs"],
): readonly InstallOptions[] {
  return [agent, ...(sharesHooksOf === undefined ? [] : [sharesHooksOf])]
    .flatMap((each) => installs(each))
    .filter((install) => hookFilesOf(install).ok);
}

/** The last canary of the files as they are now, the newest of all levels. */
function lastCanary(probe: AgentProbe, { installs, proofs }: DetectOptions): CanaryProof | undefined {
  return placesOf(probe, installs)
    .flatMap((install) => {
      const { files, client } = textsOf(install);
      const digest = hookDigest(files, client);
      return proofs.filter(
        (proof) => proof.agent === probe.agent && proof.scope === install.scope && proof.digest === digest,
      );
    })
    .toSorted((a, b) => b.at.localeCompare(a.at))
    .at(0);
}

/** The agent's hook files that are there, and the hook client's text. */
export function textsOf(install: InstallOptions): {
  readonly files: readonly HookText[];
  readonly client: string;
} {
  const files = hookFilesOf(install);
  const texts = (files.ok ? files.value : []).flatMap(({ path }) => {
    const text = readOwnFile(path);
    return text.ok && text.value !== undefined ? [{ path, text: text.value }] : [];
  });
  const client = readOwnFile(hookClientOf(install));
  return { files: texts, client: client.ok ? (client.value ?? "") : "" };
}

/** What its payloads said last. */
function toldVersion({ adapter }: AgentProbe, sessions: readonly Session[]): string | undefined {
  return sessions
    .filter(
      (session) => session.agent === adapter && session.agentVersion !== undefined && !isCanary(session),
    )
    .toSorted((a, b) => b.lastSeenAt.localeCompare(a.lastSeenAt))
    .at(0)?.agentVersion;
}
