import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { connectBroker, type BrokerClient } from "../../src/broker/client.ts";
import { waitForDialog, type Dialog } from "./harness/dialog.ts";
import { takeScreenshot } from "./harness/screenshot.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitUntil } from "./harness/wait.ts";
import { whyNoEndToEnd } from "./install/place.ts";

/** The human's side in the real editor: what is asked, how it is answered, and what comes of it, by keyboard. */

const skip = whyNoEndToEnd() ?? false;

const policy = `# The shop's policy.
session_scope:
  domain:
    allowed_apis: ["railway:deploy", "railway:variable_management"]
policies:
  control:
    # A human looks at every deployment.
    - action: "railway:up"
      grant: session
    - action: "railway:variable_upsert"
      environment: production
`;

const deploy = "railway up -e production --detach";
const variable = "railway variables --set COLOUR=blue -e production";

describe("a human who is asked", { skip, timeout: 8 * 60_000 }, () => {
  let stage: Stage;
  let broker: BrokerClient;
  let failed = true;

  before(
    async () => {
      stage = await openStage({
        name: "approvals",
        async prepare({ home, workspace }) {
          await mkdir(join(workspace, ".governance"), { recursive: true });
          await writeFile(join(workspace, ".governance", "policy.yaml"), policy);
          await mkdir(join(workspace, "src"), { recursive: true });
          for (const name of ["cart.ts", "checkout.ts", "prices.ts"]) {
            await writeFile(join(workspace, "src", name), `export const ${name.slice(0, 4)} = 1;\n`);
          }
          await writeFile(join(workspace, "release.sh"), `#!/bin/sh\n${deploy}\n`);
          const env = { PATH: process.env["PATH"], HOME: home, GIT_CONFIG_NOSYSTEM: "1" };
          const git = (...args: readonly string[]): string =>
            execFileSync("git", ["-C", workspace, ...args], { env, encoding: "utf8" });
          git("init", "-q", "-b", "main");
          git("add", ".");
          git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "first");
          await writeFile(join(workspace, "src", "checkout.ts"), "export const chec = 2; // not committed\n");
          await writeFile(join(workspace, "src", "new.ts"), "export const fresh = true;\n");
        },
      });
      await stage.armed();
      await approvePolicy();
      await run("workbench.action.closeAuxiliaryBar");
      await stage.clearNotifications();
      const client = await connectBroker({ stateDir: join(stage.sandbox.home, ".signalbox") });
      assert.ok(client.ok, client.ok ? "" : client.error);
      broker = client.value;
      failed = false;
    },
    { timeout: 6 * 60_000 },
  );

  afterEach(async (context) => {
    if ("passed" in context && !context.passed) {
      failed = true;
      await stage.keepPicture(context.name);
    }
  });

  after(async () => {
    await stage.close(failed);
  });

  async function approvePolicy(): Promise<void> {
    await stage.clearNotifications();
    const approved = run("signalbox.approvePolicy");
    const dialog = await waitForDialog(stage.editor.page, "policy", 20_000);
    await dialog.press("Approve");
    await approved;
  }

  /** Runs a command of the palette; it may wait for a human. */
  function run(command: string): Promise<unknown> {
    const running = stage.editor.companion.evaluate(
      `await vscode.commands.executeCommand('${command}');`,
      60_000,
    );
    running.catch(() => undefined);
    return running;
  }

  /** An agent is about to run a command; resolves with what its hook says. */
  async function asked(command: string, conversation: string): Promise<string> {
    const payload = JSON.stringify({
      session_id: conversation,
      transcript_path: join(stage.sandbox.home, ".claude", "projects", "shop", `${conversation}.jsonl`),
      cwd: stage.sandbox.workspace,
      permission_mode: "default",
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command },
    });
    const query = { agent: "claude-code", event: "-", ppid: "0", pid: "0" };
    return broker.hook(query, Buffer.from(payload));
  }

  const dialogFor = (text: string): Promise<Dialog> => waitForDialog(stage.editor.page, text, 20_000);
  const denied = (reply: string): void => assert.match(reply, /"permissionDecision":"deny"/);
  const passed = (reply: string): void => {
    assert.match(reply, /^SIGNALBOX\/1 0\n/);
    assert.doesNotMatch(reply, /"permissionDecision":"deny"/);
  };

  /** Picks a line of the list on the screen by keyboard. */
  async function pick(beginning: string): Promise<void> {
    const { page } = stage.editor;
    await page.locator(".quick-input-list .monaco-list-row", { hasText: beginning }).first().waitFor();
    await page.keyboard.type(beginning);
    await page.keyboard.press("Enter");
  }

  test("the first line says what would be lost, and then how much of it nobody could bring back", async () => {
    const reply = asked("rm -rf src && git status", "stakes");
    const dialog = await dialogFor("Delete");
    assert.match(dialog.message, /^Delete `.*\/src`\. Cannot be undone\.$/);
    assert.match(
      dialog.detail,
      /src holds 4 files: 1 that git does not track, 1 with changes that are not committed/,
    );
    assert.deepEqual(
      [dialog.focused, dialog.buttons.includes("More…")],
      ["Deny", true],
      "Enter denies, and more is offered",
    );
    await takeScreenshot(stage.editor.page, stage.sandbox, "modal-stakes");
    await dialog.key("Enter");
    denied(await reply);
  });

  test("a command that hides what it does is shown with what it hides", async () => {
    const hidden = `echo "all fine" ${" ".repeat(4000)}; ech\u043e \u202e; ${"true; ".repeat(1000)}${deploy}${"\n".repeat(400)}# done`;
    const reply = asked(hidden, "hidden");
    const dialog = await dialogFor("Railway");
    assert.ok(dialog.detail.includes(deploy));
    assert.match(dialog.detail, /characters left out/);
    await stage.keepPicture("modal-hidden");
    await dialog.key("Escape");
    denied(await reply);
  });

  test("details are a document: actions, evidence, the script with its hash; the question waits meanwhile", async () => {
    const { companion } = stage.editor;
    const reply = asked("TOKEN=$RAILWAY_TOKEN sh ./release.sh", "details");
    const dialog = await dialogFor("Railway");
    await dialog.press("Show details");
    const text = (): Promise<string> =>
      companion.evaluate<string>("return vscode.window.activeTextEditor?.document.getText() ?? '';");
    await waitUntil("the document is open", 10_000, async () => /At stake|It would do/.test(await text()));
    const shown = await text();
    assert.match(shown, /release\.sh \(SHA-256 [0-9a-f]{64}\):\n#!\/bin\/sh\nrailway up/);
    assert.match(shown, /Environment variables that it names:\nTOKEN\nRAILWAY_TOKEN/);
    await stage.clearNotifications();
    await stage.keepPicture("question-details");
    await run("signalbox.reviewQuestions");
    await (await dialogFor("Railway")).key("Enter");
    denied(await reply);
    await run("workbench.action.closeAllEditors");
  });

  test("allowed for a time, the same is not asked; taken back, it is", async () => {
    const { page } = stage.editor;
    const first = asked(deploy, "granted");
    const dialog = await dialogFor("Railway");
    await dialog.press("More…");
    await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    await stage.keepPicture("more-answers");
    await pick("Allow this operation on this target for 15");
    passed(await first);
    passed(await asked(`${deploy} # again`, "granted"));
    const [grant] = JSON.parse(await stage.signalbox("approvals", "--grants", "--json")) as { id: string }[];
    assert.ok(grant !== undefined, "it is listed");
    await stage.signalbox("approvals", "revoke", grant.id);
    const later = asked(deploy, "granted");
    await (await dialogFor("Railway")).key("Escape");
    denied(await later);
  });

  test("who leaves the list of further answers is back at the dialog", async () => {
    const reply = asked(deploy, "back");
    await (await dialogFor("Railway")).press("More…");
    await stage.editor.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    await stage.editor.page.keyboard.press("Escape");
    await (await dialogFor("Railway")).key("Enter");
    denied(await reply);
  });

  test("several agents that wait are one list; a flood of one of them is one question", async () => {
    const { page } = stage.editor;
    const replies = [
      ...Array.from({ length: 40 }, (_, index) => asked(`${deploy} # ${index}`, "flood")),
      asked("rm -rf src", "other"),
    ];
    const waiting = async (): Promise<readonly object[]> =>
      JSON.parse(await stage.signalbox("approvals", "--json")) as readonly object[];
    await waitUntil("all have asked", 20_000, async () => (await waiting()).length === 7);
    await (await dialogFor("Railway")).press("More…");
    await pick("Review all");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "asks for 6 things" }).waitFor();
    await takeScreenshot(page, stage.sandbox, "review-list");
    await pick("asks for 6 things");
    const pause = await dialogFor("asks for 6 things");
    await stage.keepPicture("modal-flood");
    assert.equal(pause.focused, "Deny them all");
    await pause.key("Enter");
    await waitUntil("only the other agent waits", 10_000, async () => (await waiting()).length === 1);
    await run("signalbox.reviewQuestions");
    await (await dialogFor("Delete")).key("Escape");
    await Promise.all(replies.map(async (reply) => denied(await reply)));
  });

  test("a rule is proposed from a question as a diff, goes through approval, and then nobody is asked", async () => {
    const { page } = stage.editor;
    const reply = asked(variable, "rule");
    await (await dialogFor("variable")).press("More…");
    await pick("Make a rule");
    await pick("Allow it from now on");
    const message = page.locator(".notification-toast", { hasText: "proposed" }).first();
    await message.waitFor({ timeout: 20_000 });
    await takeScreenshot(page, stage.sandbox, "make-rule");
    await message.locator(".monaco-button", { hasText: "Save and Approve" }).click();
    const approval = await dialogFor("policy");
    assert.match(approval.detail, /variable_upsert/);
    await approval.press("Approve");
    const written = await readFile(join(stage.sandbox.workspace, ".governance", "policy.yaml"), "utf8");
    assert.match(written, /not: \{ action: "railway:variable_upsert", environment: "production" \}/);
    assert.match(written, /# A human looks at every deployment\./);
    await stage.clearNotifications();
    await run("signalbox.reviewQuestions");
    await (await dialogFor("variable")).press("Allow once");
    await reply;
    passed(await asked(variable, "rule"));
    const other = asked(deploy, "rule");
    await (await dialogFor("Railway")).key("Escape");
    denied(await other);
    await run("workbench.action.closeAllEditors");
  });

  test("a window that reloads in the middle asks again, and its answer counts", async () => {
    const reply = asked(deploy, "reload");
    await dialogFor("Railway");
    await stage.editor.page.reload();
    const dialog = await waitForDialog(stage.editor.page, "Railway", 60_000);
    await dialog.press("Allow once");
    passed(await reply);
  });
});
