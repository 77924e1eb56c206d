import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { readTests } from "../boundary/policy-tests/read-tests.ts";
import {
  runPolicyTests,
  type PolicyTestPorts,
  type PolicyTestReport,
} from "../boundary/policy-tests/run-tests.ts";
import { Catalogues } from "../broker/catalogues.ts";
import { workspaceOf } from "../broker/workspace.ts";
import { errorCode } from "../record/durable-file.ts";
import { exitCodes, print, printJson, UsageError, type Command, type CommandContext } from "./command.ts";
import { findTests } from "./find-tests.ts";
import { parseOptions, type ParsedOptions } from "./options.ts";
import { diagnosticJson, junitReport, jsonReport, tapReport, textOf, textSummary } from "./test-report.ts";

const formats = ["tap", "json", "junit"] as const;
type Format = (typeof formats)[number];

/** Longest file in bytes: of a test, or of a policy. */
const sizeLimit = 1024 * 1024;

export const testCommand: Command = {
  name: "test",
  summary: "run the tests of policies: requests, and what must become of them",
  help: `usage: signalbox test [PATH…] [--tap | --json | --junit] [--output FILE]
       signalbox test [PATH…] --list

PATH is a \`*.test.yaml\` (or .json), a folder with such files, or a policy with one beside it.
Default: all tests in the workspace's \`.governance\`.

options:
  --tap           print TAP version 14
  --json          print JSON
  --junit         print JUnit XML
  --output FILE   write that to FILE, and print the usual text
  --list          print the cases as JSON, with their places, and run none

\`deploy.test.yaml\` tests \`deploy.yaml\` beside it, else \`policy.yaml\`, or what \`policy:\` says: a path, or a policy.

  cases:
    - name: staging deploys are asked
      run: railway up -e staging       # or read: PATH, write: {path, content}, call: {server, tool, input}, request: {…}
      expect: ask                      # or {verdict, rule, actions, reason}
      because: the team wants to see each of them
      task: web                        # optional, as are agent: NAME
      files: {railway.json: "{}"}      # what lies in the workspace: nothing else does
      environment: {AWS_PROFILE: dev}

\`rule\` is a JSON pointer into the policy (\`/policies/kill/0\`), \`baseline:\` and a pointer, or \`policy.yaml:12\`.
\`agent\`, \`task\`, \`files\` and \`environment\` may stand at the top, for all cases. Requests start in \`/workspace\`.

exit codes: 0 all pass, 1 a case fails, 2 wrong usage, or tests or a policy that do not load`,
  async run(args, context) {
    const parsed = parseOptions(args, {
      tap: "flag",
      json: "flag",
      junit: "flag",
      output: "text",
      list: "flag",
    });
    const format = formatOf(parsed);
    const output = parsed.text["output"];
    if (output !== undefined && format === undefined) {
      throw new UsageError("`--output` needs one of `--tap`, `--json` and `--junit`");
    }
    const files = filesOf(parsed, context);
    if (parsed.flags.has("list")) {
      if (format !== undefined) {
        throw new UsageError("`--list` runs nothing, so there is no report to write");
      }
      printJson(context.stdout, { files: files.map(casesOf) });
      return exitCodes.done;
    }
    const asText = format === undefined || output !== undefined;
    const reports = runAll(files, (report) => {
      if (asText) {
        print(context.stdout, textOf(report, context.cwd));
      }
    });
    if (asText) {
      print(context.stdout, textSummary(reports));
    }
    if (format !== undefined) {
      const text = rendered(format, reports, context.cwd);
      if (output === undefined) {
        print(context.stdout, text);
      } else {
        writeReport(resolve(context.cwd, output), text);
      }
    }
    return exitCodeOf(reports);
  },
};

function formatOf(parsed: ParsedOptions): Format | undefined {
  const given = formats.filter((format) => parsed.flags.has(format));
  if (given.length > 1) {
    throw new UsageError("give one of `--tap`, `--json` and `--junit`");
  }
  return given[0];
}

function filesOf({ positionals, rest }: ParsedOptions, context: CommandContext): readonly string[] {
  if (rest !== undefined) {
    throw new UsageError("`signalbox test` takes paths, not a command");
  }
  if (positionals.length > 0) {
    return [...new Set(positionals.flatMap((path) => findTests(path, context.cwd)))];
  }
  const folder = join(workspaceOf(context.cwd), ".governance");
  if (!existsSync(folder)) {
    throw new UsageError("there is no `.governance` here; give the path of a test");
  }
  return findTests(folder, context.cwd);
}

/** `done` hears of each file as soon as it is through. */
function runAll(
  files: readonly string[],
  done: (report: PolicyTestReport) => void,
): readonly PolicyTestReport[] {
  const catalogue = packagedCatalogue();
  const catalogues = new Catalogues(catalogue);
  return files.map((file) => {
    const workspace = workspaceOf(dirname(file));
    const broken = catalogues.diagnostics(workspace);
    const extended = catalogues.extended(workspace);
    const ports = { catalogue, read: readText, ...(extended === undefined ? {} : { extended }) };
    const report = broken.length > 0 ? { file, diagnostics: broken, results: [] } : runFile(file, ports);
    done(report);
    return report;
  });
}

function runFile(file: string, ports: PolicyTestPorts): PolicyTestReport {
  const text = readText(file);
  return text.ok ? runPolicyTests({ file, text: text.value ?? "" }, ports) : unreadable(file, text.error);
}

function readText(file: string): Result<string | undefined> {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) {
      return ok(undefined);
    }
    if (!stats.isFile()) {
      return err("it is not a regular file");
    }
    return stats.size > sizeLimit
      ? err(`it is larger than ${sizeLimit / 1024} kB`)
      : ok(new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file)));
  } catch (error) {
    return err(error instanceof TypeError ? "it is not valid UTF-8" : errorCode(error));
  }
}

/** The cases of a file by name and place, or why it does not load. */
function casesOf(file: string): JsonObject {
  const text = readText(file);
  const { tests, diagnostics } = text.ok
    ? readTests(file, text.value ?? "")
    : { tests: undefined, diagnostics: unreadable(file, text.error).diagnostics };
  return {
    file,
    diagnostics: diagnostics.map(diagnosticJson),
    cases: (tests?.cases ?? []).map(({ name, range }) => ({
      name,
      line: range.line,
      column: range.column,
    })),
  };
}

function unreadable(file: string, why: string): PolicyTestReport {
  const range = { start: 0, end: 0, line: 1, column: 1, endLine: 1, endColumn: 1 };
  const diagnostic = {
    code: "policy-test/unreadable",
    severity: "error",
    message: `the file cannot be read: ${why}`,
    help: "write the tests as UTF-8 text",
    file,
    range,
  } as const;
  return { file, diagnostics: [diagnostic], results: [] };
}

function rendered(format: Format, reports: readonly PolicyTestReport[], cwd: string): string {
  switch (format) {
    case "tap":
      return tapReport(reports, cwd);
    case "json":
      return JSON.stringify(jsonReport(reports), null, 2);
    case "junit":
      return junitReport(reports, cwd);
  }
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`);
  } catch (error) {
    throw new UsageError(`\`${file}\` cannot be written (${errorCode(error)})`);
  }
}

function exitCodeOf(reports: readonly PolicyTestReport[]): number {
  if (reports.some(({ diagnostics }) => diagnostics.length > 0)) {
    return exitCodes.usage;
  }
  const failed = reports.some(({ results }) => results.some(({ passed }) => !passed));
  return failed ? exitCodes.failed : exitCodes.done;
}
