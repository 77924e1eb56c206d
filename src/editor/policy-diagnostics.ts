import { join } from "node:path";
import {
  Diagnostic as Marker,
  DiagnosticSeverity,
  Disposable,
  Range,
  Uri,
  languages,
  workspace,
  type DiagnosticCollection,
  type TextDocument,
} from "vscode";
import type { Diagnostic, Severity } from "../base/diagnostic.ts";
import type { Host } from "./host.ts";
import { reasonOf } from "./reason.ts";
import { PolicyChecker } from "./policy-checker.ts";
import { policyNames, workspaceOfPolicy } from "../language/policy-files.ts";

/** Typing is checked once it pauses for this long. */
const pauseMs = 250;

const severities: { readonly [S in Severity]: DiagnosticSeverity } = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
};

/** Problems of policy files: of those that are open as they are typed, of the folders' own from the start. */
export function policyDiagnostics(host: Host): Disposable {
  const problems = languages.createDiagnosticCollection("signalbox");
  const checker = new PolicyChecker(join(host.context.extensionPath, "dist", "policy-worker.js"));
  const show = async (uri: Uri, text: string): Promise<void> => {
    const source = { file: uri.fsPath, text, workspace: workspaceOfPolicy(uri.fsPath) ?? "/" };
    problems.set(uri, (await checker.check(source)).map(markerOf));
    tellBroken(host, problems);
  };
  const showFile = async (uri: Uri): Promise<void> => {
    const bytes = await Promise.resolve(workspace.fs.readFile(uri)).catch(() => undefined);
    if (bytes === undefined) {
      problems.delete(uri);
      tellBroken(host, problems);
    } else {
      await show(uri, Buffer.from(bytes).toString("utf8"));
    }
  };
  const timers = new Map<string, NodeJS.Timeout>();
  const later = (uri: Uri, check: () => Promise<void>): void => {
    const key = uri.toString();
    clearTimeout(timers.get(key));
    const run = (): void => {
      timers.delete(key);
      check().catch((error: unknown) => host.log.error(`policy check: ${reasonOf(error)}`));
    };
    timers.set(key, setTimeout(run, pauseMs));
  };
  const checkOpen = (document: TextDocument): void => {
    if (isPolicy(document.uri)) {
      later(document.uri, () => show(document.uri, document.getText()));
    }
  };
  const checkOnDisk = (uri: Uri): void => {
    if (
      isPolicy(uri) &&
      !workspace.textDocuments.some((document) => document.uri.toString() === uri.toString())
    ) {
      later(uri, () => showFile(uri));
    }
  };
  const watcher = workspace.createFileSystemWatcher(`**/.governance/{${policyNames.join(",")}}`);
  workspace.textDocuments.forEach(checkOpen);
  policiesOfFolders().forEach(checkOnDisk);
  return Disposable.from(
    problems,
    checker,
    watcher,
    watcher.onDidCreate(checkOnDisk),
    watcher.onDidChange(checkOnDisk),
    watcher.onDidDelete(checkOnDisk),
    workspace.onDidOpenTextDocument(checkOpen),
    workspace.onDidChangeTextDocument((event) => checkOpen(event.document)),
    workspace.onDidChangeWorkspaceFolders(() => policiesOfFolders().forEach(checkOnDisk)),
    { dispose: () => timers.forEach((timer) => clearTimeout(timer)) },
  );
}

function isPolicy(uri: Uri): boolean {
  return uri.scheme === "file" && workspaceOfPolicy(uri.fsPath) !== undefined;
}

function policiesOfFolders(): readonly Uri[] {
  return (workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === "file")
    .flatMap((folder) => policyNames.map((name) => Uri.joinPath(folder.uri, ".governance", name)));
}

function tellBroken({ store }: Host, problems: DiagnosticCollection): void {
  const broken: string[] = [];
  problems.forEach((uri, markers) => {
    if (markers.some(({ severity }) => severity === DiagnosticSeverity.Error)) {
      broken.push(uri.fsPath);
    }
  });
  store.update({ brokenPolicies: broken });
}

function markerOf({ range, message, help, severity, code }: Diagnostic): Marker {
  const { line, column, endLine, endColumn } = range;
  const place = new Range(line - 1, column - 1, endLine - 1, endColumn - 1);
  const marker = new Marker(place, help === "" ? message : `${message}\n${help}`, severities[severity]);
  marker.source = "signalbox";
  marker.code = code;
  return marker;
}
