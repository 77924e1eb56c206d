import { agentTimeoutSeconds, hookCommandLine, hookDeadlineSeconds } from "./launcher.ts";
import { reports } from "./reports.ts";
import { quoteWord } from "./shell-quoting.ts";

/**
 * Seconds that the client may take for a report of what has run, and that the agent is told to wait for it. The agent does wait,
 * because the result may have to be rid of secrets.
 */
const reportDeadlineSeconds = 10;
const reportTimeoutSeconds = 15;

/** How an agent calls the hook client for one event, and how long it is told to wait, in seconds. */
export interface HookCall {
  readonly command: string;
  readonly timeout: number;
}

/** The options of the client for an event, in order: a report stops nothing, whatever goes wrong. */
export function clientOptions(
  agent: string,
  event: string,
  deadlineSeconds: number = hookDeadlineSeconds,
): readonly string[] {
  return isReport(agent, event)
    ? ["--report", "--deadline", String(reportDeadlineSeconds)]
    : ["--deadline", String(deadlineSeconds)];
}

/** Seconds that the agent is told to wait for an event's hook. */
export function timeoutFor(agent: string, event: string, timeout: number = agentTimeoutSeconds): number {
  return isReport(agent, event) ? reportTimeoutSeconds : timeout;
}

/** For agents that run hooks in a POSIX shell; see `hookCommandLine`. The agent's own limits are given where they are lower. */
export function hookCall(
  hookPath: string,
  agent: string,
  event: string,
  own: { readonly deadline: number; readonly timeout: number } = {
    deadline: hookDeadlineSeconds,
    timeout: agentTimeoutSeconds,
  },
): HookCall {
  const command = isReport(agent, event)
    ? `${quoteWord(hookPath)} ${clientOptions(agent, event).join(" ")} --asker $$ ${agent} ${event} || exit 0`
    : hookCommandLine(hookPath, agent, event, own.deadline);
  return { command, timeout: timeoutFor(agent, event, own.timeout) };
}

function isReport(agent: string, event: string): boolean {
  return reports[agent]?.knows(event) === true;
}
