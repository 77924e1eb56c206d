import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnthropicApi } from "./anthropic.ts";
import { cleanEnvironment } from "./editor.ts";
import { tryCommand, type Finished } from "./process.ts";
import type { Sandbox } from "./sandbox.ts";

export interface ClaudeRun {
  readonly finished: Finished;
  /** The last line of the agent's own JSON report, where it wrote one. */
  readonly result: Readonly<Record<string, unknown>> | undefined;
}

export interface ClaudeSpec {
  readonly sandbox: Sandbox;
  readonly executable: string;
  readonly api: AnthropicApi;
  readonly prompt: string;
  /** Goes on with an earlier conversation. */
  readonly resume?: string;
  readonly sessionId?: string;
  readonly timeoutMs?: number;
}

/** The agent's own first-run questions, answered, so that it starts headless in a fresh home. */
export async function prepareClaudeHome(home: string): Promise<void> {
  await mkdir(join(home, ".claude"), { recursive: true });
  await writeFile(
    join(home, ".claude.json"),
    JSON.stringify({ hasCompletedOnboarding: true, bypassPermissionsModeAccepted: true, autoUpdates: false }),
  );
}

/** Runs Claude Code headless with every permission given: what stops it then is not the agent itself. */
export async function runClaude(spec: ClaudeSpec): Promise<ClaudeRun> {
  const session =
    spec.resume !== undefined
      ? ["--resume", spec.resume]
      : spec.sessionId !== undefined
        ? ["--session-id", spec.sessionId]
        : [];
  const finished = await tryCommand({
    command: spec.executable,
    args: [
      "-p",
      spec.prompt,
      ...session,
      "--output-format",
      "json",
      "--permission-mode",
      "bypassPermissions",
      "--model",
      "claude-sonnet-4-5",
    ],
    cwd: spec.sandbox.workspace,
    env: {
      ...cleanEnvironment(spec.sandbox.home),
      ANTHROPIC_BASE_URL: spec.api.address,
      ANTHROPIC_API_KEY: "test-key-not-real",
      // Needed for bypassPermissions where the tests run as root.
      IS_SANDBOX: "1",
      DISABLE_AUTOUPDATER: "1",
      DISABLE_TELEMETRY: "1",
      DISABLE_ERROR_REPORTING: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    },
    timeoutMs: spec.timeoutMs ?? 60_000,
  });
  await writeFile(
    join(spec.sandbox.logs, `claude-${Date.now()}.log`),
    `${finished.stdout}\n${finished.stderr}`,
  );
  return { finished, result: lastJson(finished.stdout) };
}

function lastJson(text: string): Readonly<Record<string, unknown>> | undefined {
  const line = text.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
