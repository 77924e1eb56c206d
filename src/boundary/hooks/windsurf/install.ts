import { join } from "node:path";
import { ok } from "../../../base/result.ts";
import type { JsonObject } from "../../../base/json.ts";
import { withEntries, withoutEntries, type WantedEntries } from "../hook-entries.ts";
import { clientOptions } from "../hook-call.ts";
import type { AgentInstaller, InstallPlace } from "../installer.ts";
import { quoteWord } from "../shell-quoting.ts";
import { windsurfReports } from "./report.ts";

/** Cascade's own limit is not documented: this is below what agents usually have. */
export const windsurfDeadlineSeconds = 25;

const events = [
  "pre_user_prompt",
  "pre_read_code",
  "pre_write_code",
  "pre_run_command",
  "pre_mcp_tool_use",
  "post_read_code",
  "post_write_code",
  "post_run_command",
  "post_mcp_tool_use",
] as const;

export const windsurfInstaller: AgentInstaller = {
  agent: "windsurf",
  files: (place) =>
    ok([
      {
        path: hooksFile(place),
        withHooks: (current, hookPath) => withEntries(current ?? "{}\n", hookPath, wanted(hookPath)),
        withoutHooks: (current, hookPath) => withoutEntries(current, hookPath),
      },
    ]),
  steps: () => ["start Windsurf anew: it reads its hooks when it starts"],
};

function hooksFile({ scope, base }: InstallPlace): string {
  switch (scope) {
    case "user":
      return join(base, ".codeium", "windsurf", "hooks.json");
    case "workspace":
      return join(base, ".windsurf", "hooks.json");
    case "managed":
      return join(base, "etc", "windsurf", "hooks.json");
  }
}

/** The client gets no event name, because Cascade's hold underscores; the payload tells it. */
function wanted(hookPath: string): WantedEntries {
  const entry = (event: string): JsonObject => {
    const options = clientOptions("windsurf", event, windsurfDeadlineSeconds).join(" ");
    const otherwise = windsurfReports.knows(event) ? 0 : 2;
    return {
      command: `${quoteWord(hookPath)} ${options} --asker $$ windsurf || exit ${otherwise}`,
      show_output: false,
    };
  };
  return Object.fromEntries(events.map((event) => [event, entry(event)]));
}
