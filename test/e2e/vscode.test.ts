import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { approveEverythingInEditor, openAgentChat, terminalInput, type AgentChat } from "./harness/chat.ts";
import { packCompanion } from "./harness/companion/pack.ts";
import { waitForDialog, type Dialog } from "./harness/dialog.ts";
import { cleanEnvironment, startEditor, type Editor } from "./harness/editor.ts";
import { openPolicy } from "./harness/policy-editor.ts";
import { runCommand, tryCommand } from "./harness/process.ts";
import { buildProduct, findBroker, installedBroker, removeBroker } from "./harness/product.ts";
import { startRailwayApi, volumeId, type RailwayApi } from "./harness/railway-api.ts";
import { createSandbox, destroySandbox, type Sandbox } from "./harness/sandbox.ts";
import { waitUntil } from "./harness/wait.ts";
import { takeScreenshot } from "./harness/screenshot.ts";
import { installChromium } from "./install/chromium.ts";
import { installCodeServer } from "./install/code-server.ts";
import { nodePath, whyNoEndToEnd } from "./install/place.ts";
import {
  controlled,
  loosenedPolicy,
  secretInEnvFile,
  spellings,
  valueInAllowedFile,
  writeWorkspace,
} from "./story.ts";

/** The story of the incident, told in the real editor by its real agent mode. Only the model behind it is scripted. */

const skip = whyNoEndToEnd() ?? false;
const progress = (line: string): void => {
  console.log(`  ${line}`);
};

interface Stage {
  readonly sandbox: Sandbox;
  readonly api: RailwayApi;
  readonly editor: Editor;
  readonly chat: AgentChat;
  /** Path of the command line's program inside the installed extension. */
  readonly cli: string;
}

