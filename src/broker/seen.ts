import { isCanary } from "../boundary/canary/conversation.ts";
import type { Session } from "../model/session.ts";
import type { Unprotected } from "./hook-watch.ts";
import type { BrokerState } from "./protocol.ts";

type Seen = NonNullable<BrokerState["agents"]>[number];

/** When each agent's hooks were last called, the latest first, and its version where its payloads tell it. */
export function agentsSeen(sessions: readonly Session[]): readonly Seen[] {
  const seen = new Map<string, Seen>();
  for (const { agent, lastSeenAt, agentVersion } of sessions.filter((session) => !isCanary(session))) {
    const known = seen.get(agent);
    const isLater = known === undefined || lastSeenAt > known.lastSeenAt;
    const version = (isLater ? agentVersion : undefined) ?? known?.version ?? agentVersion;
    seen.set(agent, {
      agent,
      lastSeenAt: isLater ? lastSeenAt : known.lastSeenAt,
      ...(version === undefined ? {} : { version }),
    });
  }
  return [...seen.values()].sort((a, b) => (a.lastSeenAt < b.lastSeenAt ? 1 : -1));
}

/** How long after it a gap of a session that has ended since is told: headless agents end right after they have done it. */
const toldForMs = 24 * 60 * 60_000;

/** Sessions in which something ran without a decision that let it. One that was killed is over; `now` in ms since 1970. */
export function gapsOf(sessions: readonly Session[], now: number): NonNullable<BrokerState["gaps"]> {
  return sessions.flatMap(({ id, agent, workspace, state, gaps }) =>
    gaps !== undefined &&
    (state === "active" || (state === "ended" && now - Date.parse(gaps.lastAt) < toldForMs))
      ? [{ session: id, agent, workspace, ...gaps }]
      : [],
  );
}

/** Where agents work now. */
export function activeWorkspaces(sessions: readonly Session[]): readonly string[] {
  return [...new Set(sessions.flatMap(({ state, workspace }) => (state === "active" ? [workspace] : [])))];
}

/** Agents without their hooks, each told once, with the sessions that go on without them. */
export function unprotectedOf(
  found: readonly Unprotected[],
  sessions: readonly Session[],
): NonNullable<BrokerState["unprotected"]> {
  const told = new Set<string>();
  return found.flatMap((each) => {
    const { agent, workspace, why } = each;
    if (told.has(`${agent} ${why}`)) {
      return [];
    }
    told.add(`${agent} ${why}`);
    const concerned = sessions.filter(
      (session) =>
        session.state === "active" &&
        session.agent === agent &&
        (workspace === undefined || session.workspace === workspace),
    );
    return [{ ...each, sessions: concerned.map(({ id }) => id) }];
  });
}
