import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { approveEverythingInEditor, openAgentChat, terminalInput, type AgentChat } from "./harness/chat.ts";
import { waitForDialog } from "./harness/dialog.ts";
import { openPolicy } from "./harness/policy-editor.ts";
import { startRailwayApi, type RailwayApi } from "./harness/railway-api.ts";
import { takeScreenshot } from "./harness/screenshot.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitUntil } from "./harness/wait.ts";
import { whyNoEndToEnd } from "./install/place.ts";
import { controlled, writeWorkspace } from "./story.ts";

/**
 * How the policy's author and whoever runs the agent work with it in the real editor: tasks are chosen by keyboard, and a
 * policy is written from nothing, corrected, approved, and felt by the agent.
 */

const skip = whyNoEndToEnd() ?? false;

const twoTasks = `sessions:
  dns:
    description: Move the shop to its new domain
    session_scope:
      domain: { allowed_apis: ["railway:domain_management"] }
  release:
    description: Ship what is on main
    session_scope:
      domain: { allowed_apis: ["railway:deploy"], blocked_actions: ["railway:service_delete"] }
`;

interface RegisteredSession {
  readonly id: string;
  readonly task?: string;
  readonly lastSeenAt: string;
}

describe("whoever works with policies in the editor", { skip, timeout: 8 * 60_000 }, () => {
  let stage: Stage;
  let api: RailwayApi;
  let chat: AgentChat;
  let failed = true;

  before(
    async () => {
      stage = await openStage({
        name: "tasks",
        async prepare({ root, home, workspace }) {
          await writeWorkspace(workspace);
          await writeFile(join(workspace, ".governance", "policy.yaml"), twoTasks);
          api = await startRailwayApi(root, home);
        },
      });
      chat = await openAgentChat(stage.editor);
      await stage.armed();
      await approveEverythingInEditor(stage.editor, chat);
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
    await api.stop();
  });

  /** Lets the agent add the domain in this conversation; returns what the model was told. */
  async function addDomain(): Promise<string> {
    api.reset();
    const turns = [
      { calls: [{ name: "run_in_terminal", input: terminalInput(controlled) }] },
      { text: "Done." },
    ];
    return (await chat.prompt("Add the domain.", turns)).slice(1).join("\n");
  }

  function domainsAdded(): number {
    return api.calls().filter(({ field }) => field === "customDomainCreate").length;
  }

  async function lastSession(): Promise<RegisteredSession | undefined> {
    const sessions = JSON.parse(await stage.signalbox("sessions", "--json")) as RegisteredSession[];
    return sessions.toSorted((a, b) => a.lastSeenAt.localeCompare(b.lastSeenAt)).at(-1);
  }

  async function approve(): Promise<void> {
    const dialog = await waitForDialog(stage.editor.page, "policy", 20_000);
    await dialog.press("Approve");
  }

  /** The lines of the list that is open, the focused one first. */
  async function picks(): Promise<readonly string[]> {
    const rows = stage.editor.page.locator(".quick-input-list .monaco-list-row");
    await rows.first().waitFor({ timeout: 15_000 });
    return (await rows.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " ").trim());
  }

  /** Answers the message about a new conversation by keyboard. */
  async function acceptMessage(): Promise<void> {
    const { page } = stage.editor;
    const message = page.locator(".notification-toast", { hasText: "Which task is it at?" }).first();
    await message.waitFor({ state: "visible", timeout: 20_000 });
    await takeScreenshot(page, stage.sandbox, "task-message");
    await page.keyboard.press("F1");
    await page.keyboard.type("Focus Notification Toast");
    await page.keyboard.press("Enter");
    await waitUntil("the message's button is focused", 10_000, async () => {
      await page.keyboard.press("Tab");
      return (await page.evaluate<string>("document.activeElement?.textContent ?? ''")) === "Choose Task…";
    });
    await page.keyboard.press("Enter");
  }

  test("a conversation starts: its task is asked for, chosen by keyboard, and decides from then on", async () => {
    const { editor, sandbox } = stage;
    const { page } = editor;
    editor.companion
      .evaluate("await vscode.commands.executeCommand('signalbox.approvePolicy');", 60_000)
      .catch(() => undefined);
    await approve();
    await stage.clearNotifications();
    await chat.fresh();
    const told = await addDomain();
    assert.match(told, /denied|Signalbox/i);
    assert.equal(domainsAdded(), 0, "unbound, only what every task allows passes");
    await acceptMessage();
    assert.equal((await picks()).length, 2);
    // By what the author says of the task.
    await page.keyboard.type("new dom");
    await waitUntil("the list is narrowed", 5000, async () => (await picks()).length === 1);
    await takeScreenshot(page, sandbox, "task-choice");
    await page.keyboard.press("Enter");
    await waitUntil("the session is bound", 10_000, async () => (await lastSession())?.task === "dns");
    await page.locator(".statusbar-item", { hasText: "is at dns now" }).waitFor({ timeout: 10_000 });
    await addDomain();
    assert.equal(domainsAdded(), 1, "the task allows it");
  });

  test("the next conversation is not bound by itself; the last choice is proposed first", async () => {
    const { page } = stage.editor;
    await stage.clearNotifications();
    await chat.fresh();
    await addDomain();
    assert.equal(domainsAdded(), 0, "another conversation starts unbound");
    await acceptMessage();
    const [first = ""] = await picks();
    assert.match(first, /^dns.*last time/);
    await page.keyboard.press("Escape");
    await addDomain();
    assert.equal(domainsAdded(), 0, "leaving the list binds nothing");
    assert.equal((await lastSession())?.task, undefined);
  });

  test("a policy is written with completion only, corrected, approved, and decides differently", async () => {
    const { editor, sandbox } = stage;
    const { page } = editor;
    await stage.clearNotifications();
    const policy = await openPolicy(editor);
    await policy.replace("");
    await policy.complete(["sessi", "doma", "allowed_a"]);
    await policy.complete(["railway:domain_m"], () => takeScreenshot(page, sandbox, "policy-completion"));
    assert.equal(
      await policy.text(),
      "session_scope:\n  domain:\n    allowed_apis:\n      - railway:domain_management",
    );
    const written = await policy.text();
    await policy.replace(written.replace("session_scope", "sesion_scope"));
    await waitUntil("the mistake is told", 20_000, async () =>
      (await policy.problems()).includes("policy/unknown-key"),
    );
    await takeScreenshot(page, sandbox, "policy-mistake");
    await policy.fixFirstLine();
    assert.equal(await policy.text(), written);
    await waitUntil("the fix settles it", 5000, async () => (await policy.problems()).length === 0);
    await policy.save();
    const isTold = async (): Promise<boolean> =>
      (await policy.lenses()).some((title) => title.startsWith("not approved"));
    await waitUntil("it is told that nobody approved it", 10_000, isTold);
    await takeScreenshot(page, sandbox, "policy-unapproved");
    await chat.fresh();
    await addDomain();
    assert.equal(domainsAdded(), 0, "what nobody approved loosens nothing");
    await policy.runAction("Approve this policy…");
    await approve();
    await waitUntil("it is approved", 10_000, async () => !(await isTold()));
    await chat.fresh();
    await addDomain();
    assert.equal(domainsAdded(), 1, "approved, it allows");
  });
});
