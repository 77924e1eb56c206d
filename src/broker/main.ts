import { homedir } from "node:os";
import { parseArgs } from "node:util";
import { packagedVersion } from "../boundary/files/packaged.ts";
import { errorCode } from "../record/durable-file.ts";
import { isPublicKey, keyIdOf } from "./approver-keys.ts";
import { startDaemon } from "./daemon.ts";
import { openHost, type Host } from "./host.ts";
import { answersAt } from "./probe.ts";
import { takeInstanceLock, type InstanceLock } from "./instance.ts";
import { placesOf, preparePlaces, stateDirectory, type Places } from "./places.ts";

/** Leave after 15 minutes without requests and approvers. */
const idleMs = 15 * 60 * 1000;
/** How long to wait for a broker that is leaving. */
const leavingMs = 4000;

/** `broker.js [--state-dir D] [--enroll]`. Exit code 0 also where another broker serves already; 1 with one line on stderr. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "state-dir": { type: "string" },
      enroll: { type: "boolean", default: false },
      "idle-ms": { type: "string" },
    },
  });
  const home = homedir();
  const places = placesOf(values["state-dir"] ?? stateDirectory(home));
  // Private from the first moment, whatever the starter's mask was.
  process.umask(0o077);
  const prepared = preparePlaces(places);
  if (!prepared.ok) {
    return complain(prepared.error);
  }
  const publicKey = values.enroll ? await firstLineOfStdin() : undefined;
  const lock = await waitForLock(places);
  if (lock === undefined) {
    return 0;
  }
  try {
    return await serve(places, home, lock, { publicKey, idleMs: Number(values["idle-ms"] ?? idleMs) });
  } finally {
    lock.release();
  }
}

async function serve(
  places: Places,
  home: string,
  lock: InstanceLock,
  options: { readonly publicKey: string | undefined; readonly idleMs: number },
): Promise<number> {
  const host = await openHost({ places, home, version: packagedVersion() });
  if (!host.ok) {
    return complain(host.error);
  }
  if (options.publicKey !== undefined) {
    await enroll(host.value, options.publicKey);
  }
  const starting = startDaemon({ host: host.value, lock, idleMs: options.idleMs });
  // From the first moment: it answers before it has finished starting, and may be told to stop right then.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => void starting.then((daemon) => daemon.leave("told to stop")));
  }
  process.on("SIGHUP", () => undefined);
  await (
    await starting
  ).left;
  return 0;
}

/** The first key comes over the pipe of whoever started this broker; later ones need the answer of an enrolled one. */
async function enroll(host: Host, publicKey: string): Promise<void> {
  if (host.keys.list().length > 0 || !isPublicKey(publicKey)) {
    return;
  }
  host.keys.add(publicKey, "first", new Date().toISOString());
  await host.chain.append({
    kind: "enrolled",
    keyId: keyIdOf(publicKey),
    by: "the editor that started the broker",
  });
}

/** The lock, or undefined where another broker answers. One that is leaving is waited for. */
async function waitForLock(places: Places): Promise<InstanceLock | undefined> {
  const until = performance.now() + leavingMs;
  for (;;) {
    const lock = takeInstanceLock(places.lock);
    // A broker whose lock file was removed still serves: its socket is not taken away from it.
    const served = await answersAt(places.askSocket);
    if (served) {
      lock?.release();
      return undefined;
    }
    if (lock !== undefined || performance.now() > until) {
      return lock;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function firstLineOfStdin(): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const finish = (): void => {
      clearTimeout(timer);
      process.stdin.destroy();
      resolve(text.split("\n")[0]?.trim());
    };
    const timer = setTimeout(finish, 5000);
    process.stdin.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.includes("\n") || text.length > 4096) {
        finish();
      }
    });
    process.stdin.on("end", finish);
    process.stdin.on("error", finish);
  });
}

function complain(sentence: string): number {
  process.stderr.write(`signalbox broker: ${sentence}\n`);
  return 1;
}

main().then(
  (code) => {
    process.exitCode = code;
    // Whatever still holds the event loop has nothing left to do.
    setTimeout(() => process.exit(), 100).unref();
  },
  (error: unknown) => {
    const what = error instanceof Error ? error.message.split("\n")[0] : undefined;
    process.exitCode = complain(`it cannot start: ${what ?? errorCode(error)}`);
    setTimeout(() => process.exit(), 100).unref();
  },
);
