import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BugError, err, ok, type Result } from "../../base/result.ts";
import { packageRoot } from "../files/package-root.ts";
import type { AgentInstaller, HookFile, InstallPlace, InstallScope } from "./installer.ts";
import { installers } from "./installers.ts";
import { bakedHook, installedHookPath, managedHookPath, type HookEndpoint } from "./launcher.ts";

export interface InstallOptions {
  /** The name of one of the installers. */
  readonly agent: string;
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
  /** True where nothing would be left but what we made ourselves: a file that was new goes. */
  readonly hollow?: boolean;
}

/** Reads a file of an agent's: undefined where there is none, an error where it cannot be read. */
export type ReadText = (path: string) => Result<string | undefined>;

/** The agent's own files that hold or become the hooks, at least one. The error says why the scope is not to be had. */
export function hookFilesOf(options: InstallOptions): Result<readonly HookFile[]> {
  const installer = installerOf(options.agent);
  const place = placeOf(options);
  if (installer === undefined) {
    return err(`there are no hooks for \`${options.agent}\``);
  }
  return place.ok ? installer.files(place.value) : place;
}

export function installerOf(agent: string): AgentInstaller | undefined {
  return installers.find((installer) => installer.agent === agent);
}

/** What a human has to do once so that the agent takes the hooks, one sentence each. */
export function stepsOf(options: InstallOptions): readonly string[] {
  const place = placeOf(options);
  return place.ok ? (installerOf(options.agent)?.steps?.(place.value) ?? []) : [];
}

function placeOf({ scope, home, workspace, root }: InstallOptions): Result<InstallPlace> {
  return scope === "workspace" && workspace === undefined
    ? err("a workspace is needed for the scope `workspace`")
    : ok({ scope, base: { user: home, workspace: workspace ?? "", managed: root ?? "/" }[scope] });
}

/** Where the hook client lies for a scope. A managed one is out of the user's reach. */
export function hookClientOf(options: InstallOptions): string {
  return options.scope === "managed"
    ? join(options.root ?? "/", managedHookPath)
    : installedHookPath(options.stateDir);
}

/** What has to be written so that the hooks are installed; empty where they are. Pure apart from `read`. */
export function planInstall(options: InstallOptions, read: ReadText): Result<readonly FileEdit[]> {
  const files = hookFilesOf(options);
  if (!files.ok) {
    return files;
  }
  const managed = options.scope === "managed";
  const client = hookClientOf(options);
  const clientText = bakedHook(hookTemplate(), endpointOf(options));
  const currentClient = read(client);
  const edits: FileEdit[] = [];
  if (!currentClient.ok || currentClient.value !== clientText) {
    edits.push({ path: client, text: clientText, mode: managed ? 0o755 : 0o700, executable: true });
  }
  const planned = new Map<string, string>();
  for (const file of files.value) {
    const current = read(file.path);
    if (!current.ok) {
      return current;
    }
    // A file that somebody has emptied holds nothing that could be lost: it is written anew.
    const kept = current.value?.trim() === "" ? undefined : current.value;
    const wanted = file.withHooks(kept, invokedPath(options), planned);
    if (!wanted.ok) {
      return err(`\`${file.path}\` is left as it is: ${wanted.error}`);
    }
    planned.set(file.path, wanted.value);
    if (wanted.value !== current.value) {
      edits.push({ path: file.path, text: wanted.value, ...modeOf(file, managed) });
    }
  }
  return ok(edits);
}

/** The agent's files without our hooks. The hook client stays as long as another agent uses it. */
export function planUninstall(options: InstallOptions, read: ReadText): Result<readonly FileEdit[]> {
  const files = hookFilesOf(options);
  if (!files.ok) {
    return files;
  }
  const hookPath = invokedPath(options);
  const edits: FileEdit[] = [];
  for (const file of files.value) {
    const current = read(file.path);
    if (!current.ok) {
      return current;
    }
    if (current.value === undefined) {
      continue;
    }
    const wanted = file.withoutHooks(current.value, hookPath);
    if (!wanted.ok) {
      return err(`\`${file.path}\` is left as it is: ${wanted.error}`);
    }
    if (wanted.value !== current.value) {
      const hollow = isHollow(wanted.value, file, hookPath);
      edits.push({ path: file.path, text: wanted.value, hollow, ...modeOf(file, false) });
    }
  }
  return ok(edits);
}

/** What remains of a file that held nothing but our hooks. */
function isHollow(text: string | undefined, file: HookFile, hookPath: string): boolean {
  const own = file.withHooks(undefined, hookPath, new Map());
  const rest = own.ok ? file.withoutHooks(own.value, hookPath) : own;
  const plain = (each: string | undefined): string => (each ?? "").replaceAll(/\s+/g, "");
  return rest.ok && plain(rest.value) === plain(text);
}

function modeOf(file: HookFile, managed: boolean): Pick<FileEdit, "mode" | "executable"> {
  const executable = file.executable === true;
  const shared = executable ? 0o755 : 0o644;
  const own = executable ? 0o700 : 0o600;
  return { mode: managed ? shared : own, executable };
}

export function endpointOf(options: InstallOptions): HookEndpoint {
  const { stateDir, home, nodePath, brokerPath } = options;
  const askSocket = options.askSocket ?? join(stateDir, "run", "ask.sock");
  return { stateDir, askSocket, home, nodePath, brokerPath };
}

/** The client as agents call it; a root of tests does not exist for them. */
export function invokedPath(options: InstallOptions): string {
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
