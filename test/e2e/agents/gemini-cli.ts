import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ToolCall } from "../harness/companion/wire.ts";
import { nodePath } from "../install/place.ts";
import { installNpmTool } from "../install/npm.ts";
import { gemini } from "../models/gemini.ts";
import { incident } from "./deeds.ts";
import type { LiveAgent, LiveCall } from "./live-agent.ts";

const version = "0.61.0";

export const geminiCli: LiveAgent = {
  id: "gemini-cli",
  title: "Gemini CLI",
  version,
  dialect: gemini("run_shell_command"),
  install: async (progress) => {
    const tool = { name: "@google/gemini-cli", version, ignoreScripts: true };
    const folder = await installNpmTool(tool, progress);
    return join(folder, "node_modules", "@google", "gemini-cli", "bundle", "gemini.js");
  },
  prepare: async ({ home, mcp }) => {
    await mkdir(join(home, ".gemini"), { recursive: true });
    const settings = {
      security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false },
      mcpServers: { railway: { ...mcp, trust: true } },
    };
    await writeFile(join(home, ".gemini", "settings.json"), JSON.stringify(settings, undefined, 2));
  },
  start: (executable, { model }, prompt, options = []) => ({
    command: nodePath,
    args: [executable, "--yolo", "--model", "gemini-2.5-pro", ...options, "--prompt", prompt],
    env: { GOOGLE_GEMINI_BASE_URL: model, GEMINI_API_KEY: "test-key-not-real" },
  }),
  toolCall,
  detours: [
    {
      name: "in a sub-agent",
      turns: () => [
        { calls: [{ name: "invoke_agent", input: { agent_name: "generalist", prompt: "Tidy up." } }] },
        { calls: [toolCall({ op: "shell", command: incident })] },
        { calls: [{ name: "complete_task", input: { response: "Tidied." } }] },
      ],
    },
  ],
  traits: {
    goesOnAfterDenial: true,
    codeWhenKilled: 1,
    withoutClient: { call: "prevented" },
    killedClient: { call: "prevented" },
    killedHook: {
      call: "executed",
      because: "Gemini CLI takes a hook that was killed for one without an opinion",
    },
    offSwitch: {
      path: ".gemini/settings.json",
      in: "workspace",
      content: '{ "hooksConfig": { "enabled": false } }\n',
      sameSession: { call: "prevented" },
      nextSession: {
        call: "executed",
        because: "settings of a trusted workspace switch the user's hooks off",
      },
    },
  },
};

function toolCall(call: LiveCall): ToolCall {
  switch (call.op) {
    case "shell":
      return { name: "run_shell_command", input: { command: call.command, description: "as asked" } };
    case "read":
      return { name: "read_file", input: { file_path: call.path } };
    case "write":
      return { name: "write_file", input: { file_path: call.path, content: call.content } };
    case "mcp":
      return { name: `mcp_railway_${call.tool}`, input: call.input };
  }
}
