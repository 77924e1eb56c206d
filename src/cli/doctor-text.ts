import { relative } from "node:path";
import { makeVisibleLine } from "../base/visible-text.ts";
import type { CheckState, Finding, Point } from "../boundary/checklist/point.ts";

/** In capitals what somebody has to do something about. */
const words: Readonly<Record<CheckState, string>> = {
  pass: "pass",
  fail: "FAIL",
  warn: "warn",
  not_applicable: "n/a",
  not_measured: "NOT MEASURED",
};

const width = Math.max(...Object.values(words).map((word) => word.length));
const indent = " ".repeat(width + 6);

/** Most findings of one point that are written out; all of them are in the JSON. */
const shownLimit = 6;

/** The checklist for a terminal: a line for each point, and below it what is wrong, where, and what to do. */
export function checklistText(
  all: readonly Point[],
  { from, verbose }: { readonly from: string; readonly verbose: boolean },
): string {
  return [...all.flatMap((point) => pointLines(point, from, verbose)), "", totals(all)].join("\n");
}

function pointLines(
  { number, title, state, summary, findings }: Point,
  from: string,
  verbose: boolean,
): readonly string[] {
  const shown = verbose ? findings : findings.filter(isWorthReading);
  const head = `${String(number).padStart(2)}  ${words[state].padEnd(width)}  ${title}`;
  if (shown.length === 0) {
    return [head, `${indent}${makeVisibleLine(summary)}`];
  }
  const more = shown.length - shownLimit;
  return [
    head,
    ...shown
      .slice(0, verbose ? shown.length : shownLimit)
      .flatMap((finding) => findingLines(finding, state, from)),
    ...(more > 0 && !verbose ? [`${indent}and ${more} more (\`--verbose\` shows all)`] : []),
  ];
}

function isWorthReading({ state }: Finding): boolean {
  return state === "fail" || state === "warn" || state === "not_measured";
}

function findingLines(
  { state, what, file, line, fix, command, code }: Finding,
  ofPoint: CheckState,
  from: string,
): readonly string[] {
  const place = file === undefined ? "" : `${shownPath(file, from)}${line === undefined ? "" : `:${line}`}: `;
  const word = state === ofPoint ? "" : `${words[state]}: `;
  const about = code === undefined ? "" : ` [${code}]`;
  const remedy = [fix, command === undefined ? undefined : `\`${command}\``].filter(
    (part) => part !== undefined,
  );
  return [
    `${indent}${makeVisibleLine(`${word}${place}${what}${about}`)}`,
    ...(remedy.length === 0 || state === "pass"
      ? []
      : [`${indent}  fix: ${makeVisibleLine(remedy.join(": "))}`]),
  ];
}

function shownPath(file: string, from: string): string {
  const near = relative(from, file);
  return near === "" || near.startsWith("..") ? file : near;
}

function totals(all: readonly Point[]): string {
  const count = (state: CheckState): number => all.filter((point) => point.state === state).length;
  const parts = [
    [count("fail"), "failed"],
    [count("not_measured"), "not measured"],
    [count("warn"), "to look at"],
    [count("pass"), "passed"],
    [count("not_applicable"), "not applicable"],
  ] as const;
  return parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`])).join(", ");
}
