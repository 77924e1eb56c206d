import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { cleanEnvironment, startEditorServer } from "../e2e/harness/editor.ts";
import { runCommand, startService } from "../e2e/harness/process.ts";
import type { Sandbox } from "../e2e/harness/sandbox.ts";
import { installCodeServer } from "../e2e/install/code-server.ts";

/** A real editor with the extension in it, on the sample workspace. */
export interface DemoEditor {
  /** What the user is told: an address to open, or which window opened. */
  readonly where: string;
  stop(): Promise<void>;
}

interface EditorRequest {
  readonly sandbox: Sandbox;
  readonly vsix: string;
  readonly progress: (line: string) => void;
}

/** Starts the desktop editor that is on PATH where it can show a window, otherwise code-server on 127.0.0.1. */
export async function startDemoEditor(request: EditorRequest): Promise<DemoEditor> {
  const desktop = findDesktopEditor(request.progress);
  if (desktop !== undefined) {
    return startDesktopEditor(desktop, request);
  }
  const codeServer = await installCodeServer(request.progress);
  const server = await startEditorServer({
    sandbox: request.sandbox,
    codeServer,
    vsix: [request.vsix],
    progress: request.progress,
  });
  return { where: `open ${server.url}`, stop: () => server.stop() };
}

function findDesktopEditor(progress: (line: string) => void): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = ["code", "codium", "cursor"]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  if (found === undefined) {
    progress("no `code`, `codium` or `cursor` on PATH: code-server it is");
    return undefined;
  }
  if (process.env["VSCODE_IPC_HOOK_CLI"] !== undefined) {
    progress(`\`${found}\` belongs to a remote window, which has no folders of its own: code-server it is`);
    return undefined;
  }
  if (process.platform === "linux" && !process.env["DISPLAY"] && !process.env["WAYLAND_DISPLAY"]) {
    progress(`\`${found}\` has no display to open a window on: code-server it is`);
    return undefined;
  }
  return found;
}

async function startDesktopEditor(
  program: string,
  { sandbox, vsix, progress }: EditorRequest,
): Promise<DemoEditor> {
  const data = join(sandbox.root, "data");
  await mkdir(join(data, "User"), { recursive: true });
  await writeFile(
    join(data, "User", "settings.json"),
    JSON.stringify({
      "telemetry.telemetryLevel": "off",
      "update.mode": "none",
      "workbench.startupEditor": "none",
    }),
  );
  const env: NodeJS.ProcessEnv = { ...cleanEnvironment(sandbox.home), PATH: process.env["PATH"] };
  for (const name of [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "XDG_SESSION_TYPE",
    "DBUS_SESSION_BUS_ADDRESS",
  ]) {
    if (process.env[name] !== undefined) {
      env[name] = process.env[name];
    }
  }
  // The window's own home is temporary, but the right to open one is in the user's.
  env["XAUTHORITY"] = process.env["XAUTHORITY"] ?? join(process.env["HOME"] ?? "", ".Xauthority");
  const folders = ["--user-data-dir", data, "--extensions-dir", join(sandbox.root, "extensions")];
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  progress(`installing ${vsix} into ${program} with temporary folders`);
  await runCommand({
    command: program,
    args: [...folders, ...root, "--install-extension", vsix, "--force"],
    env,
    timeoutMs: 90_000,
  });
  const flags = ["--new-window", "--wait", "--use-inmemory-secretstorage", "--disable-workspace-trust"];
  const window = startService(
    { command: program, args: [...folders, ...root, ...flags, sandbox.workspace], env, cwd: sandbox.root },
    join(sandbox.logs, "editor.log"),
  );
  return { where: `a window of ${program} opened on ${sandbox.workspace}`, stop: () => window.stop() };
}
