import { join } from "node:path";
import { err, ok } from "../../../base/result.ts";
import type { AgentInstaller } from "../installer.ts";
import { pluginClient } from "../plugin-client.ts";

export const ampInstaller: AgentInstaller = {
  agent: "amp",
  files: ({ scope, base }) =>
    scope === "managed"
      ? err("Amp has no folder for plugins that users cannot change; use the scope `user`")
      : ok([
          {
            path: join(
              base,
              ...(scope === "user" ? [".config", "amp"] : [".amp"]),
              "plugins",
              "signalbox.ts",
            ),
            withHooks: (_current, hookPath) => ok(plugin(hookPath)),
            withoutHooks: () => ok(undefined),
          },
        ]),
  steps: () => ["start Amp anew and look for `signalbox` among its plugins: it loads them when it starts"],
};

/** The second line is what Amp asked of plugins for as long as their interface is experimental. Plain JavaScript is TypeScript. */
function plugin(hookPath: string): string {
  return `// Signalbox's plugin for Amp: asks before every tool call, and reports what has run. Changes are noticed: signalbox status
// @i-know-the-amp-plugin-api-is-wip-and-very-experimental-right-now
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

${pluginClient(hookPath, "amp")}
${hooks}`;
}

/** Only \`allow\` lets a tool run: whatever else this returns or throws stops it. For a kill the thread is cancelled as well. */
const hooks = `export default function (amp) {
  const root = amp.system?.workspaceRoot;
  const cwd = root ? fileURLToPath(String(root)) : process.cwd();

  async function parentOf(thread) {
    try {
      return await thread?.parentThreadID?.();
    } catch {
      return undefined;
    }
  }

  amp.on("tool.call", async ({ tool, toolUseID, input, thread }, ctx) => {
    const threadID = thread.id;
    const rootThreadID = (await parentOf(ctx?.thread)) ?? threadID;
    const call = { cwd, threadID, rootThreadID, tool, toolUseID, input };
    const { decision, reason } = await ask({ hook_event_name: "tool.call", ...call });
    if (decision === "pass") {
      return { action: "allow" };
    }
    if (decision === "kill") {
      await Promise.resolve(ctx?.thread?.cancel?.()).catch(() => undefined);
      return { action: "error", message: reason };
    }
    return { action: "reject-and-continue", message: reason };
  });

  // Only an answer that holds another output changes what the model is shown.
  amp.on("tool.result", async ({ tool, toolUseID, input, status, output, error, thread }, ctx) => {
    const threadID = thread.id;
    const rootThreadID = (await parentOf(ctx?.thread)) ?? threadID;
    const told = { cwd, threadID, rootThreadID, tool, toolUseID, input, status, output, error };
    const reply = await report({ hook_event_name: "tool.result", ...told });
    return reply.output === undefined ? undefined : { status, output: reply.output };
  });
}
`;
