import { symlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { installNpmTool, npm } from "./npm.ts";

/** The editor under test: code-server 4.139.1 is VS Code 1.139.1 with the bundled agent mode. */
const codeServerVersion = "4.139.1";

/**
 * Returns the path of code-server's entry script. No native module is built: the editor, its terminals and its agent
 * mode work without, and so the tests need no compiler on the machine.
 */
export async function installCodeServer(progress: (line: string) => void): Promise<string> {
  const folder = await installNpmTool(
    { name: "code-server", version: codeServerVersion, ignoreScripts: true, finish: finishCodeServer },
    progress,
  );
  return join(folder, "node_modules", "code-server", "out", "node", "entry.js");
}

/** What code-server's own postinstall script does, without its native builds. */
async function finishCodeServer(folder: string): Promise<void> {
  const editor = join(folder, "node_modules", "code-server", "lib", "vscode");
  await npm(["install", "--ignore-scripts", "--omit=dev"], editor);
  await relink(join(editor, "bin", "remote-cli", "code-server"), "code-linux.sh");
  await relink(join(editor, "bin", "helpers", "browser.sh"), "browser-linux.sh");
}

async function relink(path: string, target: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}
