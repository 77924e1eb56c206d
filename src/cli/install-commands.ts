import { stringField } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { installRules, prohibitionsOf, uninstallRules } from "../boundary/files/rules/keep-rules.ts";
import type { Prohibitions } from "../boundary/files/rules/rule-file.ts";
import type { RulesTarget } from "../boundary/files/rules/rules-ledger.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { install, uninstall, type InstallReport } from "../boundary/hooks/install.ts";
import { hookFilesOf } from "../boundary/hooks/install-plan.ts";
import { openApproverKeys } from "../broker/approver-keys.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { askBroker } from "./broker-request.ts";
import { exitCodes, print, printJson, type Command, type CommandContext } from "./command.ts";
import { workspacePolicies } from "./evaluate.ts";
import { hasRules, targetHelp, targetOf, targetOptions, type AgentTarget } from "./install-target.ts";
import { parseOptions } from "./options.ts";

export const installCommand: Command = {
  name: "install",
  summary: "put the hooks into an agent, so that it asks before it acts",
  help: `usage: signalbox install AGENT…|--all [--workspace DIR | --managed] [--rules-only] [--json]

${targetHelp}

Beside the hooks, what the policies hide is written into the agent's own ignore files and permission rules: hooks do not see what
a person mentions or attaches. They follow the policies from then on. Doing it twice changes nothing. \`signalbox status\` tells
of drift, and installing again repairs it.`,
  run: (args, context) => installOrUninstall(args, context, installOne),
};

export const uninstallCommand: Command = {
  name: "uninstall",
  summary: "take the hooks out again, and leave everybody else's entries as they are",
  help: `usage: signalbox uninstall AGENT…|--all [--workspace DIR | --managed] [--rules-only] [--json]

${targetHelp}

Once an editor is enrolled as approver, it asks for confirmation first. The record of decisions is kept: ~/.signalbox/record`,
  async run(args, context) {
    const parsed = parseOptions(args, targetOptions);
    const { agents, scope } = targetOf(parsed, context);
    const what = parsed.flags.has("rules-only") ? "the ignore files and permission rules" : "the hooks";
    const names = agents.map(({ agent }) => agent).join(", ");
    const confirmed = await confirmUninstall(`${what} of ${names} (${scope})`, context);
    if (!confirmed.ok) {
      print(context.stderr, confirmed.error);
      return exitCodes.failed;
    }
    return installOrUninstall(args, context, uninstallOne);
  },
};

type Act = (target: AgentTarget, prohibitions: () => Prohibitions) => Result<InstallReport>;

/** Rules last: what they add to a file that holds hooks as well is then the first to go. */
function installOne(target: AgentTarget, prohibitions: () => Prohibitions): Result<InstallReport> {
  const hooks = hooksOf(target, install);
  if (!hooks.ok || !hasRules(target.rules)) {
    return hooks.ok ? ok({ ...hooks.value, steps: [...hooks.value.steps, ...workspaceStep(target)] }) : hooks;
  }
  const rules = installRules(target.rules, prohibitions(), target.stateDir);
  return rules.ok ? ok({ ...hooks.value, changed: joined(hooks.value.changed, rules.value) }) : rules;
}

/** Most ignore files are read from the workspace alone. */
function workspaceStep({ agent, scope }: AgentTarget): readonly string[] {
  return scope === "user" && hasRules({ agent, scope: "workspace", base: "/" })
    ? [
        `\`signalbox install ${agent} --workspace DIR --rules-only\` writes its ignore file: no hook sees what a person mentions`,
      ]
    : [];
}

function uninstallOne(target: AgentTarget): Result<InstallReport> {
  const rules = uninstallRules(target.rules, target.stateDir);
  const hooks = rules.ok ? hooksOf(target, uninstall) : rules;
  return rules.ok && hooks.ok
    ? ok({ ...hooks.value, changed: joined(rules.value, hooks.value.changed) })
    : hooks;
}

/** Where there is no hook to be had, there must be rules, or nothing at all would be done. */
function hooksOf({ scope, hooks, rules }: AgentTarget, act: typeof install): Result<InstallReport> {
  if (hooks !== undefined && (hookFilesOf(hooks).ok || !hasRules(rules))) {
    return act(hooks);
  }
  return hasRules(rules)
    ? ok({ changed: [], steps: [] })
    : err(`it has neither hooks nor rules of its own at the level \`${scope}\``);
}

function joined(first: readonly string[], second: readonly string[]): readonly string[] {
  return [...new Set([...first, ...second])];
}

/** What the policies in force say for a target, read once for each folder. */
export function prohibitionsFor(context: CommandContext): (target: RulesTarget) => Prohibitions {
  const found = new Map<string, Prohibitions>();
  const catalogue = packagedCatalogue();
  const policies = workspacePolicies(context.home, catalogue);
  return ({ scope, base }) => {
    const workspace = scope === "workspace" ? base : context.home;
    const known =
      found.get(workspace) ??
      prohibitionsOf(policies.inForce(workspace), { workspace, home: context.home }, catalogue);
    found.set(workspace, known);
    return known;
  };
}

async function installOrUninstall(
  args: readonly string[],
  context: CommandContext,
  act: Act,
): Promise<number> {
  const parsed = parseOptions(args, targetOptions);
  let prohibitions: ReturnType<typeof prohibitionsFor> | undefined;
  const results = targetOf(parsed, context).agents.map((target) => ({
    agent: target.agent,
    result: act(target, () => (prohibitions ??= prohibitionsFor(context))(target.rules)),
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
