import { join } from "node:path";
import { ok } from "../../../base/result.ts";
import type { AgentInstaller, InstallPlace } from "../installer.ts";
import { pluginClient } from "../plugin-client.ts";

export const opencodeInstaller: AgentInstaller = {
  agent: "opencode",
  files: (place) =>
    ok([
      {
        path: pluginFile(place),
        withHooks: (_current, hookPath) => ok(plugin(hookPath)),
        withoutHooks: () => ok(undefined),
      },
    ]),
  steps: () => [
    "start opencode anew: it loads plugins when it starts, and none at all with `--pure`; the first start fetches its plugin library from npm, which can take half a minute",
  ],
};

function pluginFile({ scope, base }: InstallPlace): string {
  switch (scope) {
    case "user":
      return join(base, ".config", "opencode", "plugin", "signalbox.js");
    case "workspace":
      return join(base, ".opencode", "plugin", "signalbox.js");
    case "managed":
      return join(base, "etc", "opencode", "plugin", "signalbox.js");
  }
}

function plugin(hookPath: string): string {
  return `// Signalbox's plugin for opencode: asks before every tool call and prompt. Changes are noticed: signalbox status
import { spawn } from "node:child_process";

${pluginClient(hookPath, "opencode")}
${hooks}`;
}

/** Throwing before a tool is this agent's denial; for a kill its run is ended as well, in case that its process cannot be. */
const hooks = `export const Signalbox = async ({ client: opencode, directory }) => {
  const parents = new Map();

  async function rootOf(sessionID) {
    let id = sessionID;
    for (let depth = 0; depth < 20; depth++) {
      if (!parents.has(id)) {
        parents.set(id, await parentOf(id));
      }
      const parent = parents.get(id);
      if (parent === undefined) {
        break;
      }
      id = parent;
    }
    return id;
  }

  async function parentOf(id) {
    try {
      const { data } = await opencode.session.get({ path: { id } });
      return data?.parentID;
    } catch {
      return undefined;
    }
  }

  async function decide(payload) {
    const rootSessionID = await rootOf(payload.sessionID);
    const { decision, reason } = await ask({ cwd: directory, rootSessionID, ...payload });
    if (decision === "pass") {
      return;
    }
    if (decision === "kill") {
      for (const id of new Set([payload.sessionID, rootSessionID])) {
        await opencode.session.abort({ path: { id } }).catch(() => undefined);
      }
    }
    throw new Error(reason);
  }

  return {
    event: async ({ event }) => {
      const { id, parentID } = event.properties?.info ?? {};
      if (event.type === "session.created" && id !== undefined) {
        parents.set(id, parentID);
      }
    },
    "chat.message": async ({ sessionID }, { parts }) => {
      const files = parts.filter(({ type }) => type === "file");
      await decide({
        hook_event_name: "chat.message",
        sessionID,
        prompt: parts.map(({ type, text }) => (type === "text" ? text : "")).join("\\n"),
        files: files.flatMap(({ url, source }) => (source?.path === undefined ? [String(url)] : [source.path])),
      });
    },
    "tool.execute.before": async ({ tool, sessionID, callID }, { args }) => {
      await decide({ hook_event_name: "tool.execute.before", tool, sessionID, callID, args });
    },
    // Whatever the hook says of the result takes the place of the same members in it.
    "tool.execute.after": async ({ tool, sessionID, callID, args }, output) => {
      const rootSessionID = await rootOf(sessionID);
      const told = { cwd: directory, rootSessionID, tool, sessionID, callID, args, output };
      const reply = await report({ hook_event_name: "tool.execute.after", ...told });
      Object.assign(output, reply.output);
    },
  };
};
`;
