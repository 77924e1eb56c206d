import { dirname, join, resolve } from "node:path";
import type { Diagnostic, TextRange } from "../../base/diagnostic.ts";
import type { Result } from "../../base/result.ts";
import type { Catalogue } from "../../catalogue/load.ts";
import { declaredCredentials } from "../../decide/declared-credentials.ts";
import { actionId } from "../../model/action.ts";
import type { Decision, RuleHit } from "../../model/decision.ts";
import { imaginedSession, type Session } from "../../model/session.ts";
import { judge } from "../../pipeline.ts";
import type { PoliciesInForce } from "../../policy/compiled.ts";
import { nearest } from "../../policy/nearest.ts";
import { policyOnBaseline } from "../check/policy-on-baseline.ts";
import { readTests } from "./read-tests.ts";
import {
  testHome,
  testWorkspace,
  type Expectation,
  type PolicyTestCase,
  type PolicyTestFile,
} from "./test-case.ts";
import { virtualMachine } from "./virtual-machine.ts";

/** What running tests needs of the world. */
export interface PolicyTestPorts {
  readonly catalogue: Catalogue;
  /** The catalogue with what the workspace of the tests adds. */
  readonly extended?: Catalogue;
  /** The text of a file; undefined where there is none, an error where it cannot be read. Paths are absolute. */
  read(file: string): Result<string | undefined>;
}

export interface PolicyTestResult {
  readonly name: string;
  readonly range: TextRange;
  readonly because?: string;
  readonly passed: boolean;
  readonly expected: Expectation;
  readonly decision: Decision;
  /** What was expected and is not so, one sentence each; empty where the case passed. */
  readonly failures: readonly string[];
}

/** What came of one test file. */
export interface PolicyTestReport {
  readonly file: string;
  /** The policy that was tested; undefined where it was not found. */
  readonly policy?: string;
  /** Why the tests, or the policy, do not load: then there are no results. */
  readonly diagnostics: readonly Diagnostic[];
  readonly results: readonly PolicyTestResult[];
}

const start: TextRange = { start: 0, end: 0, line: 1, column: 1, endLine: 1, endColumn: 1 };

/**
 * Runs the cases of one test file through classification and decision, on a machine that holds only what they say. The
 * policy is judged by as if it were approved, on top of the baseline. Never throws for what the files say.
 */
export function runPolicyTests(
  source: { readonly file: string; readonly text: string },
  ports: PolicyTestPorts,
): PolicyTestReport {
  const { tests, diagnostics } = readTests(source.file, source.text);
  const failed = (problems: readonly Diagnostic[], policy?: string): PolicyTestReport => ({
    file: source.file,
    ...(policy === undefined ? {} : { policy }),
    diagnostics: problems,
    results: [],
  });
  if (tests === undefined) {
    return failed(diagnostics);
  }
  const found = testedPolicy(tests, ports);
  if ("problem" in found) {
    return failed([found.problem]);
  }
  const place = { workspace: testWorkspace, home: testHome };
  const loaded = policyOnBaseline(found, place, ports.catalogue);
  if (loaded.policies === undefined) {
    return failed(loaded.diagnostics, found.file);
  }
  const { policies } = loaded;
  const unknown = unknownTasks(tests, policies);
  return unknown.length > 0
    ? failed(unknown, found.file)
    : {
        file: source.file,
        policy: found.file,
        diagnostics: [],
        results: tests.cases.map((one) => runCase(one, policies, ports)),
      };
}

type Found = { readonly file: string; readonly text: string } | { readonly problem: Diagnostic };

/** The policy that the file names or holds, else the one beside it: `deploy.yaml` of `deploy.test.yaml`, or `policy.yaml`. */
function testedPolicy({ file, policy }: PolicyTestFile, ports: PolicyTestPorts): Found {
  if (policy?.kind === "inline") {
    return { file, text: policy.text };
  }
  const folder = dirname(file);
  const own = file.replace(/\.test\.(?:ya?ml|json)$/i, "");
  const beside = [own, join(folder, "policy")].flatMap((stem) =>
    ["yaml", "yml", "json"].map((ending) => `${stem}.${ending}`),
  );
  for (const candidate of policy === undefined ? beside : [resolve(folder, policy.path)]) {
    const text = ports.read(candidate);
    const about = { file, range: policy?.range ?? start };
    if (!text.ok) {
      return {
        problem: problem("no-policy", about, `the policy \`${candidate}\` cannot be read: ${text.error}`),
      };
    }
    if (text.value !== undefined) {
      return { file: candidate, text: text.value };
    }
    if (policy !== undefined) {
      return { problem: problem("no-policy", about, `there is no policy \`${candidate}\``) };
    }
  }
  return { problem: problem("no-policy", { file, range: start }, "no policy lies beside this test file") };
}

