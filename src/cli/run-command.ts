import { spawn } from "node:child_process";
import { basename } from "node:path";
import { stringField } from "../base/json.ts";
import { makeVisibleLine } from "../base/visible-text.ts";
import { status, type HookStatus } from "../boundary/hooks/install.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { askBroker, brokerCommand } from "./broker-request.ts";
import { exitCodes, print, UsageError, type Command, type CommandContext } from "./command.ts";
import { noPositionals, parseOptions } from "./options.ts";
import { follow } from "./follow.ts";
import { runSandboxed } from "./run-sandboxed.ts";
import { commandLine } from "./shell-words.ts";

/** Programs that start an agent whose hooks we can look after. */
const programs: Readonly<Record<string, string>> = {
  claude: "claude-code",
  codex: "codex",
  "cursor-agent": "cursor",
  gemini: "gemini-cli",
  qwen: "qwen-code",
};

export const runCommand: Command = {
  name: "run",
  summary: "start an agent for one of the policy's tasks, or an agent or command in a sandbox",
  help: `usage: signalbox run [--task TASK] [--sandbox [--no-network] [--visible FOLDER[:…]] [--pass NAME[,…]]] -- COMMAND [ARG…]

COMMAND is an agent whose hooks are installed: ${Object.keys(programs).join(", ")}.
In a sandbox it may be any command.

options:
  --task TASK   a task under \`sessions:\` in the policy. You confirm it in the editor; it then holds for every
                conversation that this command starts, whatever the agent says of itself
  --sandbox     Linux, with bubblewrap: hidden files are not there, nothing outside the workspace can be written,
                credentials that the policy does not grant are not in the environment, and nothing outlives COMMAND
  --no-network  no network at all inside
  --visible     further folders that are seen inside, read-only
  --pass        variables that are kept although they look like credentials

exit codes: the command's own (128 and the signal's number where a signal ended it); 1 the task was not confirmed,
no boundary is armed for COMMAND, or no sandbox could be made (then nothing was started)`,
  async run(args, context) {
    const parsed = parseOptions(args, {
      task: "text",
      sandbox: "flag",
      "no-network": "flag",
      visible: "text",
      pass: "text",
    });
    noPositionals(parsed);
    const [program, ...words] = parsed.rest ?? [];
    if (program === undefined) {
      throw new UsageError("COMMAND is missing; it comes behind `--`");
    }
    const sandbox = parsed.flags.has("sandbox");
    const ofSandbox = ["no-network", "visible", "pass"].find(
      (name) => parsed.flags.has(name) || parsed.text[name] !== undefined,
    );
    if (!sandbox && ofSandbox !== undefined) {
      throw new UsageError(`\`--${ofSandbox}\` says what a sandbox has; add \`--sandbox\``);
    }
    const any = sandbox && parsed.text["task"] === undefined && programs[basename(program)] === undefined;
    const unarmed = any ? undefined : whyUnarmed(program, context);
    if (unarmed !== undefined) {
      print(context.stderr, `signalbox run: ${unarmed}`);
      return exitCodes.failed;
    }
    const { task } = parsed.text;
    if (task !== undefined) {
      const refused = await declare(task, commandLine([program, ...words]), context);
      if (refused !== undefined) {
        print(context.stderr, `signalbox run: ${refused}`);
        return exitCodes.failed;
      }
    }
    return sandbox
      ? runSandboxed(program, words, context, {
          agent: programs[basename(program)] ?? "unknown",
          task,
          network: !parsed.flags.has("no-network"),
          visible: listOf(parsed.text["visible"], ":"),
          pass: listOf(parsed.text["pass"], ","),
        })
      : follow(spawn(program, words, { stdio: "inherit", cwd: context.cwd }), program, context);
  },
};

function listOf(text: string | undefined, separator: string): readonly string[] {
  return (text ?? "").split(separator).filter((item) => item !== "");
}

/** A task binds what asks: an agent without hooks never asks, and nobody is to believe that it is held. */
function whyUnarmed(program: string, context: CommandContext): string | undefined {
  const name = basename(program);
  const agent = programs[name];
  if (agent === undefined) {
    return `\`${makeVisibleLine(name)}\` is no agent that Signalbox has hooks for, so nothing would hold it\n  help: known are ${Object.keys(programs).join(", ")}`;
  }
  const [nodePath, brokerPath = ""] = brokerCommand();
  const stateDir = stateDirectory(context.home);
  const common = {
    agent,
    home: context.home,
    stateDir,
    nodePath,
    brokerPath,
    askSocket: placesOf(stateDir).askSocket,
  };
  const armed = (scope: "user" | "managed"): HookStatus["state"] => status({ ...common, scope }).state;
  return armed("user") === "installed" || armed("managed") === "installed"
    ? undefined
    : `the hooks of ${agent} are not in place\n  help: \`signalbox install ${agent}\``;
}

/** Undefined once a human has confirmed the task for this process and whatever it starts. */
async function declare(task: string, command: string, context: CommandContext): Promise<string | undefined> {
  print(context.stderr, `waiting for you to confirm the task ${makeVisibleLine(task)} …`);
  const { status: code, json } = await askBroker(context.home, "POST", "/v1/run", {
    task,
    cwd: context.cwd,
    pid: process.pid,
    command,
    wait: true,
  });
  if (code === 200 && stringField(json, "result") === "approved") {
    return undefined;
  }
  const why = stringField(json, "message") ?? stringField(json, "error") ?? "it was refused";
  const remedy = stringField(json, "remedy");
  return remedy === undefined ? why : `${why}\n  help: ${remedy}`;
}
