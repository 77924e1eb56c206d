import { join } from "node:path";
import { err, ok, type Result } from "../../../base/result.ts";
import { hookCall } from "../hook-call.ts";
import type { AgentInstaller } from "../installer.ts";

const events = [
  "PreToolUse",
  "UserPromptSubmit",
  "SessionStart",
  "SessionEnd",
  "PostToolUse",
  "PostToolUseFailure",
] as const;

export const kimiInstaller: AgentInstaller = {
  agent: "kimi-code",
  files: ({ scope, base }) =>
    scope === "user"
      ? ok([
          {
            path: join(base, ".kimi-code", "config.toml"),
            withHooks,
            withoutHooks: (current) => ok(withoutBlock(current)),
          },
        ])
      : err("Kimi Code reads hooks from the user's settings alone; use the scope `user`"),
};

const blockStart = "# Signalbox: begin. `signalbox install kimi-code` writes this part.\n";
const blockEnd = "# Signalbox: end\n";

/** A part of our own at the end of the file: there a table ends whatever stood before it. */
function withHooks(current: string | undefined, hookPath: string): Result<string> {
  const rest = withoutBlock(current ?? "");
  if (/^[ \t]*hooks[ \t]*=/m.test(rest)) {
    return err("it sets `hooks` as a list; add Signalbox's hooks to it by hand");
  }
  const gap = rest === "" ? "" : rest.endsWith("\n") ? "\n" : "\n\n";
  // Kimi Code refuses the file for any member that it does not know.
  const tables = events.map((event) => {
    const { command, timeout } = hookCall(hookPath, "kimi-code", event);
    return `[[hooks]]\nevent = "${event}"\ncommand = ${JSON.stringify(command)}\ntimeout = ${timeout}\n`;
  });
  return ok(`${rest}${gap}${blockStart}${tables.join("\n")}${blockEnd}`);
}

function withoutBlock(text: string): string {
  const start = text.indexOf(blockStart);
  const end = text.indexOf(blockEnd, start);
  if (start < 0 || end < 0) {
    return text;
  }
  return `${text.slice(0, start).replace(/\n\n$/, "\n")}${text.slice(end + blockEnd.length)}`;
}
