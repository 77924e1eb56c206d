/**
 * `npm start`: builds and packages the extension, starts a real editor on it with a sample workspace, and plays the
 * incident in this terminal against a stand-in API on loopback: first ungoverned, then governed. Nothing leaves the
 * machine, and Ctrl-C leaves nothing behind. `--once` ends after the play.
 */
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { cleanEnvironment } from "../e2e/harness/editor.ts";
import { tryCommand } from "../e2e/harness/process.ts";
import { buildProduct, type Product } from "../e2e/harness/product.ts";
import { startRailwayApi, type RailwayApi } from "../e2e/harness/railway-api.ts";
import { createSandbox, destroySandbox, type Sandbox } from "../e2e/harness/sandbox.ts";
import { nodePath } from "../e2e/install/place.ts";
import { controlled, spellings, writeWorkspace } from "../e2e/story.ts";
import { createAgent, type AgentResult, type DemoAgent } from "./agent.ts";
import { startDemoEditor } from "./editor.ts";

interface Stage {
  readonly sandbox: Sandbox;
  readonly api: RailwayApi;
  readonly agent: DemoAgent;
  readonly product: Product;
}

const once = process.argv.includes("--once");
const undo: (() => Promise<void>)[] = [];
let step = 0;

const incident = spellings[0]?.destructive ?? "";
const harmless = spellings[0]?.harmless ?? "";

// Whatever still starts when Ctrl-C comes early must not keep the demo alive.
process.exit(await main());

async function main(): Promise<number> {
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.removeAllListeners(signal).on(signal, () => {
        resolve();
      });
    }
  });
  const play = perform().then(
    () => 0,
    (error: unknown) => {
      console.error(`\nthe demo stopped: ${error instanceof Error ? error.message : String(error)}`);
      return 1;
    },
  );
  const code = await Promise.race([
    ended.then(() => 0),
    play.then(async (played) => (played > 0 || once ? played : stay(ended))),
  ]);
  say("\ncleaning up");
  for (const one of undo.toReversed()) {
    await one().catch(() => undefined);
  }
  say("nothing is left behind but the caches in node_modules and .cache");
  return code;
}

async function stay(ended: Promise<void>): Promise<number> {
  say("\nPress Ctrl-C to end.");
  await ended;
  return 0;
}

async function perform(): Promise<void> {
  say("Signalbox demo: what destroyed a company's production, and what stops it.\n");
  title("building the extension");
  const product = await buildProduct(say);
  say(`   ${product.vsix}`);

  title("a sample workspace with a policy");
  const sandbox = await createSandbox("demo");
  undo.push(() => destroySandbox(sandbox, false));
  await writeWorkspace(sandbox.workspace);
  const api = await startRailwayApi(sandbox.root, sandbox.home);
  undo.push(() => api.stop());
  say(`   ${sandbox.workspace}/.governance/policy.yaml`);
  say(`   a stand-in for Railway's API listens on 127.0.0.1:${api.port}; it has one volume of customer data`);

  title("a real editor with the extension in it");
  const editor = await openEditor({
    sandbox,
    vsix: product.vsix,
    progress: (line) => {
      say(`   ${line}`);
    },
  });
  say(`   ${editor.where}`);

  const stage: Stage = { sandbox, api, product, agent: await createAgent(sandbox, product.cli) };
  await ungoverned(stage);
  await governed(stage);
  await showRecord(stage);
  offerQuestion(stage, editor.where);
}

/** The play needs no editor: where none starts it goes on, and says so. */
async function openEditor(
  request: Parameters<typeof startDemoEditor>[0],
): Promise<{ readonly where: string }> {
  try {
    const editor = await startDemoEditor(request);
    undo.push(() => editor.stop());
    return editor;
  } catch (error) {
    return { where: `no editor could be started: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function ungoverned({ api, agent }: Stage): Promise<void> {
  title("UNGOVERNED: an agent cleans up the staging environment");
  say(quoted(incident));
  const result = await agent.run(incident, { governed: false, session: randomUUID() });
  say(`   the API answers  ${result.output}`);
  say(`   calls at the API: ${api.calls().length}; volumes left: ${volumes(api)}`);
}

async function governed({ api, agent }: Stage): Promise<void> {
  api.reset();
  title("GOVERNED: the same agent, the same call, with Signalbox in its hook");
  const session = randomUUID();
  say(quoted(incident));
  const startedAt = Date.now();
  const killed = await agent.run(incident, { governed: true, session });
  say(`   ${describe(killed)}, ${Date.now() - startedAt} ms after it was started`);
  say(`   calls at the API: ${api.calls().length}; volumes left: ${volumes(api)}`);
  if (api.calls().length > 0) {
    throw new Error("the call reached the API although it was governed");
  }
  say("\n   The session stays stopped. Its next call, a harmless one:");
  say(quoted(harmless));
  say(`   ${describe(await agent.run(harmless, { governed: true, session }))}`);
  say("\n   Another session, the same harmless call:");
  say(`   ${describe(await agent.run(harmless, { governed: true, session: randomUUID() }))}`);
  say(`   calls at the API: ${api.calls().length}`);
}

async function showRecord({ sandbox, product }: Stage): Promise<void> {
  title("the record");
  for (const args of [["audit", "show"], ["audit", "verify"], ["sessions"]]) {
    const { stdout, stderr } = await tryCommand({
      command: nodePath,
      args: [product.cli, ...args],
      cwd: sandbox.workspace,
      env: cleanEnvironment(sandbox.home),
      timeoutMs: 20_000,
    });
    say(`   $ signalbox ${args.join(" ")}\n${indent(`${stdout}${stderr}`.trimEnd())}`);
  }
}

/** With somebody at the keyboard: a call that needs a human, answered in the editor. */
function offerQuestion({ agent, api }: Stage, where: string): void {
  if (once || !process.stdin.isTTY) {
    return;
  }
  say(`\nTo answer a question yourself: ${where}, then press Enter here.`);
  say("An agent then adds a domain in production, which the policy puts under your control.");
  const lines = createInterface({ input: process.stdin });
  undo.push(() => Promise.resolve(lines.close()));
  lines.on("line", () => {
    say("   asking; answer in the editor");
    void agent.run(controlled, { governed: true, session: randomUUID() }).then((result) => {
      say(`   ${describe(result)}; calls at the API: ${api.calls().length}`);
    });
  });
}

function describe(result: AgentResult): string {
  if (result.killed) {
    return "KILLED: the call never ran, and the agent's process was ended";
  }
  if (result.stopped) {
    return `STOPPED: ${reasonOf(result.output)}`;
  }
  return `RAN: ${result.output}`;
}

/** The sentence inside the hook's reply. */
function reasonOf(reply: string): string {
  return /"permissionDecisionReason":"((?:[^"\\]|\\.)*)"/.exec(reply)?.[1]?.replaceAll('\\"', '"') ?? reply;
}

function volumes(api: RailwayApi): string {
  return api.volumes().length === 0 ? "none, and its backups are gone with it" : api.volumes().join(", ");
}

function title(text: string): void {
  step += 1;
  say(`\n${step}. ${text}`);
}

function quoted(command: string): string {
  return `   $ ${command}`;
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `     ${line}`)
    .join("\n");
}

function say(line: string): void {
  console.log(line);
}
