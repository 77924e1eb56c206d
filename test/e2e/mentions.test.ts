import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { LiveAgent } from "./agents/live-agent.ts";
import { claudeCode } from "./agents/claude-code.ts";
import { geminiCli } from "./agents/gemini-cli.ts";
import { qwenCode } from "./agents/qwen-code.ts";
import { cleanEnvironment } from "./harness/editor.ts";
import { tryCommand } from "./harness/process.ts";
import { buildProduct } from "./harness/product.ts";
import { createSandbox, destroySandbox } from "./harness/sandbox.ts";
import { nodePath, repository, whyNoEndToEnd } from "./install/place.ts";
import { startModelApi } from "./models/model-api.ts";

/**
 * Files that a person mentions (`@name`) get into the first request to the model without any hook being asked. What stops them then
 * are the agent's own rules, which are installed here without any hooks.
 */

/** Files of a workspace, and whether Signal hides them. */
const files: Readonly<Record<string, boolean>> = {
  "config/prod.env": true,
  "apps/web/.env.local": true,
  "keys/server.key": true,
  "docs/private/plan.md": true,
  ".env.example": false,
  "README.md": false,
  "docs/public/plan.md": false,
};

const policy = `session_scope:\n  signal:\n    hidden_files: ["docs/private/**"]\n`;

const canary = (name: string): string => `canary-of-${name.replaceAll(/\W+/g, "-")}-not-real`;

/** Agents that put what is mentioned into the prompt themselves, and whether each is run every time. */
const agents: readonly (readonly [LiveAgent, always: boolean])[] = [
  [claudeCode, true],
  [geminiCli, true],
  [qwenCode, false],
];

const skip = whyNoEndToEnd();

for (const [agent, always] of agents) {
  const off = always || process.env["SIGNALBOX_E2E_ALL"] === "1" ? undefined : "SIGNALBOX_E2E_ALL is not set";
  test(
    `${agent.title} ${agent.version}: a mentioned file that Signal hides stays out of the model's context`,
    { skip: skip ?? off ?? false },
    async () => {
      const executable = await agent.install(() => undefined);
      await buildProduct(() => undefined);
      const sandbox = await createSandbox(`mentions-${agent.id}`);
      const model = await startModelApi(agent.dialect);
      let failed = true;
      try {
        const { home, workspace } = sandbox;
        for (const name of Object.keys(files)) {
          mkdirSync(dirname(join(workspace, name)), { recursive: true });
          writeFileSync(join(workspace, name), `${canary(name)}\n`);
        }
        mkdirSync(join(workspace, ".governance"), { recursive: true });
        writeFileSync(join(workspace, ".governance", "policy.yaml"), policy);
        const place = { home, workspace, model: model.address, mcp: { command: "/bin/false", args: [] } };
        await agent.prepare(place);
        const told = async (): Promise<readonly string[]> => {
          model.play([{ text: "Done." }]);
          const prompt = `Compare ${Object.keys(files)
            .map((name) => `@${name}`)
            .join(" ")}`;
          const start = agent.start(executable, place, prompt);
          await tryCommand({
            ...start,
            cwd: workspace,
            env: { ...cleanEnvironment(home), ...start.env },
            timeoutMs: 90_000,
          });
          const [first = ""] = model.received();
          return Object.keys(files).filter((name) => first.includes(canary(name)));
        };
        assert.deepEqual(
          (await told()).toSorted(),
          Object.keys(files).toSorted(),
          "without rules all of them get in",
        );
        const installed = await tryCommand({
          command: nodePath,
          args: [join(repository, "dist", "cli.js"), "install", agent.id, "--rules-only", "--workspace", "."],
          cwd: workspace,
          env: cleanEnvironment(home),
          timeoutMs: 20_000,
        });
        assert.equal(installed.code, 0, installed.stderr);
        const shown = Object.keys(files).filter((name) => files[name] === false);
        assert.deepEqual((await told()).toSorted(), shown.toSorted());
        failed = false;
      } finally {
        await model.stop();
        await destroySandbox(sandbox, failed);
      }
    },
  );
}
