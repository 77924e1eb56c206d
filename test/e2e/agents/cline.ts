import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ToolCall } from "../harness/companion/wire.ts";
import { installNpmTool } from "../install/npm.ts";
import { chatCompletions } from "../models/chat-completions.ts";
import type { LiveAgent, LiveCall } from "./live-agent.ts";

const version = "3.0.65";

export const cline: LiveAgent = {
  id: "cline",
  title: "Cline",
  version,
  dialect: chatCompletions("run_commands"),
  install: async (progress) => {
    const folder = await installNpmTool({ name: "cline", version, ignoreScripts: true }, progress);
    return join(folder, "node_modules", "@cline", "cli-linux-x64", "bin", "cline");
  },
  prepare: async ({ home, model, mcp }) => {
    const folder = join(home, ".cline", "data", "settings");
    await mkdir(folder, { recursive: true });
    const settings = {
      provider: "openai-compatible",
      apiKey: "test-key-not-real",
      model: "scripted",
      baseUrl: `${model}/v1`,
    };
    const providers = {
      version: 1,
      lastUsedProvider: "openai-compatible",
      modes: {},
      providers: {
        "openai-compatible": { settings, updatedAt: "2026-01-01T00:00:00.000Z", tokenSource: "manual" },
      },
    };
    await writeFile(join(folder, "providers.json"), JSON.stringify(providers));
    const servers = { mcpServers: { railway: { ...mcp, disabled: false } } };
    await writeFile(join(folder, "cline_mcp_settings.json"), JSON.stringify(servers));
  },
  start: (executable, _place, prompt) => ({
    command: executable,
    args: ["--json", "-P", "openai-compatible", "-m", "scripted", prompt],
    env: {},
  }),
  toolCall,
  traits: {
    goesOnAfterDenial: false,
    // From the second run on the work is done by a hub that stays; the command line reports that its session is gone.
    codeWhenKilled: 1,
    withoutClient: { call: "prevented" },
    killedClient: { call: "prevented" },
    killedHook: { call: "executed", because: "not known yet" },
    offSwitch: {
      path: ".cline/hooks/PreToolUse",
      in: "home",
      content: "#!/bin/sh\necho '{}'\n",
      sameSession: { call: "executed", because: "each call starts the script anew" },
      nextSession: { call: "executed", because: "each call starts the script anew" },
    },
  },
};

function toolCall(call: LiveCall): ToolCall {
  switch (call.op) {
    case "shell":
      return { name: "run_commands", input: { commands: [call.command] } };
    case "read":
      return { name: "read_files", input: { files: [{ path: call.path }] } };
    case "write":
      return { name: "editor", input: { path: call.path, new_text: call.content } };
    case "mcp":
      return { name: `railway__${call.tool}`, input: call.input };
  }
}
