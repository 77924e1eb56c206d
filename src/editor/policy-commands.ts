import { Uri, window, workspace, type WorkspaceFolder } from "vscode";
import type { Host } from "./host.ts";
import { policyNames } from "../language/policy-files.ts";

/** Writes a template as the workspace's policy and opens it; opens the existing one where there is one. */
export async function createPolicy(): Promise<void> {
  const folder = await pickFolder("Govern which folder?");
  if (folder === undefined) {
    return;
  }
  const existing = await existingPolicy(folder);
  if (existing !== undefined) {
    await window.showTextDocument(existing);
    return;
  }
  // The package reader brings the catalogue along; at start nobody needs it.
  const { packagedTemplates } = await import("../boundary/files/packaged.ts");
  const templates = packagedTemplates();
  const names = [...templates.keys()];
  const name =
    names.length === 1
      ? names[0]
      : await window.showQuickPick(names, { placeHolder: "Start from which template?" });
  const template = name === undefined ? undefined : templates.get(name);
  if (template === undefined) {
    return;
  }
  const file = Uri.joinPath(folder.uri, ".governance", "policy.yaml");
  await workspace.fs.writeFile(file, Buffer.from(template.text, "utf8"));
  await window.showTextDocument(file);
}

/** Asks the broker to put the workspace's policy in force as it is now; its dialog shows what exactly, and decides. */
export async function approvePolicy({ approver, store, folders }: Host): Promise<void> {
  const known = (store.state.broker?.policies ?? []).filter((policy) => policy.state === "unapproved");
  const paths = new Set([...known.map((policy) => policy.workspace), ...folders.paths]);
  const picks = [...paths].map((path) => ({
    label: path,
    description: known.some((policy) => policy.workspace === path) ? "awaiting approval" : "",
  }));
  const picked =
    picks.length === 1
      ? picks[0]
      : await window.showQuickPick(picks, { placeHolder: "Approve the policy of which workspace?" });
  if (picked !== undefined) {
    approver.propose({ kind: "policy_approval", workspace: picked.label });
  } else if (picks.length === 0) {
    throw new Error("no folder is open; open the folder whose policy you want to approve");
  }
}

async function pickFolder(placeHolder: string): Promise<WorkspaceFolder | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    throw new Error("no folder is open; a policy belongs to a folder");
  }
  return folders.length === 1 ? folders[0] : window.showWorkspaceFolderPick({ placeHolder });
}

async function existingPolicy(folder: WorkspaceFolder): Promise<Uri | undefined> {
  for (const name of policyNames) {
    const file = Uri.joinPath(folder.uri, ".governance", name);
    const found = await Promise.resolve(workspace.fs.stat(file)).catch(() => undefined);
    if (found !== undefined) {
      return file;
    }
  }
  return undefined;
}
