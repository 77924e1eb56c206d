import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { ProgressLocation, window, workspace, type TextDocument, type Uri } from "vscode";
import { governedFile, policyNames } from "../language/policy-files.ts";
import type { ReplayReport } from "../record/replay.ts";
import type { Host } from "./host.ts";
import { showPage } from "./page-view.ts";
import { localTime } from "./record-view.ts";
import { whatWouldChangeDocument } from "./what-would-change-text.ts";

/** Decides the recorded requests by a policy as it is written now, saved or not, and shows what would be otherwise. */
export async function whatWouldChange({ cli }: Host): Promise<void> {
  const file = await pickPolicy();
  if (file === undefined) {
    return;
  }
  const open = openText(file);
  const unsaved = open?.isDirty ?? false;
  const folder = await realpath(folderOf(file));
  const report = await withProgress((signal, progress) =>
    cli({
      args: [
        "audit",
        "replay",
        "--json",
        "--progress",
        "--policy",
        file.fsPath,
        ...(open ? ["--stdin"] : []),
      ],
      cwd: folder,
      ...(open === undefined ? {} : { stdin: open.getText() }),
      signal,
      progress,
    }),
  );
  if (report !== undefined) {
    const page = whatWouldChangeDocument(
      // Printed by the program of this package.
      report as unknown as ReplayReport,
      {
        policy: workspace.asRelativePath(file),
        unsaved,
        workspace: folder,
        clock: localTime,
      },
    );
    await showPage("What Would Change", page);
  }
}

/** The policy that is being edited, else the folder's; another one may be picked. */
async function pickPolicy(): Promise<Uri | undefined> {
  const active = window.activeTextEditor?.document;
  const edited = active !== undefined && isPolicy(active) ? [active.uri] : [];
  const known = [...edited, ...(await policiesOfFolders())];
  const picks = [...new Map(known.map((uri) => [uri.toString(), uri])).values()].map((uri) => ({
    label: workspace.asRelativePath(uri),
    description: openText(uri)?.isDirty === true ? "with what is not saved yet" : "",
    uri,
  }));
  const another = {
    label: "Another file…",
    description: "as if it were this folder's policy",
    uri: undefined,
  };
  const picked = await window.showQuickPick([...picks, another], {
    placeHolder: "Decide the recorded requests by which policy?",
  });
  if (picked !== another) {
    return picked?.uri;
  }
  const files = await window.showOpenDialog({ filters: { Policies: ["yaml", "yml", "json"] } });
  return files?.[0];
}

function isPolicy({ uri }: TextDocument): boolean {
  return uri.scheme === "file" && governedFile(uri.fsPath)?.kind === "policy";
}

async function policiesOfFolders(): Promise<readonly Uri[]> {
  const pattern = `**/.governance/{${policyNames.join(",")}}`;
  return workspace.findFiles(pattern, "**/node_modules/**", 20);
}

function openText(uri: Uri): TextDocument | undefined {
  return workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
}

/** The folder whose requests are meant: the policy's own, else the window's first. */
function folderOf(file: Uri): string {
  const own = governedFile(file.fsPath)?.workspace;
  return own ?? workspace.workspaceFolders?.[0]?.uri.fsPath ?? dirname(file.fsPath);
}

/** Runs a task with a notification that tells how far it is and can end it. Undefined where it was ended. */
export async function withProgress<T>(
  task: (signal: AbortSignal, progress: (line: string) => void) => Promise<T>,
  title = "Signalbox: reading the record",
): Promise<T | undefined> {
  const abort = new AbortController();
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      token.onCancellationRequested(() => abort.abort());
      try {
        let before = 0;
        return await task(abort.signal, (line) => {
          const [done, all] = line.split("/").map(Number);
          if (done !== undefined && all !== undefined && all > 0) {
            progress.report({
              message: `${done} of ${all} requests`,
              increment: ((done - before) / all) * 100,
            });
            before = done;
          } else {
            progress.report({ message: line });
          }
        });
      } catch (error) {
        if (abort.signal.aborted) {
          return undefined;
        }
        throw error;
      }
    },
  );
}