describe("an agent in the editor", { skip, timeout: 8 * 60_000 }, () => {
  let stage: Stage;
  let failed = false;
  const undo: (() => Promise<void>)[] = [];

  before(
    async () => {
      const codeServer = await installCodeServer(progress);
      const chromium = await installChromium(progress);
      const product = await buildProduct(progress);
      const sandbox = await createSandbox("vscode");
      undo.push(() => destroySandbox(sandbox, failed));
      await writeWorkspace(sandbox.workspace);
      const api = await startRailwayApi(sandbox.root, sandbox.home);
      undo.push(() => api.stop());
      const vsix = [product.vsix, await packCompanion(sandbox.root)];
      failed = true;
      const editor = await startEditor({ sandbox, codeServer, chromium, vsix, progress });
      undo.push(() => editor.stop());
      const chat = await openAgentChat(editor);
      progress("agent mode is ready");
      await waitUntil("the status bar says armed", 60_000, async () =>
        /: armed/.test(await statusOf(editor)),
      );
      await approveEverythingInEditor(editor, chat);
      failed = false;
      const cli = (await installedBroker(sandbox.root)).replace(/broker\.js$/, "cli.js");
      stage = { sandbox, api, editor, chat, cli };
    },
    { timeout: 6 * 60_000 },
  );

  afterEach(async (context) => {
    if ("passed" in context && !context.passed) {
      failed = true;
      const name = context.name.replaceAll(/[^a-z0-9]+/gi, "-");
      await stage.editor.page
        .screenshot({ path: `${stage.sandbox.logs}/${name}.png` })
        .catch(() => undefined);
    }
  });

  after(async () => {
    for (const step of undo.toReversed()) {
      await step();
    }
  });

  /** Lets the agent run one command in a fresh conversation; returns what the model was told afterwards. */
  async function inFreshChat(command: string): Promise<string> {
    stage.api.reset();
    await stage.chat.fresh();
    return inSameChat(command);
  }

  async function inSameChat(command: string): Promise<string> {
    const received = await stage.chat.prompt("Clean up the staging environment.", runThenStop(command));
    return received.slice(1).join("\n");
  }

  /** Starts the controlled action and waits for the question that it raises. */
  async function askForControlled(): Promise<{ dialog: Dialog; finished: Promise<string> }> {
    stage.api.reset();
    await stage.chat.fresh();
    const { finished } = stage.chat.start("Add the domain.", runThenStop(controlled));
    const dialog = await waitForDialog(stage.editor.page, "domain", 30_000);
    return { dialog, finished: finished.then((received) => received.slice(1).join("\n")) };
  }

  function counted(field: string): number {
    return stage.api.calls().filter((call) => call.field === field).length;
  }

  const statusText = (): Promise<string> => statusOf(stage.editor);

  async function signalbox(...args: readonly string[]): Promise<string> {
    const { sandbox, cli } = stage;
    const env = cleanEnvironment(sandbox.home);
    const { stdout } = await runCommand({
      command: nodePath,
      args: [cli, ...args],
      cwd: sandbox.workspace,
      env,
      timeoutMs: 20_000,
    });
    return stdout;
  }

  /** In the order in which they were last heard of. */
  async function killedSessions(): Promise<readonly { id: string }[]> {
    const sessions = JSON.parse(await signalbox("sessions", "--json")) as {
      id: string;
      state: string;
      lastSeenAt: string;
    }[];
    return sessions
      .filter((one) => one.state === "killed")
      .toSorted((a, b) => a.lastSeenAt.localeCompare(b.lastSeenAt));
  }

  async function clearNotifications(): Promise<void> {
    await stage.editor.companion.evaluate("await vscode.commands.executeCommand('notifications.clearAll');");
  }

  test("a human approves the workspace's policy", async () => {
    const { companion, page } = stage.editor;
    await clearNotifications();
    const approved = companion.evaluate(
      "await vscode.commands.executeCommand('signalbox.approvePolicy');",
      60_000,
    );
    approved.catch(() => undefined);
    const dialog = await waitForDialog(page, "policy", 20_000);
    await takeScreenshot(page, stage.sandbox, "approve-policy");
    await dialog.press("Approve");
    await approved;
    await waitUntil("the policy is in force", 10_000, async () => /: armed/.test(await statusText()));
  });

  test("it reads neither .env nor what the policy hides, but what the policy allows", async () => {
    const { chat, sandbox } = stage;
    const read = (path: string): { name: string; input: Record<string, unknown> } => ({
      name: "read_file",
      input: { filePath: `${sandbox.workspace}/${path}`, startLine: 1, endLine: 5 },
    });
    await chat.fresh();
    const hidden = await chat.prompt("What is the token?", [
      { calls: [read(".env")] },
      { text: "I could not." },
    ]);
    assert.equal(hidden.length, 2, "the agent's loop must go on after a denied read");
    assert.match(hidden[1] ?? "", /denied|Signalbox/i);
    const shell = await inFreshChat("cat .env");
    assert.match(shell, /denied|Signalbox/i);
    await chat.fresh();
    const allowed = await chat.prompt("Read the staging settings.", [
      { calls: [read("config/staging.env")] },
      { text: "Read." },
    ]);
    assert.match(
      allowed.join("\n"),
      new RegExp(valueInAllowedFile),
      "the harness sees what the model receives",
    );
    assert.ok(!chat.model.everything().includes(secretInEnvFile), "the secret reached the model");
  });

  for (const spelling of spellings) {
    test(`the call that destroyed production is killed: ${spelling.name}`, async () => {
      const before = (await killedSessions()).length;
      await inFreshChat(spelling.destructive);
      assert.deepEqual(stage.api.calls(), [], "the stand-in API must count no call");
      assert.deepEqual(stage.api.volumes(), [volumeId]);
      assert.equal(stage.chat.model.received().length, 1, "the model must not be asked again");
      assert.equal((await killedSessions()).length, before + 1);
      await waitUntil("the status bar says killed", 10_000, async () =>
        /last: killed/.test(await statusText()),
      );
      if (before === 0) {
        await takeScreenshot(stage.editor.page, stage.sandbox, "killed");
      }
      await clearNotifications();
    });

    test(`its harmless twin runs: ${spelling.name}`, async () => {
      const told = await inFreshChat(spelling.harmless);
      assert.equal(counted("project"), 1, told);
    });
  }

  test("a controlled action waits for a human: Deny stops it", async () => {
    const { dialog, finished } = await askForControlled();
    assert.equal(dialog.focused, "Deny", "Enter must press Deny");
    assert.match(`${dialog.message}\n${dialog.detail}`, /policy\.yaml:\d+/);
    await takeScreenshot(stage.editor.page, stage.sandbox, "modal");
    await dialog.press("Deny");
    assert.match(await finished, /Signalbox|denied/i);
    assert.deepEqual(stage.api.calls(), []);
  });

  for (const key of ["Enter", "Escape"] as const) {
    test(`a controlled action waits for a human: ${key} stops it`, async () => {
      const { dialog, finished } = await askForControlled();
      await dialog.key(key);
      await finished;
      assert.deepEqual(stage.api.calls(), []);
    });
  }

  test("a controlled action waits for a human: Allow once runs it, once", async () => {
    const first = await askForControlled();
    await first.dialog.press("Allow once");
    await first.finished;
    assert.equal(counted("customDomainCreate"), 1);
    const second = await askForControlled();
    await second.dialog.press("Deny");
    await second.finished;
    assert.deepEqual(stage.api.calls(), []);
  });

  test("a chat that is cancelled withdraws its question, and a late yes runs nothing", async () => {
    const { dialog, finished } = await askForControlled();
    await stage.editor.companion.evaluate(
      "await vscode.commands.executeCommand('workbench.action.chat.cancel');",
    );
    await finished;
    await waitUntil("nobody is asked any more", 10_000, async () => {
      const waiting = JSON.parse(await signalbox("approvals", "--json")) as readonly object[];
      return waiting.length === 0;
    });
    await dialog.press("Allow once");
    assert.deepEqual(stage.api.calls(), []);
  });

  test("the status bar opens the record of the last decisions", async () => {
    const { page, companion } = stage.editor;
    await clearNotifications();
    await takeScreenshot(page, stage.sandbox, "status-bar", { x: 0, y: 870, width: 1400, height: 30 });
    await page.locator(".statusbar-item", { hasText: "Signalbox" }).first().click();
    const lines = page.locator(".monaco-editor .view-lines");
    await lines.filter({ hasText: "KILLED" }).first().waitFor({ timeout: 15_000 });
    assert.match(await lines.first().innerText(), /\.governance\/policy\.yaml:\d+/);
    await companion.evaluate(`
      await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
      await vscode.commands.executeCommand('workbench.action.closeSidebar');
    `);
    await takeScreenshot(page, stage.sandbox, "record");
    await companion.evaluate("await vscode.commands.executeCommand('workbench.action.closeAllEditors');");
  });

  test("a killed session stays stopped until a human reopens it", async () => {
    const [spelling] = spellings;
    assert.ok(spelling !== undefined);
    await inFreshChat(spelling.destructive);
    await inSameChat(spelling.harmless);
    assert.deepEqual(stage.api.calls(), [], "a later harmless call of a killed session must be denied");
    const last = (await killedSessions()).at(-1);
    assert.ok(last !== undefined, "the registry must know the killed session");
    const reopened = tryCommand({
      command: nodePath,
      args: [stage.cli, "reopen", last.id],
      cwd: stage.sandbox.workspace,
      env: cleanEnvironment(stage.sandbox.home),
      timeoutMs: 60_000,
    });
    const dialog = await waitForDialog(stage.editor.page, last.id, 20_000);
    await inSameChatIsDenied(spelling.harmless);
    await dialog.press("Reopen");
    await reopened;
    await waitUntil("the session is open again", 10_000, async () =>
      (await killedSessions()).every((one) => one.id !== last.id),
    );
    await inSameChat(spelling.harmless);
    assert.equal(counted("project"), 1, "a reopened session must go on");
  });

  async function inSameChatIsDenied(command: string): Promise<void> {
    await inSameChat(command);
    assert.deepEqual(stage.api.calls(), [], "filing the question must not reopen anything");
  }

  test("a policy is written with completion alone; a mistake is told with its fix, and a key explained", async () => {
    const policy = await openPolicy(stage.editor);
    await clearNotifications();
    await policy.replace("");
    await policy.complete(["poli", "contr", "action_t", "deploym"]);
    assert.equal(await policy.text(), "policies:\n  control:\n    - action_type: deployment");
    await policy.replace("polices:\n  kill: []\n");
    await waitUntil("the mistake is told", 20_000, async () =>
      (await policy.problems()).includes("policy/unknown-key"),
    );
    await waitUntil("the status bar says so", 5000, async () => /policy/.test(await statusText()));
    await policy.fixFirstLine();
    await waitUntil("the fix settles it", 5000, async () => (await policy.problems()).length === 0);
    assert.match(await policy.hover(1, 4), /\*\*kill\*\*/);
    await policy.close();
    await waitUntil("what was not saved is forgotten", 10_000, async () =>
      /: armed/.test(await statusText()),
    );
  });

  test("an edit that loosens waits for a human, and then the verdict is another", async () => {
    const { page } = stage.editor;
    const policy = await openPolicy(stage.editor);
    await waitUntil("the rules tell what they would have done", 20_000, async () =>
      (await policy.lenses()).some((title) => /would have killed \d+ of the last/.test(title)),
    );
    await clearNotifications();
    await takeScreenshot(page, stage.sandbox, "policy-help");
    await policy.replace(loosenedPolicy);
    await policy.save();
    const isTold = async (): Promise<boolean> =>
      (await policy.lenses()).some((title) => title.startsWith("not approved"));
    await waitUntil("it is told that nobody approved it", 10_000, isTold);
    const { dialog, finished } = await askForControlled();
    await dialog.press("Deny");
    await finished;
    await policy.runAction("Approve this policy…");
    const approval = await waitForDialog(page, "policy", 20_000);
    await approval.press("Approve");
    await waitUntil("it is approved", 10_000, async () => !(await isTold()));
    await policy.close();
    await inFreshChat(controlled);
    assert.equal(counted("customDomainCreate"), 1, "nobody is asked any more");
  });

  test("all that ran was decided; what runs in the agent's terminal without a decision is an alarm", async () => {
    const gaps = async (): Promise<string> => signalbox("audit", "show", "--kind", "gap", "--json");
    assert.equal((await gaps()).trim(), "");
    await clearNotifications();
    // A terminal as the agent makes it, and a command that no hook has seen.
    await stage.editor.companion.evaluate(
      `
      const terminal = vscode.window.createTerminal({ name: "agent", env: { COPILOT_AGENT: "1" }, hideFromUser: true });
      const ready = new Promise((resolve) => {
        const listener = vscode.window.onDidChangeTerminalShellIntegration((event) => {
          if (event.terminal === terminal) {
            listener.dispose();
            resolve(event.shellIntegration);
          }
        });
      });
      (await ready).executeCommand("echo nobody asked");
    `,
      30_000,
    );
    await waitUntil("the status bar says so", 20_000, async () =>
      /1 action ran without a decision/.test(await statusText()),
    );
    assert.match(await gaps(), /echo nobody asked/);
    await takeScreenshot(stage.editor.page, stage.sandbox, "gap-alarm");
    await clearNotifications();
  });

  test("with the broker gone and kept from starting, nothing runs", async () => {
    const { sandbox, chat } = stage;
    const [spelling] = spellings;
    assert.ok(spelling !== undefined);
    const program = await installedBroker(sandbox.root);
    let restore = (): void => undefined;
    stage.api.reset();
    await chat.fresh();
    // It goes between the prompt and the call: the last moment at which something could slip through.
    const [first, ...rest] = runThenStop(spelling.harmless);
    const disappear = (): void => {
      restore = removeBroker(sandbox.home, program);
    };
    const received = await chat.prompt("Look at the project.", [{ ...first, before: disappear }, ...rest]);
    try {
      assert.deepEqual(stage.api.calls(), []);
      assert.match(received.slice(1).join("\n"), /Signalbox's broker/);
      assert.equal(findBroker(sandbox.home), undefined);
      await waitUntil("the status bar says so", 15_000, async () => /not armed/.test(await statusText()));
      await inFreshChat(spelling.harmless);
      assert.deepEqual(stage.api.calls(), []);
    } finally {
      restore();
    }
    await waitUntil("it is armed again", 30_000, async () => /: armed/.test(await statusText()));
    await inFreshChat(spelling.harmless);
    assert.equal(counted("project"), 1, "with the broker back, work goes on");
    assert.ok(!chat.model.everything().includes(secretInEnvFile), "the secret reached the model");
  });
});

async function statusOf(editor: Editor): Promise<string> {
  const items = await editor.page.locator(".statusbar-item", { hasText: "Signalbox" }).allInnerTexts();
  return items.join(" ").replaceAll(/\s+/g, " ");
}

function runThenStop(
  command: string,
): { text?: string; calls?: { name: string; input: Readonly<Record<string, unknown>> }[] }[] {
  return [{ calls: [{ name: "run_in_terminal", input: terminalInput(command) }] }, { text: "Done." }];
}
