import { makeVisibleLine } from "../base/visible-text.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { workspaceOf } from "../broker/workspace.ts";
import { lastDecisions } from "../record/last-decisions.ts";
import { ObserveCount, type ObservedRule, type ObserveReport } from "../record/observe-report.ts";
import { exitCodes, print, printJson, UsageError, type CommandContext } from "./command.ts";
import { workspacePolicies } from "./evaluate.ts";
import { placeOf } from "./explain-text.ts";
import { noPositionals, type OptionSpec, type ParsedOptions } from "./options.ts";

export const observeReportOptions: OptionSpec = { last: "text", all: "flag", json: "flag" };

/** Requests that are looked at where nobody says how many. */
const usualCount = 10_000;

/** `audit observe-report`: what would have been stopped while policies only observed, and how to switch. */
export async function observeReport(
  parsed: ParsedOptions,
  context: CommandContext,
  folder: string,
): Promise<number> {
  noPositionals(parsed);
  const last = Number(parsed.text["last"] ?? String(usualCount));
  if (!Number.isSafeInteger(last) || last < 0) {
    throw new UsageError("`--last` takes a whole number from 0");
  }
  const workspace = workspaceOf(context.cwd);
  const count = new ObserveCount();
  const scope = parsed.flags.has("all") ? undefined : workspace;
  for (const recorded of await lastDecisions(folder, { workspace: scope, last })) {
    count.add(recorded);
  }
  const report = count.report();
  const observing = observingPolicies(workspace, context.home);
  if (parsed.flags.has("json")) {
    printJson(context.stdout, { ...report, observing });
  } else {
    print(context.stdout, reportLines(report, observing, context.cwd).join("\n"));
  }
  return exitCodes.done;
}

/** Files of the policies that say `observe` and are in force in a folder. */
function observingPolicies(workspace: string, home: string): readonly string[] {
  const { stacks } = workspacePolicies(home, packagedCatalogue()).inForce(workspace);
  const files = stacks
    .flatMap(({ policies }) => policies)
    .flatMap(({ enforcement, file }) => (enforcement === "observe" ? [file] : []));
  return [...new Set(files)];
}

function reportLines(report: ObserveReport, observing: readonly string[], from: string): readonly string[] {
  const { requests, would, days, rules } = report;
  if (rules.length === 0) {
    return [
      "the record holds no request of this folder that a policy only observed; `--all` looks at all folders",
      ...switchLines(observing, from),
    ];
  }
  return [
    `${requests} requests on ${days === 1 ? "1 day" : `${days} days`} since policies only observe`,
    `would have been: ${would.kill} killed, ${would.deny} denied, ${would.ask} asked${askRate(report)}`,
    "",
    ...rules.flatMap((rule) => ruleLines(rule, from)),
    ...switchLines(observing, from),
  ];
}

/** How often people would be interrupted: what a team wants to know before it switches. */
function askRate({ would, days }: ObserveReport): string {
  return would.ask === 0 ? "" : ` (${(would.ask / days).toFixed(1).replace(/\.0$/, "")} a day)`;
}

function ruleLines(
  { rule, verdict, because, count, examples }: ObservedRule,
  from: string,
): readonly string[] {
  return [
    `${String(count).padStart(5)}  ${verdict.padEnd(4)}  ${placeOf(rule, from)} ${rule.pointer}: ${makeVisibleLine(because)}`,
    ...examples.map(
      ({ seq, agent, headline }) => `             #${seq} ${agent}: ${makeVisibleLine(headline)}`,
    ),
  ];
}

function switchLines(observing: readonly string[], from: string): readonly string[] {
  return observing.length === 0
    ? ["", "nothing only observes in this folder now"]
    : [
        "",
        ...observing.map(
          (file) =>
            `to stop these: write \`enforcement: enforce\` in ${placeOf({ file, line: 1 }, from).replace(/:1$/, "")}; it holds at once, \`signalbox policy approve\` makes it the approved one`,
        ),
      ];
}
