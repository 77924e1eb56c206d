import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { packagedVersion } from "../../src/boundary/files/packaged.ts";
import { brokerAccess, type BrokerAccess } from "../../src/editor/broker-access.ts";
import { Connection, type ApproverSeat, type SharedSecrets } from "../../src/editor/connection.ts";
import { Store, type Link } from "../../src/editor/store.ts";

/** A real broker in a temporary home; only the editor around the connection is made up. */
const program = fileURLToPath(new URL("../../src/broker/main.ts", import.meta.url));

/** Rounds of 20 ms: a broker from source takes seconds to start where many tests run at once. */
const patience = 1000;

let home = "";
const windows: Window[] = [];

interface Window {
  readonly store: Store;
  readonly seat: ApproverSeat;
  readonly connection: Connection;
  dispose(): void;
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "sb-"));
});

afterEach(async () => {
  const pids = new Set(windows.map(({ store }) => store.state.broker?.pid));
  windows.splice(0).forEach((window) => window.dispose());
  for (const pid of pids) {
    await end(pid);
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

/** Ends a broker that this test has started, and waits until it has gone. */
async function end(pid: number | undefined): Promise<void> {
  try {
    process.kill(pid ?? Number.NaN, "SIGTERM");
    for (let round = 0; round < 200; round++) {
      process.kill(pid ?? Number.NaN, 0);
      await pause();
    }
  } catch {
    // It has gone.
  }
}

function pause(): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, 20);
  });
}

function secrets(kept = new Map<string, string>()): SharedSecrets {
  return {
    get: (name) => Promise.resolve(kept.get(name)),
    store: (name, value) => {
      kept.set(name, value);
      return Promise.resolve();
    },
    onDidChange: () => ({ dispose: () => undefined }),
  };
}

function openWindow(
  storage: SharedSecrets,
  broker: BrokerAccess = brokerAccess(program, home),
  organisation: () => string | undefined = () => undefined,
): Window {
  const store = new Store();
  const seat: ApproverSeat = {
    link: undefined,
    receive: (message) => {
      if (message.type === "welcome" || message.type === "state") {
        store.updateBroker(message.state);
      }
    },
  };
  const log = { info: () => undefined, error: () => undefined };
  const version = packagedVersion();
  const connection = new Connection({
    secrets: storage,
    version,
    surface: "test",
    log,
    store,
    approver: seat,
    broker,
    folders: () => [],
    organisation,
  });
  const subscription = connection.start();
  const window = { store, seat, connection, dispose: () => subscription.dispose() };
  windows.push(window);
  return window;
}

/** The link once it is no longer as it was. */
async function reached(store: Store, kind: Link["kind"]): Promise<Link> {
  for (let round = 0; round < patience && store.state.link.kind !== kind; round++) {
    await pause();
  }
  const { link } = store.state;
  assert.equal(link.kind, kind, link.kind === "down" ? link.why : undefined);
  return link;
}

test("connection: a broker is started with this editor's key, and a second window joins it", async () => {
  const storage = secrets();
  const first = openWindow(storage);
  await reached(first.store, "connected");
  assert.notEqual(first.seat.link, undefined);
  const second = openWindow(storage);
  await reached(second.store, "connected");
  assert.equal(second.store.state.broker?.pid, first.store.state.broker?.pid);
});

test("connection: a broker that a hook has started without a key hands over to one with it", async () => {
  const access = brokerAccess(program, home);
  const { pid } = await access.request("GET", "/v1/state");
  const { store } = openWindow(secrets(), access);
  await reached(store, "connected");
  assert.notEqual(store.state.broker?.pid, pid);
});

test("connection: a broker that dies is replaced, with the same key", async () => {
  const { store, seat } = openWindow(secrets());
  await reached(store, "connected");
  const pid = store.state.broker?.pid;
  process.kill(pid ?? Number.NaN, "SIGKILL");
  for (
    let round = 0;
    round < patience && (store.state.broker?.pid === pid || seat.link === undefined);
    round++
  ) {
    await pause();
  }
  await reached(store, "connected");
  assert.notEqual(store.state.broker?.pid, pid);
});

test("connection: where other keys are enrolled it says so, and a human who removes them can start over", async () => {
  const key = generateKeyPairSync("ed25519")
    .publicKey.export({ format: "der", type: "spki" })
    .toString("base64");
  const file = join(home, ".signalbox", "approvers.json");
  mkdirSync(join(home, ".signalbox"), { mode: 0o700 });
  const lost = { keyId: "k_lost", publicKey: key, name: "lost", enrolledAt: "2026-01-01T00:00:00.000Z" };
  writeFileSync(file, JSON.stringify({ version: 1, keys: [lost] }), { mode: 0o600 });
  const { store, seat, connection } = openWindow(secrets());
  const link = await reached(store, "down");
  assert.match(link.kind === "down" ? `${link.why} ${link.remedy}` : "", /not enrolled.*approvers\.json/);
  assert.equal(seat.link, undefined);
  rmSync(file);
  assert.deepEqual(await connection.retry(), []);
  assert.notEqual(seat.link, undefined);
});

test("connection: a missing program is said, not retried in a loop", async () => {
  const { store } = openWindow(secrets(), brokerAccess("/nowhere/broker.js", home));
  const link = await reached(store, "down");
  assert.match(link.kind === "down" ? link.why : "", /program is missing/);
});

test("connection: a storage that keeps no secret is said", async () => {
  const { store } = openWindow({ ...secrets(), get: () => Promise.resolve(undefined) });
  const link = await reached(store, "down");
  assert.match(link.kind === "down" ? link.why : "", /does not keep/);
});

test("connection: the organisation's policy of the settings holds once the broker was told, and when it changes", async () => {
  let policy = JSON.stringify({ policies: { deny: [{ command: "echo o*" }] } });
  const { store, connection } = openWindow(secrets(), undefined, () => policy);
  await reached(store, "connected");
  const told = async (expected: RegExp): Promise<void> => {
    const detail = (): string =>
      store.state.broker?.policies.find(({ layer }) => layer === "organisation")?.detail ?? "";
    for (let round = 0; round < patience && !expected.test(detail()); round++) {
      await pause();
    }
    assert.match(detail(), expected);
  };
  await told(/: it only tightens/);
  policy = JSON.stringify({ locked: true });
  connection.organisationChanged();
  await told(/each of its 2 texts only tightens/);
});
