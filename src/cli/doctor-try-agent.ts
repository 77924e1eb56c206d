import { randomBytes } from "node:crypto";
import type { JsonObject } from "../base/json.ts";
import { detectAgents } from "../boundary/checklist/detect-agents.ts";
import type { ChecklistFacts, DetectedAgent } from "../boundary/checklist/facts.ts";
import { probes } from "../boundary/hooks/probes.ts";
import { readProofs, type CanaryProof } from "../boundary/canary/proofs.ts";
import { stateDirectory } from "../broker/places.ts";
import { exitCodes, print, printJson, type CommandContext } from "./command.ts";
import { installsFor } from "./doctor-facts.ts";
import {
  awaitSighting,
  canaryCommands,
  keepSighting,
  remainingSteps,
  runCanaries,
  whyNoCanary,
  type Sighting,
} from "./doctor-live.ts";
import type { Progress } from "./doctor-progress.ts";
import type { ParsedOptions } from "./options.ts";

interface Asking {
  readonly parsed: ParsedOptions;
  readonly context: CommandContext;
  readonly progress: Progress;
}

/** The canary as this process runs it, and then as the agent itself does. */
export async function tryAgent(
  name: string,
  facts: ChecklistFacts,
  { parsed, context, progress }: Asking,
): Promise<number> {
  const { home } = context;
  const agent = await agentNamed(name, facts, context);
  const say = (text: string): void => {
    if (!parsed.flags.has("json")) {
      print(context.stdout, text);
    }
  };
  const canaries = await runCanaries({ facts, home, progress: () => undefined }, [agent]);
  for (const { scope, proved, detail } of canaries) {
    say(
      `${agent.title} (${scope}): ${proved ? "the installed hook answers as it should" : "FAIL"}: ${detail}`,
    );
  }
  if (canaries.length === 0 || canaries.some(({ proved }) => !proved)) {
    const impossible = whyNoCanary(facts, name);
    const what = canaries.length === 0 ? `${agent.title} is not armed` : "the installed hooks do not work";
    say(
      impossible === undefined
        ? `${what}; run \`signalbox install ${name}\`, and then this again`
        : `NOT MEASURED: ${impossible}`,
    );
    printLive(parsed, context, {
      agent: name,
      canaries,
      result: impossible === undefined ? "not_armed" : "not_measured",
    });
    return exitCodes.failed;
  }
  const nonce = randomBytes(6).toString("hex");
  const command = canaryCommands(facts, nonce, name)?.denied ?? "";
  const waitMs = Number(parsed.text["wait"] ?? "120") * 1000;
  say(askText(agent, command, waitMs));
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once("SIGINT", interrupt);
  const sighting = await awaitSighting(home, nonce, {
    waitMs,
    signal: stop.signal,
    tick: (left) => progress.say(`the record, for ${Math.ceil(left / 1000)} s more`),
  });
  process.off("SIGINT", interrupt);
  progress.done();
  const seen =
    sighting.kind === "denied" &&
    probes.some(({ adapter, agent: own }) => own === name && adapter === sighting.agent);
  if (seen) {
    keepSighting({ ...agent, ...versionOf(sighting) }, facts.workspace, home, sighting.at);
  }
  say(sightingText(sighting, agent, remainingSteps(name, facts.workspace, home)));
  printLive(parsed, context, { agent: name, canaries, result: seen ? "proved" : sighting.kind });
  return seen ? exitCodes.done : exitCodes.failed;
}

async function agentNamed(
  name: string,
  { workspace }: ChecklistFacts,
  { home, env }: CommandContext,
): Promise<DetectedAgent> {
  const [agent] = await detectAgents({
    home,
    env,
    workspace,
    installs: installsFor(home, workspace),
    proofs: readProofs(stateDirectory(home)),
    sessions: [],
    only: [name],
  });
  if (agent === undefined) {
    throw new Error(`\`${name}\` has no probe`);
  }
  return agent;
}

function askText({ title }: DetectedAgent, command: string, waitMs: number): string {
  return [
    "",
    `Now in ${title}, in this workspace, ask its agent:`,
    "",
    `    Run this command in the terminal, exactly as it is: ${command}`,
    "",
    "The file does not exist, so nothing happens even without Signalbox. With it, the agent is told that the command was",
    `blocked. Waiting up to ${waitMs / 1000} s for ${title} to ask (Ctrl-C gives up) …`,
  ].join("\n");
}

function sightingText(
  sighting: Sighting,
  { title, version }: DetectedAgent,
  steps: readonly string[],
): string {
  const told = versionOf(sighting).version ?? version;
  const shown = told === undefined ? title : `${title} ${told}`;
  switch (sighting.kind) {
    case "denied":
      return isOther(sighting.agent, title)
        ? `NOT PROVED: \`${sighting.agent}\` asked and was denied, and that is not ${title}`
        : `proved: ${shown} asked at ${sighting.at}, and was denied`;
    case "passed":
      return `NOT PROVED: ${shown} asked at ${sighting.at}, and was not denied; see \`signalbox audit show\``;
    default: {
      const why = sighting.kind === "interrupted" ? "given up" : "nothing came in time";
      const advice = [
        ...steps,
        `start ${title} anew, and open this workspace in it`,
        "look into its own list or log of hooks for an error",
        "if the agent would not run the command, ask it to read the file instead",
      ];
      return [`NOT SEEN: ${why}. What may help:`, ...advice.map((step) => `  - ${step}`)].join("\n");
    }
  }
}

function versionOf(sighting: Sighting): { readonly version?: string } {
  return "version" in sighting && sighting.version !== undefined ? { version: sighting.version } : {};
}

/** Several agents read each other's hook files: whoever asked says so in the payload. */
function isOther(seen: string, title: string): boolean {
  return probes.find(({ adapter }) => adapter === seen)?.title !== title;
}

function printLive(
  { flags }: ParsedOptions,
  { stdout }: CommandContext,
  result: { readonly agent: string; readonly result: string; readonly canaries: readonly CanaryProof[] },
): void {
  if (flags.has("json")) {
    const json: JsonObject = {
      version: 1,
      ...result,
      canaries: result.canaries.map((proof) => ({ ...proof })),
    };
    printJson(stdout, json);
  }
}
