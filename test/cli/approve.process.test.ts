import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, delay, freshHome, reached, type Home, type Said } from "../broker/harness.ts";
import { bundledCli } from "./bundled.ts";
import { openTerminalKey, newTerminalKey } from "../../src/cli/terminal-key.ts";

const { cli, remove } = await bundledCli();
const passphrase = "not a real passphrase";
const prompts = { secret: /passphrase(?: \(.*\))?: $|once more: $/, answer: /l later: $/ };

let home: Home;
const running = new Set<ChildProcess>();

before(() => {
  home = freshHome();
  const policy = join(home.workspace, ".governance", "policy.yaml");
  writeFileSync(
    policy,
    readFileSync(policy, "utf8").replace(
      "  control:\n",
      '  control:\n    - command: "echo brief*"\n      require_hitl: true\n      timeout: 2s\n',
    ),
  );
});

after(async () => {
  running.forEach((child) => child.kill("SIGKILL"));
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
  /** The process group of what runs on the terminal. */
  readonly child: ChildProcess;
  type(text: string): void;
}

/** Longer than keys have to rest before an answer counts, in ms. */
const restMs = 500;

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
  running.add(child);
  let screen = "";
  let seen = 0;
  let next = 0;
  child.stdout?.on("data", (chunk: Buffer) => {
    // What switches bracketed paste on and off is not seen.
    screen += chunk.toString("utf8").replaceAll(/\r|\u001b\[\?2004[hl]/g, "");
    const [prompt, text] = answers[next] ?? [];
    if (prompt?.test(screen.slice(seen)) === true && text !== undefined) {
      next++;
      seen = screen.length;
      setTimeout(() => child.stdin?.write(text), prompt === prompts.answer ? restMs : 0);
    }
  });
  const done = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  return { child, screen: () => screen, done, type: (text) => void child.stdin?.write(text) };
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

interface Seat extends Typist {
  /** Asks through a hook, and waits until the question is on the screen. The rest of it waits for an answer. */
  readonly asked: (command: string) => Promise<{ readonly said: Promise<Said> }>;
  /** Waits until this comes on the screen, after all that was waited for before. */
  shows(what: RegExp): Promise<void>;
  leave(): Promise<void>;
}

let conversations = 0;

/** Somebody who sits at a terminal, and types nothing but the passphrase of their own accord. */
async function seated(args: readonly string[] = ["approve"], setUp = ""): Promise<Seat> {
  const program =
    setUp === "" ? undefined : ["/bin/sh", "-c", `${setUp}; exec "$@"`, "sh", process.execPath, cli];
  const typist = atTerminal(args, [[prompts.secret, `${passphrase}\r`]], program);
  let seen = 0;
  const shows = async (what: RegExp): Promise<void> => {
    await until(() => what.test(typist.screen().slice(seen)), `${what} on: ${typist.screen().slice(seen)}`);
    seen += typist.screen().slice(seen).search(what) + 1;
  };
  await shows(/waiting for/);
  return {
    ...typist,
    shows,
    async asked(command) {
      const client = await reached(home);
      const conversation = `terminal ${++conversations}`;
      const said = ask({ client, workspace: home.workspace }, { command, conversation }).then(
        (reply) => reply.said,
      );
      await shows(prompts.answer);
      await delay(restMs);
      return { said };
    },
    async leave() {
      typist.type("\u0003");
      await typist.done;
    },
  };
}

/** Asks, and answers at a terminal. */
async function answered(typed: string): Promise<{ readonly said: Said; readonly screen: string }> {
  const seat = await seated();
  const { said } = await seat.asked("echo askme");
  seat.type(typed);
  await seat.shows(/allowed, once|denied\b(?! at)/);
  await seat.leave();
  return { said: await said, screen: seat.screen() };
}

test("a question is shown with what it would do, and answered", async () => {
  const { said, screen } = await answered("a\r");
  assert.equal(said, "allow");
  assert.match(screen, /echo askme[^]*allowed, once/);
});

for (const [typed, said] of [
  ["\r", "deny"],
  ["\u001b[A\u001b[B\r", "deny"],
  ["k\r", "kill"],
] as const) {
  test(`typed ${JSON.stringify(typed)}, the request is answered with ${said}`, async () => {
    assert.equal((await answered(typed)).said, said);
  });
}

test("what is no answer is asked again, and so is what was pasted", async () => {
  const seat = await seated();
  const { said } = await seat.asked("echo askme");
  seat.type("yes\r");
  await seat.shows(/`yes` is no answer/);
  await delay(restMs);
  seat.type("\u001b[200~a\u001b[201~");
  await seat.shows(/pasted text is no answer/);
  await delay(restMs);
  seat.type("a\recho a\ra\r");
  await seat.shows(/pasted text is no answer/);
  await delay(restMs);
  seat.type("d\r");
  assert.equal(await said, "deny");
  await seat.leave();
});

test("what was typed before the question could be read answers nothing", async () => {
  const seat = await seated();
  seat.type("a\ra\r");
  const client = await reached(home);
  const reply = ask({ client, workspace: home.workspace }, { command: "echo askme", conversation: "ahead" });
  await seat.shows(prompts.answer);
  seat.type("a\r");
  await delay(restMs);
  assert.doesNotMatch(seat.screen(), /allowed/);
  seat.type("d\r");
  assert.equal((await reply).said, "deny");
  assert.doesNotMatch(seat.screen(), /^a$/m, "the terminal itself echoed what was typed ahead");
  await seat.leave();
});

test("a question whose time runs out while it is shown says so, and the next one comes", async () => {
  const seat = await seated();
  const { said } = await seat.asked("echo brief");
  assert.equal(await said, "deny");
  await seat.shows(/nothing to answer any more: its time ran out\nwaiting for questions/);
  const next = await seat.asked("echo askme");
  seat.type("a\r");
  assert.equal(await next.said, "allow");
  await seat.leave();
});

test("of two terminals one answers, and the other says so", async () => {
  const [one, other] = [await seated(), await seated()];
  const { said } = await one.asked("echo askme");
  await other.shows(prompts.answer);
  other.type("d\r");
  await one.shows(/nothing to answer any more: it was denied elsewhere/);
  assert.equal(await said, "deny");
  await Promise.all([one.leave(), other.leave()]);
});

test("Ctrl-C at a question leaves, and answers nothing", async () => {
  const [one, other] = [await seated(), await seated()];
  const { said } = await one.asked("echo askme");
  one.type("\u0003");
  assert.equal(await one.done, 0);
  assert.match(one.screen(), /left as it is/);
  await other.shows(prompts.answer);
  await delay(restMs);
  other.type("a\r");
  assert.equal(await said, "allow");
  await other.leave();
});

test("a terminal that is gone is no approver any more", async () => {
  const seat = await seated();
  seat.child.kill("SIGKILL");
  await seat.done;
  const client = await reached(home);
  const gone = ask({ client, workspace: home.workspace }, { command: "echo askme", conversation: "gone" });
  // A window that reloads has twenty seconds to come back, and nobody can tell the two apart.
  const slow = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error("the request waits for nobody")), 40_000).unref();
  });
  assert.equal((await Promise.race([gone, slow])).said, "deny");
});

