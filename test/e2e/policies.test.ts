import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { packCompanion } from "./harness/companion/pack.ts";
import { waitForDialog } from "./harness/dialog.ts";
import { cleanEnvironment, startEditor, type Editor } from "./harness/editor.ts";
import { runCommand, tryCommand } from "./harness/process.ts";
import { buildProduct, installedBroker } from "./harness/product.ts";
import { createSandbox, destroySandbox, type Sandbox } from "./harness/sandbox.ts";
import { takeScreenshot } from "./harness/screenshot.ts";
import { waitUntil } from "./harness/wait.ts";
import { installChromium } from "./install/chromium.ts";
import { installCodeServer } from "./install/code-server.ts";
import { nodePath, whyNoEndToEnd } from "./install/place.ts";
import { writeWorkspace } from "./story.ts";

/** A team's way with a policy in the real editor: approve it, test it, try a change, observe before it is enforced. */

const skip = whyNoEndToEnd() ?? false;
const progress = (line: string): void => {
  console.log(`  ${line}`);
};

const destructive = "railway volume delete vol-not-real";

const tests = `cases:
  - name: deleting a volume is killed
    run: ${destructive}
    expect: { verdict: kill, actions: ["railway:volume_delete"] }
  - name: listing is everyday work
    run: ls
    expect: allow
  - name: deploys are asked
    run: railway up -e staging
    expect: ask
    because: somebody should see them
`;

interface Stage {
  readonly sandbox: Sandbox;
  readonly editor: Editor;
  /** Path of the command line's program inside the installed extension. */
  readonly cli: string;
}

