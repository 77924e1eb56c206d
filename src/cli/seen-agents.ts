import { hookDigest } from "../boundary/canary/canary.ts";
import { readProofs } from "../boundary/canary/proofs.ts";
import { textsOf } from "../boundary/checklist/detect-agents.ts";
import type { InstallOptions } from "../boundary/hooks/install-plan.ts";
import { agentsSeen, gapsOf } from "../broker/seen.ts";
import { openRegistry } from "../record/registry.ts";
import type { Places } from "../broker/places.ts";

/** What is known of an agent beside its files; a member is missing where nothing is known. */
export interface AgentSeen {
  /** When its hooks were last called. ISO 8601, UTC. */
  readonly lastSeenAt?: string;
  /** Its version, as its payloads or the canary told it. */
  readonly version?: string;
  readonly canary?: {
    readonly at: string;
    readonly proved: boolean;
    readonly detail: string;
    /** False where other hooks were tried than those that are installed now. */
    readonly current: boolean;
  };
  /** Its active sessions in which something ran without a decision that let it. */
  readonly gaps: readonly {
    readonly session: string;
    readonly count: number;
    readonly lastAt: string;
    readonly last: string;
  }[];
}

interface SeenAgents {
  /** `hooks` says where the agent's hooks are installed. */
  of(agent: string, scope: string, hooks?: InstallOptions): AgentSeen;
  /** All other agents that were ever seen. */
  others(known: readonly string[]): readonly (AgentSeen & { readonly agent: string })[];
}

/** Reads what the broker has written down, whether it runs or not. */
export function agentsOf(places: Places): SeenAgents {
  const registry = openRegistry({
    file: places.sessions,
    now: () => new Date(),
    random: () => new Uint8Array(),
  });
  const sessions = registry.ok ? registry.value.list() : [];
  const [seen, gaps, proofs] = [
    agentsSeen(sessions),
    gapsOf(sessions, Date.now()),
    readProofs(places.stateDir),
  ];
  const of = (agent: string, scope: string, hooks?: InstallOptions): AgentSeen => {
    const last = seen.find((each) => each.agent === agent);
    const proof = proofs.findLast((each) => each.agent === agent && each.scope === scope);
    const version =
      last?.version ?? (proof === undefined || proof.version === "" ? undefined : proof.version);
    return {
      ...(last === undefined ? {} : { lastSeenAt: last.lastSeenAt }),
      ...(version === undefined ? {} : { version }),
      ...(proof === undefined
        ? {}
        : {
            canary: {
              at: proof.at,
              proved: proof.proved,
              detail: proof.detail,
              current: hooks !== undefined && digestAt(hooks) === proof.digest,
            },
          }),
      gaps: gaps
        .filter((gap) => gap.agent === agent)
        .map(({ session, count, lastAt, last: what }) => ({ session, count, lastAt, last: what })),
    };
  };
  return {
    of,
    others: (known) =>
      seen
        .filter(({ agent }) => !known.includes(agent))
        .map(({ agent }) => ({ agent, ...of(agent, "user") })),
  };
}

function digestAt(hooks: InstallOptions): string {
  const { files, client } = textsOf(hooks);
  return hookDigest(files, client);
}

/** The same for people, a line each. */
export function seenLines({ lastSeenAt, version, canary, gaps }: AgentSeen): readonly string[] {
  const called = lastSeenAt === undefined ? [] : [`last called ${lastSeenAt}`];
  const told = version === undefined ? [] : [`version ${version}`];
  return [
    ...(called.length + told.length === 0 ? [] : [[...called, ...told].join(", ")]),
    ...(canary === undefined
      ? []
      : [
          `${canary.proved ? `canary proved ${canary.at}` : `canary FAILED ${canary.at}: ${canary.detail}`}${
            canary.current ? "" : ", with other hooks than these (`signalbox doctor --live` tries them)"
          }`,
        ]),
    ...gaps.map(
      ({ session, count, last }) =>
        `GAP: ${count} ${count === 1 ? "action" : "actions"} of session ${session} ran without a decision, the last one: ${last}`,
    ),
  ];
}
