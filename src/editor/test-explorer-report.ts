import { makeVisibleLine } from "../base/visible-text.ts";
import type { Verdict } from "../model/verdict.ts";

/** Where something is, counted from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** Why a test file, or its policy, does not load. */
export interface ListedProblem extends Place {
  readonly message: string;
  readonly help: string;
  readonly file: string;
}

export interface ListedCase extends Place {
  readonly name: string;
}

/** A test file as `signalbox test --list` prints it. */
export interface ListedFile<Case extends ListedCase = ListedCase> {
  readonly file: string;
  readonly diagnostics: readonly ListedProblem[];
  readonly cases: readonly Case[];
}

interface TestedVerdict {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly rules: readonly (Pick<Place, "line"> & {
    readonly rule: string;
    readonly file: string;
    readonly verdict: Verdict;
  })[];
}

/** A case as `signalbox test --json` prints it. */
export interface TestedCase extends ListedCase {
  readonly passed: boolean;
  readonly because: string | null;
  readonly expected: {
    readonly verdict: Verdict;
    readonly rule?: string;
    readonly actions?: readonly string[];
    readonly reason?: string;
  };
  readonly failures: readonly string[];
  readonly decision: TestedVerdict & {
    readonly actions: readonly { readonly action: string; readonly target: string }[];
    /** What policies that only observe would have done: then that is what is tested. */
    readonly observed?: TestedVerdict;
  };
}

/** What an editor shows of a failing case: a sentence for each failure, and both sides of a diff. */
export interface ShownFailure {
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
  /** The rules and actions of the decision, for the output of the run. */
  readonly detail: readonly string[];
}

/** Both sides say only what the case expects, so that the diff shows what is otherwise and nothing else. */
export function shownFailure({ because, expected, failures, decision }: TestedCase): ShownFailure {
  const judged = decision.observed ?? decision;
  const deciding = judged.rules.filter(({ verdict }) => verdict === judged.verdict);
  const isWrong = (beginning: string): boolean => failures.some((failure) => failure.startsWith(beginning));
  const lines = [
    { key: "verdict", wanted: expected.verdict, got: judged.verdict },
    {
      key: "rule",
      wanted: expected.rule,
      got: isWrong("expected the rule") ? ruleNames(deciding) : expected.rule,
    },
    {
      key: "actions",
      wanted: expected.actions?.join(", "),
      got: failures.some((failure) => failure.includes(" among the actions, which are "))
        ? [...new Set(decision.actions.map(({ action }) => action))].join(", ") || "none"
        : expected.actions?.join(", "),
    },
    {
      key: "reason",
      wanted: expected.reason,
      got: isWrong("expected a reason with") ? judged.reason : expected.reason,
    },
  ].filter(({ wanted }) => wanted !== undefined);
  const side = (which: "wanted" | "got"): string =>
    lines.map((line) => `${line.key}: ${makeVisibleLine(line[which] ?? "")}`).join("\n");
  return {
    message: [...failures, ...(because === null ? [] : [`because: ${because}`])]
      .map(makeVisibleLine)
      .join("\n"),
    expected: side("wanted"),
    actual: side("got"),
    detail: [
      ...judged.rules.map(({ verdict, file, line, rule }) => `rule    ${verdict} ${file}:${line} ${rule}`),
      ...decision.actions.map(({ action, target }) => `action  ${action} on ${target}`),
    ].map(makeVisibleLine),
  };
}

function ruleNames(rules: TestedVerdict["rules"]): string {
  return rules.map(({ rule, file, line }) => `${rule} (${file}:${line})`).join(", ") || "none";
}
