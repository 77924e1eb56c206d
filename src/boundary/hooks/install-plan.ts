import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BugError, err, ok, type Result } from "../../base/result.ts";
import { packageRoot } from "../files/package-root.ts";
import { claudeSettingsFile, withClaudeHooks, withoutClaudeHooks } from "./claude-code/install.ts";
import { bakedHook, installedHookPath, managedHookPath, type HookEndpoint } from "./launcher.ts";
import { vscodeHookFile, vscodeHookText } from "./vscode/install.ts";

/** Agents whose hooks can be installed. */
export const installableAgents = ["claude-code", "vscode"] as const;
export type InstallableAgent = (typeof installableAgents)[number];

/** Who is bound: the user's sessions, everybody's in one workspace, or everybody's on the machine, out of users' reach. */
export type InstallScope = "user" | "workspace" | "managed";

export interface InstallOptions {
  readonly agent: InstallableAgent;
  readonly scope: InstallScope;
  readonly home: string;
  readonly stateDir: string;
  readonly nodePath: string;
  readonly brokerPath: string;
  /** The broker's socket for requesters; the default is `run/ask.sock` in the state directory. */
  readonly askSocket?: string;
  /** Needed for the scope `workspace`. */
  readonly workspace?: string;
  /** What to take for `/` in the scope `managed`. */
  readonly root?: string;
}

/** One file as it shall be; `text` undefined removes it. `mode` counts for new files only, except for the hook client. */
export interface FileEdit {
  readonly path: string;
  readonly text: string | undefined;
  readonly mode: number;
  readonly executable: boolean;
}

/** Reads a file of an agent's: undefined where there is none, an error where it cannot be read. */
export type ReadText = (path: string) => Result<string | undefined>;

/** The agent's own file that holds or becomes the hooks. The error says why the scope is not to be had. */
export function hookFileOf(options: InstallOptions): Result<string> {
  const { agent, scope, home, workspace, root } = options;
  if (scope === "workspace" && workspace === undefined) {
    return err("a workspace is needed for the scope `workspace`");
  }
  const base = { user: home, workspace: workspace ?? "", managed: root ?? "/" }[scope];
  switch (agent) {
    case "claude-code":
      return ok(claudeSettingsFile(scope, base));
    case "vscode":
      return scope === "managed"
        ? err("VS Code has no folder for hooks that users cannot change; use the scope `user`")
        : ok(vscodeHookFile(scope, base));
  }
}

/** Where the hook client lies for a scope. A managed one is out of the user's reach. */
export function hookClientOf(options: InstallOptions): string {
  return options.scope === "managed"
    ? join(options.root ?? "/", managedHookPath)
    : installedHookPath(options.stateDir);
}

/** What has to be written so that the hooks are installed; empty where they are. Pure apart from `read`. */
export function planInstall(options: InstallOptions, read: ReadText): Result<readonly FileEdit[]> {
  const file = hookFileOf(options);
  if (!file.ok) {
    return file;
  }
  const client = hookClientOf(options);
  const current = read(file.value);
  const currentClient = read(client);
  if (!current.ok) {
    return current;
  }
  const wanted =
    options.agent === "claude-code"
      ? withClaudeHooks(current.value, invokedPath(options))
      : ok(vscodeHookText(invokedPath(options)));
  if (!wanted.ok) {
    return err(`\`${file.value}\` is left as it is: ${wanted.error}`);
  }
  const managed = options.scope === "managed";
  const clientText = bakedHook(hookTemplate(), endpointOf(options));
  const edits: readonly FileEdit[] = [
    { path: client, text: clientText, mode: managed ? 0o755 : 0o700, executable: true },
    { path: file.value, text: wanted.value, mode: managed ? 0o644 : 0o600, executable: false },
  ];
  const before = [currentClient.ok ? currentClient.value : undefined, current.value];
  return ok(edits.filter((edit, index) => edit.text !== before[index]));
}

/** The agent's file without our hooks. The hook client stays as long as another agent uses it. */
export function planUninstall(options: InstallOptions, read: ReadText): Result<readonly FileEdit[]> {
  const file = hookFileOf(options);
  const current = file.ok ? read(file.value) : file;
  if (!file.ok || !current.ok) {
    return file.ok ? (current as Result<never>) : file;
  }
  if (current.value === undefined) {
    return ok([]);
  }
  const wanted =
    options.agent === "claude-code" ? withoutClaudeHooks(current.value, invokedPath(options)) : ok(undefined);
  if (!wanted.ok) {
    return err(`\`${file.value}\` is left as it is: ${wanted.error}`);
  }
  return wanted.value === current.value
    ? ok([])
    : ok([{ path: file.value, text: wanted.value, mode: 0o600, executable: false }]);
}

export function endpointOf(options: InstallOptions): HookEndpoint {
  const { stateDir, home, nodePath, brokerPath } = options;
  const askSocket = options.askSocket ?? join(stateDir, "run", "ask.sock");
  return { stateDir, askSocket, home, nodePath, brokerPath };
}

/** The client as agents call it; a root of tests does not exist for them. */
function invokedPath(options: InstallOptions): string {
  return hookClientOf({ ...options, root: "/" });
}

/** The hook client as it ships. */
export function hookTemplate(): string {
  const path = join(packageRoot(), "media", "plugin", "hook.sh");
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new BugError(
      `the package is incomplete: \`${dirname(path)}\` has no hook.sh; install Signalbox again`,
    );
  }
}
