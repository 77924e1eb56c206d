import type { Diagnostic } from "../base/diagnostic.ts";
import { formatDiagnostic } from "../base/diagnostic.ts";
import type { JsonObject } from "../base/json.ts";
import { makeVisibleLine } from "../base/visible-text.ts";
import type { PolicyTestReport, PolicyTestResult } from "../boundary/policy-tests/run-tests.ts";
import { decisionToJson } from "./decision-json.ts";
import { actionLines, placeOf, ruleLine } from "./explain-text.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Files that do not load. */
  readonly errors: number;
}

function countsOf(reports: readonly PolicyTestReport[]): Counts {
  const results = reports.flatMap((report) => report.results);
  const passed = results.filter((result) => result.passed).length;
  return {
    passed,
    failed: results.length - passed,
    errors: reports.filter(({ diagnostics }) => diagnostics.length > 0).length,
  };
}

/** One line for a file that passes, else every failing case with the rules and their places. */
export function textOf(report: PolicyTestReport, from: string): string {
  const { file, diagnostics, results } = report;
  const failed = results.filter(({ passed }) => !passed);
  const name = nameOf(file, from);
  if (diagnostics.length > 0) {
    return [`ERROR ${name}: does not load`, ...diagnostics.map(formatDiagnostic)].join("\n");
  }
  const count = `${results.length} ${results.length === 1 ? "case" : "cases"}`;
  return failed.length === 0
    ? `ok    ${name}: ${count}`
    : [
        `FAIL  ${name}: ${failed.length} of ${count}`,
        ...failed.flatMap((result) => failureLines(result, file, from)),
      ].join("\n");
}

export function textSummary(reports: readonly PolicyTestReport[]): string {
  const { passed, failed, errors } = countsOf(reports);
  const broken = errors === 0 ? "" : `, ${errors} ${errors === 1 ? "file does" : "files do"} not load`;
  return `${passed} passed, ${failed} failed${broken}`;
}

function failureLines(result: PolicyTestResult, file: string, from: string): readonly string[] {
  return [
    "",
    `  ${placeIn(result, file, from)} ${makeVisibleLine(result.name)}`,
    ...detailLines(result, from).map((line) => `    ${line}`),
  ];
}

/** What a reader needs to see why a case fails: what was expected, what holds it up, and what the request was taken for. */
function detailLines({ because, failures, decision }: PolicyTestResult, from: string): readonly string[] {
  const rules = (decision.observed ?? decision).rules.map((rule) => `  ${ruleLine(rule, from)}`);
  return [
    ...(because === undefined ? [] : [`because: ${makeVisibleLine(because)}`]),
    ...failures.map(makeVisibleLine),
    ...(rules.length === 0 ? ["rules: none matched"] : ["rules:", ...rules]),
    ...(decision.actions.length === 0
      ? ["actions: none"]
      : ["actions:", ...decision.actions.flatMap(actionLines)]),
  ];
}

function nameOf(file: string, from: string): string {
  return placeOf({ file, line: 0 }, from).replace(/:0$/, "");
}

function placeIn({ range }: PolicyTestResult, file: string, from: string): string {
  return `${placeOf({ file, line: range.line }, from)}:${range.column}:`;
}

/** TAP version 14: one test a case; a file that does not load is one failed test. */
export function tapReport(reports: readonly PolicyTestReport[], from: string): string {
  const lines: string[] = [];
  const add = (passed: boolean, title: string, detail: readonly string[]): void => {
    // A number sign starts a directive, and a backslash takes the next character as it is.
    const escaped = makeVisibleLine(title).replaceAll("\\", "\\\\").replaceAll("#", "\\#");
    count += 1;
    lines.push(`${passed ? "ok" : "not ok"} ${count} - ${escaped}`);
    if (detail.length > 0) {
      lines.push("  ---", ...detail.map((line) => `  ${line}`), "  ...");
    }
  };
  let count = 0;
  for (const { file, diagnostics, results } of reports) {
    const name = nameOf(file, from);
    if (diagnostics.length > 0) {
      add(false, `${name} does not load`, [block("message", diagnostics.map(formatDiagnostic))].flat());
    }
    for (const result of results) {
      add(result.passed, `${name}: ${result.name}`, result.passed ? [] : tapDetail(result, file, from));
    }
  }
  return ["TAP version 14", `1..${count}`, ...lines].join("\n");
}

function tapDetail(result: PolicyTestResult, file: string, from: string): readonly string[] {
  const { expected, decision, range } = result;
  return [
    `at: ${JSON.stringify(`${nameOf(file, from)}:${range.line}:${range.column}`)}`,
    `expected: ${JSON.stringify(expected.verdict)}`,
    `actual: ${JSON.stringify((decision.observed ?? decision).verdict)}`,
    ...block("message", detailLines(result, from)),
  ];
}

/** A YAML block scalar, whose text needs no escapes. */
function block(key: string, texts: readonly string[]): readonly string[] {
  return [`${key}: |`, ...texts.flatMap((text) => text.split("\n")).map((line) => `  ${line}`)];
}

export function jsonReport(reports: readonly PolicyTestReport[]): JsonObject {
  return {
    ...countsOf(reports),
    files: reports.map(({ file, policy, diagnostics, results }) => ({
      file,
      policy: policy ?? null,
      diagnostics: diagnostics.map(diagnosticJson),
      cases: results.map((result) => ({
        name: result.name,
        line: result.range.line,
        column: result.range.column,
        passed: result.passed,
        because: result.because ?? null,
        expected: { ...result.expected },
        failures: [...result.failures],
        decision: decisionToJson(result.name, result.decision, 0),
      })),
    })),
  };
}

export function diagnosticJson({ code, message, help, file, range }: Diagnostic): JsonObject {
  return { code, message, help, file, line: range.line, column: range.column };
}

/** JUnit's XML as CI systems read it: a suite a file; a file that does not load is an error of its suite. */
export function junitReport(reports: readonly PolicyTestReport[], from: string): string {
  const { passed, failed, errors } = countsOf(reports);
  const head = `tests="${passed + failed + errors}" failures="${failed}" errors="${errors}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="signalbox test" ${head}>`,
    ...reports.flatMap((report) => suiteLines(report, from)),
    "</testsuites>",
  ].join("\n");
}

function suiteLines(report: PolicyTestReport, from: string): readonly string[] {
  const { file, diagnostics, results } = report;
  const { passed, failed, errors } = countsOf([report]);
  const name = xml(nameOf(file, from));
  const problem = diagnostics[0];
  return [
    `  <testsuite name="${name}" tests="${passed + failed + errors}" failures="${failed}" errors="${errors}">`,
    ...(problem === undefined
      ? []
      : [
          `    <testcase classname="${name}" name="loads">`,
          `      <error message="${xml(problem.message)}">${xml(diagnostics.map(formatDiagnostic).join("\n"))}</error>`,
          "    </testcase>",
        ]),
    ...results.flatMap((result) => caseLines(result, name, from)),
    "  </testsuite>",
  ];
}

function caseLines(result: PolicyTestResult, suite: string, from: string): readonly string[] {
  const { name, range, passed, failures } = result;
  const open = `    <testcase classname="${suite}" name="${xml(makeVisibleLine(name))}" file="${suite}" line="${range.line}"`;
  return passed
    ? [`${open}/>`]
    : [
        `${open}>`,
        `      <failure message="${xml(makeVisibleLine(failures[0] ?? ""))}">${xml(detailLines(result, from).join("\n"))}</failure>`,
        "    </testcase>",
      ];
}

/** Text for an attribute or an element. Characters that XML cannot hold at all are replaced. */
function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\u{fffd}")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
