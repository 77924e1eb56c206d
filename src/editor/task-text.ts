import { makePlainLine, shorten } from "../base/visible-text.ts";
import type { BrokerState, TaskChoice } from "../broker/protocol.ts";
import { related } from "../base/folder-relation.ts";

/** One line of the list that a human picks a task from. */
export interface TaskPick {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly task: string;
}

type Unbound = NonNullable<BrokerState["unbound"]>[number];

/** The tasks of a workspace, the one that was chosen last first. It is only proposed: nothing is chosen by itself. */
export function taskPicks(tasks: readonly TaskChoice[], last: string | undefined): readonly TaskPick[] {
  const picks = tasks.map(({ name, description, scope, agents, isDefault }) => ({
    label: makePlainLine(name),
    description: [
      ...(name === last ? ["last time"] : []),
      ...(isDefault ? ["default"] : []),
      ...(agents.length === 0 ? [] : [`for ${agents.map(makePlainLine).join(", ")}`]),
    ].join(" · "),
    detail: shorten([description, scope.join("; ")].filter(Boolean).map(makePlainLine).join(" · "), 200),
    task: name,
  }));
  return picks.toSorted((a, b) => Number(b.task === last) - Number(a.task === last));
}

/** Sessions of this window's folders that nobody has been asked about yet. */
export function newlyUnbound(
  state: BrokerState | undefined,
  folders: readonly string[],
  asked: ReadonlySet<string>,
): readonly Unbound[] {
  return (state?.unbound ?? []).filter(
    ({ session, workspace }) => !asked.has(session) && folders.some((folder) => related(folder, workspace)),
  );
}

/** Those of the chosen tasks that hold now, by session. Nothing is told while there is no broker to say so. */
export function nowBound(
  state: BrokerState | undefined,
  chosen: ReadonlyMap<string, string>,
): readonly (readonly [string, string])[] {
  return state === undefined
    ? []
    : [...chosen].filter(([session]) => !state.unbound?.some((known) => known.session === session));
}

/** What a human reads once their choice holds. */
export function boundText(session: string, task: string): string {
  return `Signalbox: ${makePlainLine(session)} is at ${makePlainLine(task)} now`;
}

/** What a human reads when a conversation starts in a workspace with tasks. */
export function taskPrompt({ session, agent, workspace }: Unbound): string {
  const name = workspace.slice(workspace.lastIndexOf("/") + 1);
  return `Signalbox: a conversation of ${makePlainLine(agent)} has started in ${makePlainLine(name)} (session ${makePlainLine(session)}). Which task is it at? Until you choose, only what every task allows passes.`;
}
