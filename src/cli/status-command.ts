import { rulesStatus, type RulesStatus } from "../boundary/files/rules/keep-rules.ts";
import type { RulesTarget } from "../boundary/files/rules/rules-ledger.ts";
import type { Prohibitions } from "../boundary/files/rules/rule-file.ts";
import { programOf, versionOf } from "../boundary/hooks/agent-program.ts";
import { enforcementLines, enforcementOf, type Enforcement } from "../boundary/hooks/enforcement.ts";
import { probes } from "../boundary/hooks/probes.ts";
import { adapterOf } from "../boundary/hooks/registry.ts";
import { status, type HookStatus } from "../boundary/hooks/install.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { exitCodes, print, printJson, type Command, type CommandContext } from "./command.ts";
import { prohibitionsFor } from "./install-commands.ts";
import { agentsOf, seenLines, type AgentSeen } from "./seen-agents.ts";
import { targetHelp, targetOf, targetOptions, type AgentTarget } from "./install-target.ts";
import { parseOptions } from "./options.ts";

/** How one agent's files stand at one level. Without hooks, `state` is `hookless`. */
type Standing = (
  | HookStatus
  | { readonly agent: string; readonly scope: string; readonly state: "hookless" }
) & {
  readonly rules: RulesStatus;
};

type AgentStatus = Standing &
  AgentSeen & {
    /** What its version can and cannot enforce; missing for an agent that nobody has armed. */
    readonly enforcement?: Enforcement;
  };

export const statusCommand: Command = {
  name: "status",
  summary: "show which agents are armed, how strongly, and what has drifted",
  help: `usage: signalbox status [AGENT…] [--workspace DIR | --managed] [--json]

${targetHelp}

exit codes: 0 nothing has drifted, 1 something has (\`signalbox install\` repairs it), or something ran without a decision`,
  async run(args, context) {
    const parsed = parseOptions(args, targetOptions);
    const everyone =
      parsed.positionals.length === 0 ? { ...parsed, flags: new Set([...parsed.flags, "all"]) } : parsed;
    const prohibitions = prohibitionsFor(context);
    const seen = agentsOf(placesOf(stateDirectory(context.home)));
    const found = await Promise.all(
      targetOf(everyone, context).agents.map(async (target): Promise<AgentStatus> => {
        const standing = statusOf(target, prohibitions);
        const known = seen.of(target.agent, target.scope, target.hooks);
        return { ...standing, ...known, ...(await versionFacts(standing, known, context)) };
      }),
    );
    // Some agents are called by hooks in another one's file, and have no standing of their own.
    const others = parsed.positionals.length > 0 ? [] : seen.others(found.map(({ agent }) => agent));
    if (parsed.flags.has("json")) {
      printJson(context.stdout, [...found, ...others]);
    } else {
      const lines = others.map((each) => [`${each.agent}:`, ...seenLines(each)].join("\n  "));
      print(context.stdout, [...found.map(statusLines), ...lines].join("\n"));
    }
    const drifted = found.some(({ state, rules }) => state === "drifted" || rules.state === "drifted");
    return drifted || [...found, ...others].some(({ gaps }) => gaps.length > 0)
      ? exitCodes.failed
      : exitCodes.done;
  },
};

/** Of an armed agent: the version that is installed now, before the one that was seen last, and what that can do. */
async function versionFacts(
  { agent, state }: Standing,
  known: AgentSeen,
  context: CommandContext,
): Promise<Pick<AgentStatus, "version" | "enforcement">> {
  const probe = probes.find((each) => each.agent === agent);
  const adapter = probe === undefined ? undefined : adapterOf(probe.adapter);
  if (probe === undefined || adapter === undefined || state === "missing" || state === "hookless") {
    return {};
  }
  const program = programOf(probe, context);
  const installed = program === undefined ? undefined : await versionOf(program, context);
  const version = installed ?? known.version;
  return {
    ...(version === undefined ? {} : { version }),
    enforcement: enforcementOf(adapter, version),
  };
}

function statusOf(
  { agent, scope, hooks, rules, stateDir }: AgentTarget,
  prohibitions: (target: RulesTarget) => Prohibitions,
): Standing {
  const own = rulesStatus(rules, prohibitions(rules), stateDir);
  return hooks === undefined
    ? { agent, scope, state: "hookless", rules: own }
    : { ...status(hooks), rules: own };
}

function statusLines(found: AgentStatus): string {
  const { agent, scope, state, rules } = found;
  const drifted = state === "drifted" || rules.state === "drifted";
  return [
    `${agent} (${scope}): ${hookWords(found)}`,
    ...(found.state === "hookless" ? [] : found.details),
    ...seenLines(found),
    ...(found.enforcement === undefined ? [] : enforcementLines(found.enforcement)),
    ...ruleLines(rules, state !== "missing"),
    ...(drifted ? [`help: \`signalbox install ${agent}\` repairs it`] : []),
  ].join("\n  ");
}

function hookWords(found: AgentStatus): string {
  switch (found.state) {
    case "installed":
      return `armed at ${found.level}  ${found.file}`;
    case "missing":
      return `not armed  ${found.file}`;
    case "drifted":
      return `DRIFTED  ${found.file}`;
    case "hookless":
      return "nothing of ours can stop it before it acts";
  }
}

/** Nothing is said of the rules of an agent that nobody has armed. */
function ruleLines({ state, files, details, limits }: RulesStatus, isArmed: boolean): readonly string[] {
  const limit = isArmed ? limits.map((each) => `own rules: ${each}`) : [];
  switch (state) {
    case "written":
      return [`own rules: written  ${files.join(", ")}`, ...limit];
    case "drifted":
      return ["own rules: DRIFTED", ...details];
    case "missing":
      return isArmed ? ["own rules: not written", ...limit] : [];
    case "none":
      return limit;
  }
}
