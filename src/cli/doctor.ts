import { checklist } from "../boundary/checklist/checklist.ts";
import type { ChecklistFacts } from "../boundary/checklist/facts.ts";
import type { Point } from "../boundary/checklist/point.ts";
import { checklistSarif } from "../boundary/checklist/sarif.ts";
import { packagedVersion } from "../boundary/files/packaged.ts";
import type { CanaryProof } from "../boundary/canary/proofs.ts";
import { probes } from "../boundary/hooks/probes.ts";
import { exitCodes, print, printJson, UsageError, type Command, type CommandContext } from "./command.ts";
import { gatherFacts } from "./doctor-facts.ts";
import { runCanaries } from "./doctor-live.ts";
import { progressTo } from "./doctor-progress.ts";
import { checklistText } from "./doctor-text.ts";
import { tryAgent } from "./doctor-try-agent.ts";
import { parseOptions, type OptionSpec, type ParsedOptions } from "./options.ts";

const options: OptionSpec = {
  json: "flag",
  sarif: "flag",
  ci: "flag",
  live: "flag",
  verbose: "flag",
  progress: "flag",
  wait: "text",
};

const agentNames = probes.map(({ agent }) => agent);

export const doctorCommand: Command = {
  name: "doctor",
  summary: "the 12-point checklist: is what governs agents here complete, in force, and proved?",
  help: `usage: signalbox doctor [--live] [--json | --sarif] [--verbose]
       signalbox doctor --ci [--json | --sarif] [--verbose]
       signalbox doctor --live AGENT [--wait SECONDS]

Measures each point, and says with file and line what it found and what to do. What nobody could look at is told as
NOT MEASURED, never as passed.

options:
  --live            let a canary try the installed hooks of every armed agent: a command that must be denied, one that
                    must pass, and a payload that is cut off; nothing of it is run
  --live AGENT      the same for one agent, and then wait until AGENT itself was asked to run the canary: the
                    two-minute check for agents that cannot be started from here, such as Cursor
  --wait SECONDS    how long to wait for AGENT (default 120)
  --ci              only what a repository can answer: no user, agents, approvers and record are needed
  --json            print the points, their findings and fixes as JSON
  --sarif           print what failed or is worth a look as SARIF 2.1.0
  --verbose         show what passed, too
  --progress        say on standard error what is being looked at (default: where that is a terminal)

AGENT is one of ${agentNames.join(", ")}.

exit codes: 0 every point passed, is not applicable or only worth a look; 1 a point failed, or was not measured (with --ci
only the former counts; with --live AGENT: AGENT was not seen to be denied); 2 wrong usage`,
  async run(args, context) {
    const parsed = parseOptions(args, options);
    checkUsage(parsed);
    const [agent] = parsed.positionals;
    const progress = progressTo(parsed, context);
    const scope = parsed.flags.has("ci") ? "repository" : "machine";
    const facts = await gatherFacts({ context, scope, progress: progress.say });
    if (agent !== undefined) {
      progress.done();
      return tryAgent(agent, facts, { parsed, context, progress });
    }
    const canaries = parsed.flags.has("live")
      ? await runCanaries(
          { facts, home: context.home, progress: progress.say },
          facts.agents.ok ? facts.agents.value : [],
        )
      : [];
    // What canaries did is in the record, and what they came to counts.
    const now = canaries.length === 0 ? facts : await gatherFacts({ context, scope, progress: progress.say });
    const points = checklist(now, progress.say);
    progress.done();
    report(points, { facts, canaries, parsed, context });
    return exitCodeOf(points, scope);
  },
};

function checkUsage({ flags, positionals, text }: ParsedOptions): void {
  const [agent, ...more] = positionals;
  if (flags.has("json") && flags.has("sarif")) {
    throw new UsageError("give one of `--json` and `--sarif`");
  }
  if (flags.has("ci") && flags.has("live")) {
    throw new UsageError("give one of `--ci` and `--live`");
  }
  if (agent !== undefined && (!flags.has("live") || more.length > 0 || flags.has("sarif"))) {
    throw new UsageError(`unexpected argument \`${more[0] ?? agent}\``);
  }
  if (agent !== undefined && !agentNames.includes(agent)) {
    throw new UsageError(`no agent \`${agent}\`; there are ${agentNames.join(", ")}`);
  }
  if (text["wait"] !== undefined && (agent === undefined || !/^[1-9]\d{0,3}$/.test(text["wait"]))) {
    throw new UsageError("`--wait` takes a number of seconds up to 9999, with `--live AGENT`");
  }
}

interface Reporting {
  readonly facts: ChecklistFacts;
  readonly canaries: readonly CanaryProof[];
  readonly parsed: ParsedOptions;
  readonly context: CommandContext;
}

function report(points: readonly Point[], { facts, canaries, parsed, context }: Reporting): void {
  const { workspace } = facts;
  if (parsed.flags.has("sarif")) {
    printJson(context.stdout, checklistSarif(points, { workspace, version: packagedVersion() }));
  } else if (parsed.flags.has("json")) {
    printJson(context.stdout, {
      version: 1,
      workspace,
      scope: parsed.flags.has("ci") ? "repository" : "machine",
      at: new Date().toISOString(),
      points: points.map((point) => ({ ...point })),
      canaries: canaries.map((canary) => ({ ...canary })),
    });
  } else {
    const text = checklistText(points, { from: context.cwd, verbose: parsed.flags.has("verbose") });
    print(context.stdout, `${workspace}\n\n${text}`);
  }
}

function exitCodeOf(points: readonly Point[], scope: "machine" | "repository"): number {
  const bad = points.some(
    ({ state }) => state === "fail" || (state === "not_measured" && scope === "machine"),
  );
  return bad ? exitCodes.failed : exitCodes.done;
}
