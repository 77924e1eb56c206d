import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { bakedHook, endpointConf, type HookEndpoint } from "../../../src/boundary/hooks/launcher.ts";
import { startFakeBroker, token, writeEndpoint, type FakeBroker, type FakeOptions } from "./fake-broker.ts";

const source = join(import.meta.dirname, "../../../src/boundary/hooks/client");
const template = readFileSync(join(source, "hook.sh"), "utf8");
const denial =
  '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"x"}}';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

interface RunOptions {
  readonly input?: string | Buffer;
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly client?: string;
  readonly open?: boolean;
}

let root = "";
before(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-hook-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

let count = 0;

/** A state directory with an installed client that cannot start a broker unless told how. */
function installed(programs: { node?: string; broker?: string } = {}): {
  client: string;
  endpoint: HookEndpoint;
  run: string;
} {
  const home = join(root, `home ${count++}`);
  const stateDir = join(home, ".signalbox");
  mkdirSync(join(stateDir, "bin"), { recursive: true, mode: 0o700 });
  const endpoint: HookEndpoint = {
    stateDir,
    askSocket: join(stateDir, "run", "ask.sock"),
    home,
    nodePath: programs.node ?? "/nonexistent/node",
    brokerPath: programs.broker ?? "/nonexistent/broker.js",
  };
  const client = join(stateDir, "bin", "hook.sh");
  writeFileSync(client, bakedHook(template, endpoint), { mode: 0o700 });
  return { client, endpoint, run: join(stateDir, "run") };
}

async function run(client: string, options: RunOptions = {}): Promise<Ended> {
  const began = performance.now();
  const child = spawn(client, options.words ?? ["claude-code", "PreToolUse"], {
    env: { PATH: "/nowhere", ...options.env },
    cwd: root,
    stdio: "pipe",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  if (options.open === true) {
    child.stdin.write(options.input ?? "{");
  } else {
    child.stdin.end(options.input ?? '{"a":1}');
  }
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  child.stdin.destroy();
  return { code, signal, stdout, stderr, tookMs: performance.now() - began };
}

async function withBroker(
  options: FakeOptions,
  use: (client: string, broker: FakeBroker, run: string) => Promise<void>,
): Promise<void> {
  const { client, run: runDir } = installed();
  const broker = await startFakeBroker(runDir, options);
  try {
    await use(client, broker, runDir);
  } finally {
    await broker.close();
  }
}

/** Stopped: exit code 2, a reason of one line on stderr, nothing on stdout. */
function assertStopped(ended: Ended, reason: RegExp): void {
  assert.deepEqual({ code: ended.code, stdout: ended.stdout }, { code: 2, stdout: "" }, ended.stderr);
  assert.match(ended.stderr, reason);
  assert.equal(ended.stderr.trim().split("\n").length, 1, ended.stderr);
}

test("the payload arrives as it is, with who asks, and the answer goes back", async () => {
  const reply = `SIGNALBOX/1 0\n${denial}\n\nEND\n`;
  await withBroker({ reply }, async (client, broker) => {
    const payload = '{"command":"printf \'%s\\n\' \\"$HOME\\" `x` \\\\ *","ü":"\u{1f600}"}\n\n';
    const ended = await run(client, { input: payload, env: { CLAUDE_PID: "4711" } });
    assert.deepEqual(
      { ...ended, tookMs: 0 },
      { code: 0, signal: null, stdout: `${denial}\n`, stderr: "", tookMs: 0 },
    );
    assert.equal(broker.received.length, 1);
    assert.equal(broker.received[0]?.payload.toString("utf8"), payload);
    assert.equal(broker.received[0]?.header, `HOOK ${token} claude-code PreToolUse ${process.pid} 4711`);
  });
});

test("exit code and stderr are the broker's", async () => {
  await withBroker({ reply: "SIGNALBOX/1 2\n\nnot like this\nEND\n" }, async (client) => {
    assertStopped(await run(client, { words: ["vscode"] }), /^not like this\n$/);
  });
});

test("no opinion is an empty answer with exit code 0", async () => {
  await withBroker({}, async (client) => {
    const { code, stdout, stderr } = await run(client);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "", stderr: "" });
  });
});

test("without arguments the payload alone tells who calls", async () => {
  await withBroker({}, async (client, broker) => {
    assert.equal((await run(client, { words: [] })).code, 0);
    assert.equal(broker.received[0]?.header, `HOOK ${token} unknown - ${process.pid} 0`);
  });
});

test("twenty hooks at once are all answered", async () => {
  await withBroker({ reply: `SIGNALBOX/1 0\n${denial}\n\nEND\n` }, async (client, broker) => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => run(client, { input: `{"n":${index}}` })),
    );
    assert.ok(all.every(({ code, stdout }) => code === 0 && stdout === `${denial}\n`));
    const seen = broker.received.map(({ payload }) => payload.toString()).sort();
    assert.deepEqual(seen, Array.from({ length: 20 }, (_, index) => `{"n":${index}}`).sort());
  });
});

