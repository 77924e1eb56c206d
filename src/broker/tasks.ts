import { err, ok, type Result } from "../base/result.ts";
import { roleOf } from "../boundary/terminal/known-agents.ts";
import { ancestors, systemProcesses, type ProcessTable } from "../boundary/terminal/process-tree.ts";
import type { TaskDeclaration } from "../model/session.ts";
import type { CompiledPolicy, PoliciesInForce } from "../policy/compiled.ts";
import type { TaskChoice } from "./protocol.ts";

/** What `signalbox run --task` declared, once a human has confirmed it. */
export interface RunDeclaration {
  readonly task: string;
  readonly workspace: string;
  readonly declared: TaskDeclaration;
}

interface Run extends RunDeclaration {
  readonly pid: number;
  /** The start time as the process table tells it: another process may get the number later. */
  readonly started: string;
}

/** Most lines of a task's scope that are shown to whoever picks one. */
const scopeLines = 12;

/** Tasks that the policies in force declare, one entry per name; several layers may speak of one. */
export function taskChoices({ stacks }: PoliciesInForce): readonly TaskChoice[] {
  const byName = new Map<string, CompiledPolicy[]>();
  for (const policy of stacks.flatMap(({ policies }) => policies)) {
    for (const [name, task] of policy.tasks) {
      byName.set(name, [...(byName.get(name) ?? []), task]);
    }
  }
  return [...byName].map(([name, declared]) => ({
    name,
    description: descriptionOf(declared),
    scope: scopeOf(declared),
    agents: [...new Set(declared.flatMap(({ task }) => task?.agents.map(({ source }) => source) ?? []))],
    isDefault: declared.every(({ task }) => task?.isDefault === true),
  }));
}

/** The task of that name, if this agent may be bound to it under every policy that declares it. */
export function taskFor(
  inForce: PoliciesInForce,
  name: string,
  agent: string | undefined,
): Result<TaskChoice> {
  const choices = taskChoices(inForce);
  const task = choices.find((choice) => choice.name === name);
  if (task === undefined) {
    const known = choices.map((choice) => `\`${choice.name}\``).join(", ");
    return err(
      `the policy declares no task \`${name}\`; ${known === "" ? "it declares none at all" : `it declares ${known}`}`,
    );
  }
  const refusing = inForce.stacks
    .flatMap(({ policies }) => policies)
    .map((policy) => policy.tasks.get(name)?.task?.agents ?? [])
    .find(
      (agents) =>
        agent !== undefined && agents.length > 0 && !agents.some((pattern) => pattern.matches(agent)),
    );
  return refusing === undefined
    ? ok(task)
    : err(`task \`${name}\` is for ${task.agents.join(", ")}, not for \`${agent ?? ""}\``);
}

/** Nothing where two policies call it differently: an edit that nobody approved must not rename a task. */
function descriptionOf(declared: readonly CompiledPolicy[]): string {
  const [first = "", ...others] = new Set(declared.map(({ task }) => task?.description ?? ""));
  return others.length === 0 ? first : "";
}

function scopeOf(tasks: readonly CompiledPolicy[]): readonly string[] {
  const lines = tasks.flatMap(({ domain, signal }) => [
    ...domain.allowed.map(({ api, environment }) =>
      environment === undefined ? `may use ${api}` : `may use ${api} in ${environment.source}`,
    ),
    ...domain.blocked.map(({ api }) => `never ${api}`),
    ...signal.allowed.map(({ pattern }) => `may read ${pattern.source}`),
  ]);
  const unique = [...new Set(lines)];
  return unique.length <= scopeLines
    ? unique
    : [...unique.slice(0, scopeLines), `and ${unique.length - scopeLines} more`];
}

/** The processes that a human started for a task. Kept in memory: they do not outlive the terminal they run in by much. */
export class Runs {
  private readonly table: ProcessTable;
  private runs: readonly Run[] = [];

  constructor(table: ProcessTable = systemProcesses()) {
    this.table = table;
  }

  /** The name under which an answer is bound to a process: a number alone may be another process's by then. */
  nameOf(pid: number): string | undefined {
    const info = this.table.get(pid);
    const uid = process.getuid?.();
    return info === undefined || (uid !== undefined && info.uid !== uid)
      ? undefined
      : `${pid}@${info.started}`;
  }

  /** The agent above a process, by name: what it starts, no human has started. */
  agentAbove(pid: number): string | undefined {
    return ancestors(pid, this.table).find((info) => roleOf(info.pid, this.table) === "agent")?.name;
  }

  /** What the process really runs, whatever it says of itself. */
  argumentsOf(pid: number): readonly string[] {
    return this.table.arguments(pid);
  }

  /** The error where the process that was named has gone meanwhile. */
  add(name: string, run: RunDeclaration): Result<void> {
    const pid = Number.parseInt(name, 10);
    if (this.nameOf(pid) !== name) {
      return err("the process that asked has gone");
    }
    const alive = this.runs.filter((known) => this.nameOf(known.pid) === `${known.pid}@${known.started}`);
    this.runs = [...alive, { ...run, pid, started: name.slice(name.indexOf("@") + 1) }];
    return ok(undefined);
  }

  /** The declaration that covers whatever this process started; the nearest one counts. */
  covering(pid: number, workspace: string): RunDeclaration | undefined {
    if (this.runs.length === 0 || pid === 0) {
      return undefined;
    }
    for (const info of ancestors(pid, this.table)) {
      const run = this.runs.find((known) => known.pid === info.pid && known.started === info.started);
      if (run !== undefined) {
        return run.workspace === workspace ? run : undefined;
      }
    }
    return undefined;
  }
}
