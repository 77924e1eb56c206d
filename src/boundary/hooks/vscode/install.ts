import { join } from "node:path";
import { agentTimeoutSeconds, hookDeadlineSeconds } from "../launcher.ts";
import { quoteWord } from "../shell-quoting.ts";

/** Events of the shared hook file. PascalCase, because VS Code and the Copilot command line both read this file. */
const events = ["PreToolUse", "UserPromptSubmit", "SessionStart", "SubagentStart"] as const;

/** A file of our own in a folder that the agents read whole; `base` is the home directory or the workspace. */
export function vscodeHookFile(scope: "user" | "workspace", base: string): string {
  return scope === "user"
    ? join(base, ".copilot", "hooks", "signalbox.json")
    : join(base, ".github", "hooks", "signalbox.json");
}

/**
 * The file's text. Both spellings of the time-out are there, one for each reader, and a client that cannot be started at all
 * still ends with exit code 2, which both take for a denial. `$$` is the shell's own number, by which the client notices that it
 * was started for nobody any more.
 */
export function vscodeHookText(hookPath: string): string {
  const hook = (event: string): object => ({
    type: "command",
    command: `${quoteWord(hookPath)} --deadline ${hookDeadlineSeconds} --asker $$ vscode ${event} || exit 2`,
    timeout: agentTimeoutSeconds,
    timeoutSec: agentTimeoutSeconds,
  });
  const hooks = Object.fromEntries(events.map((event) => [event, [hook(event)]]));
  return `${JSON.stringify({ version: 1, hooks }, undefined, 2)}\n`;
}
