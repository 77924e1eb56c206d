import { modelVendor } from "./companion/wire.ts";
import { waitForDialog } from "./dialog.ts";
import type { Editor } from "./editor.ts";
import { waitUntil } from "./wait.ts";
import { scriptModel, type ScriptedModel, type ScriptedTurn } from "./model.ts";

export interface Started {
  readonly finished: Promise<readonly string[]>;
}

/** The editor's real agent mode, driven by a scripted model. */
export interface AgentChat {
  readonly model: ScriptedModel;
  /** Opens a fresh chat session: the next prompt starts a conversation of its own. */
  fresh(): Promise<void>;
  /**
   * Sends a prompt in the current session and lets the model play the turns. Resolves when the agent's loop has ended
   * (done, cancelled or waiting for the editor's own confirmation); returns what the model received meanwhile.
   */
  prompt(text: string, turns: readonly ScriptedTurn[], timeoutMs?: number): Promise<readonly string[]>;
  /** As `prompt`, without waiting for the end. */
  start(text: string, turns: readonly ScriptedTurn[], timeoutMs?: number): Started;
}

/**
 * Enables the editor's bundled agent mode for the scripted model. Opening the model editor once is what makes the
 * editor activate its bundled chat extension for somebody who has no account but brings an own model.
 */
export async function openAgentChat(editor: Editor): Promise<AgentChat> {
  const { companion } = editor;
  const model = scriptModel(companion);
  await companion.evaluate("await vscode.commands.executeCommand('workbench.action.chat.manage');", 60_000);
  await waitUntil("the scripted model is offered", 60_000, async () => {
    const found = await companion.evaluate<number>(
      `return (await vscode.lm.selectChatModels({ vendor: ${JSON.stringify(modelVendor)} })).length;`,
    );
    return found > 0;
  });
  await waitUntil("the agent mode is active", 60_000, () =>
    companion.evaluate<boolean>(
      "return vscode.extensions.all.some((one) => /copilot-chat/i.test(one.id) && one.isActive);",
    ),
  );
  await companion.evaluate("await vscode.commands.executeCommand('workbench.action.closeAllEditors');");
  const start = (text: string, turns: readonly ScriptedTurn[], timeoutMs = 60_000): Started => {
    model.play(turns);
    const options = {
      query: text,
      mode: "agent",
      modelSelector: { vendor: modelVendor },
      blockOnResponse: true,
    };
    const finished = companion
      .evaluate(
        `await vscode.commands.executeCommand('workbench.action.chat.open', ${JSON.stringify(options)});`,
        timeoutMs,
      )
      .then(() => model.received());
    finished.catch(() => undefined);
    return { finished };
  };
  return {
    model,
    fresh: async () => {
      await companion.evaluate("await vscode.commands.executeCommand('workbench.action.chat.newChat');");
    },
    prompt: async (text, turns, timeoutMs) => start(text, turns, timeoutMs).finished,
    start,
  };
}

/**
 * Turns the editor's own confirmations off, as its users do: what stops a call then is not the editor. The editor asks
 * once, at the first tool call after the setting was changed.
 */
export async function approveEverythingInEditor(editor: Editor, chat: AgentChat): Promise<void> {
  await editor.companion.evaluate(
    "await vscode.workspace.getConfiguration().update('chat.tools.global.autoApprove', true, vscode.ConfigurationTarget.Global);",
  );
  const { finished } = chat.start("Say hello.", [
    { calls: [{ name: "run_in_terminal", input: terminalInput("echo hello") }] },
  ]);
  const dialog = await waitForDialog(editor.page, "global auto approve", 30_000);
  await dialog.press("Enable");
  await finished;
}

/** Input of the editor's terminal tool, which waits for the command to end. */
export function terminalInput(command: string): Readonly<Record<string, unknown>> {
  return {
    command,
    explanation: "as asked",
    goal: "as asked",
    mode: "sync",
    isBackground: false,
    timeout: 20_000,
  };
}
