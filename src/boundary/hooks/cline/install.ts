import { join } from "node:path";
import { err, ok } from "../../../base/result.ts";
import { environmentFiles } from "../environment-files.ts";
import { clientOptions } from "../hook-call.ts";
import type { AgentInstaller, HookFile } from "../installer.ts";
import { reports } from "../reports.ts";
import { quoteWord } from "../shell-quoting.ts";

/** Cline gives a hook some 120 s on the command line and 30 s in the extension, and then runs the tool. */
export const cliDeadlineSeconds = 110;
export const extensionDeadlineSeconds = 25;

const steps = [
  "keep the scripts executable: Cline passes over those that are not",
  "in Cline's settings, switch hooks on where the version has a switch for them",
] as const;

/** Cline starts scripts that have the names of events, anew for every call. */
export const clineInstaller: AgentInstaller = {
  agent: "cline",
  files: ({ scope, base }) =>
    scope === "managed"
      ? err("Cline has no folder for hooks that users cannot change; use the scope `user`")
      : ok(
          scripts(
            join(base, ".cline", "hooks"),
            ["PreToolUse", "UserPromptSubmit", "TaskStart", "PostToolUse"],
            ["cline", cliDeadlineSeconds],
          ),
        ),
  // Its runtime takes variables from them before any of its own code runs.
  switches: ({ workspace }) =>
    environmentFiles(
      [workspace],
      ["", ".local", ".development", ".development.local", ".production", ".production.local"].map(
        (ending) => `.env${ending}`,
      ),
    ),
  steps: () => steps.slice(0, 1),
};

export const clineExtensionInstaller: AgentInstaller = {
  agent: "cline-vscode",
  files: ({ scope, base }) =>
    scope === "managed"
      ? err("Cline has no folder for hooks that users cannot change; use the scope `user`")
      : ok(
          scripts(
            scope === "user" ? join(base, "Documents", "Cline", "Hooks") : join(base, ".clinerules", "hooks"),
            ["PreToolUse", "UserPromptSubmit", "TaskStart", "PostToolUse"],
            ["cline-vscode", extensionDeadlineSeconds],
          ),
        ),
  steps: () => steps,
};

function scripts(
  folder: string,
  events: readonly string[],
  [agent, deadlineSeconds]: readonly [string, number],
): readonly HookFile[] {
  return events.map((event) => {
    const isReport = reports[agent]?.knows(event) === true;
    const options = clientOptions(agent, event, deadlineSeconds).join(" ");
    return {
      path: join(folder, event),
      executable: true,
      withHooks: (current, hookPath) => {
        if (current === undefined || isOurs(current)) {
          const client = `${quoteWord(hookPath)} ${options} ${agent} ${event}`;
          return ok(script(client, isReport ? goOn : refusal));
        }
        // Without a report nothing is less governed: somebody else's script for it stays.
        return isReport
          ? ok(current)
          : err("it is a hook of somebody else's, and Cline starts one script for an event");
      },
      withoutHooks: (current) => ok(isOurs(current) ? undefined : current),
    };
  });
}

const mark = "# Signalbox's hook for Cline.";

function isOurs(text: string): boolean {
  return text.includes(mark);
}

/** Whatever ends the client makes the script say `cancel`, the only word that stops Cline; exit codes mean nothing to it. */
const refusal = JSON.stringify({
  cancel: true,
  errorMessage: "Signalbox gave no answer, so this is stopped. Run: signalbox doctor",
});
/** After a tool has run there is nothing to stop. */
const goOn = JSON.stringify({ cancel: false });

function script(client: string, otherwise: string): string {
  return `#!/bin/bash -p\n${mark} Changes are noticed and undone: signalbox status\n${client} || printf '%s\\n' '${otherwise}'\n`;
}