test("two megabytes go through whole", async () => {
  await withBroker({}, async (client, broker) => {
    const payload = Buffer.from(`{"content":"${"0123456789abcdef".repeat(131_072)}"}`);
    assert.equal((await run(client, { input: payload })).code, 0);
    assert.ok(broker.received[0]?.payload.equals(payload));
  });
});

test("payloads around the 16 kB at which the client changes its way of reading", async () => {
  await withBroker({}, async (client, broker) => {
    for (const size of [16_383, 16_384, 16_385]) {
      await run(client, { input: "x".repeat(size) });
      assert.equal(broker.received.at(-1)?.payload.length, size);
    }
  });
});

for (const [what, input, reason] of [
  ["an empty payload", "", /empty payload/],
  ["a NUL byte", "{\0}", /NUL byte/],
  ["a NUL byte at the end", "{}\0", /NUL byte/],
] as const) {
  test(`${what} is stopped before anybody is asked`, async () => {
    await withBroker({}, async (client, broker) => {
      assertStopped(await run(client, { input }), reason);
      assert.equal(broker.received.length + broker.requests.length, 0);
    });
  });
}

for (const reply of [
  "",
  "SIGNALBOX/1 0\n",
  "SIGNALBOX/1 0\n\n\n",
  "SIGNALBOX/1 0\n\n\nEN",
  "SIGNALBOX/1 0\n\nEND\n",
  "SIGNALBOX/1 0\n\n\n\nEND\n",
  "SIGNALBOX/1 256\n\n\nEND\n",
  "SIGNALBOX/1 00\n\n\nEND\n",
  "SIGNALBOX/2 0\n\n\nEND\n",
  "SIGNALBOX/1 0\r\n\r\n\r\nEND\r\n",
  "HTTP/1.1 200 OK\n\n\nEND\n",
  '{"permissionDecision":"allow"}\n',
]) {
  test(`the answer ${JSON.stringify(reply)} is none`, async () => {
    await withBroker({ reply }, async (client) => assertStopped(await run(client), /no whole answer/));
  });
}

test("without a broker that can be started, the tool is stopped at once", async () => {
  const ended = await run(installed().client);
  assertStopped(ended, /broker does not answer.*signalbox doctor/);
  assert.ok(ended.tookMs < 1000);
});

test("a harness that swallows exit codes is answered in JSON", async () => {
  const { client } = installed();
  const tool = await run(client, { words: ["--refuse-json", "vscode", "PreToolUse"] });
  const value = JSON.parse(tool.stdout) as {
    permissionDecision: string;
    hookSpecificOutput: { permissionDecision: string };
  };
  assert.equal(tool.code, 0);
  assert.deepEqual([value.permissionDecision, value.hookSpecificOutput.permissionDecision], ["deny", "deny"]);
  const prompt = await run(client, { words: ["--refuse-json", "vscode", "UserPromptSubmit"] });
  assert.equal((JSON.parse(prompt.stdout) as { continue: boolean }).continue, false);
  assertStopped(
    await run(client, { words: ["--refuse-json", "vscode", "SessionStart"] }),
    /broker does not answer/,
  );
});

const report = ["--report", "claude-code", "PostToolUse"];
const quiet = { code: 0, signal: null, stdout: "", stderr: "" };

function said({ code, signal, stdout, stderr }: Ended): object {
  return { code, signal, stdout, stderr };
}

