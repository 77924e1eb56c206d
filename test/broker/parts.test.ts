import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, mock, test } from "node:test";
import fc from "fast-check";
import { Approvals, type Audience } from "../../src/broker/approvals.ts";
import { Calls, type SharedCall } from "../../src/broker/calls.ts";
import { Credentials, loadHashKey } from "../../src/broker/credentials.ts";
import { isNewer } from "../../src/broker/daemon.ts";
import { decodeHookReply, encodeHookReply, portableRefusal } from "../../src/broker/hook-reply.ts";
import { loopbackServer } from "../../src/broker/loopback.ts";
import { requesterServer, type RequesterDesk } from "../../src/broker/requester.ts";
import type { CredentialSpec } from "../../src/catalogue/catalogue.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { decision, question } from "../approve/cases.ts";
import { delay } from "./harness.ts";

// Hooks of a suite: those of a file would run around every test of every file.
describe("parts of the broker", () => {
  const folder = mkdtempSync(join(tmpdir(), "sb-parts-"));
  const servers: Server[] = [];
  after(() => {
    servers.forEach((server) => server.close());
    rmSync(folder, { recursive: true, force: true });
  });

  const pass: Outcome = {
    effect: "pass",
    approved: false,
    decision: decision({ verdict: "allow" }),
    sessionId: "s_1",
  };

  function callOf(over: Partial<SharedCall> = {}): SharedCall {
    return {
      key: "k",
      callId: "call_1",
      source: "PreToolUse",
      repeats: false,
      signal: new AbortController().signal,
      stands: () => true,
      start: () => Promise.resolve(pass),
      ...over,
    };
  }

  function counted(outcome: Outcome = pass): { start: () => Promise<Outcome>; times: () => number } {
    let times = 0;
    return {
      start: async () => {
        times++;
        await delay(5);
        return outcome;
      },
      times: () => times,
    };
  }

  test("an action is decided once while it is decided, and after that as long as it stands", async () => {
    let clock = 0;
    const calls = new Calls(() => clock);
    const { start, times } = counted();
    await Promise.all([calls.share(callOf({ start })), calls.share(callOf({ start }))]);
    assert.deepEqual([times(), calls.inFlight()], [1, 0]);
    clock = 29_000;
    await calls.share(callOf({ start }));
    assert.equal(times(), 1);
    await calls.share(callOf({ start, stands: () => false }));
    assert.equal(times(), 2);
    clock = 60_001;
    await calls.share(callOf({ start }));
    assert.equal(times(), 3);
    await calls.share(callOf({ start, key: "other" }));
    assert.equal(times(), 4);
  });

  test("a human's yes is for one run: another event of the call may use it, the same one only at once", async () => {
    let clock = 0;
    const calls = new Calls(() => clock);
    const { start, times } = counted({ ...pass, approved: true });
    await calls.share(callOf({ start }));
    clock = 1000;
    await calls.share(callOf({ start }));
    clock = 29_000;
    await calls.share(callOf({ start, source: "PermissionRequest" }));
    assert.equal(times(), 1);
    await calls.share(callOf({ start, source: "PermissionRequest" }));
    assert.equal(times(), 2);
    clock = 31_000;
    await calls.share(callOf({ start, source: "PreToolUse" }));
    assert.equal(times(), 2);
    await calls.share(callOf({ start, source: "PreToolUse" }));
    assert.equal(times(), 3);
  });

  test("a yes that was kept for one run is for one run, too, whatever id the call has", async () => {
    let clock = 0;
    const calls = new Calls(() => clock);
    const { start, times } = counted({ ...pass, approval: "granted" });
    await calls.share(callOf({ start }));
    clock = 1001;
    await calls.share(callOf({ start }));
    assert.equal(times(), 2);
  });

  test("without an id of the call, an outcome is joined, and reused for other hooks' events only", async () => {
    const calls = new Calls(() => 0);
    const { start, times } = counted({ ...pass, approved: true });
    const call = callOf({ start, callId: undefined });
    await Promise.all([calls.share(call), calls.share(call)]);
    assert.equal(times(), 1);
    await calls.share({ ...call, source: "PermissionRequest" });
    assert.equal(times(), 1);
    await calls.share(call);
    assert.equal(times(), 2, "the same event again is another run");
    await calls.share({ ...call, source: "PermissionRequest" });
    assert.equal(times(), 2, "it belongs to the second run");
    await calls.share({ ...call, source: "PermissionRequest" });
    assert.equal(times(), 3);
  });

  test("what comes after the run is another call, where no id tells", async () => {
    const calls = new Calls(() => 0);
    const { start, times } = counted();
    const call = callOf({ start, callId: undefined });
    await calls.share(call);
    calls.ran(call.key, undefined);
    await calls.share({ ...call, source: "PermissionRequest" });
    assert.equal(times(), 2);
  });

  test("an event without the call's id belongs to a call with one, and two ids are two calls", async () => {
    const calls = new Calls(() => 0);
    const { start, times } = counted();
    await calls.share(callOf({ start, callId: "a" }));
    await calls.share(callOf({ start, callId: "b" }));
    assert.equal(times(), 2);
    await calls.share(callOf({ start, callId: undefined, source: "PermissionRequest" }));
    await calls.share(callOf({ start, callId: undefined, source: "PermissionRequest" }));
    assert.equal(times(), 2);
    await calls.share(callOf({ start, callId: undefined, source: "PermissionRequest" }));
    assert.equal(times(), 3);
  });

  test("a prompt that hooks tell twice, one right after the other, is one prompt", async () => {
    let clock = 0;
    const calls = new Calls(() => clock);
    const { start, times } = counted();
    const prompt = callOf({ start, callId: undefined, repeats: true });
    await calls.share(prompt);
    await calls.share(prompt);
    assert.equal(times(), 1);
    clock = 1001;
    await calls.share(prompt);
    assert.equal(times(), 2);
  });

  test("a fault is not remembered", async () => {
    const calls = new Calls(() => 0);
    await assert.rejects(calls.share(callOf({ start: () => Promise.reject(new Error("fault")) })));
    assert.deepEqual(await calls.share(callOf()), pass);
  });

  test("the work is given up with its last waiter, and begun anew by the next", async () => {
    const calls = new Calls(() => 0);
    let aborted = 0;
    const start = (signal: AbortSignal): Promise<Outcome> =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          aborted++;
          resolve({ ...pass, effect: "deny", approval: "withdrawn" });
        });
      });
    const [first, second] = [new AbortController(), new AbortController()];
    const both = [first, second].map(({ signal }) => calls.share(callOf({ start, signal })));
    await delay(1);
    first.abort();
    assert.equal(aborted, 0);
    second.abort();
    assert.deepEqual(
      (await Promise.all(both)).map(({ approval }) => approval),
      ["withdrawn", "withdrawn"],
    );
    assert.deepEqual(await calls.share(callOf()), pass);
  });

  test("a reply survives its four lines, whatever is in it", () => {
    const replies = [
      { exit: 0, stdout: "", stderr: "" },
      { exit: 2, stdout: "", stderr: "why" },
      { exit: 0, stdout: `{"a":"é"}`, stderr: "" },
      portableRefusal("a reason"),
    ];
    for (const reply of replies) {
      assert.deepEqual(decodeHookReply(encodeHookReply(reply)), reply);
    }
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), fc.nat(255), (text, exit) => {
        const decoded = decodeHookReply(encodeHookReply({ exit, stdout: text, stderr: text }));
        assert.equal(decoded?.exit, exit);
        assert.equal(encodeHookReply({ exit, stdout: text, stderr: text }).split("\n").length, 5);
      }),
      { numRuns: 30 },
    );
  });

  test("a reply that is not whole is none", () => {
    const whole = encodeHookReply({ exit: 0, stdout: "a", stderr: "" });
    for (let length = 0; length < whole.length; length++) {
      assert.equal(decodeHookReply(whole.slice(0, length)), undefined);
    }
    assert.equal(decodeHookReply(`${whole}more`), undefined);
    assert.equal(decodeHookReply(whole.replace("SIGNALBOX/1", "SIGNALBOX/2")), undefined);
  });

  test("a later version is newer, an earlier or the same one is not", () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ["0.2.0", "0.1.9", true],
      ["0.10.0", "0.9.0", true],
      ["1.0.0-beta", "0.9.9", true],
      ["0.1.0", "0.1.0", false],
      ["0.1.0", "0.2.0", false],
      ["0.9.0", "1.0.0", false],
      ["dev", "0.1.0", true],
      ["dev", "dev", false],
    ];
    for (const [asking, own, newer] of cases) {
      assert.equal(isNewer(asking, own), newer, `${asking} against ${own}`);
    }
  });

  async function loopback(hook: () => Promise<never>, deadlineMs = 50): Promise<number> {
    const server = loopbackServer({ token: "t", hook, deadlineMs }).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  async function reply(
    port: number,
    send: (write: (bytes: Buffer | string) => void) => void,
  ): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    socket.on("error", () => undefined);
    await once(socket, "data");
    send((bytes) => void socket.write(bytes));
    await once(socket, "close");
    return text;
  }

  test("over loopback, a payload that does not end in time or is too long is refused", async () => {
    const port = await loopback(() => assert.fail("nothing to judge"));
    assert.match(await reply(port, (write) => write(`HOOK t x - 1 0\n{"a":`)), /not complete within 0\.05 s/);
    assert.match(await reply(port, () => undefined), /not complete/);
    const slow = await loopback(() => assert.fail("nothing to judge"), 5000);
    const long = Buffer.alloc(17 * 1024 * 1024, 0x20);
    assert.match(await reply(slow, (write) => write(long)), /larger than 16384 kB/);
  });

  async function http(desk: Partial<RequesterDesk>): Promise<string> {
    const path = join(folder, `http-${servers.length}.sock`);
    const server = requesterServer({ deadlineMs: 50, ...desk } as RequesterDesk).listen(path);
    servers.push(server);
    await once(server, "listening");
    return path;
  }

  interface Sent {
    readonly method: string;
    readonly path: string;
    readonly body?: Buffer | string;
    /** Leaves the body open. */
    readonly open?: boolean;
  }

  function send(
    socketPath: string,
    { method, path, body, open }: Sent,
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({ socketPath, method, path, agent: false }, (incoming) => {
        let text = "";
        incoming.on("data", (chunk: Buffer) => {
          text += chunk.toString("utf8");
        });
        incoming.on("end", () => {
          outgoing.destroy();
          resolve({ status: incoming.statusCode ?? 0, text });
        });
      });
      outgoing.on("error", reject);
      if (body !== undefined) {
        outgoing.write(body);
      }
      if (open !== true) {
        outgoing.end();
      }
    });
  }

  test("over HTTP, a payload that does not end in time or is too long is refused", async () => {
    const socket = await http({ hook: () => assert.fail("nothing to judge") });
    const open = await send(socket, { method: "POST", path: "/v1/hook", body: "{", open: true });
    assert.deepEqual([open.status, decodeHookReply(open.text)?.exit], [200, 2]);
    assert.match(open.text, /not complete/);
    const long = await http({ hook: () => assert.fail("nothing to judge"), deadlineMs: 5000 });
    const body = Buffer.alloc(17 * 1024 * 1024, 0x20);
    assert.match(
      (await send(long, { method: "POST", path: "/v1/hook", body, open: true })).text,
      /larger than/,
    );
  });

  test("what the HTTP endpoint does not know gets a sentence and a remedy", async () => {
    const socket = await http({
      kill: () => Promise.resolve(undefined),
      state: () => {
        throw new Error("fault");
      },
    });
    const cases: readonly (readonly [Sent, number])[] = [
      [{ method: "GET", path: "/" }, 404],
      [{ method: "GET", path: "/v1/kill" }, 404],
      [{ method: "DELETE", path: "/v1/hook" }, 404],
      [{ method: "POST", path: "/v1/kill", body: "{" }, 400],
      [{ method: "POST", path: "/v1/kill", body: "[]" }, 400],
      [{ method: "POST", path: "/v1/kill", body: `{"session":"s_none"}` }, 404],
      [{ method: "POST", path: "/v1/kill" }, 404],
      [{ method: "GET", path: "/v1/state" }, 500],
    ];
    for (const [sent, status] of cases) {
      const got = await send(socket, sent);
      const { error, remedy } = JSON.parse(got.text) as { error: string; remedy: string };
      assert.equal(got.status, status, `${sent.method} ${sent.path}`);
      assert.ok(error.length > 5 && remedy.length > 5);
    }
  });

  test("questions wait a few seconds for an approver to come back, and no longer", async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.parse("2026-11-20T12:00:00.000Z") });
    try {
      let connected = 1;
      const audience: Audience = {
        connected: () => connected,
        opened: () => undefined,
        closed: () => undefined,
      };
      const approvals = new Approvals({ audience, now: () => new Date(), record: () => Promise.resolve() });
      const asking = (): ReturnType<Approvals["ask"]> =>
        approvals.ask(question({ id: approvals.freshIds().id }), {
          approvers: [],
          signal: new AbortController().signal,
        });
      const first = asking();
      connected = 0;
      approvals.audienceChanged();
      mock.timers.tick(19_000);
      connected = 1;
      approvals.audienceChanged();
      mock.timers.tick(19_000);
      assert.equal(approvals.pending().length, 1);
      connected = 0;
      approvals.audienceChanged();
      mock.timers.tick(20_000);
      assert.deepEqual(await first, { result: "unattended" });
      assert.deepEqual(await asking(), { result: "unattended" });
      connected = 1;
      const late = asking();
      mock.timers.tick(120_001);
      assert.deepEqual(await late, { result: "timed_out" });
    } finally {
      mock.timers.reset();
    }
  });

  const spec: CredentialSpec = {
    name: "railway_cli_admin_token",
    provider: "railway",
    class: "account",
    summary: "",
    hosts: [],
    environment: ["RAILWAY_API_TOKEN"],
    files: [{ path: "~/.railway/config.json", json: "user.token" }, { path: "~/.tool/token" }],
  };

  function credentialsIn(name: string): { credentials: Credentials; home: string; workspace: string } {
    const home = join(folder, name);
    const workspace = join(home, "ws");
    for (const path of [workspace, join(home, ".railway"), join(home, ".tool")]) {
      mkdirSync(path, { recursive: true });
    }
    return {
      credentials: new Credentials({ home, specs: [spec], key: Buffer.alloc(32, 1) }),
      home,
      workspace,
    };
  }

  const value = "test-value-not-real-0123";

  test("a credential is known by its value, wherever the value stands", () => {
    const { credentials, home, workspace } = credentialsIn("known");
    writeFileSync(join(home, ".railway", "config.json"), JSON.stringify({ user: { token: value } }));
    credentials.learn(workspace);
    for (const text of [
      value,
      `Bearer ${value}`,
      `x${value}x`,
      `${"y".repeat(5000)}${value}`,
      `a\n"${value}"`,
    ]) {
      assert.deepEqual(credentials.namesIn(text), [spec.name], text.slice(0, 40));
      const [found] = credentials.find(text);
      assert.equal(text.slice(found?.start, found?.end), value);
    }
    assert.deepEqual(credentials.namesIn(value.slice(1)), []);
    assert.deepEqual(credentials.namesIn(""), []);
  });

  test("values of the catalogue's variables in .env files carry its name, others only mask", () => {
    const { credentials, workspace } = credentialsIn("env");
    writeFileSync(
      join(workspace, ".env"),
      `export RAILWAY_API_TOKEN="${value}"\nOTHER=other-value-9-not-real # comment\nURL=https://example.com/long/path\nMODE=development-mode\n`,
    );
    credentials.learn(workspace);
    assert.deepEqual(credentials.namesIn(`${value} other-value-9-not-real`), [spec.name]);
    assert.equal(credentials.find("x other-value-9-not-real # comment")[0]?.name, "OTHER");
    assert.deepEqual(credentials.find("https://example.com/long/path development-mode"), []);
  });

  test("a file that changes is read again, and what it held stays known", () => {
    const { credentials, home, workspace } = credentialsIn("changes");
    const file = join(home, ".tool", "token");
    credentials.learn(workspace);
    assert.deepEqual(credentials.namesIn(value), []);
    writeFileSync(file, `${value}\n`);
    credentials.learn(workspace);
    assert.deepEqual(credentials.namesIn(value), [spec.name]);
    writeFileSync(file, "another-value-not-real-0123\n");
    credentials.learn(workspace);
    assert.deepEqual(credentials.namesIn(value), [spec.name]);
    assert.deepEqual(credentials.namesIn("another-value-not-real-0123"), [spec.name]);
  });

  test("files that are no credentials are passed over", () => {
    const { credentials, home, workspace } = credentialsIn("odd");
    writeFileSync(join(home, ".railway", "config.json"), "no json");
    mkdirSync(join(workspace, ".env"));
    writeFileSync(join(workspace, ".env.local"), Buffer.from([0, 255, 10]));
    credentials.learn(workspace);
    credentials.learn(join(workspace, "missing"));
    assert.deepEqual(credentials.namesIn("anything at all that is long enough"), []);
  });

  test("a search through a long text is quick", () => {
    const { credentials, home, workspace } = credentialsIn("long");
    writeFileSync(join(home, ".tool", "token"), `${value}\n`);
    credentials.learn(workspace);
    const start = performance.now();
    credentials.namesIn("a".repeat(100_000));
    assert.ok(performance.now() - start < 5000);
  });

  test("the key of the keyed hashes is made once, private, and made anew when damaged", () => {
    const file = join(folder, "hash-key");
    const first = loadHashKey(file);
    assert.equal(first.length, 32);
    assert.deepEqual(Buffer.from(loadHashKey(file)), Buffer.from(first));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    writeFileSync(file, "rubbish");
    assert.notDeepEqual(Buffer.from(loadHashKey(file)), Buffer.from(first));
  });
});
