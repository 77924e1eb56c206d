import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelApi } from "../models/model-api.ts";
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
  readonly api: ModelApi;
  readonly prompt: string;
  /** Goes on with an earlier conversation. */
  readonly resume?: string;
  readonly sessionId?: string;
  readonly timeoutMs?: number;
}

/** Answers to the agent's own first-run questions, in its `.claude.json`, so that it starts headless in a fresh home. */
export const claudeFirstRun: Readonly<Record<string, boolean>> = {
  hasCompletedOnboarding: true,
  bypassPermissionsModeAccepted: true,
  autoUpdates: false,
};

export async function prepareClaudeHome(home: string): Promise<void> {
  await mkdir(join(home, ".claude"), { recursive: true });
  await writeFile(join(home, ".claude.json"), JSON.stringify(claudeFirstRun));
}

/** Every permission is given. */
export function claudeArguments(prompt: string): readonly string[] {
  const mode = ["--permission-mode", "bypassPermissions"];
  return ["-p", prompt, "--output-format", "json", ...mode, "--model", "claude-sonnet-4-5"];
}

export function claudeEnvironment(modelAddress: string): Readonly<Record<string, string>> {
  return {
    ANTHROPIC_BASE_URL: modelAddress,
    ANTHROPIC_API_KEY: "test-key-not-real",
    // Needed for bypassPermissions where the tests run as root.
    IS_SANDBOX: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  };
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
    args: [...claudeArguments(spec.prompt), ...session],
    cwd: spec.sandbox.workspace,
    env: { ...cleanEnvironment(spec.sandbox.home), ...claudeEnvironment(spec.api.address) },
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
