import { realpath } from "node:fs/promises";
import { workspace, type Disposable } from "vscode";

/** The window's folders by their real paths, as the broker knows workspaces. */
export class Folders {
  #paths: readonly string[] = localPaths();
  readonly #subscription: Disposable;

  constructor(changed: () => void) {
    const refresh = (): void => {
      this.#paths = localPaths();
      void resolveAll(this.#paths)
        .then((paths) => {
          this.#paths = paths;
        })
        .finally(changed);
    };
    this.#subscription = workspace.onDidChangeWorkspaceFolders(refresh);
    refresh();
  }

  get paths(): readonly string[] {
    return this.#paths;
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

function localPaths(): readonly string[] {
  return (workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === "file")
    .map((folder) => folder.uri.fsPath);
}

/** A folder that does not exist keeps the name it was opened by. */
function resolveAll(paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(paths.map((path) => realpath(path).catch(() => path)));
}
