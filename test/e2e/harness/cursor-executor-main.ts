/**
 * Cursor's own hook executor as a process, because it takes its home from the environment once. Arguments: the SDK's opened
 * module, the workspace, Cursor's version, how payloads are handed to hooks. One JSON request a line on standard input, one
 * JSON reply a line on standard output.
 */
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { CursorReply, CursorRequest } from "./cursor-executor.ts";

interface Runtime {
  readonly hooksConfig: { readonly errors: readonly object[] };
  createSessionRuntime(): {
    readonly hookExecutor: {
      executeHookForStep(event: string, request: object): Promise<object | undefined>;
    };
  };
}

interface OpenedSdk {
  prepare(): void;
  hooksOf(options: object): {
    createHooksRuntime(place: {
      readonly workspaceState: { readonly workspaceRoots: readonly string[] };
    }): Promise<Runtime>;
  };
}

const [sdkPath = "", workspace = "", version = "", transport = ""] = process.argv.slice(2);
const sdk = (await import(pathToFileURL(sdkPath).href)) as OpenedSdk;
sdk.prepare();
const hooks = sdk.hooksOf({
  globalContext: { cursor_version: version, user_email: null },
  useCommandHookStdinTransport: transport === "stdin",
});

for await (const line of createInterface({ input: process.stdin })) {
  const { event, request } = JSON.parse(line) as CursorRequest;
  // Read anew for each request, as Cursor does when the file changes.
  const runtime = await hooks.createHooksRuntime({ workspaceState: { workspaceRoots: [workspace] } });
  const executor = runtime.createSessionRuntime().hookExecutor;
  const reply: CursorReply = {
    configErrors: runtime.hooksConfig.errors.map((error) => JSON.stringify(error)),
    answer: (await executor.executeHookForStep(event, request)) ?? null,
  };
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