test("a report hands on what the broker says of the result, and nothing that would stop the agent", async () => {
  const masked = '{"hookSpecificOutput":{"hookEventName":"PostToolUse","updatedToolOutput":{}}}';
  await withBroker({ reply: `SIGNALBOX/1 0\n${masked}\n\nEND\n` }, async (client, broker) => {
    assert.deepEqual(said(await run(client, { words: report })), { ...quiet, stdout: `${masked}\n` });
    assert.match(broker.received[0]?.header ?? "", / claude-code PostToolUse /);
  });
  for (const reply of ["SIGNALBOX/1 2\n\nno\nEND\n", "SIGNALBOX/1 0\nhalf", "", "garbage\n"]) {
    await withBroker({ reply }, async (client) => {
      assert.deepEqual(said(await run(client, { words: report })), quiet, reply);
    });
  }
});

test("a report that reaches nobody, or is cut off, ends quietly", async () => {
  const { client } = installed();
  assert.deepEqual(said(await run(client, { words: report })), quiet);
  assert.deepEqual(said(await run(client, { words: report, input: "" })), quiet);
  assert.deepEqual(said(await run(client, { words: ["--report", "vs code"] })), quiet);
  await withBroker({ silent: true }, async (slow) => {
    const ended = await run(slow, { words: ["--report", "--deadline", "1", "claude-code", "PostToolUse"] });
    assert.deepEqual(said(ended), quiet);
  });
});

test("a broker's exit code 2 becomes JSON for such a harness", async () => {
  await withBroker({ reply: 'SIGNALBOX/1 2\n\nnot "this" \\ way\nEND\n' }, async (client) => {
    const { code, stdout } = await run(client, { words: ["--refuse-json", "vscode", "PreToolUse"] });
    const value = JSON.parse(stdout) as { permissionDecisionReason: string };
    assert.deepEqual([code, value.permissionDecisionReason], [0, 'not "this" \\ way']);
  });
});

for (const words of [
  ["--nonsense", "vscode"],
  ["--deadline", "x", "vscode"],
  ["vs code"],
  ["vscode", "Pre;Tool"],
  ["--deadline"],
]) {
  test(`the call ${JSON.stringify(words)} is stopped`, async () => {
    await withBroker({}, async (client, broker) => {
      assertStopped(await run(client, { words }), /^Signalbox: the hook was/);
      assert.equal(broker.received.length, 0);
    });
  });
}

test("nobody gets the token or the payload unless it is the living broker of the endpoint file", async () => {
  const { client, run: runDir } = installed();
  mkdirSync(runDir, { recursive: true, mode: 0o700 });
  const heard: string[] = [];
  const squatter = createServer((socket) => {
    socket.write("SIGNALBOX/1\n");
    socket.on("data", (chunk) => heard.push(chunk.toString("latin1"))).on("error", () => undefined);
  });
  squatter.listen(0, "127.0.0.1");
  await once(squatter, "listening");
  const { port } = squatter.address() as { port: number };
  const write = (lock: string, endpoint = `${port} ${token} ${process.pid}\n`): void => {
    writeEndpoint(runDir, port);
    writeFileSync(join(runDir, "endpoint"), endpoint);
    writeFileSync(join(runDir, "broker.lock"), lock);
  };
  const started = startOf(process.pid);
  try {
    for (const prepare of [
      () => write(`${process.pid} ${Number(started) + 1}\n`),
      () => write(`1 ${started}\n`),
      () => write(""),
      () => write(`${process.pid} ${started}\n`, `${port} ${token} 999999999\n`),
      () => write("999999999 5\n", `${port} ${token} 999999999\n`),
      () => write(`${process.pid} ${started}\n`, `${port} short ${process.pid}\n`),
    ]) {
      prepare();
      assertStopped(await run(client), /broker does not answer/);
    }
    assert.deepEqual(heard, []);
  } finally {
    squatter.close();
  }
});

test("a listener with another greeting gets nothing", async () => {
  for (const banner of ["SIGNALBOX/2\n", "HTTP/1.1 400 Bad Request\n", "SIGNALBOX/1 \n"]) {
    const { client, run: runDir } = installed();
    const broker = await startFakeBroker(runDir, { banner });
    rmSync(join(runDir, "ask.sock"));
    try {
      assertStopped(await run(client), /broker does not answer/);
      assert.equal(broker.received.length, 0);
    } finally {
      await broker.close();
    }
  }
});

