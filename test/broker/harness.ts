import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, sign as signBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { ApproverClient, type ApproverStatus } from "../../src/broker/approver-client.ts";
import { connectBroker, type BrokerClient } from "../../src/broker/client.ts";
import { startDaemon, type Daemon } from "../../src/broker/daemon.ts";
import { decodeHookReply } from "../../src/broker/hook-reply.ts";
import { openHost, type Host } from "../../src/broker/host.ts";
import { takeInstanceLock } from "../../src/broker/instance.ts";
import type { ManagedPlace } from "../../src/broker/managed-policy.ts";
import { placesOf, preparePlaces, type Places } from "../../src/broker/places.ts";
import { protocolVersion, type Answer, type Question, type ToApprover } from "../../src/broker/protocol.ts";
import type { AuditEntry } from "../../src/record/entry.ts";
import { readRecord } from "../../src/record/read.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The broker as one file, in a folder of its own below the repository: it starts three times as fast as the sources. */
export const brokerMain: string = join(mkdtempSync(join(cacheFolder(), "broker-")), "broker.cjs");

await build({
  entryPoints: [join(root, "src", "broker", "main.ts")],
  outfile: brokerMain,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  logLevel: "error",
  define: { "import.meta.url": "__bundleUrl" },
  banner: { js: `const __bundleUrl=require("node:url").pathToFileURL(__filename).href;` },
});
process.once("exit", () => rmSync(dirname(brokerMain), { recursive: true, force: true }));

// The test of a read-only folder runs it as another user.
chmodSync(dirname(brokerMain), 0o755);

function cacheFolder(): string {
  const folder = join(root, ".cache");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Asks for `echo askme`, denies `echo denyme`, kills `echo killme`; everything else passes. */
const policyText = `policies:
  kill:
    - command: "echo killme*"
  deny:
    - command: "echo denyme*"
  control:
    - command: "echo askme*"
      require_hitl: true
`;

export interface Home {
  readonly home: string;
  readonly workspace: string;
  readonly places: Places;
  remove(): void;
}

/** A home directory with a workspace whose policy is `policyText`. */
export function freshHome(stateDir = ".signalbox"): Home {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "sb-")));
  const workspace = join(home, "ws");
  mkdirSync(join(workspace, ".governance"), { recursive: true });
  writeFileSync(join(workspace, ".governance", "policy.yaml"), policyText);
  const places = placesOf(join(home, stateDir));
  return {
    home,
    workspace,
    places,
    remove() {
      rmSync(home, { recursive: true, force: true });
      rmSync(places.socketDir, { recursive: true, force: true });
    },
  };
}

export interface LocalBroker extends Home {
  readonly host: Host;
  readonly daemon: Daemon;
  readonly client: BrokerClient;
  stop(): Promise<void>;
}

/** A broker in this process. */
export async function localBroker(
  home: Home = freshHome(),
  idleMs = 60_000,
  managed?: ManagedPlace,
): Promise<LocalBroker> {
  const prepared = preparePlaces(home.places);
  if (!prepared.ok) {
    throw new Error(prepared.error);
  }
  const lock = takeInstanceLock(home.places.lock);
  if (lock === undefined) {
    throw new Error("another broker holds the lock");
  }
  const host = await openHost({
    places: home.places,
    home: home.home,
    version: "test",
    // Long enough for a loaded machine, short enough to wait for.
    graceMs: 3000,
    ...(managed === undefined ? {} : { managed }),
  });
  if (!host.ok) {
    throw new Error(host.error);
  }
  const daemon = await startDaemon({ host: host.value, lock, idleMs });
  const client = await connectBroker({ stateDir: home.places.stateDir });
  if (!client.ok) {
    throw new Error(client.error);
  }
  return {
    ...home,
    host: host.value,
    daemon,
    client: client.value,
    async stop() {
      await daemon.leave("end of test");
    },
  };
}

export interface SpawnedBroker {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  stderr(): string;
}

export interface SpawnOptions {
  readonly stdin?: string;
  /** Runs as this user; only root can. */
  readonly user?: number | undefined;
}

