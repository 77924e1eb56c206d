import { realpathSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { isJsonObject, stringField, type JsonObject } from "../base/json.ts";
import { makeVisibleLine } from "../base/visible-text.ts";
import { startSandbox, type Sandboxed } from "../boundary/sandbox/sandbox.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { isCredentialVariable } from "../classify/programs/environment.ts";
import { reachBroker } from "./broker-request.ts";
import { exitCodes, print, type CommandContext } from "./command.ts";
import { follow } from "./follow.ts";

interface SandboxedRun {
  /** As adapters name it; `unknown` for a command that is no agent. */
  readonly agent: string;
  readonly task: string | undefined;
  readonly network: boolean;
  readonly visible: readonly string[];
  /** Variables that whoever started it lets through. */
  readonly pass: readonly string[];
}

/** Runs a command in a sandbox made after the policy, and says first what the sandbox stops and what it does not. */
export async function runSandboxed(
  program: string,
  words: readonly string[],
  context: CommandContext,
  run: SandboxedRun,
): Promise<number> {
  const stateDir = stateDirectory(context.home);
  const client = await reachBroker(context.home);
  const see = async (paths: readonly string[]): Promise<JsonObject> => {
    const { status, body } = await client.request("POST", "/v1/sight", {
      cwd: context.cwd,
      agent: run.agent,
      paths,
      ...(run.task === undefined ? {} : { task: run.task }),
    });
    if (status !== 200 || !isJsonObject(body)) {
      throw new Error("the broker could not say which files are hidden, so nothing was started");
    }
    return body;
  };
  const first = await see([]);
  const started = await startSandbox(
    {
      program,
      words,
      home: realpathSync(context.home),
      workspace: stringField(first, "workspace") ?? realpathSync(context.cwd),
      cwd: realpathSync(context.cwd),
      stateDir,
      askSocket: placesOf(stateDir).askSocket,
      environment: context.env,
      visible: run.visible.map((folder) => (isAbsolute(folder) ? folder : resolve(context.cwd, folder))),
      network: run.network,
      terminal: process.stdin.isTTY || process.stdout.isTTY,
    },
    {
      hidden: async (paths) => textsOf((await see(paths))["hidden"]),
      isCredential: isCredentialVariable,
      granted: new Set([...textsOf(first["granted"]), ...run.pass]),
    },
  );
  if (!started.ok) {
    const { reason, remedy } = started.error;
    print(
      context.stderr,
      `signalbox run: ${makeVisibleLine(reason)}; nothing was started\n  help: ${remedy}`,
    );
    return exitCodes.failed;
  }
  for (const line of levelLines(started.value, run, first["closed"] === true)) {
    print(context.stderr, line);
  }
  try {
    return await follow(started.value.child, program, context);
  } finally {
    started.value.close();
  }
}

/** How strong the sandbox is, and what it does not stop. */
function levelLines(
  { hidden, tracked, droppedVariables, kept }: Sandboxed,
  { network }: SandboxedRun,
  closed: boolean,
): readonly string[] {
  const left = counted(droppedVariables.length, "credential");
  return [
    `sandbox (L2): ${counted(hidden.length, "hidden file")}, ${left} left out of the environment, writes only in the workspace, in caches and in the agent's own folder${network ? "" : ", no network"}`,
    kept
      ? "  not stopped: reading a hidden file in the first milliseconds after it was made or replaced from outside"
      : "  not stopped: hidden files that are made, or replaced from outside, while it runs",
    "  not stopped: what is written there is run outside later on by whoever builds, tests or starts it; reading hidden files that lie neither in the workspace nor in the home folder",
    ...(network ? ["  not stopped: the network; what leaves by it is up to the agent's hooks"] : []),
    ...(tracked.length === 0
      ? []
      : [
          `  not stopped: git's history, which holds ${tracked.map(makeVisibleLine).join(", ")}: rotate what is in there`,
        ]),
    ...(closed
      ? [
          "  not stopped: reading files that `signal.default: closed` does not name; the agent's hooks hold there",
        ]
      : []),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