test("without loopback the unix socket serves, over curl", async () => {
  await withBroker(
    { socketOnly: true, reply: `SIGNALBOX/1 0\n${denial}\n\nEND\n` },
    async (client, broker) => {
      const payload = `{"a":"${"x".repeat(100_000)}"}`;
      const ended = await run(client, { input: payload, env: { CLAUDE_PID: "12" } });
      assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, `${denial}\n`, ""]);
      assert.equal(
        broker.requests[0]?.url,
        `/v1/hook?agent=claude-code&event=PreToolUse&ppid=${process.pid}&pid=12`,
      );
      assert.equal(broker.requests[0]?.body.toString("utf8"), payload);
      assertStopped(await run(client, { input: `${"x".repeat(70_000)}\0` }), /NUL byte/);
    },
  );
});

test("a hostile environment changes nothing", async () => {
  const evil = join(root, "evil");
  mkdirSync(evil, { recursive: true });
  const mark = join(root, "mark");
  const script = `#!/bin/sh\necho hit >> '${mark}'\nexit 0\n`;
  for (const name of ["bash", "sh", "curl", "cat", "env", "sleep", "setsid", "node", "printf"]) {
    writeFileSync(join(evil, name), script, { mode: 0o755 });
  }
  writeFileSync(join(evil, "rc"), `echo hit >> '${mark}'; exit 0\n`);
  writeFileSync(join(evil, ".curlrc"), `output = "${mark}"\n`);
  const functions = ["read", "printf", "exec", "trap", "set", "exit", "main", "kill"].map((name) => [
    `BASH_FUNC_${name}%%`,
    "() { exit 0; }",
  ]);
  const env: Record<string, string> = {
    PATH: evil,
    HOME: evil,
    BASH_ENV: join(evil, "rc"),
    ENV: join(evil, "rc"),
    SHELLOPTS: "braceexpand:errexit:noexec:xtrace",
    BASHOPTS: "extdebug",
    POSIXLY_CORRECT: "1",
    PS4: `$(echo hit >> '${mark}')`,
    TMOUT: "1",
    IFS: "/",
    LC_ALL: "C.UTF-8",
    NODE_OPTIONS: `--require ${join(evil, "rc")}`,
    http_proxy: "http://127.0.0.1:9",
    CLAUDE_PID: "1; touch x",
    agent: "spoofed",
    reply: "SIGNALBOX/1 0",
    refuse_json: "1",
    more: "1",
    state_dir: evil,
    CDPATH: evil,
    GLOBIGNORE: "*",
    ...(Object.fromEntries(functions) as Record<string, string>),
  };
  for (const socketOnly of [false, true]) {
    await withBroker({ socketOnly, reply: "SIGNALBOX/1 2\n\nstopped\nEND\n" }, async (client, broker) => {
      assertStopped(await run(client, { env }), /^stopped\n$/);
      assert.match(
        broker.received[0]?.header ?? broker.requests[0]?.url ?? "",
        socketOnly ? /pid=0$/ : / claude-code PreToolUse \d+ 0$/,
      );
    });
  }
  assertStopped(await run(installed().client, { env }), /broker does not answer/);
  assert.equal(existsSync(mark), false);
});

test("an answer that cannot be written becomes a stop", async () => {
  await withBroker({ reply: `SIGNALBOX/1 0\n${denial}\n\nEND\n` }, async (client) => {
    const child = spawn("/bin/sh", ["-c", `exec "$0" claude-code PreToolUse >/dev/full`, client], {
      stdio: "pipe",
    });
    child.stdin.end("{}");
    const [code] = (await once(child, "close")) as [number];
    assert.equal(code, 2);
  });
});

test("a copy that was cut off anywhere stops the tool", async () => {
  const { client } = installed();
  const whole = readFileSync(client, "utf8");
  const first = whole.indexOf("trap 'exit 2' EXIT\n") + "trap 'exit 2' EXIT\n".length;
  const cut = join(root, "cut.sh");
  for (let length = first; length < whole.length - 10; length += 397) {
    writeFileSync(cut, whole.slice(0, length), { mode: 0o700 });
    const ended = await run(cut);
    assert.deepEqual([ended.code, ended.stdout], [2, ""], `cut at ${length}`);
  }
});

