import { installChromium } from "../install/chromium.ts";
import { installCodeServer } from "../install/code-server.ts";
import { nodePath } from "../install/place.ts";
import { packCompanion } from "./companion/pack.ts";
import { cleanEnvironment, startEditor, type Editor } from "./editor.ts";
import { runCommand } from "./process.ts";
import { buildProduct, installedBroker } from "./product.ts";
import { createSandbox, destroySandbox, type Sandbox } from "./sandbox.ts";
import { waitUntil } from "./wait.ts";

/** The editor with the product installed, on a workspace of its own. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly editor: Editor;
  /** What the installed command line prints. */
  signalbox(...args: readonly string[]): Promise<string>;
  /** What the status bar says of Signalbox. */
  status(): Promise<string>;
  /** Waits until Signalbox is ready. */
  armed(): Promise<void>;
  clearNotifications(): Promise<void>;
  /** Takes a picture for the logs, which are kept after a failure. */
  keepPicture(name: string): Promise<void>;
  close(failed: boolean): Promise<void>;
}

export interface StageSpec {
  /** Names the logs. */
  readonly name: string;
  /** Writes the workspace before the editor opens it. */
  readonly prepare: (sandbox: Sandbox) => Promise<void>;
}

/** Builds what has changed, and starts the editor. Cleans up by itself where that fails. */
export async function openStage({ name, prepare }: StageSpec): Promise<Stage> {
  const progress = (line: string): void => {
    console.log(`  ${line}`);
  };
  const codeServer = await installCodeServer(progress);
  const chromium = await installChromium(progress);
  const product = await buildProduct(progress);
  const sandbox = await createSandbox(name);
  try {
    await prepare(sandbox);
    const vsix = [product.vsix, await packCompanion(sandbox.root)];
    const editor = await startEditor({ sandbox, codeServer, chromium, vsix, progress });
    const cli = (await installedBroker(sandbox.root)).replace(/broker\.js$/, "cli.js");
    return stageOf(sandbox, editor, cli);
  } catch (error) {
    await destroySandbox(sandbox, true);
    throw error;
  }
}

function stageOf(sandbox: Sandbox, editor: Editor, cli: string): Stage {
  const status = async (): Promise<string> => {
    const items = await editor.page.locator(".statusbar-item", { hasText: "Signalbox" }).allInnerTexts();
    return items.join(" ").replaceAll(/\s+/g, " ");
  };
  const keepPicture = async (picture: string): Promise<void> => {
    const path = `${sandbox.logs}/${picture.replaceAll(/[^a-z0-9]+/gi, "-")}.png`;
    await editor.page.screenshot({ path }).catch(() => undefined);
  };
  return {
    sandbox,
    editor,
    signalbox: async (...args) => {
      const { stdout } = await runCommand({
        command: nodePath,
        args: [cli, ...args],
        cwd: sandbox.workspace,
        env: cleanEnvironment(sandbox.home),
        timeoutMs: 20_000,
      });
      return stdout;
    },
    status,
    armed: async () => {
      try {
        await waitUntil("the status bar says armed", 60_000, async () => /: armed/.test(await status()));
      } catch (error) {
        await keepPicture("not armed");
        throw new Error(`the status bar says: ${await status()}`, { cause: error });
      }
    },
    clearNotifications: async () => {
      await editor.companion.evaluate("await vscode.commands.executeCommand('notifications.clearAll');");
    },
    keepPicture,
    close: async (failed) => {
      await editor.stop();
      await destroySandbox(sandbox, failed);
    },
  };
}
