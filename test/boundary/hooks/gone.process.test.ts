import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { bakedHook } from "../../../src/boundary/hooks/launcher.ts";
import { startFakeBroker, type FakeBroker } from "./fake-broker.ts";

/** Nobody is to be asked about a call that cannot run any more: the client lets go once whoever started it has gone. */
const template = readFileSync(
  join(import.meta.dirname, "../../../src/boundary/hooks/client/hook.sh"),
  "utf8",
);

let root = "";
before(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-gone-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

interface Waiting {
  readonly client: string;
  readonly broker: FakeBroker;
}

let count = 0;

/** A client and a broker that takes questions and never answers. */
async function waiting(socketOnly: boolean): Promise<Waiting> {
  const stateDir = join(root, String(count++), ".signalbox");
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const client = join(stateDir, "hook.sh");
  const text = bakedHook(template, {
    stateDir,
    askSocket: join(stateDir, "run", "ask.sock"),
    home: root,
    nodePath: "/nonexistent/node",
    brokerPath: "/nonexistent/broker.js",
  });
  writeFileSync(client, text, { mode: 0o700 });
  return { client, broker: await startFakeBroker(join(stateDir, "run"), { silent: true, socketOnly }) };
}

async function until(holds: () => boolean, what: string, ms = 4000): Promise<void> {
  for (const end = performance.now() + ms; !holds();) {
    assert.ok(performance.now() < end, what);
    await delay(10);
  }
}

/** Starts the client through a shell, waits until it has asked, lets `leave` happen, and expects that it lets go. */
async function expectLetGo(
  { client, broker }: Waiting,
  script: string,
  leave: (shell: ChildProcess) => void,
): Promise<void> {
  const shell = spawn("/bin/sh", ["-c", script, client], { stdio: "pipe" });
  try {
    shell.stdin.end("{}");
    await until(() => broker.connected() === 1, "it asks");
    leave(shell);
    await until(() => broker.connected() === 0, "it lets go");
    await until(() => running(client).length === 0, "nothing is left running");
  } finally {
    shell.kill("SIGKILL");
    await broker.close();
  }
}

/** As the hook files have it: the shell around the hook tells its own number. */
const guarded = `"$0" --deadline 60 --asker $$ vscode PreToolUse || exit 2`;

describe("the question is withdrawn", { concurrency: true, skip: process.platform !== "linux" }, () => {
  for (const socketOnly of [false, true]) {
    const way = socketOnly ? "over the socket" : "over loopback";

    test(`${way}, when the agent kills only the shell around the hook`, async () => {
      await expectLetGo(await waiting(socketOnly), guarded, (shell) => shell.kill("SIGKILL"));
    });

    test(`${way}, when the hook itself is killed`, async () => {
      const both = await waiting(socketOnly);
      await expectLetGo(both, guarded, () => {
        for (const pid of running(both.client)) {
          if (readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("/bin/bash\0")) {
            process.kill(Number(pid), "SIGKILL");
            return;
          }
        }
        assert.fail("the hook runs");
      });
    });
  }

  test("before it is asked, when the shell was gone by the time that the hook started", async () => {
    const { client, broker } = await waiting(false);
    // The first shell ends before the hook, which is given its number, comes up.
    const script = `(/bin/sleep 0.3; "$0" --deadline 60 --asker "$1" vscode PreToolUse; echo "exit $?") & exit 0`;
    const gone = spawn("/bin/sh", ["-c", "exit 0"]);
    await once(gone, "close");
    const shell = spawn("/bin/sh", ["-c", script, client, String(gone.pid)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    shell.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    shell.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    await once(shell, "close");
    assert.match(said, /has gone[\s\S]*exit 2/);
    assert.equal(broker.connected(), 0);
    await broker.close();
  });

  test("when nobody reads the answer of a hook whose shell lives on", async () => {
    await expectLetGo(await waiting(false), guarded, ({ stdout }) => stdout?.destroy());
  });

  test("the same with a pipe instead of a socket", async () => {
    const script = `"$0" --deadline 60 vscode PreToolUse | /bin/sleep 0.5`;
    await expectLetGo(await waiting(false), script, () => undefined);
  });
});

describe(
  "who is still there is waited for",
  { concurrency: true, skip: process.platform !== "linux" },
  () => {
    for (const [what, script] of [
      ["a pipe", `"$0" --deadline 3 claude-code`],
      ["a file", `"$0" --deadline 3 claude-code >/dev/null`],
      ["a detached hook", `setsid "$0" --deadline 3 claude-code`],
      ["one socket for both directions", `"$0" --deadline 3 claude-code 1>&0`],
      ["the shell around it by its number", `"$0" --deadline 3 --asker $$ claude-code`],
      ["the shell that became the hook", `exec "$0" --deadline 3 --asker $$ claude-code`],
    ] as const) {
      test(what, async () => {
        const { client, broker } = await waiting(false);
        const shell = spawn("/bin/sh", ["-c", `${script}; exit $?`, client], { stdio: "pipe" });
        let stderr = "";
        shell.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
        shell.stdin.end("{}");
        const [code] = (await once(shell, "close")) as [number];
        await broker.close();
        assert.deepEqual([code, /no answer in time/.test(stderr)], [2, true], stderr);
      });
    }
  },
);

describe("the deadline holds", { concurrency: true }, () => {
  for (const [what, script, input] of [
    ["for a hook that cannot be terminated", `trap '' TERM INT HUP; "$0" --deadline 1 claude-code`, "{}"],
    ["also before its payload is there", `trap '' TERM INT HUP; "$0" --deadline 1 claude-code`, undefined],
    ["for a long payload that never ends", `"$0" --deadline 1 claude-code`, "x".repeat(100_000)],
  ] as const) {
    test(what, async () => {
      const { client, broker } = await waiting(false);
      const began = performance.now();
      const shell = spawn("/bin/sh", ["-c", `${script}; exit $?`, client], { stdio: "pipe" });
      let stderr = "";
      shell.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      shell.stdin.on("error", () => undefined);
      if (input === "{}") {
        shell.stdin.end(input);
      } else if (input !== undefined) {
        shell.stdin.write(input);
      }
      const [code] = (await once(shell, "exit")) as [number];
      shell.stdin.destroy();
      await broker.close();
      assert.deepEqual([code, /no answer in time/.test(stderr)], [2, true], stderr);
      assert.ok(performance.now() - began < 3500);
      await until(() => running(client).length === 0, "nothing is left running");
    });
  }
});

/** Processes that have the client's folder among their words. */
function running(client: string): readonly string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8");
      return (
        /^\d+$/.test(name) && words.includes(client.replace(/hook\.sh$/, "")) && !words.startsWith("/bin/sh")
      );
    } catch {
      return false;
    }
  });
}
