import { resolve } from "node:path";
import { rulesOf } from "../boundary/files/rules/keep-rules.ts";
import { agentRules } from "../boundary/files/rules/agent-rules.ts";
import type { RulesTarget } from "../boundary/files/rules/rules-ledger.ts";
import { hookFilesOf, installerOf, type InstallOptions } from "../boundary/hooks/install-plan.ts";
import type { InstallScope } from "../boundary/hooks/installer.ts";
import { installers } from "../boundary/hooks/installers.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { brokerCommand } from "./broker-request.ts";
import { UsageError, type CommandContext } from "./command.ts";
import { noPositionals, type OptionSpec, type ParsedOptions } from "./options.ts";

const hookedAgents: readonly string[] = installers.map(({ agent }) => agent);
const hooklessAgents: readonly string[] = agentRules
  .filter(({ hookless }) => hookless !== undefined)
  .map(({ agent }) => agent);

export const targetOptions: OptionSpec = {
  all: "flag",
  workspace: "text",
  managed: "flag",
  "rules-only": "flag",
  json: "flag",
};

export const targetHelp: string = `AGENT is one of ${hookedAgents.join(", ")}; --all means all of them.
${hooklessAgents.join(", ")} have no hooks that could stop them: for these there are only rules of their own.

options:
  --workspace DIR   the hooks and ignore files of one workspace: weak, because whoever can write there can take them out
  --managed         for everybody on this machine, out of users' reach (needs administrator's rights)
                    (default: your own user)
  --rules-only      no hooks: only ignore files and permission rules, which follow the policies
  --json            print the result as JSON`;

/** One agent at one level: its hooks, where there are any to be had, and its own rules. */
export interface AgentTarget {
  readonly agent: string;
  readonly scope: InstallScope;
  readonly hooks: InstallOptions | undefined;
  readonly rules: RulesTarget;
  readonly stateDir: string;
}

export interface Target {
  readonly scope: InstallScope;
  readonly agents: readonly AgentTarget[];
}

export function targetOf(parsed: ParsedOptions, context: CommandContext): Target {
  const { workspace } = parsed.text;
  const managed = parsed.flags.has("managed");
  if (workspace !== undefined && managed) {
    throw new UsageError("give one of `--workspace` and `--managed`");
  }
  const all = parsed.flags.has("all");
  if (all) {
    noPositionals(parsed);
  } else if (parsed.positionals.length === 0) {
    throw new UsageError(`name an agent (${hookedAgents.join(", ")}) or \`--all\``);
  }
  const scope = managed ? "managed" : workspace === undefined ? "user" : "workspace";
  const named = (all ? hookedAgents : parsed.positionals.map(agentOf)).map((agent) =>
    agentTarget(agent, { scope, workspace, rulesOnly: parsed.flags.has("rules-only") }, context),
  );
  // `--all` leaves out who has nothing at such a level, instead of failing on it.
  return { scope, agents: all ? named.filter(hasAnything) : named };
}

function agentTarget(
  agent: string,
  wanted: {
    readonly scope: InstallScope;
    readonly workspace: string | undefined;
    readonly rulesOnly: boolean;
  },
  context: CommandContext,
): AgentTarget {
  const { scope, workspace } = wanted;
  const [nodePath, brokerPath = ""] = brokerCommand();
  const stateDir = stateDirectory(context.home);
  // Also for the user's own hooks: a workspace can switch them off.
  const here = resolve(context.cwd, workspace ?? ".");
  const hooks = {
    agent,
    scope,
    home: context.home,
    stateDir,
    nodePath,
    brokerPath,
    askSocket: placesOf(stateDir).askSocket,
    ...(here === context.home && workspace === undefined ? {} : { workspace: here }),
  };
  const base = { user: context.home, workspace: here, managed: "/" }[scope];
  const hooked = installerOf(agent) !== undefined && !wanted.rulesOnly;
  return { agent, scope, hooks: hooked ? hooks : undefined, rules: { agent, scope, base }, stateDir };
}

function hasAnything({ hooks, rules }: AgentTarget): boolean {
  return (hooks !== undefined && hookFilesOf(hooks).ok) || hasRules(rules);
}

export function hasRules({ agent, scope, base }: RulesTarget): boolean {
  return (rulesOf(agent)?.files({ scope, base }) ?? []).length > 0;
}

function agentOf(name: string): string {
  const known = [...hookedAgents, ...hooklessAgents];
  if (!known.includes(name)) {
    throw new UsageError(`no agent \`${name}\`; there are ${known.join(", ")}`);
  }
  return name;
}