describe("policies in the editor", { skip, timeout: 6 * 60_000 }, () => {
  let stage: Stage;
  let failed = false;
  const undo: (() => Promise<void>)[] = [];

  before(
    async () => {
      const codeServer = await installCodeServer(progress);
      const chromium = await installChromium(progress);
      const product = await buildProduct(progress);
      const sandbox = await createSandbox("policies");
      undo.push(() => destroySandbox(sandbox, failed));
      failed = true;
      await writeWorkspace(sandbox.workspace);
      await writeGoverned(sandbox, "policy.test.yaml", tests);
      const vsix = [product.vsix, await packCompanion(sandbox.root)];
      const settings = { "files.autoSave": "off" };
      const editor = await startEditor({ sandbox, codeServer, chromium, vsix, settings, progress });
      undo.push(() => editor.stop());
      const cli = (await installedBroker(sandbox.root)).replace(/broker\.js$/, "cli.js");
      stage = { sandbox, editor, cli };
      failed = false;
    },
    { timeout: 4 * 60_000 },
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

  async function statusBar(): Promise<string> {
    const items = await stage.editor.page.locator(".statusbar-item").allInnerTexts();
    return items.join(" | ").replaceAll(/\s+/g, " ");
  }

  function run(command: string): Promise<unknown> {
    const running = stage.editor.companion.evaluate(
      `await vscode.commands.executeCommand(${JSON.stringify(command)});`,
      60_000,
    );
    // Those that raise a question end when it is answered.
    running.catch(() => undefined);
    return running;
  }

  /** What an agent asks at its hook; every request in a conversation of its own, which a kill may end. */
  async function ask(command: string): Promise<void> {
    const { sandbox, cli } = stage;
    await tryCommand({
      command: nodePath,
      args: [cli, "hook", "claude-code"],
      cwd: sandbox.workspace,
      env: cleanEnvironment(sandbox.home),
      stdin: JSON.stringify({
        session_id: `${conversations++}-0000-0000-0000-000000000000`,
        transcript_path: join(sandbox.home, ".claude", "projects", "t.jsonl"),
        cwd: sandbox.workspace,
        permission_mode: "default",
        hook_event_name: "PreToolUse",
        tool_name: "Bash",
        tool_input: { command },
        tool_use_id: `toolu_${conversations}`,
      }),
      timeoutMs: 30_000,
    });
  }
  let conversations = 1;

  /** The longest turn of the extension host's event loop in ms, beyond a timer's 5, while each of these goes on. */
  function slowestTurns(...works: readonly string[]): Promise<readonly number[]> {
    return stage.editor.companion.evaluate(
      `
      const slowest = [];
      for (const work of [${works.map((work) => `() => ${work}`).join(", ")}]) {
        let last = performance.now();
        let most = 0;
        const timer = setInterval(() => {
          const now = performance.now();
          most = Math.max(most, now - last - 5);
          last = now;
        }, 5);
        await work();
        clearInterval(timer);
        slowest.push(Math.round(most));
      }
      return slowest;
    `,
      60_000,
    );
  }

  /** The text of the editor that is active. */
  function activeText(): Promise<string> {
    return stage.editor.companion.evaluate<string>(
      "return vscode.window.activeTextEditor?.document.getText() ?? '';",
    );
  }

  async function tidy(): Promise<void> {
    await run("workbench.action.closeAllEditors");
    await run("notifications.clearAll");
    await run("workbench.action.closeAuxiliaryBar");
    await run("workbench.action.closePanel");
    await run("workbench.view.explorer");
  }

  /** Reviews what waits by the notification that tells of it, and approves. */
  async function approveByNotification(picture: string): Promise<string> {
    const { page } = stage.editor;
    await page.locator(".notification-toast", { hasText: "waits for you" }).first().waitFor();
    await page.locator(".notification-toast .monaco-button", { hasText: "Review…" }).first().click();
    const dialog = await waitForDialog(page, "Approve the policy", 20_000);
    const text = `${dialog.message}\n${dialog.detail}`;
    await takeScreenshot(page, stage.sandbox, picture);
    await dialog.press("Approve");
    await waitUntil("nothing waits any more", 15_000, async () => !/to approve/.test(await statusBar()));
    return text;
  }

  test("what an unapproved policy would make possible is told before anybody asks", async () => {
    const { page } = stage.editor;
    await waitUntil("the status bar counts it", 60_000, async () =>
      /\d+ operations.* to approve/.test(await statusBar()),
    );
    await run("workbench.action.closeAuxiliaryBar");
    const toast = page.locator(".notification-toast", { hasText: "waits for you" }).first();
    await toast.waitFor();
    assert.match(await toast.innerText(), /once you approve it, \d+ operations.* become possible/);
    await takeScreenshot(page, stage.sandbox, "pending-policy");
    const asked = await approveByNotification("policy-approval");
    const places = [
      "operations",
      "These operations become possible:",
      "railway:domain_management",
      "It tightens, and that is in force already:",
    ].map((part) => asked.indexOf(part));
    assert.ok(
      places.every((place, index) => place >= 0 && place >= (places[index - 1] ?? 0)),
      asked,
    );
  });

  test("the tests of a policy are in the Test view, with the diff of the one that fails", async () => {
    const { page } = stage.editor;
    await tidy();
    await run("workbench.view.testing.focus");
    const [idle = 0, running = 0] = await slowestTurns(
      "new Promise((done) => setTimeout(done, 1500))",
      "vscode.commands.executeCommand('testing.runAll')",
    );
    progress(`turns of the extension host: idle ${idle} ms, running tests ${running} ms at most`);
    const file = page.locator(".test-explorer .monaco-list-row", { hasText: "policy.test.yaml" }).first();
    await file.waitFor({ timeout: 30_000 });
    await file.click();
    await page.keyboard.press("ArrowRight");
    const labels = async (): Promise<readonly (string | null)[]> =>
      Promise.all(
        (await page.locator(".test-explorer .monaco-list-row").all()).map((row) =>
          row.getAttribute("aria-label"),
        ),
      );
    await waitUntil("each case has a result", 20_000, async () => {
      const all = (await labels()).join("\n");
      return (
        /deploys are asked.*Failed/i.test(all) &&
        /listing is everyday work.*Passed/i.test(all) &&
        /deleting a volume is killed.*Passed/i.test(all)
      );
    });
    await page.locator(".test-output-peek-tree .monaco-list-row", { hasText: "deploys are asked" }).click();
    const diff = page.locator(".monaco-diff-editor", { hasText: "verdict: deny" });
    await diff.filter({ hasText: "verdict: ask" }).first().waitFor({ timeout: 15_000 });
    await takeScreenshot(page, stage.sandbox, "test-explorer");
    await run("testing.startContinuousRun");
    await writeGoverned(
      stage.sandbox,
      "policy.test.yaml",
      tests.replace("expect: ask\n    because", "expect: deny\n    because"),
    );
    await waitUntil("a change is tested without being told to", 20_000, async () =>
      /deploys are asked.*Passed/i.test((await labels()).join("\n")),
    );
    await run("testing.stopContinuousRun");
    await tidy();
  });

  test("what a change of the policy would do is tried on what was recorded, before it is saved", async () => {
    const { page, companion } = stage.editor;
    for (const command of ["ls", "npm test", "git status", "npm run build", destructive]) {
      await ask(command);
    }
    await companion.evaluate(`
      const [folder] = vscode.workspace.workspaceFolders;
      const uri = vscode.Uri.joinPath(folder.uri, ".governance", "policy.yaml");
      const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
      const { document } = editor;
      await editor.edit((edit) => edit.insert(
        new vscode.Position(document.lineCount, 0), '  deny:\\n    - command: "npm *"\\n'));
    `);
    void run("signalbox.whatWouldChange");
    await page.locator(".quick-input-widget", { hasText: "with what is not saved yet" }).first().waitFor();
    await page.keyboard.press("Enter");
    await waitUntil("the report is there", 30_000, async () =>
      /Signalbox: what would change/.test(await activeText()),
    );
    const text = await activeText();
    assert.match(text, /2 stricter · 0 looser · 3 as before/, text);
    assert.match(text, /2 × allow → deny\n {4}rule {5}\.governance\/policy\.yaml:\d+/, text);
    await run("notifications.clearAll");
    await run("workbench.action.closeSidebar");
    await takeScreenshot(page, stage.sandbox, "what-would-change");
    await companion.evaluate(`
      for (const editor of vscode.window.visibleTextEditors) {
        await vscode.window.showTextDocument(editor.document, editor.viewColumn);
        await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      }
    `);
    await tidy();
  });

  test("a policy that only observes stops nothing, tells what it would have done, and is switched", async () => {
    const { page, sandbox } = { ...stage.editor, sandbox: stage.sandbox };
    await writeGoverned(
      sandbox,
      "policy.yaml",
      `enforcement: observe
policies:
  kill:
    - action_type: "irreversible_infrastructure_deletion"
  control:
    - command: "npm publish*"
`,
    );
    const asked = await approveByNotification("approve-observing");
    assert.match(asked, /\n\nIt only observes: nothing is stopped any more /);
    await waitUntil("the status bar says so", 15_000, async () =>
      /Signalbox: observing, stops nothing/.test(await statusBar()),
    );
    for (const command of [destructive, "npm publish", "npm publish --tag next", "ls"]) {
      await ask(command);
    }
    await waitUntil("the last decision is told", 15_000, async () =>
      /last: would have/.test(await statusBar()),
    );
    await run("signalbox.showRecord");
    await waitUntil("the record says what would have been", 15_000, async () =>
      /WOULD HAVE KILLED/.test(await activeText()),
    );
    await run("workbench.action.closeSidebar");
    await takeScreenshot(page, sandbox, "observing");
    await tidy();
    await run("workbench.action.closeSidebar");
    void run("signalbox.observeReport");
    await waitUntil("the report is there", 30_000, async () =>
      /Signalbox: observe mode report/.test(await activeText()),
    );
    assert.match(await activeText(), /1 killed · 0 denied · 2 asked/);
    const toast = page.locator(".notification-toast", { hasText: "enforced, this policy would have" });
    await toast.first().waitFor();
    await takeScreenshot(page, sandbox, "observe-report");
    await toast.locator(".monaco-button", { hasText: "Switch to Enforce…" }).click();
    await waitUntil("the word is written, for a human to save", 15_000, async () =>
      (await activeText()).startsWith("enforcement: enforce\n"),
    );
    await run("workbench.action.files.save");
    await waitUntil("it is enforced at once", 20_000, async () => /Signalbox: armed/.test(await statusBar()));
    const audit = await runCommand({
      command: nodePath,
      args: [stage.cli, "audit", "observe-report"],
      cwd: sandbox.workspace,
      env: cleanEnvironment(sandbox.home),
      timeoutMs: 20_000,
    });
    assert.match(audit.stdout, /^would have been: 1 killed, 0 denied, 2 asked/m);
  });

  test("the checklist opens as a page, and whatever no canary has tried can be tried from there", async () => {
    const { page } = stage.editor;
    const unproved = /no canary has proved these hooks|was not tried/;
    void run("signalbox.runChecklist");
    await waitUntil("the checklist is there", 60_000, async () =>
      (await activeText()).startsWith("Signalbox: checklist"),
    );
    assert.match(await activeText(), /^11 {2}boundaries armed and proved by canary$/m);
    // The broker tries hooks by itself, sooner or later.
    if (unproved.test(await activeText())) {
      const canaries = page.locator(".notification-toast .monaco-button", { hasText: "Run Canaries" });
      await canaries.first().click();
    }
    await waitUntil("canaries have proved the hooks", 60_000, async () => {
      const text = await activeText();
      return text.startsWith("Signalbox: checklist") && !unproved.test(text);
    });
    assert.doesNotMatch(await activeText(), /canary of .* failed/);
  });
});

async function writeGoverned(sandbox: Sandbox, name: string, text: string): Promise<void> {
  const folder = join(sandbox.workspace, ".governance");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
}
