import assert from "node:assert/strict";
import { cp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { cursorEvents, hookedEvents } from "../../src/boundary/hooks/cursor/events.ts";
import { install } from "../../src/boundary/hooks/install.ts";
import { hookClientOf } from "../../src/boundary/hooks/install-plan.ts";
import { managedHookPath } from "../../src/boundary/hooks/launcher.ts";
import { startCursorExecutor, type CursorExecutor, type CursorReply } from "./harness/cursor-executor.ts";
import { cleanEnvironment } from "./harness/editor.ts";
import { tryCommand, type Finished } from "./harness/process.ts";
import { buildProduct, removeBroker } from "./harness/product.ts";
import { createSandbox, destroySandbox, type Sandbox } from "./harness/sandbox.ts";
import { installCursorSdk } from "./install/cursor-sdk.ts";
import { nodePath, repository, whyNoEndToEnd } from "./install/place.ts";
import { controlled, secretInEnvFile, writeWorkspace } from "./story.ts";

/**
 * Cursor's hooks as `signalbox install cursor` writes them, called by the executor that Cursor's own SDK ships, with a real
 * broker. What the executor makes of a reply is what Cursor does; that the editor calls it is not shown here.
 */

const skip = whyNoEndToEnd() ?? false;
const progress = (line: string): void => {
  console.log(`  ${line}`);
};

interface Case {
  readonly event: (typeof hookedEvents)[number];
  readonly what: string;
  /** What Cursor adds to the conversation for this event. */
  readonly denied: (workspace: string) => object;
  readonly passes: (workspace: string) => object;
  /** Only a session that was killed is stopped here, so the denied call is made after a kill. */
  readonly afterKill?: true;
}

const read = (path: string): object => ({ file_path: path, content: "", attachments: [] });
const tool = (name: string, input: object): object => ({
  tool_name: name,
  tool_input: input,
  tool_use_id: "t",
});
const mcp = (name: string, input: object): object => ({
  tool_name: name,
  tool_input: JSON.stringify(input),
  mcp_server_name: "railway",
  command: "npx @railway/mcp-server",
});
const subagent = {
  subagent_id: "s",
  subagent_type: "explore",
  task: "look around",
  tool_call_id: "t",
  is_parallel_worker: false,
};

const cases: readonly Case[] = [
  {
    event: "beforeShellExecution",
    what: "a command",
    denied: (cwd) => ({ command: controlled, cwd, sandbox: false }),
    passes: (cwd) => ({ command: "git status", cwd, sandbox: false }),
  },
  {
    event: "beforeShellExecution",
    what: "a command that reads a secret",
    denied: (cwd) => ({ command: "cat .env", cwd, sandbox: false }),
    passes: (cwd) => ({ command: "cat package.json", cwd, sandbox: false }),
  },
  {
    event: "beforeReadFile",
    what: "a read",
    denied: (cwd) => read(join(cwd, ".env")),
    passes: (cwd) => read(join(cwd, "package.json")),
  },
  {
    event: "beforeTabFileRead",
    what: "a read for a completion",
    denied: (cwd) => read(join(cwd, ".env")),
    passes: (cwd) => read(join(cwd, "package.json")),
  },
  {
    event: "beforeMCPExecution",
    what: "a call of an MCP tool",
    denied: () => mcp("volume_delete", { volumeId: "vol_1" }),
    passes: () => mcp("list_projects", {}),
  },
  {
    event: "preToolUse",
    what: "a shell tool",
    denied: (cwd) => tool("Shell", { command: controlled, cwd }),
    passes: (cwd) => tool("Shell", { command: "git status", cwd }),
  },
  {
    event: "preToolUse",
    what: "a search",
    denied: (cwd) => tool("Grep", { pattern: "TOKEN", file_path: join(cwd, ".env") }),
    passes: (cwd) => tool("Grep", { pattern: "name", file_path: join(cwd, "package.json") }),
  },
  {
    event: "preToolUse",
    what: "a write into the governing files",
    denied: (cwd) => tool("Write", { file_path: join(cwd, ".cursor", "hooks.json"), content: "{}" }),
    passes: (cwd) => tool("Write", { file_path: join(cwd, "notes.md"), content: "hello" }),
  },
  {
    event: "beforeSubmitPrompt",
    what: "a prompt with an attachment",
    denied: (cwd) => ({ prompt: "go on", attachments: [{ type: "file", file_path: join(cwd, ".env") }] }),
    passes: () => ({ prompt: "go on", attachments: [] }),
  },
  {
    event: "subagentStart",
    what: "a sub-agent of a killed session",
    denied: () => subagent,
    passes: () => subagent,
    afterKill: true,
  },
  {
    event: "sessionStart",
    what: "a killed session that starts again",
    denied: () => ({ is_background_agent: false }),
    passes: () => ({ is_background_agent: false }),
    afterKill: true,
  },
];

describe("Cursor's hook executor", { skip, timeout: 5 * 60_000 }, () => {
  let sandbox: Sandbox;
  let sdk: string;
  let cli: string;
  let cursor: CursorExecutor;
  let failed = false;
  let conversations = 0;
  const hookClient = (): string => join(sandbox.home, ".signalbox", "bin", "hook.sh");

  before(
    async () => {
      sdk = await installCursorSdk(progress);
      await buildProduct(progress);
      sandbox = await createSandbox("cursor");
      const product = join(sandbox.root, "product");
      for (const part of ["dist", "policies", "media", "package.json"]) {
        await cp(join(repository, part), join(product, part), { recursive: true });
      }
      cli = join(product, "dist", "cli.js");
      await writeWorkspace(sandbox.workspace);
      const installed = await signalbox("install", "cursor");
      assert.equal(installed.code, 0, installed.stderr);
      cursor = startCursorExecutor(sandbox, sdk, "stdin");
    },
    { timeout: 5 * 60_000 },
  );

  afterEach((context) => {
    failed ||= "passed" in context && !context.passed;
  });

  after(async () => {
    cursor.stop();
    await destroySandbox(sandbox, failed);
  });

  function signalbox(...args: readonly string[]): Promise<Finished> {
    return tryCommand({
      command: nodePath,
      args: [cli, ...args],
      cwd: sandbox.workspace,
      env: cleanEnvironment(sandbox.home),
      timeoutMs: 30_000,
    });
  }

  /** A conversation of its own for each call, so that no kill of one test reaches another. */
  function conversation(): {
    readonly conversation_id: string;
    readonly generation_id: string;
    readonly model: string;
  } {
    conversations += 1;
    return { conversation_id: `c-${conversations}`, generation_id: `g-${conversations}`, model: "scripted" };
  }

  const killing = (cwd: string): object => ({
    command: "railway volume delete --volume production-data --yes",
    cwd,
    sandbox: false,
  });

  async function fireDenied(each: Case, executor: CursorExecutor): Promise<CursorReply> {
    const talk = conversation();
    if (each.afterKill === true) {
      assertStopped(await executor.fire("beforeShellExecution", { ...talk, ...killing(sandbox.workspace) }));
    }
    return executor.fire(each.event, {
      ...talk,
      ...(each.event === "subagentStart" ? { parent_conversation_id: talk.conversation_id } : {}),
      ...each.denied(sandbox.workspace),
    });
  }

  function firePassing(each: Case, executor: CursorExecutor): Promise<CursorReply> {
    const talk = conversation();
    return executor.fire(each.event, {
      ...talk,
      ...(each.event === "subagentStart" ? { parent_conversation_id: talk.conversation_id } : {}),
      ...each.passes(sandbox.workspace),
    });
  }

  test("every hooked event that can stop something has a case", () => {
    const gates = hookedEvents.filter((event) => cursorEvents.get(event) !== "notice");
    assert.deepEqual([...new Set(cases.map(({ event }) => event))].toSorted(), gates.toSorted());
  });

  for (const each of cases) {
    test(`${each.event}: ${each.what} is stopped, its harmless twin passes`, async () => {
      const denied = await fireDenied(each, cursor);
      assertStopped(denied);
      assert.match(denied.answer?.user_message ?? "", /Signalbox/, "it is Signalbox that stops it");
      const passed = await firePassing(each, cursor);
      assert.deepEqual(passed, { configErrors: [], answer: {} });
    });
  }

  test("payloads handed over as the editor does it are decided alike", async () => {
    const editor = startCursorExecutor(sandbox, sdk, "legacy");
    try {
      for (const each of cases) {
        assertStopped(await fireDenied(each, editor), each.what);
        assert.deepEqual((await firePassing(each, editor)).answer, {}, each.what);
      }
    } finally {
      editor.stop();
    }
  });

  test("their loader takes the hooks of a workspace as well, and both are asked", async () => {
    const hooks = join(sandbox.home, ".cursor", "hooks.json");
    const installed = await signalbox("install", "cursor", "--workspace", sandbox.workspace);
    assert.equal(installed.code, 0, installed.stderr);
    // The user's hooks are away, so that only the workspace's can have answered.
    await rename(hooks, `${hooks}.away`);
    try {
      for (const each of cases) {
        const denied = await fireDenied(each, cursor);
        assert.deepEqual(denied.configErrors, []);
        assertStopped(denied, each.what);
        assert.deepEqual((await firePassing(each, cursor)).answer, {}, each.what);
      }
    } finally {
      await rename(`${hooks}.away`, hooks);
      await signalbox("uninstall", "cursor", "--workspace", sandbox.workspace);
    }
  });

  test("their loader takes the enterprise's hooks, of a client that users cannot change", async () => {
    const hooks = join(sandbox.home, ".cursor", "hooks.json");
    const options = {
      agent: "cursor",
      scope: "managed",
      home: sandbox.home,
      stateDir: join(sandbox.home, ".signalbox"),
      nodePath,
      brokerPath: join(sandbox.root, "product", "dist", "broker.js"),
      root: sandbox.root,
    } as const;
    const installed = install(options);
    assert.ok(installed.ok);
    // The file names the client as it lies below the real root; here it lies below another.
    const file = join(sandbox.root, "etc", "cursor", "hooks.json");
    const text = await readFile(file, "utf8");
    assert.ok(text.includes(`"${managedHookPath} `));
    await writeFile(file, text.replaceAll(managedHookPath, hookClientOf(options)));
    await rename(hooks, `${hooks}.away`);
    try {
      for (const each of cases) {
        const denied = await fireDenied(each, cursor);
        assert.deepEqual(denied.configErrors, []);
        assertStopped(denied, each.what);
        assert.deepEqual((await firePassing(each, cursor)).answer, {}, each.what);
      }
    } finally {
      await rename(`${hooks}.away`, hooks);
      await rm(join(sandbox.root, "etc"), { recursive: true });
    }
  });

  test("without the hook client nothing passes: `failClosed`", async () => {
    await rename(hookClient(), `${hookClient()}.away`);
    try {
      for (const each of cases) {
        assertStopped(await firePassing(each, cursor), each.what);
      }
    } finally {
      await rename(`${hookClient()}.away`, hookClient());
    }
    assert.deepEqual((await firePassing(cases[0] as Case, cursor)).answer, {}, "with it back, work goes on");
  });

  test("with the broker gone and kept from starting nothing passes", async () => {
    const restore = removeBroker(sandbox.home, join(sandbox.root, "product", "dist", "broker.js"));
    try {
      for (const each of cases) {
        const stopped = await firePassing(each, cursor);
        assertStopped(stopped, each.what);
        assert.match(stopped.answer?.user_message ?? "", /broker/, each.what);
      }
    } finally {
      restore();
    }
    assert.deepEqual((await firePassing(cases[0] as Case, cursor)).answer, {}, "with it back, work goes on");
  });

  test("without our hooks their executor lets everything pass: what is proved above is ours", async () => {
    const hooks = join(sandbox.home, ".cursor", "hooks.json");
    const kept = await readFile(hooks, "utf8");
    assert.match(kept, /"failClosed": true/);
    await rename(hooks, `${hooks}.away`);
    try {
      for (const each of cases.filter(({ afterKill }) => afterKill === undefined)) {
        assert.equal((await fireDenied(each, cursor)).answer, null, each.what);
      }
    } finally {
      await rename(`${hooks}.away`, hooks);
    }
  });

  test("`doctor --live cursor` sees Cursor ask, and be denied", async () => {
    let asked = false;
    let told = "";
    const doctor = await tryCommand({
      command: nodePath,
      args: [cli, "doctor", "--live", "cursor", "--wait", "60"],
      cwd: sandbox.workspace,
      env: cleanEnvironment(sandbox.home),
      timeoutMs: 90_000,
      onOutput: (text) => {
        told += text;
        const command = /exactly as it is: (.+)$/m.exec(told)?.[1];
        if (command !== undefined && told.includes("Waiting up to") && !asked) {
          asked = true;
          const cwd = sandbox.workspace;
          void cursor.fire("beforeShellExecution", { ...conversation(), command, cwd, sandbox: false });
        }
      },
    });
    assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
    assert.match(doctor.stdout, /^proved: Cursor 3\.15\.6 asked at \S+, and was denied$/m);
    const later = await signalbox("doctor", "--verbose");
    assert.match(later.stdout, /^ +Cursor 3\.15\.6: a canary proved at \S+ that a denial holds/m);
    assert.match((await signalbox("status", "cursor")).stdout, /canary proved/);
    const sessions = JSON.parse((await signalbox("sessions", "--json")).stdout) as readonly {
      readonly conversation: string;
      readonly state: string;
    }[];
    const canaries = sessions.filter((session) => session.conversation.startsWith("signalbox-canary-"));
    assert.deepEqual([...new Set(canaries.map(({ state }) => state))], ["ended"]);
  });

  test("the record is whole and holds no secret", async () => {
    const verified = await signalbox("audit", "verify");
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    const record = await readFile(join(sandbox.home, ".signalbox", "record", "audit.jsonl"), "utf8");
    assert.match(record, /"agent":"cursor"/);
    assert.ok(!record.includes(secretInEnvFile));
    await rm(join(sandbox.workspace, ".cursor"), { recursive: true, force: true });
  });
});

/** As Cursor takes it: a permission denied, or a prompt or session that does not go on. */
function assertStopped(reply: CursorReply, what = ""): void {
  const stopped = reply.answer?.permission === "deny" || reply.answer?.continue === false;
  assert.ok(stopped, `${what}: ${JSON.stringify(reply)}`);
}