test("the copy inside the extension reads endpoint.conf beside itself, or says what to do", async () => {
  const { endpoint, run: runDir } = installed();
  const folder = join(root, "plugin folder");
  mkdirSync(folder, { recursive: true });
  const client = join(folder, "hook.sh");
  copyFileSync(join(source, "hook.sh"), client);
  chmodSync(client, 0o755);
  assertStopped(await run(client), /not set up.*signalbox install/);
  writeFileSync(join(folder, "endpoint.conf"), "state_dir=relative\n");
  assertStopped(await run(client), /endpoint.conf beside the hook is damaged/);
  writeFileSync(join(folder, "endpoint.conf"), endpointConf(endpoint));
  const broker = await startFakeBroker(runDir);
  try {
    assert.equal((await run(client)).code, 0);
    assert.equal(broker.received.length, 1);
  } finally {
    await broker.close();
  }
});

describe("what takes its time", { concurrency: true }, () => {
  test("a broker that does not answer is given up at the deadline", async () => {
    await withBroker({ silent: true }, async (client) => {
      const ended = await run(client, { words: ["--deadline", "1", "claude-code", "PreToolUse"] });
      assertStopped(ended, /no answer in time/);
      assert.ok(ended.tookMs > 900 && ended.tookMs < 2500, String(ended.tookMs));
    });
  });

  test("a stdin that never closes is given up at the deadline", async () => {
    await withBroker({}, async (client, broker) => {
      assertStopped(
        await run(client, { words: ["--deadline", "1", "claude-code"], open: true }),
        /no answer in time/,
      );
      assert.equal(broker.received.length, 0);
    });
  });

  test("a broker is started with a clean environment, and asked once it answers", async () => {
    const script = join(root, "broker.mjs");
    const seen = join(root, "seen.json");
    const fake = join(import.meta.dirname, "fake-broker.ts");
    writeFileSync(
      script,
      `import { writeFileSync } from "node:fs";
     import { startFakeBroker } from ${JSON.stringify(fake)};
     writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ env: process.env, words: process.argv.slice(2), cwd: process.cwd(), pid: process.pid }));
     await startFakeBroker(process.argv[3] + "/run");
     setTimeout(() => process.exit(), 20000);`,
    );
    const { client, endpoint } = installed({ node: process.execPath, broker: script });
    const ended = await run(client, {
      env: { NODE_OPTIONS: "--invalid-option", SECRET: "test-token-not-real" },
    });
    const { env, words, cwd, pid } = JSON.parse(readFileSync(seen, "utf8")) as Record<string, unknown> & {
      pid: number;
    };
    process.kill(pid, "SIGKILL");
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(words, ["--state-dir", endpoint.stateDir]);
    assert.equal(cwd, "/");
    assert.deepEqual(env, {
      HOME: endpoint.home,
      PATH: "/usr/bin:/bin",
      LC_ALL: "C",
      ELECTRON_RUN_AS_NODE: "1",
    });
  });

  test("a broker that starts but never answers means a stop after about two seconds", async () => {
    const broker = join(root, "idle.js");
    writeFileSync(broker, "");
    const ended = await run(installed({ node: "/bin/true", broker }).client);
    assertStopped(ended, /broker does not answer/);
    assert.ok(ended.tookMs > 1500 && ended.tookMs < 5000, String(ended.tookMs));
  });
});

test("an interrupted hook stops the tool", async () => {
  await withBroker({ silent: true }, async (client) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      const child = spawn(client, ["claude-code"], { stdio: "pipe" });
      child.stdin.end("{}");
      await delay(100);
      child.kill(signal);
      const [code] = (await once(child, "close")) as [number | null];
      assert.equal(code, 2, signal);
    }
  });
});

test("nothing is left running behind the client", async () => {
  await withBroker({}, async (client) => {
    assert.equal((await run(client)).code, 0);
    for (let turn = 0; turn < 100 && running(client).length > 0; turn++) {
      await delay(5);
    }
    assert.deepEqual(running(client), []);
  });
});

/** Processes that have the client's path among their words. */
function running(client: string): readonly string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(client);
    } catch {
      return false;
    }
  });
}

function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