function problem(
  code: string,
  { file, range }: { readonly file: string; readonly range: TextRange },
  message: string,
  help = "write `policy: PATH`, from the folder of this file",
): Diagnostic {
  return { code: `policy-test/${code}`, severity: "error", message, help, file, range };
}

/** A task that nothing declares would select nothing, and the case would test something else than it says. */
function unknownTasks({ file, cases }: PolicyTestFile, { stacks }: PoliciesInForce): readonly Diagnostic[] {
  const known = new Set(stacks.flatMap(({ policies }) => policies.flatMap(({ tasks }) => [...tasks.keys()])));
  return cases.flatMap(({ task }) => {
    if (task === undefined || known.has(task.name)) {
      return [];
    }
    const near = nearest(task.name, known);
    const list = known.size === 0 ? "the policy declares no tasks" : `tasks: ${[...known].join(", ")}`;
    const help = near === undefined ? list : `did you mean \`${near}\`?`;
    return [problem("unknown-task", { file, range: task.range }, `unknown task \`${task.name}\``, help)];
  });
}

function runCase(one: PolicyTestCase, policies: PoliciesInForce, ports: PolicyTestPorts): PolicyTestResult {
  const { catalogue, extended } = ports;
  const decision = judge(one.request, {
    catalogue,
    extended: () => extended,
    lookups: () =>
      virtualMachine(one, [...(extended ?? catalogue).credentials, ...declaredCredentials(policies)]),
    policies: () => policies,
    session: () => (one.task === undefined ? undefined : sessionAt(one.task.name, one)),
  });
  const failures = failuresOf(one.expect, decidedBy(decision));
  return {
    name: one.name,
    range: one.range,
    ...(one.because === undefined ? {} : { because: one.because }),
    passed: failures.length === 0,
    expected: one.expect,
    decision,
    failures,
  };
}

function sessionAt(task: string, { request }: PolicyTestCase): Session {
  const { agent, conversation, workspace } = request.context;
  return imaginedSession({ id: "test", agent, conversation, workspace, task });
}

/** What the rules say, whether they are enforced or only observed: the tests hold before and after the switch. */
function decidedBy({ observed, ...decision }: Decision): Judged {
  return observed === undefined ? decision : { ...observed, actions: decision.actions };
}

type Judged = Pick<Decision, "verdict" | "reason" | "rules" | "actions">;

function failuresOf(expected: Expectation, decision: Judged): readonly string[] {
  const failures: string[] = [];
  if (decision.verdict !== expected.verdict) {
    failures.push(`expected ${expected.verdict}, got ${decision.verdict}: ${decision.reason}`);
  }
  const { rule, reason, actions = [] } = expected;
  const deciding = decision.rules.filter(({ verdict }) => verdict === decision.verdict);
  if (rule !== undefined && !deciding.some((hit) => isNamed(rule, hit))) {
    const got = deciding.map(({ file, line, pointer }) => `${pointer} (${file}:${line})`).join(", ");
    failures.push(`expected the rule ${rule} to decide, but ${got === "" ? "no rule did" : `it was ${got}`}`);
  }
  const ids = decision.actions.map(actionId);
  const names = [
    ...ids,
    ...decision.actions.flatMap(({ provider, aliases }) => aliases.map((name) => `${provider}:${name}`)),
  ];
  const missing = actions.filter((action) => !names.includes(action));
  if (missing.length > 0) {
    failures.push(`expected ${missing.join(", ")} among the actions, which are ${ids.join(", ") || "none"}`);
  }
  if (reason !== undefined && !decision.reason.includes(reason)) {
    failures.push(`expected a reason with "${reason}", got: ${decision.reason}`);
  }
  return failures;
}

/** A pointer is about the policy itself unless it says `baseline:`; `file:line` about the file of that name. */
function isNamed(rule: string, { pointer, file, line, layer }: RuleHit): boolean {
  const place = /^(.*):(\d+)$/.exec(rule);
  if (place !== null) {
    const [, name = "", number] = place;
    const path = name.replace(/^\.\//, "");
    return Number(number) === line && (file === path || file.endsWith(`/${path}`));
  }
  return rule.startsWith("baseline:")
    ? layer === "builtin" && pointer === rule.slice("baseline:".length)
    : layer !== "builtin" && pointer === rule;
}
