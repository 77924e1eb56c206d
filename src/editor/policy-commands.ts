import { homedir } from "node:os";
import {
  commands,
  type TextDocument,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
  type QuickPickItem,
  type WorkspaceFolder,
} from "vscode";
import type { Host } from "./host.ts";
import { policyNames } from "../language/policy-files.ts";

/**
 * Proposes a policy for a folder by what lies there, shows it, and writes it once the user agrees, with what they changed
 * in it. Opens the existing one where there is one.
 */
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
  // At start nobody needs what reads templates and workspaces.
  const { proposePolicy, templateSummaries } = await import("../boundary/files/policy-proposal.ts");
  const place = { workspace: folder.uri.fsPath, home: homedir(), env: (name: string) => process.env[name] };
  const proposed = proposePolicy(place);
  const picked = await window.showQuickPick(
    templateItems(templateSummaries(), proposed?.template, proposed?.because ?? []),
    { placeHolder: "Start from which template?", matchOnDetail: true },
  );
  const proposal = picked === undefined ? undefined : proposePolicy({ ...place, template: picked.label });
  if (proposal === undefined) {
    return;
  }
  const preview = await workspace.openTextDocument({ language: "yaml", content: proposal.text });
  await window.showTextDocument(preview, { preview: false });
  const write = "Write Policy";
  const answer = await window.showInformationMessage(
    `Write this to .governance/policy.yaml in ${folder.name}? Lines below “detected” were filled in; change what you like first.`,
    write,
  );
  const text = preview.getText();
  if (answer === write) {
    await discard(preview);
    await writePolicy(folder, text);
  }
}

/** Closes the preview without asking whether to save it: its text is about to be a file. */
async function discard(preview: TextDocument): Promise<void> {
  if (!preview.isClosed) {
    await window.showTextDocument(preview);
    await commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  }
}

interface TemplateItem extends QuickPickItem {
  readonly label: string;
}

/** The proposed template first, with what speaks for it. */
function templateItems(
  templates: readonly { readonly name: string; readonly description: string }[],
  proposed: string | undefined,
  because: readonly string[],
): readonly TemplateItem[] {
  const items = templates.map(({ name, description }) => ({
    label: name,
    detail: description,
    ...(name === proposed
      ? { description: because.length === 0 ? "proposed" : `proposed: ${because.slice(0, 3).join(", ")}` }
      : {}),
  }));
  return items.toSorted((a, b) => Number(b.label === proposed) - Number(a.label === proposed));
}

/** Creates the file; one that came into being meanwhile is left as it is. */
async function writePolicy(folder: WorkspaceFolder, text: string): Promise<void> {
  const file = Uri.joinPath(folder.uri, ".governance", "policy.yaml");
  const edit = new WorkspaceEdit();
  edit.createFile(file, { overwrite: false, ignoreIfExists: false, contents: Buffer.from(text, "utf8") });
  if (!(await workspace.applyEdit(edit))) {
    throw new Error(".governance/policy.yaml could not be written; is it there already?");
  }
  await window.showTextDocument(file);
}

/** Asks the broker to put the workspace's policy in force as it is now; its dialog shows what exactly, and decides. */
export async function approvePolicy({ approver, store, folders }: Host): Promise<void> {
  const known = (store.state.broker?.policies ?? []).filter((policy) => policy.state === "unapproved");
  const paths = new Set([...known.map((policy) => policy.workspace), ...folders.paths]);
  const picks = [...paths].map((path) => {
    const waiting = known.find((policy) => policy.workspace === path);
    const whose = waiting?.layer === "user" ? "your own, for every workspace; " : "";
    return { label: path, description: waiting === undefined ? "" : `${whose}awaiting approval` };
  });
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
