import { resolve } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { makeVisibleLine } from "../base/visible-text.ts";
import { rejudge } from "../boundary/check/rejudge.ts";
import { fileLookups } from "../boundary/files/lookups.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { Catalogues } from "../broker/catalogues.ts";
import { workspaceOf } from "../broker/workspace.ts";
import type { PoliciesInForce } from "../policy/compiled.ts";
import { lastDecisions } from "../record/last-decisions.ts";
import { Replay, type ReplayDifference, type ReplayReport } from "../record/replay.ts";
import { exitCodes, print, printJson, UsageError, type CommandContext } from "./command.ts";
import { candidateOnBaseline, readPolicyText, workspacePolicies } from "./evaluate.ts";
import { placeOf } from "./explain-text.ts";
import { noPositionals, type OptionSpec, type ParsedOptions } from "./options.ts";

export const replayOptions: OptionSpec = {
  policy: "text",
  last: "text",
  all: "flag",
  json: "flag",
  stdin: "flag",
  progress: "flag",
};

/** Requests that are replayed where nobody says how many. */
const usualCount = 1000;

/** Requests between two lines of progress. */
const progressStep = 50;

/** `audit replay`: what a policy would have said of the requests in the record. */
export async function replayRecord(
  parsed: ParsedOptions,
  context: CommandContext,
  folder: string,
): Promise<number> {
  noPositionals(parsed);
  const last = Number(parsed.text["last"] ?? String(usualCount));
  if (!Number.isSafeInteger(last) || last < 0) {
    throw new UsageError("`--last` takes a whole number from 0");
  }
  const workspace = parsed.flags.has("all") ? undefined : workspaceOf(context.cwd);
  const replay = new Replay(rejudgeWith(await candidateFor(parsed, context), context));
  const decisions = await lastDecisions(folder, { workspace, last });
  for (const [index, recorded] of decisions.entries()) {
    replay.add(recorded);
    if (parsed.flags.has("progress") && (index + 1) % progressStep === 0) {
      print(context.stderr, `${index + 1}/${decisions.length}`);
    }
  }
  const report = replay.report();
  if (parsed.flags.has("json")) {
    printJson(context.stdout, report);
  } else {
    print(context.stdout, reportLines(report, context.cwd).join("\n"));
  }
  return exitCodes.done;
}

type CandidateFor = (workspace: string) => PoliciesInForce;

function rejudgeWith(
  candidate: CandidateFor,
  context: CommandContext,
): ConstructorParameters<typeof Replay>[0] {
  const catalogue = packagedCatalogue();
  const catalogues = new Catalogues(catalogue);
  const byWorkspace = new Map<string, PoliciesInForce>();
  const policies = (workspace: string): PoliciesInForce => {
    const known = byWorkspace.get(workspace) ?? candidate(workspace);
    byWorkspace.set(workspace, known);
    return known;
  };
  // Compiled now, so that a policy that does not load is told before the record is read.
  policies(workspaceOf(context.cwd));
  const ports = {
    catalogue,
    extended: (workspace: string) => catalogues.extended(workspace),
    lookups: (workspace: string) =>
      // What the agents' environments and credentials were is known to the record alone.
      fileLookups({ home: context.home, workspace, env: () => undefined, credentialsIn: () => [] }),
    policies,
  };
  return (recorded) => rejudge(recorded, ports);
}

/** The policy that is given, as if it were approved in every workspace; else what is in force. */
async function candidateFor(
  parsed: ParsedOptions,
  { cwd, home, stdin }: CommandContext,
): Promise<CandidateFor> {
  const catalogue = packagedCatalogue();
  const given = parsed.text["policy"];
  const isOnStdin = parsed.flags.has("stdin");
  if (given === undefined && isOnStdin) {
    throw new UsageError("`--stdin` needs `--policy FILE`, whose text it gives");
  }
  if (given === undefined) {
    const policies = workspacePolicies(home, catalogue);
    return (workspace) => policies.inForce(workspace);
  }
  const file = resolve(cwd, given);
  const text = isOnStdin ? await textOf(stdin) : readPolicyText(file);
  return (workspace) => candidateOnBaseline({ file, text }, { workspace, home }, catalogue);
}

function reportLines(report: ReplayReport, from: string): readonly string[] {
  const { requests, byRequest, latched, differences } = report;
  if (requests === 0) {
    return ["the record holds no decided requests of this folder; `--all` replays those of all folders"];
  }
  const rest = requests - byRequest;
  return [
    `${requests} recorded requests: ${byRequest} were classified again, ${rest} decided by what they were taken for`,
    ...(rest === 0
      ? []
      : ["  (the record holds those masked or cut, or what they speak of has changed since)"]),
    ...(latched === 0 ? [] : [`${latched} of killed sessions are left out`]),
    "",
    ...(differences.length === 0 ? ["none would be decided otherwise"] : []),
    ...sectionLines("would now be stricter:", differences.filter(isStricter), from),
    ...sectionLines(
      "would now be looser:",
      differences.filter((each) => !isStricter(each)),
      from,
    ),
  ];
}

function isStricter({ direction }: ReplayDifference): boolean {
  return direction === "stricter";
}

function sectionLines(
  title: string,
  differences: readonly ReplayDifference[],
  from: string,
): readonly string[] {
  return differences.length === 0
    ? []
    : [title, ...differences.flatMap((difference) => differenceLines(difference, from))];
}

function differenceLines(difference: ReplayDifference, from: string): readonly string[] {
  const { count, rule, because, examples } = difference;
  const place =
    rule === undefined ? "no rule is against it" : `${placeOf(rule, from)} ${rule.pointer}: ${because}`;
  return [
    `  ${String(count).padStart(5)}  ${difference.from} → ${difference.to}  ${makeVisibleLine(place)}`,
    ...examples.map(({ seq, agent, headline }) => `         #${seq} ${agent}: ${makeVisibleLine(headline)}`),
  ];
}
