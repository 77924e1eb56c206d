import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, delay, freshHome, reached, type Home, type Said } from "../broker/harness.ts";
import { bundledCli } from "./bundled.ts";
import { openTerminalKey, newTerminalKey } from "../../src/cli/terminal-key.ts";

const { cli, remove } = await bundledCli();
const passphrase = "not a real passphrase";
const prompts = { secret: /passphrase(?: \(.*\))?: $|once more: $/, answer: /l later: $/ };

let home: Home;

before(() => {
  home = freshHome();
});

after(async () => {
  const client = await reached(home);
  const { body } = await client.request("GET", "/v1/state");
  process.kill((body as { pid: number }).pid, "SIGTERM");
  await until(() => {
    try {
      process.kill((body as { pid: number }).pid, 0);
      return false;
    } catch {
      return true;
    }
  }, "the broker is gone");
  home.remove();
  remove();
});

/** Waits until `holds`; rejects after 15 s, which only a hang takes. */
async function until(holds: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 15_000; !holds(); await delay(10)) {
    if (Date.now() > end) {
      throw new Error(`timed out: ${what}`);
    }
  }
}

interface Typist {
  readonly screen: () => string;
  readonly done: Promise<number | null>;
  type(text: string): void;
}

/** Runs a command on a terminal of its own and types the answers, each once its prompt stands at the end of the screen. */
function atTerminal(
  args: readonly string[],
  answers: readonly (readonly [RegExp, string])[],
  program: readonly string[] = [process.execPath, cli],
): Typist {
  const line = [...program, ...args].map((word) => `'${word}'`).join(" ");
  const child: ChildProcess = spawn("/usr/bin/script", ["-qec", line, "/dev/null"], {
    cwd: home.workspace,
    env: { HOME: home.home, PATH: "/usr/bin:/bin", SHELL: "/bin/sh", TERM: "dumb" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  let screen = "";
  let seen = 0;
  let next = 0;
  child.stdout?.on("data", (chunk: Buffer) => {
    screen += chunk.toString("utf8").replaceAll("\r", "");
    const [prompt, text] = answers[next] ?? [];
    if (prompt?.test(screen.slice(seen)) === true && text !== undefined) {
      next++;
      seen = screen.length;
      child.stdin?.write(text);
    }
  });
  const done = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  return { screen: () => screen, done, type: (text) => void child.stdin?.write(text) };
}

const create = [
  [prompts.secret, `${passphrase}\r`],
  [prompts.secret, `${passphrase}\r`],
] as const;

test("terminal key: opened by its passphrase alone, and bound to the public half that it shows", () => {
  const text = newTerminalKey(passphrase);
  const key = openTerminalKey(text, passphrase);
  assert.ok(key.ok);
  assert.ok(!openTerminalKey(text, `${passphrase} `).ok);
  const other = JSON.parse(newTerminalKey(passphrase)) as { publicKey: string };
  const swapped = JSON.stringify({ ...(JSON.parse(text) as object), publicKey: other.publicKey });
  assert.ok(!openTerminalKey(swapped, passphrase).ok);
  assert.ok(!openTerminalKey("{}", passphrase).ok);
  assert.ok(!openTerminalKey(text.slice(0, 100), passphrase).ok);
});

test("without a terminal nothing is asked and nothing answered", async () => {
  const child = spawn("/usr/bin/setsid", [process.execPath, cli, "approve"], {
    env: { HOME: home.home, PATH: "/usr/bin:/bin" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString("utf8")));
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 1);
  assert.match(err, /no terminal to type at/);
});

test("a terminal that an agent holds makes no key", async () => {
  const agent = join(home.home, "claude");
  copyFileSync("/bin/bash", agent);
  writeFileSync(join(home.home, "inner.sh"), `'${process.execPath}' '${cli}' approver create; exit $?\n`);
  const run = atTerminal([join(home.home, "inner.sh")], create, [agent]);
  assert.notEqual(await run.done, 0);
  assert.match(run.screen(), /held by an agent \(`claude`/);
});

test("before there is a key, the way to one is named", async () => {
  const run = atTerminal(["approve"], []);
  assert.equal(await run.done, 1);
  assert.match(run.screen(), /no key yet\n {2}help: `signalbox approver create`/);
});

test("the first key is enrolled where nobody is; the passphrase is neither shown nor stored", async () => {
  const run = atTerminal(
    ["approver", "create"],
    [
      [prompts.secret, "short\r"],
      [prompts.secret, `${passphrase}x\x7f\r`],
      [prompts.secret, `${passphrase}\r`],
    ],
  );
  assert.equal(await run.done, 0, run.screen());
  assert.match(run.screen(), /too short[^]*enrolled as k_/);
  assert.ok(!run.screen().includes(passphrase));
  const file = join(home.places.stateDir, "terminal-key.json");
  assert.equal(statSync(file).mode & 0o077, 0);
  assert.ok(!readFileSync(file, "utf8").includes(passphrase));
});

test("a second key is not made by accident", async () => {
  const run = atTerminal(["approver", "create"], create);
  assert.equal(await run.done, 1);
  assert.match(run.screen(), /there is a key already/);
});

/** Asks through a hook, and answers at the terminal while it waits. */
async function answered(typed: string): Promise<{ readonly said: Said; readonly screen: string }> {
  const client = await reached(home);
  const conversation = `terminal ${typed.trim()}`;
  const seat = atTerminal(
    ["approve"],
    [
      [prompts.secret, `${passphrase}\r`],
      [prompts.answer, typed],
    ],
  );
  await until(() => seat.screen().includes("waiting"), "the seat is taken");
  const { said } = await ask({ client, workspace: home.workspace }, { command: "echo askme", conversation });
  await until(() => /allowed, once|denied/.test(seat.screen()), "the answer is told");
  seat.type("\u0003");
  await seat.done;
  return { said, screen: seat.screen() };
}

test("a question is shown with what it would do, and answered", async () => {
  const { said, screen } = await answered("a\r");
  assert.equal(said, "allow");
  assert.match(screen, /echo askme[^]*allowed, once/);
});

for (const [typed, said] of [
  ["\r", "deny"],
  ["yes\r", "deny"],
  ["k\r", "kill"],
] as const) {
  test(`typed ${JSON.stringify(typed)}, the request is answered with ${said}`, async () => {
    assert.equal((await answered(typed)).said, said);
  });
}

test("a wrong passphrase answers nothing", async () => {
  const run = atTerminal(
    ["approve"],
    Array.from({ length: 3 }, () => [prompts.secret, "wrong wrong\r"] as const),
  );
  assert.equal(await run.done, 1);
  assert.match(run.screen(), /does not open the key[^]*nothing was answered/);
});
