import { resolve } from "node:path";
import { stringField } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { install, status, uninstall, type HookStatus } from "../boundary/hooks/install.ts";
import { hookFilesOf, type InstallOptions } from "../boundary/hooks/install-plan.ts";
import type { InstallScope } from "../boundary/hooks/installer.ts";
import { installers } from "../boundary/hooks/installers.ts";
import { openApproverKeys } from "../broker/approver-keys.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { askBroker, brokerCommand } from "./broker-request.ts";
import { exitCodes, print, printJson, UsageError, type Command, type CommandContext } from "./command.ts";
import { noPositionals, parseOptions, type OptionSpec, type ParsedOptions } from "./options.ts";

const installableAgents: readonly string[] = installers.map(({ agent }) => agent);

const targetOptions: OptionSpec = { all: "flag", workspace: "text", managed: "flag", json: "flag" };

const targetHelp = `AGENT is one of ${installableAgents.join(", ")}; --all means all of them.

options:
  --workspace DIR   the hooks of one workspace: weak, because whoever can write there can take them out
  --managed         for everybody on this machine, out of users' reach (needs administrator's rights)
                    (default: your own user)
  --json            print the result as JSON`;

export const installCommand: Command = {
  name: "install",
  summary: "put the hooks into an agent, so that it asks before it acts",
  help: `usage: signalbox install AGENT…|--all [--workspace DIR | --managed] [--json]

${targetHelp}

Doing it twice changes nothing. \`signalbox status\` tells of drift, and installing again repairs it.`,
  run: (args, context) => installOrUninstall(args, context, install),
};

export const uninstallCommand: Command = {
  name: "uninstall",
  summary: "take the hooks out again, and leave everybody else's entries as they are",
  help: `usage: signalbox uninstall AGENT…|--all [--workspace DIR | --managed] [--json]

${targetHelp}

Once an editor is enrolled as approver, it asks for confirmation first. The record of decisions is kept: ~/.signalbox/record`,
  async run(args, context) {
    const parsed = parseOptions(args, targetOptions);
    const { agents, scope } = targetOf(parsed, context);
    const confirmed = await confirmUninstall(`the hooks of ${agents.join(", ")} (${scope})`, context);
    if (!confirmed.ok) {
      print(context.stderr, confirmed.error);
      return exitCodes.failed;
    }
    return installOrUninstall(args, context, uninstall);
  },
};

export const statusCommand: Command = {
  name: "status",
  summary: "show which agents are armed, how strongly, and what has drifted",
  help: `usage: signalbox status [AGENT…] [--workspace DIR | --managed] [--json]

${targetHelp}

exit codes: 0 nothing has drifted, 1 something has (\`signalbox install\` repairs it)`,
  async run(args, context) {
    const parsed = parseOptions(args, targetOptions);
    const everyone =
      parsed.positionals.length === 0 ? { ...parsed, flags: new Set([...parsed.flags, "all"]) } : parsed;
    const found = targetOf(everyone, context).options.map(status);
    if (parsed.flags.has("json")) {
      printJson(context.stdout, found);
    } else {
      print(context.stdout, found.map(statusLines).join("\n"));
    }
    return found.some(({ state }) => state === "drifted") ? exitCodes.failed : exitCodes.done;
  },
};

function statusLines({ agent, scope, state, level, file, details }: HookStatus): string {
  const word = { installed: `armed at ${level}`, missing: "not armed", drifted: "DRIFTED" }[state];
  const remedy = state === "drifted" ? [`  help: \`signalbox install ${agent}\` repairs it`] : [];
  return [`${agent} (${scope}): ${word}  ${file}`, ...details.map((detail) => `  ${detail}`), ...remedy].join(
    "\n",
  );
}

async function installOrUninstall(
  args: readonly string[],
  context: CommandContext,
  act: typeof install,
): Promise<number> {
  const parsed = parseOptions(args, targetOptions);
  const results = targetOf(parsed, context).options.map((options) => ({
    agent: options.agent,
    result: act(options),
  }));
  if (parsed.flags.has("json")) {
    printJson(
      context.stdout,
      results.map(({ agent, result }) =>
        result.ok ? { agent, ...result.value } : { agent, error: result.error },
      ),
    );
  } else {
    for (const { agent, result } of results) {
      print(result.ok ? context.stdout : context.stderr, resultLines(agent, result));
    }
  }
  return results.every(({ result }) => result.ok) ? exitCodes.done : exitCodes.failed;
}

function resultLines(agent: string, result: ReturnType<typeof install>): string {
  if (!result.ok) {
    return `${agent}: ${result.error}`;
  }
  const { changed, steps } = result.value;
  const lines = changed.length === 0 ? ["nothing to do"] : changed;
  return [...lines, ...steps.map((step) => `to do: ${step}`)].map((line) => `${agent}: ${line}`).join("\n");
}

interface Target {
  readonly agents: readonly string[];
  readonly scope: InstallScope;
  readonly options: readonly InstallOptions[];
}

function targetOf(parsed: ParsedOptions, context: CommandContext): Target {
  const { workspace } = parsed.text;
  const managed = parsed.flags.has("managed");
  if (workspace !== undefined && managed) {
    throw new UsageError("give one of `--workspace` and `--managed`");
  }
  if (parsed.flags.has("all")) {
    noPositionals(parsed);
  } else if (parsed.positionals.length === 0) {
    throw new UsageError(`name an agent (${installableAgents.join(", ")}) or \`--all\``);
  }
  const agents = parsed.flags.has("all") ? installableAgents : parsed.positionals.map(agentOf);
  const scope = managed ? "managed" : workspace === undefined ? "user" : "workspace";
  const [nodePath, brokerPath = ""] = brokerCommand();
  const stateDir = stateDirectory(context.home);
  const common = {
    scope,
    home: context.home,
    stateDir,
    nodePath,
    brokerPath,
    askSocket: placesOf(stateDir).askSocket,
  } as const;
  // Also for the user's own hooks: a workspace can switch them off.
  const here = resolve(context.cwd, workspace ?? ".");
  const folder = here === context.home && workspace === undefined ? {} : { workspace: here };
  const named = agents.map((agent) => ({ ...common, ...folder, agent }));
  // `--all` leaves out who has no such level, instead of failing on it.
  const options = parsed.flags.has("all") ? named.filter((each) => hookFilesOf(each).ok) : named;
  return { agents: options.map(({ agent }) => agent), scope, options };
}

function agentOf(name: string): string {
  const agent = installableAgents.find((known) => known === name);
  if (agent === undefined) {
    throw new UsageError(`no agent \`${name}\`; there are ${installableAgents.join(", ")}`);
  }
  return agent;
}

/** What loosens is confirmed by whoever is enrolled. Before the first enrolment there is nobody to ask. */
async function confirmUninstall(what: string, context: CommandContext): Promise<Result<void>> {
  const keys = openApproverKeys(placesOf(stateDirectory(context.home)).approvers);
  if (!keys.ok) {
    return err(keys.error);
  }
  if (keys.value.list().length === 0) {
    return ok(undefined);
  }
  print(context.stderr, "waiting for confirmation in the editor …");
  const { status: code, json } = await askBroker(context.home, "POST", "/v1/uninstall", { what, wait: true });
  const confirmed = code === 200 && stringField(json, "result") === "approved";
  return confirmed
    ? ok(undefined)
    : err(`nothing was removed: ${stringField(json, "message") ?? stringField(json, "error") ?? "refused"}`);
}