/** A broker in a process of its own. */
export function spawnBroker(home: Home, args: readonly string[], options: SpawnOptions): SpawnedBroker {
  const child = spawn(process.execPath, [brokerMain, "--state-dir", home.places.stateDir, ...args], {
    stdio: ["pipe", "ignore", "pipe"],
    env: { HOME: home.home, PATH: "/usr/bin:/bin" },
    cwd: home.home,
    ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return { child, exited, stderr: () => stderr };
}

/** Waits until a broker answers; rejects after 5 s. */
export async function reached(home: Home): Promise<BrokerClient> {
  for (const until = Date.now() + 5000; Date.now() < until;) {
    const client = await connectBroker({ stateDir: home.places.stateDir });
    if (client.ok && existsSync(home.places.endpoint)) {
      return client.value;
    }
    await delay(20);
  }
  throw new Error("no broker answers");
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `holds`; rejects after 3 s, or as many milliseconds as are said. */
export async function until(holds: () => boolean, what: string, limitMs = 3000): Promise<void> {
  for (const end = Date.now() + limitMs; !holds();) {
    if (Date.now() > end) {
      throw new Error(`timed out: ${what}`);
    }
    await delay(5);
  }
}

export interface HookInput {
  readonly command: string;
  readonly conversation?: string;
  readonly callId?: string;
  readonly event?: string;
  readonly cwd?: string;
  /** Process that started the hook. */
  readonly hookParent?: number;
}

/** A payload as Claude Code sends it. */
export function claudePayload(workspace: string, input: HookInput): string {
  return JSON.stringify({
    session_id: input.conversation ?? "c1",
    transcript_path: "/home/u/.claude/projects/x/c1.jsonl",
    cwd: input.cwd ?? workspace,
    permission_mode: "default",
    hook_event_name: input.event ?? "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: input.command },
    ...(input.callId === undefined ? {} : { tool_use_id: input.callId }),
  });
}

export type Said = "no opinion" | "allow" | "deny" | "kill" | "refused";

/** What a reply means in Claude Code's dialect, and its text. */
export function meaning(reply: string): { readonly said: Said; readonly text: string } {
  const wire = decodeHookReply(reply);
  if (wire === undefined) {
    throw new Error(`not a whole reply: ${reply}`);
  }
  const text = `${wire.stdout}${wire.stderr}`;
  if (wire.exit === 2) {
    return { said: "refused", text };
  }
  if (wire.stdout === "") {
    return { said: "no opinion", text };
  }
  const json = JSON.parse(wire.stdout) as {
    continue?: boolean;
    hookSpecificOutput?: { permissionDecision?: string; decision?: { behavior?: string } };
  };
  const decision = json.hookSpecificOutput?.permissionDecision ?? json.hookSpecificOutput?.decision?.behavior;
  const said =
    json.continue === false ? "kill" : decision === "allow" || decision === "deny" ? decision : undefined;
  if (said === undefined) {
    throw new Error(`unexpected reply: ${reply}`);
  }
  return { said, text };
}

/** Sends one command through the HTTP endpoint. */
export async function ask(
  broker: { readonly client: BrokerClient; readonly workspace: string },
  input: HookInput | string,
  signal?: AbortSignal,
): Promise<{ readonly said: Said; readonly text: string }> {
  const payload = claudePayload(broker.workspace, typeof input === "string" ? { command: input } : input);
  const parent = typeof input === "string" ? 0 : (input.hookParent ?? 0);
  const query = { agent: "claude-code", event: "-", ppid: String(parent), pid: "0" };
  return meaning(await broker.client.hook(query, Buffer.from(payload), signal));
}

/** Sends bytes to the loopback endpoint and returns all that comes back after the banner. */
export async function overLoopback(
  places: Places,
  bytes: (token: string) => Buffer | string,
): Promise<string> {
  const [port, token] = readFileSync(places.endpoint, "utf8").trim().split(" ");
  const socket = connect(Number(port), "127.0.0.1");
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  await once(socket, "data");
  socket.write(bytes(token ?? ""));
  await once(socket, "close");
  return text.replace(/^SIGNALBOX\/1\n/, "");
}

export interface TestKey {
  readonly publicKey: string;
  sign(text: string): string;
}

export function freshKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    sign: (text) => signBytes(null, Buffer.from(text, "utf8"), privateKey).toString("base64"),
  };
}

export interface TestApprover {
  readonly client: ApproverClient;
  readonly messages: ToApprover[];
  readonly statuses: ApproverStatus[];
  /** Called with every question, also those that waited before. */
  onQuestion: (question: Question) => void;
  answer(question: Question, answer: Answer): Promise<boolean>;
  stop(): void;
}

/** Connects an approver and resolves once it is welcome. */
export async function approver(places: Places, key: TestKey): Promise<TestApprover> {
  const made = startApprover(places, key);
  await until(() => made.statuses.some(({ kind }) => kind === "connected"), "approver is welcome");
  return made;
}

export function startApprover(places: Places, key: TestKey): TestApprover {
  const messages: ToApprover[] = [];
  const statuses: ApproverStatus[] = [];
  const client = new ApproverClient({
    stateDir: places.stateDir,
    publicKey: key.publicKey,
    surface: "test",
    sign: (text) => key.sign(text),
    onMessage(message) {
      messages.push(message);
      if (message.type === "question") {
        made.onQuestion(message.question);
      } else if (message.type === "welcome") {
        message.pending.forEach((question) => made.onQuestion(question));
      }
    },
    onStatus: (status) => statuses.push(status),
  });
  const made: TestApprover = {
    client,
    messages,
    statuses,
    onQuestion: () => undefined,
    answer: (question, answer) => client.answer(signedAnswer(question, answer)),
    stop: () => client.stop(),
  };
  client.start();
  return made;
}

export function signedAnswer(question: Question, answer: Answer): Parameters<ApproverClient["answer"]>[0] {
  const { requestHash, policyHash, nonce } = question.binding;
  return {
    protocol: protocolVersion,
    question: question.id,
    answer,
    requestHash,
    policyHash,
    nonce,
    expiresAt: question.expiresAt,
  };
}

export async function entriesOf(places: Places, kind?: string): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of readRecord(places.record, kind === undefined ? {} : { kind })) {
    entries.push(entry);
  }
  return entries;
}