test("Ctrl-Z gives the terminal back, and nobody waits for an answer until `fg`", async () => {
  const typist = atTerminal(["--norc", "--noprofile", "-i"], [], ["/bin/bash"]);
  const shows = (what: RegExp): Promise<void> =>
    until(() => what.test(typist.screen()), `${what} on: ${typist.screen()}`);
  typist.type(`'${process.execPath}' '${cli}' approve\r`);
  await shows(/passphrase: $/);
  typist.type(`${passphrase}\r`);
  await shows(/waiting for/);
  typist.type("\u001a");
  await shows(/stopped; nothing is answered[^]*Stopped/);
  typist.type("stty -a | grep -c -- '[ ;]echo '; echo ready\r");
  await shows(/\n1\nready/);
  const client = await reached(home);
  const { said } = await ask(
    { client, workspace: home.workspace },
    { command: "echo askme", conversation: "away" },
  );
  assert.equal(said, "deny");
  typist.type("fg\r");
  await shows(/connected again/);
  const reply = ask({ client, workspace: home.workspace }, { command: "echo askme", conversation: "back" });
  await shows(prompts.answer);
  await delay(restMs);
  typist.type("a\r");
  assert.equal((await reply).said, "allow");
  typist.type("\u0003");
  await shows(/Ctrl-C leaves\n[^\n]*[#$] $/);
  typist.type("exit\r");
  assert.equal(await typist.done, 0);
  assert.ok(!typist.screen().includes(passphrase));
});

test("on a small screen that changes its size, what is asked stands above the prompt", async () => {
  const seat = await seated(["approve"], "tty; stty rows 12 cols 50");
  const { said } = await seat.asked(`echo askme ${"lorem ipsum ".repeat(300)}`);
  const last = seat.screen().split("\n").slice(-4).join("\n");
  assert.match(last, /askme[^]*Enter/);
  const tty = /\/dev\/pts\/\d+/.exec(seat.screen())?.[0] ?? "";
  execFileSync("/usr/bin/stty", ["-F", tty, "rows", "40", "cols", "100"]);
  seat.type("v\r");
  await seat.shows(/What an answer is bound to[^]*l later: $/);
  await delay(restMs);
  seat.type("d\r");
  assert.equal(await said, "deny");
  await seat.leave();
});

test("another's key in the file's place is not opened; a seat that is taken does not need the file", async () => {
  const seat = await seated();
  const file = join(home.places.stateDir, "terminal-key.json");
  const own = readFileSync(file);
  writeFileSync(file, newTerminalKey("another passphrase"));
  const run = atTerminal(
    ["approve"],
    Array.from({ length: 3 }, () => [prompts.secret, `${passphrase}\r`] as const),
  );
  assert.equal(await run.done, 1);
  assert.match(run.screen(), /does not open the key/);
  rmSync(file);
  const { said } = await seat.asked("echo askme");
  seat.type("a\r");
  assert.equal(await said, "allow");
  await seat.leave();
  writeFileSync(file, own);
});

test("a key that is to be replaced stays until the new one is let in", async () => {
  const file = join(home.places.stateDir, "terminal-key.json");
  const before = readFileSync(file, "utf8");
  const broken = atTerminal(["approver", "create", "--replace"], create);
  await until(() => broken.screen().includes("let it in there"), "the new key waits");
  broken.type("\u0003");
  assert.equal(await broken.done, 1);
  assert.match(broken.screen(), /the key there is stays/);
  assert.equal(readFileSync(file, "utf8"), before);
  const seat = await seated();
  const other = atTerminal(["approver", "create", "--replace"], create);
  await seat.shows(prompts.answer);
  await delay(restMs);
  seat.type("a\r");
  assert.equal(await other.done, 0, other.screen());
  assert.match(seat.screen(), /let in/);
  await seat.leave();
  assert.notEqual(readFileSync(file, "utf8"), before);
  assert.equal((await answered("a\r")).said, "allow");
});

test("a wrong passphrase answers nothing", async () => {
  const run = atTerminal(
    ["approve"],
    Array.from({ length: 3 }, () => [prompts.secret, "wrong wrong\r"] as const),
  );
  assert.equal(await run.done, 1);
  assert.match(run.screen(), /does not open the key[^]*nothing was answered/);
});
