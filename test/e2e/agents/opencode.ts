import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ToolCall } from "../harness/companion/wire.ts";
import { installNpmTool } from "../install/npm.ts";
import { chatCompletions } from "../models/chat-completions.ts";
import { incident } from "./deeds.ts";
import type { LiveAgent, LiveCall } from "./live-agent.ts";

const version = "1.18.33";

export const opencode: LiveAgent = {
  id: "opencode",
  title: "opencode",
  version,
  dialect: chatCompletions("bash"),
  install: async (progress) => {
    const folder = await installNpmTool({ name: "opencode-ai", version, ignoreScripts: true }, progress);
    // The baseline build runs on every processor of this kind.
    return join(folder, "node_modules", `opencode-linux-${process.arch}-baseline`, "bin", "opencode");
  },
  prepare: async ({ home, model, mcp }) => {
    const folder = join(home, ".config", "opencode");
    await mkdir(folder, { recursive: true });
    // It fetches its plugin library into the folder before it loads a plugin, unless one stands in the lock file. Ours needs none.
    await mkdir(join(folder, "node_modules"));
    const lock = {
      lockfileVersion: 3,
      packages: { "": { dependencies: { "@opencode-ai/plugin": version } } },
    };
    await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
    const scripted = {
      npm: "@ai-sdk/openai-compatible",
      options: { baseURL: `${model}/v1`, apiKey: "test-key-not-real" },
      models: { scripted: { name: "scripted" } },
    };
    const config = {
      model: "scripted/scripted",
      small_model: "scripted/scripted",
      autoupdate: false,
      share: "disabled",
      provider: { scripted },
      permission: "allow",
      mcp: { railway: { type: "local", command: [mcp.command, ...mcp.args], enabled: true } },
    };
    await writeFile(join(folder, "opencode.json"), JSON.stringify(config, undefined, 2));
  },
  start: (executable, _place, prompt) => ({
    command: executable,
    args: ["run", "--print-logs", prompt],
    env: {
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_SHARE: "1",
    },
  }),
  toolCall,
  detours: [
    {
      name: "in a sub-agent",
      turns: () => [
        {
          calls: [
            { name: "task", input: { description: "tidy", prompt: "Tidy up.", subagent_type: "general" } },
          ],
        },
        { calls: [toolCall({ op: "shell", command: incident })] },
        { text: "Tidied." },
      ],
    },
  ],
  traits: {
    goesOnAfterDenial: true,
    withoutClient: { call: "prevented" },
    killedClient: { call: "prevented" },
    killedHook: { call: "prevented" },
    offSwitch: {
      path: ".config/opencode/plugin/signalbox.js",
      in: "home",
      content: "export const Signalbox = async () => ({});\n",
      sameSession: { call: "prevented" },
      // The broker puts it back.
      nextSession: { call: "prevented" },
    },
  },
};

function toolCall(call: LiveCall): ToolCall {
  switch (call.op) {
    case "shell":
      return { name: "bash", input: { command: call.command, description: "as asked" } };
    case "read":
      return { name: "read", input: { filePath: call.path } };
    case "write":
      return { name: "write", input: { filePath: call.path, content: call.content } };
    case "mcp":
      return { name: `railway_${call.tool}`, input: call.input };
  }
}
