import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { nodePath, repository } from "../install/place.ts";
import { cleanEnvironment } from "./editor.ts";
import type { Sandbox } from "./sandbox.ts";

export interface CursorRequest {
  readonly event: string;
  /** What Cursor knows of the event; the executor adds version, workspace and so on. */
  readonly request: object;
}

export interface CursorReply {
  /** What their loader says of the hook files. */
  readonly configErrors: readonly string[];
  /** What all hooks together say; null where there is no hook, or none with an opinion that counts. */
  readonly answer: {
    readonly permission?: string;
    readonly continue?: boolean;
    readonly user_message?: string;
  } | null;
}

/** How a payload reaches a hook: on standard input, or by a here-document in a login shell, as the editor does. */
export type CursorTransport = "stdin" | "legacy";

/** Cursor without its window: the hook executor that its SDK ships, over one workspace and the hook files of one home. */
export interface CursorExecutor {
  fire(event: string, request: object): Promise<CursorReply>;
  stop(): void;
}

const replyMs = 60_000;

export function startCursorExecutor(
  sandbox: Sandbox,
  sdkPath: string,
  transport: CursorTransport,
  version = "3.15.6",
): CursorExecutor {
  const main = join(repository, "test", "e2e", "harness", "cursor-executor-main.ts");
  const child = spawn(nodePath, [main, sdkPath, sandbox.workspace, version, transport], {
    cwd: sandbox.workspace,
    env: { ...cleanEnvironment(sandbox.home), TEST_ETC: join(sandbox.root, "etc") },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    // Node quotes the line where something went wrong, and the SDK's are megabytes long.
    complaints = `${complaints}${text}`.slice(-2000);
  });
  const waiting: ((reply: CursorReply) => void)[] = [];
  const lost: ((error: Error) => void)[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lost.shift();
    waiting.shift()?.(JSON.parse(line) as CursorReply);
  });
  child.once("close", () => {
    lost.splice(0).forEach((reject) => reject(new Error(`Cursor's executor has ended: ${complaints}`)));
  });
  return {
    fire: (event, request) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no answer to ${event}: ${complaints}`)), replyMs);
        waiting.push((reply) => {
          clearTimeout(timer);
          resolve(reply);
        });
        lost.push((error) => {
          clearTimeout(timer);
          reject(error);
        });
        child.stdin.write(`${JSON.stringify({ event, request })}\n`);
      }),
    stop: () => {
      child.kill("SIGKILL");
    },
  };
}
