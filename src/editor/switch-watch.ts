import { ConfigurationTarget, workspace, type Disposable, type WorkspaceFolder } from "vscode";
import type { Host } from "./host.ts";
import {
  findSwitchedOff,
  switchKeys,
  type InspectedSwitch,
  type Scope,
  type SwitchFinding,
} from "./switches.ts";

const targets: { readonly [S in Scope]: ConfigurationTarget } = {
  user: ConfigurationTarget.Global,
  workspace: ConfigurationTarget.Workspace,
  folder: ConfigurationTarget.WorkspaceFolder,
};

/** Keeps an eye on the editor's settings that silence hooks, at every scope. */
export function switchWatch({ store, log }: Host): Disposable {
  const look = (): void => {
    const switches = inspectAll();
    const findings = findSwitchedOff(switches);
    for (const finding of findings) {
      log.warn(`switch: ${finding.message}`);
    }
    store.update({
      findings,
      agentHooks: switches.some(({ key, known }) => key === "chat.useHooks" && known),
    });
  };
  look();
  return workspace.onDidChangeConfiguration((event) => {
    if (switchKeys.some((key) => event.affectsConfiguration(key))) {
      look();
    }
  });
}

/** Switches hooks on again wherever this editor lets us. Returns what could not be put right. */
export async function repairSwitches(): Promise<readonly SwitchFinding[]> {
  for (const finding of findSwitchedOff(inspectAll())) {
    if (finding.repair !== undefined && finding.scope !== "organisation") {
      await write(finding.key, finding.repair.value, finding.scope);
    }
  }
  return findSwitchedOff(inspectAll());
}

async function write(key: string, value: unknown, scope: Scope): Promise<void> {
  if (scope !== "folder") {
    await workspace.getConfiguration().update(key, value, targets[scope]);
    return;
  }
  for (const folder of workspace.workspaceFolders ?? []) {
    const settings = workspace.getConfiguration(undefined, folder.uri);
    if (settings.inspect(key)?.workspaceFolderValue !== undefined) {
      await settings.update(key, value, targets.folder);
    }
  }
}

function inspectAll(): readonly InspectedSwitch[] {
  return switchKeys.map((key) => {
    const inspected = workspace.getConfiguration().inspect(key);
    const inFolders = severalFolders().map((folder) => ({
      scope: "folder" as const,
      value: workspace.getConfiguration(undefined, folder.uri).inspect(key)?.workspaceFolderValue,
    }));
    return {
      key,
      known: inspected?.defaultValue !== undefined,
      values: [
        { scope: "user", value: inspected?.globalValue },
        { scope: "workspace", value: inspected?.workspaceValue },
        ...inFolders,
      ],
      forced: policyValueOf(inspected),
    };
  });
}

/** With one folder its settings are the workspace's, and would be told twice. */
function severalFolders(): readonly WorkspaceFolder[] {
  const folders = workspace.workspaceFolders ?? [];
  return folders.length > 1 ? folders : [];
}

/** Newer editors tell a policy's value; the types of the oldest supported one do not know it yet. */
function policyValueOf(inspected: object | undefined): unknown {
  return inspected !== undefined && "policyValue" in inspected ? inspected.policyValue : undefined;
}
