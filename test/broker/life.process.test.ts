import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, describe, test } from "node:test";
import { connectBroker, startBroker } from "../../src/broker/client.ts";
import { takeInstanceLock } from "../../src/broker/instance.ts";
import { placesOf, preparePlaces } from "../../src/broker/places.ts";
import { verifyRecord } from "../../src/record/verify.ts";
import {
  approver,
  ask,
  brokerMain,
  delay,
  entriesOf,
  freshHome,
  freshKey,
  reached,
  spawnBroker,
  startApprover,
  until,
  type Home,
  type SpawnedBroker,
  type SpawnOptions,
} from "./harness.ts";

// Hooks of a suite: those of a file would run around every test of every file.
describe("the broker as a process", () => {
  const homes: Home[] = [];
  const brokers: SpawnedBroker[] = [];
  afterEach(async () => {
    for (const { child, exited } of brokers.splice(0)) {
      child.kill("SIGKILL");
      await exited;
    }
    homes.splice(0).forEach((home) => home.remove());
  });

  function home(stateDir?: string): Home {
    const made = freshHome(stateDir);
    homes.push(made);
    return made;
  }

  function start(at: Home, args: readonly string[] = [], options: SpawnOptions = {}): SpawnedBroker {
    const broker = spawnBroker(at, args, options);
    brokers.push(broker);
    return broker;
  }

  /** True where that broker's process is named in the lock; between two holders there is none. */
  function holds(at: Home, { child }: SpawnedBroker): boolean {
    return existsSync(at.places.lock) && readFileSync(at.places.lock, "utf8").startsWith(`${child.pid} `);
  }

  test("of brokers that race, one serves and the others leave quietly", async () => {
    const at = home();
    const racing = [1, 2, 3, 4].map(() => start(at));
    await reached(at);
    const codes: (number | null)[] = [];
    for (const { exited } of racing) {
      void exited.then((code) => codes.push(code));
    }
    await until(() => codes.length === 3, "three have left");
    await delay(300);
    assert.deepEqual(codes, [0, 0, 0]);
    assert.deepEqual(
      racing.map((broker) => broker.stderr()),
      ["", "", "", ""],
    );
    const serving = racing.filter(({ child }) => child.exitCode === null);
    assert.equal(serving.length, 1);
    assert.ok(serving.every((broker) => holds(at, broker)));
    assert.equal((await entriesOf(at.places, "broker_started")).length, 1);
  });

  test("a killed broker leaves lock and sockets behind; the next one takes over, and a kill still holds", async () => {
    const at = home();
    const first = start(at);
    const client = await reached(at);
    const conversation = "latched";
    assert.equal(
      (await ask({ client, workspace: at.workspace }, { command: "echo killme", conversation })).said,
      "kill",
    );
    first.child.kill("SIGKILL");
    await first.exited;
    assert.ok(existsSync(at.places.askSocket) && existsSync(at.places.lock));
    const second = start(at);
    await until(() => holds(at, second), "taken over");
    const next = { client: await reached(at), workspace: at.workspace };
    assert.equal((await ask(next, { command: "echo hello", conversation })).said, "deny");
    assert.equal((await ask(next, { command: "echo hello", conversation: "another" })).said, "no opinion");
    assert.equal((await verifyRecord(at.places.record)).intact, true);
    second.child.kill("SIGTERM");
    assert.equal(await second.exited, 0);
    assert.deepEqual(
      [at.places.lock, at.places.endpoint, at.places.askSocket, at.places.approverSocket].filter((path) =>
        existsSync(path),
      ),
      [],
    );
    assert.equal((await entriesOf(at.places)).at(-1)?.kind, "broker_stopped");
  });

  test("a broker killed in the middle of requests leaves a record that verifies", async () => {
    const at = home();
    const first = start(at);
    const client = await reached(at);
    const asking = Array.from({ length: 40 }, (_, index) =>
      ask(
        { client, workspace: at.workspace },
        { command: `echo ${index} ${"x".repeat(2000)}`, conversation: "many" },
      ).then(
        ({ said }) => said,
        () => "broken off",
      ),
    );
    await Promise.race(asking);
    first.child.kill("SIGKILL");
    const said = await Promise.all(asking);
    await first.exited;
    start(at);
    await reached(at);
    assert.deepEqual((await verifyRecord(at.places.record)).findings, []);
    // Whoever got an answer is in the record.
    const recorded = (await entriesOf(at.places, "decision")).length;
    assert.ok(recorded >= said.filter((word) => word === "no opinion").length);
  });

  test("files are private, whatever the mask of the starter", async () => {
    const at = home();
    const umask = process.umask(0);
    try {
      start(at);
      await reached(at);
    } finally {
      process.umask(umask);
    }
    const { stateDir, runDir, endpoint, lock, askSocket, approverSocket, hashKey } = at.places;
    for (const folder of [stateDir, runDir]) {
      assert.equal(statSync(folder).mode & 0o777, 0o700, folder);
    }
    for (const file of [
      endpoint,
      lock,
      askSocket,
      approverSocket,
      hashKey,
      join(at.places.record, "audit.jsonl"),
    ]) {
      assert.equal(statSync(file).mode & 0o777, 0o600, file);
    }
  });

  test("a client starts the broker when none answers, and it outlives its starter", async () => {
    const at = home();
    const options = { stateDir: at.places.stateDir, home: at.home };
    const none = await connectBroker(options);
    assert.match(none.ok ? "" : none.error, /not running/);
    const started = await connectBroker({ ...options, brokerCommand: [process.execPath, brokerMain] });
    assert.ok(started.ok, started.ok ? "" : started.error);
    const state = (await started.value.request("GET", "/v1/state")).body as { pid: number };
    assert.notEqual(state.pid, process.pid);
    process.kill(state.pid, "SIGTERM");
    await until(() => !existsSync(at.places.lock), "gone");
  });

  test("a broker that cannot start says why in one line", async () => {
    const at = home();
    mkdirSync(at.places.stateDir, { mode: 0o700 });
    writeFileSync(at.places.runDir, "in the way");
    const broker = start(at);
    assert.equal(await broker.exited, 1);
    assert.match(broker.stderr(), /^signalbox broker: [^\n]+\n$/);
    const through = await startBroker({
      stateDir: at.places.stateDir,
      home: at.home,
      brokerCommand: [process.execPath, brokerMain],
    });
    assert.match(through.ok ? "" : through.error, /cannot be started: .*run/);
  });

  for (const [name, file, text] of [
    ["the registry of sessions", "sessions.json", "{"],
    ["the list of approvers", "approvers.json", `{"keys":[{"publicKey":"no"}]}`],
  ] as const) {
    test(`a broker does not start over damage in ${name}`, async () => {
      const at = home();
      mkdirSync(at.places.stateDir, { mode: 0o700 });
      writeFileSync(join(at.places.stateDir, file), text);
      const broker = start(at);
      assert.equal(await broker.exited, 1);
      assert.match(broker.stderr(), new RegExp(`${file}.*damaged`));
      assert.ok(!existsSync(at.places.lock));
    });
  }

  test("a read-only runtime folder is told, and nothing serves", async () => {
    const at = home();
    assert.ok(preparePlaces(at.places).ok);
    // Root may write everywhere, so the broker runs as somebody who may not.
    const user = process.getuid?.() === 0 ? 65_534 : undefined;
    if (user !== undefined) {
      for (const path of readdirSync(at.home, { recursive: true, encoding: "utf8" })) {
        chownSync(join(at.home, path), user, user);
      }
      chownSync(at.home, user, user);
    }
    chmodSync(at.places.runDir, 0o500);
    const broker = start(at, [], { user });
    assert.equal(await broker.exited, 1);
    assert.match(broker.stderr(), /^signalbox broker: [^\n]*EACCES[^\n]*\n$/);
    assert.ok(!existsSync(at.places.askSocket));
  });

  test("a folder that is a link, or open to others, is not used as it is", () => {
    const at = home();
    mkdirSync(join(at.home, "real"));
    symlinkSync(join(at.home, "real"), at.places.stateDir);
    assert.equal(preparePlaces(at.places).ok, false);
    const open = placesOf(join(at.home, "open"));
    mkdirSync(open.stateDir, { mode: 0o777 });
    assert.equal(preparePlaces(open).ok, true);
    assert.equal(statSync(open.stateDir).mode & 0o777, 0o700);
  });

  test("sockets move to a short folder where their path would be too long", async () => {
    const at = home(`${"long-".repeat(18)}state`);
    assert.ok(at.places.askSocket.length < 100);
    assert.equal(dirname(at.places.endpoint), join(at.places.stateDir, "run"));
    start(at);
    const client = await reached(at);
    assert.equal((await client.request("GET", "/v1/state")).status, 200);
  });

  test("the first key is enrolled over the starter's pipe, and only the first", async () => {
    const at = home();
    const [first, second] = [freshKey(), freshKey()];
    const broker = start(at, ["--enroll"], { stdin: `${first.publicKey}\n` });
    await reached(at);
    (await approver(at.places, first)).stop();
    broker.child.kill("SIGTERM");
    await broker.exited;
    start(at, ["--enroll"], { stdin: `${second.publicKey}\n` });
    await reached(at);
    const stranger = startApprover(at.places, second);
    await until(() => stranger.statuses.some(({ kind }) => kind === "refused"), "refused");
    stranger.stop();
    const refused = stranger.statuses.find((status) => status.kind === "refused");
    assert.equal(refused?.enrolled, true);
    (await approver(at.places, first)).stop();
  });

  test("a key that is none is not enrolled", async () => {
    const at = home();
    start(at, ["--enroll"], { stdin: "rubbish\n" });
    await reached(at);
    assert.ok(!existsSync(at.places.approvers));
  });

  test("a broker hands over to another version, denies what waits, and the next one serves", async () => {
    const at = home();
    const key = freshKey();
    const old = start(at, ["--enroll"], { stdin: `${key.publicKey}\n` });
    const client = await reached(at);
    const human = await approver(at.places, key);
    const waiting = ask(
      { client, workspace: at.workspace },
      { command: "echo askme", conversation: "waits" },
    );
    await until(() => human.messages.some(({ type }) => type === "question"), "asked");
    const state = (await client.request("GET", "/v1/state")).body as { version: string };
    assert.deepEqual((await client.request("POST", "/v1/handover", { version: state.version })).body, {
      leaving: false,
    });
    assert.deepEqual((await client.request("POST", "/v1/handover", { version: "99.0.0" })).body, {
      leaving: true,
    });
    const next = start(at);
    assert.equal((await waiting).said, "deny");
    assert.equal(await old.exited, 0);
    await until(() => holds(at, next), "next");
    await reached(at);
    human.stop();
  });

  test("a broker that nobody needs leaves", async () => {
    const at = home();
    const broker = start(at, ["--idle-ms", "100"]);
    await reached(at);
    assert.equal(await broker.exited, 0);
  });

  test("a lock is one process's, and of a dead one nobody's", async () => {
    const at = home();
    assert.ok(preparePlaces(at.places).ok);
    const lock = takeInstanceLock(at.places.lock);
    assert.equal(lock?.held(), true);
    assert.equal(takeInstanceLock(at.places.lock), undefined);
    lock?.release();
    const child = spawn("/bin/true");
    await once(child, "exit");
    for (const left of [`${child.pid} 1\n`, `${process.pid} 1\n`, "rubbish", ""]) {
      writeFileSync(at.places.lock, left);
      const taken = takeInstanceLock(at.places.lock);
      assert.equal(taken?.held(), true, JSON.stringify(left));
      taken?.release();
    }
  });

  test("a broker whose lock was taken leaves without removing the other's sockets", async () => {
    const at = home();
    const broker = start(at);
    await reached(at);
    writeFileSync(at.places.lock, `${process.pid} 1\n`);
    assert.equal(await broker.exited, 0);
    assert.ok(existsSync(at.places.askSocket) && existsSync(at.places.lock));
  });

  test("a squatter on the socket path is not taken for the broker", async () => {
    const at = home();
    mkdirSync(at.places.runDir, { recursive: true, mode: 0o777 });
    chmodSync(at.places.runDir, 0o777);
    const squatter = createServer().listen(at.places.askSocket);
    await once(squatter, "listening");
    const client = await connectBroker({ stateDir: at.places.stateDir });
    squatter.close();
    assert.match(client.ok ? "" : client.error, /not private/);
  });
});
