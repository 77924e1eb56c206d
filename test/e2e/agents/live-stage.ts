import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "../harness/editor.ts";
import { tryCommand, type Finished } from "../harness/process.ts";
import { buildProduct } from "../harness/product.ts";
import { startRailwayApi, type RailwayApi } from "../harness/railway-api.ts";
import { createSandbox, destroySandbox, type Sandbox } from "../harness/sandbox.ts";
import { logsFolder, nodePath, repository } from "../install/place.ts";
import { startModelApi, type ModelApi, type ModelTurn } from "../models/model-api.ts";
import { secretInEnvFile, writeWorkspace } from "../story.ts";
import { hiddenFile } from "./deeds.ts";
import type { LiveAgent, LiveCall, LivePlace } from "./live-agent.ts";

/** One call of the scripted model, and what happens in the world right before the model asks for it. */
export type LiveTurn = LiveCall & { readonly before?: () => void };

/** One real agent on a machine of its own: a home, a workspace, a model, an API, and a copy of the product. */
export interface LiveStage {
  readonly sandbox: Sandbox;
  readonly railway: RailwayApi;
  readonly model: ModelApi;
  /** The product's files, in a place of their own: taking one away disturbs nobody. */
  readonly product: string;
  /** Where the agent runs. */
  readonly place: LivePlace;
  /** One conversation, in which the model takes these turns and then stops; `options` are added to the agent's own. */
  play(turns: readonly ModelTurn[], options?: readonly string[], prompt?: string): Promise<Finished>;
  /** One conversation, in which the model asks for these calls, one a turn, and then stops. */
  converse(...turns: readonly LiveTurn[]): Promise<Finished>;
  /** What the model was told after its first turn. */
  told(): string;
  /** Says where the whole of the last conversation is kept, for the messages of failures. */
  logs(): string;
  /** Runs the command line of the product. */
  signalbox(...args: readonly string[]): Promise<Finished>;
  close(failed: boolean): Promise<void>;
}

/** Cleans up by itself where it fails. */
export async function openLiveStage(agent: LiveAgent, progress: (line: string) => void): Promise<LiveStage> {
  const executable = await agent.install(progress);
  await buildProduct(progress);
  const sandbox = await createSandbox(agent.id);
  const undo: (() => Promise<void>)[] = [];
  const close = async (failed: boolean): Promise<void> => {
    for (const step of undo.toReversed()) {
      await step();
    }
    await destroySandbox(sandbox, failed);
  };
  try {
    const product = join(sandbox.root, "product");
    for (const part of ["dist", "policies", "media", "package.json"]) {
      await cp(join(repository, part), join(product, part), { recursive: true });
    }
    await writeWorkspace(sandbox.workspace);
    await writeFile(join(sandbox.workspace, hiddenFile), `RAILWAY_TOKEN=${secretInEnvFile}\n`);
    const railway = await startRailwayApi(sandbox.root, sandbox.home);
    undo.push(() => railway.stop());
    const model = await startModelApi(agent.dialect);
    undo.push(() => model.stop());
    const server = fileURLToPath(import.meta.resolve("./railway-mcp.ts"));
    const place: LivePlace = {
      home: sandbox.home,
      workspace: sandbox.workspace,
      model: model.address,
      mcp: { command: nodePath, args: [server, String(railway.port)] },
    };
    await agent.prepare(place);
    return stageOf({ agent, executable, place, sandbox, railway, model, product, close });
  } catch (error) {
    await close(true);
    throw error;
  }
}

interface Parts extends Pick<LiveStage, "sandbox" | "railway" | "model" | "product" | "place" | "close"> {
  readonly agent: LiveAgent;
  readonly executable: string;
}

function stageOf({ agent, executable, ...parts }: Parts): LiveStage {
  const { sandbox, railway, model, product, place } = parts;
  let conversations = 0;
  const play: LiveStage["play"] = async (turns, options, prompt = "Clean up the staging environment.") => {
    railway.reset();
    model.play([...turns, { text: "Done." }]);
    const start = agent.start(executable, place, prompt, options);
    const finished = await tryCommand({
      ...start,
      cwd: sandbox.workspace,
      env: { ...offline, ...cleanEnvironment(sandbox.home), ...start.env },
      timeoutMs: 90_000,
    });
    conversations += 1;
    const log = [finished.stdout, finished.stderr, ...model.received()].join("\n----\n");
    await writeFile(join(sandbox.logs, `${agent.id}-${conversations}.log`), log);
    if (finished.timedOut) {
      throw new Error(`${agent.title} hangs; see ${agent.id}-${conversations}.log`);
    }
    return finished;
  };
  return {
    ...parts,
    play,
    converse: (...turns) =>
      play(
        turns.map(({ before, ...call }) => ({
          calls: [agent.toolCall(call)],
          ...(before === undefined ? {} : { before }),
        })),
      ),
    logs: () => `see ${agent.id}-${conversations}.log in ${join(logsFolder, agent.id)}`,
    told: () => model.received().slice(1).join("\n"),
    signalbox: (...args) =>
      tryCommand({
        command: nodePath,
        args: [join(product, "dist", "cli.js"), ...args],
        cwd: sandbox.workspace,
        env: cleanEnvironment(sandbox.home),
        timeoutMs: 20_000,
      }),
  };
}

/** Nothing listens on this port: an agent that wants to phone home gets nowhere. Loopback, and what leads there, is reached directly. */
const nowhere = "http://127.0.0.1:9";
const direct = "127.0.0.1,localhost,backboard.railway.app,backboard.railway.com";
const offline: Readonly<Record<string, string>> = {
  HTTP_PROXY: nowhere,
  HTTPS_PROXY: nowhere,
  ALL_PROXY: nowhere,
  http_proxy: nowhere,
  https_proxy: nowhere,
  all_proxy: nowhere,
  NO_PROXY: direct,
  no_proxy: direct,
};
