import { realpath } from "node:fs/promises";
import { commands, Range, Uri, window, workspace, WorkspaceEdit, type QuickPickItem } from "vscode";
import { stringField, type JsonObject } from "../base/json.ts";
import { makePlainLine } from "../base/visible-text.ts";
import { policyNames } from "../language/policy-files.ts";
import type { Approver } from "./approver.ts";
import { showBefore } from "./details-view.ts";
import type { OwnCli } from "./own-cli.ts";

/** A decision or a question that is to become a rule. */
export interface RuleOrigin {
  /** The folder whose policy decides. */
  readonly workspace: string;
  readonly headline: string;
  /** `id` is `provider:operation`; `path` is absolute. */
  readonly actions: readonly {
    readonly id: string;
    readonly access?: string;
    readonly resource?: string;
    readonly environment?: string;
    readonly path?: string;
  }[];
  readonly rules: readonly { readonly pointer: string; readonly file: string }[];
}

interface WantedPick extends QuickPickItem {
  readonly wanted: "allow" | "deny" | "ask";
}

const picks: readonly WantedPick[] = [
  {
    wanted: "allow",
    label: "Allow it from now on",
    detail: "Exactly this, where the policy can say so; you approve what it loosens",
  },
  { wanted: "deny", label: "Deny it from now on", detail: "Takes effect as soon as the policy is saved" },
  { wanted: "ask", label: "Ask each time", detail: "Takes effect as soon as the policy is saved" },
];

/**
 * Proposes the narrowest change of a workspace's policy by which it would decide the same without a human, as a diff in the
 * editor. Nothing is written before the human saves it, and what it loosens goes through the approval of policies.
 */
export async function makeRule(
  { cli, approver }: { readonly cli: OwnCli; readonly approver: () => Approver },
  origin: RuleOrigin,
): Promise<void> {
  const picked = await window.showQuickPick(picks, {
    title: makePlainLine(origin.headline),
    placeHolder: "What should the policy say from now on?",
    ignoreFocusOut: true,
  });
  if (picked === undefined) {
    return;
  }
  const folder = await realpath(origin.workspace);
  const file = await policyOf(Uri.file(folder));
  const before = file.exists ? (await workspace.openTextDocument(file.uri)).getText() : "";
  const proposal = await cli({
    args: ["policy", "rule", "--json", "--stdin", `--${picked.wanted}`],
    cwd: folder,
    stdin: JSON.stringify({
      policy: { file: file.uri.fsPath, text: before, workspace: folder },
      actions: origin.actions,
      rules: origin.rules,
    }),
  });
  const text = stringField(proposal, "text");
  if (text === undefined) {
    throw new Error(`no rule is proposed: ${stringField(proposal, "error") ?? "the command line gave none"}`);
  }
  await put(file, text);
  const title = stringField(proposal, "title") ?? "";
  await commands.executeCommand(
    "vscode.diff",
    showBefore(file.uri.fsPath, before),
    file.uri,
    `Rule: ${title}`,
  );
  await offer(approver(), { uri: file.uri, before, folder, notes: notesOf(proposal), title });
}

interface PolicyPlace {
  readonly uri: Uri;
  readonly exists: boolean;
}

async function policyOf(folder: Uri): Promise<PolicyPlace> {
  for (const name of policyNames) {
    const uri = Uri.joinPath(folder, ".governance", name);
    const found = await Promise.resolve(workspace.fs.stat(uri)).catch(() => undefined);
    if (found !== undefined) {
      return { uri, exists: true };
    }
  }
  return { uri: Uri.joinPath(folder, ".governance", "policy.yaml"), exists: false };
}

/** Into the open editor, unsaved; only a policy that is not there yet is made, empty. */
async function put({ uri, exists }: PolicyPlace, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  if (!exists) {
    edit.createFile(uri, { overwrite: false, ignoreIfExists: false });
  }
  edit.replace(uri, new Range(0, 0, 1_000_000, 0), text);
  if (!(await workspace.applyEdit(edit))) {
    throw new Error("the change could not be put into the policy; is it read-only?");
  }
}

interface Offered {
  readonly uri: Uri;
  readonly before: string;
  readonly folder: string;
  readonly notes: readonly string[];
  readonly title: string;
}

const save = "Save and Approve…";
const discard = "Discard";

async function offer(approver: Approver, { uri, before, folder, notes, title }: Offered): Promise<void> {
  const told = [`proposed: ${title}`, ...notes.map((note) => `Note: ${note}`)].map(makePlainLine).join(". ");
  const picked = await window.showInformationMessage(`Signalbox: ${told}.`, save, discard);
  if (picked === save) {
    const document = await workspace.openTextDocument(uri);
    await document.save();
    approver.propose({ kind: "policy_approval", workspace: folder });
  } else if (picked === discard) {
    await put({ uri, exists: true }, before);
    await (await workspace.openTextDocument(uri)).save();
  }
}

function notesOf({ notes }: JsonObject): readonly string[] {
  return Array.isArray(notes) ? notes.filter((note) => typeof note === "string") : [];
}
