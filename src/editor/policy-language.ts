import { createRequire } from "node:module";
import { join } from "node:path";
import { Disposable, Uri, workspace, type TextDocument } from "vscode";
import { governedFile, policyNames } from "../language/policy-files.ts";
import type { Host } from "./host.ts";
import type * as LanguageClientBundle from "./language-client.ts";
import { reasonOf } from "./reason.ts";

/** Help in writing policies and their problems: started once a policy is opened, made, or found in a folder. */
export function policyLanguage(host: Host): Disposable {
  const until: Disposable[] = [];
  let ended = false;
  let client: Disposable | undefined;
  const start = (): void => {
    Disposable.from(...until.splice(0)).dispose();
    if (ended || client !== undefined) {
      return;
    }
    client = { dispose: () => undefined };
    startClient(host).then(
      (started) => {
        client = started;
        if (ended) {
          started.dispose();
        }
      },
      (error: unknown) => host.log.error(`policy language: ${reasonOf(error)}`),
    );
  };
  const startFor = ({ uri }: Pick<TextDocument, "uri">): void => {
    if (uri.scheme === "file" && governedFile(uri.fsPath) !== undefined) {
      start();
    }
  };
  const startForFolders = (): void => {
    Promise.all(policiesOfFolders().map(exists)).then(
      (found) => found.includes(true) && start(),
      (error: unknown) => host.log.warn(`policy language: ${reasonOf(error)}`),
    );
  };
  const watcher = workspace.createFileSystemWatcher(`**/.governance/{${policyNames.join(",")}}`);
  until.push(
    watcher,
    watcher.onDidCreate((uri) => startFor({ uri })),
    workspace.onDidOpenTextDocument(startFor),
    workspace.onDidChangeWorkspaceFolders(startForFolders),
  );
  workspace.textDocuments.forEach(startFor);
  startForFolders();
  return {
    dispose: () => {
      ended = true;
      Disposable.from(...until.splice(0)).dispose();
      client?.dispose();
    },
  };
}

async function startClient({ context, log, store }: Host): Promise<Disposable> {
  const folder = join(context.extensionPath, "dist");
  const load = createRequire(import.meta.url);
  const { startLanguageClient } = load(join(folder, "language-client.js")) as typeof LanguageClientBundle;
  return startLanguageClient({
    program: join(folder, "language-server.js"),
    folder,
    log,
    broken: (brokenPolicies) => store.update({ brokenPolicies }),
  });
}

function policiesOfFolders(): readonly Uri[] {
  return (workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === "file")
    .flatMap((folder) => policyNames.map((name) => Uri.joinPath(folder.uri, ".governance", name)));
}

function exists(uri: Uri): Promise<boolean> {
  return Promise.resolve(workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );
}
