import { onlyObserves } from "../../decide/prepare.ts";
import type { PolicyRule } from "../../policy/compiled.ts";
import { whose, type ChecklistFacts, type PolicyFact } from "./facts.ts";
import { actionFor } from "./operation-action.ts";
import { failed, notApplicable, notMeasured, passed, pointOf, type Finding, type Point } from "./point.ts";
import { inUse } from "./providers-in-use.ts";
import { writtenPolicies } from "./written-policies.ts";

/** 1: a policy that loads, that a human approved, and that is pinned outside the workspace. */
export function policyPoint({ policies, remarks, inForce }: ChecklistFacts): Point {
  const written = writtenPolicies(inForce);
  const findings: Finding[] = remarks
    // Who can answer is a point of its own.
    .filter(({ severity, code }) => severity !== "information" && code !== "policy/control-without-route")
    .map(({ severity, message, code, help, file, range, fix }) => ({
      state: severity === "error" ? "fail" : "warn",
      what: message,
      code,
      file,
      line: range.line,
      fix: fix?.title ?? help,
    }));
  if (!policies.ok) {
    findings.push(
      ...(written.length === 0 ? [noPolicy()] : [passed(`the policy loads (${written.length} in force)`)]),
      notMeasured(policies.error),
    );
    return pointOf("policy", findings);
  }
  // What was approved stays in force when its file is gone.
  const isInForce = (policy: PolicyFact): boolean => written.some(({ file }) => file === policy.file);
  const governing = policies.value.filter((policy) => policy.state !== "missing" || isInForce(policy));
  findings.push(
    ...governing.flatMap((policy) =>
      policyFinding(
        policy,
        remarks.some(({ severity }) => severity === "error"),
      ),
    ),
  );
  return pointOf("policy", governing.length === 0 ? [...findings, noPolicy()] : findings);
}

function noPolicy(): Finding {
  return failed("there is no policy, so only the built-in baseline holds", "write one for this workspace", {
    command: "signalbox init",
  });
}

function policyFinding({ layer, file, state, detail }: PolicyFact, told: boolean): readonly Finding[] {
  switch (state) {
    case "approved":
      return [passed(`the ${layer}'s policy is ${detail}, and pinned`, { file })];
    case "unapproved":
      return [
        failed(`the ${layer}'s policy is ${detail}`, "read what it makes possible, and approve it", {
          file,
          command: layer === "user" ? "signalbox policy approve --user" : "signalbox policy approve",
        }),
      ];
    case "broken":
      // The diagnostics say it better, each with its line.
      return told && layer === "workspace"
        ? []
        : [failed(`the ${layer}'s policy does not load: ${firstLine(detail)}`, "mend the file", { file })];
    case "missing":
      return [
        failed(`the ${layer}'s policy: ${detail}`, "put the file back, or approve another one in its place", {
          file,
        }),
      ];
    default:
      return [
        failed(`the ${layer}'s policy is ${state}: ${detail}`, "see `signalbox policy show`", { file }),
      ];
  }
}

/** 7: somebody has said what ends a session, and that is enforced. */
export function killPoint(facts: ChecklistFacts): Point {
  const { inForce } = facts;
  const rules = ownRules(facts, "kill");
  const findings: Finding[] = rules.map(({ origin, summary }) =>
    passed(`kills ${summary}`, { file: origin.file, line: origin.line }),
  );
  if (rules.length === 0) {
    findings.push(
      failed(
        "no policy of yours kills anything, only the built-in baseline does",
        "add under `policies: kill:` an entry such as `- action_type: irreversible_infrastructure_deletion`",
      ),
    );
  }
  if (onlyObserves(inForce)) {
    findings.push(failed("the policies in force only observe: nothing is killed", observeFix));
  } else {
    findings.push(killFinding(facts));
  }
  return pointOf("kill", findings);
}

const observeFix =
  "set `enforcement: enforce` once the report of `signalbox audit observe-report` looks right";

/** Decided for real: what deletes infrastructure of a provider that is in use, or of the first that can. */
function killFinding(facts: ChecklistFacts): Finding {
  const providers = inUse(facts).map(({ provider }) => provider);
  const known = providers.length > 0 ? providers : [...facts.catalogue.providers.values()];
  const tried = known.flatMap((provider) =>
    [...provider.operations.values()]
      .filter(({ effects }) => effects.includes("irreversible_infrastructure_deletion"))
      .map((operation) => actionFor(provider, operation)),
  );
  const [first] = tried;
  const spared = tried.find((action) => facts.decide(action).verdict !== "kill");
  if (first === undefined) {
    return notApplicable("no provider in use has an operation that deletes infrastructure for good");
  }
  return spared === undefined
    ? passed(
        `${tried.length} operations that delete infrastructure for good were decided, and all are killed`,
      )
    : failed(
        `\`${spared.target.display}\` is not killed (${facts.decide(spared).verdict})${whose(facts.decide(spared))}`,
        "add under `policies: kill:` the entry `- action_type: irreversible_infrastructure_deletion`",
      );
}

/** 8: somebody has said what needs a person, and such a person exists. */
export function controlPoint(facts: ChecklistFacts): Point {
  const rules = ownRules(facts, "ask");
  if (rules.length === 0) {
    return pointOf("control", [
      failed(
        "no policy of yours asks a person for anything",
        "add under `policies: control:` an entry such as `- {action_type: production_api_call, require_hitl: true}`",
      ),
    ]);
  }
  const findings = rules.map((rule) => routeFinding(rule, facts));
  return pointOf(
    "control",
    onlyObserves(facts.inForce)
      ? [...findings, failed("the policies in force only observe: nobody is asked", observeFix)]
      : findings,
  );
}

function routeFinding({ origin, summary, approvers = [] }: PolicyRule, facts: ChecklistFacts): Finding {
  const at = { file: origin.file, line: origin.line };
  const who = facts.approvers;
  if (!who.ok) {
    return { ...notMeasured(`asks for ${summary}; ${who.error}`), ...at };
  }
  const { enrolled } = who.value;
  const able =
    approvers.length === 0
      ? enrolled
      : enrolled.filter(({ name, keyId }) => approvers.includes(name) || approvers.includes(keyId));
  if (able.length > 0) {
    return passed(`asks for ${summary}, which ${namesOf(able)} may answer`, at);
  }
  return approvers.length === 0
    ? failed(`asks for ${summary}, and no approver is enrolled`, enrolFix, at)
    : failed(
        `asks ${approvers.join(", ")} for ${summary}, and none of them is enrolled`,
        `enrol one of them, or name one of ${namesOf(enrolled) || "those who are"}`,
        at,
      );
}

function namesOf(keys: readonly { readonly name: string; readonly keyId: string }[]): string {
  return keys.map(({ name, keyId }) => (name === "" ? keyId : name)).join(" or ");
}

const enrolFix = "open the workspace in an editor with Signalbox, or run `signalbox approver create`";

/** 9: somebody can answer now, within the agents' patience, and silence means no. */
export function approverPoint(facts: ChecklistFacts): Point {
  const findings = [
    ...reachable(facts.approvers),
    ...ownRules(facts, "ask").flatMap((rule) => timeoutFinding(rule, facts)),
    ...defaultFindings(facts),
  ];
  return pointOf("approver", findings);
}

function reachable(approvers: ChecklistFacts["approvers"]): readonly Finding[] {
  if (!approvers.ok) {
    return [notMeasured(approvers.error)];
  }
  const { enrolled, connected } = approvers.value;
  if (enrolled.length === 0) {
    return [failed("no approver is enrolled, so every question is denied", enrolFix)];
  }
  return connected > 0
    ? [passed(`${connected === 1 ? "one approver is" : `${connected} approvers are`} connected`)]
    : [
        failed(
          "no approver is connected, so every question is denied",
          "open the workspace in the editor, or run `signalbox approve` in a terminal of your own",
        ),
      ];
}

function timeoutFinding(
  { origin, summary, timeoutMs = defaultTimeoutMs }: PolicyRule,
  { agents }: ChecklistFacts,
): readonly Finding[] {
  const at = { file: origin.file, line: origin.line };
  const impatient = (agents.ok ? agents.value : []).filter(({ waitsMs }) => waitsMs < timeoutMs);
  return impatient.length === 0
    ? [passed(`${summary}: denied after ${timeoutMs / 1000} s without an answer`, at)]
    : impatient.map(({ title, waitsMs }) => ({
        ...at,
        state: "warn",
        what: `${summary}: ${title} is denied after ${Math.round(waitsMs / 1000)} s already, which is as long as it waits`,
        fix: `answer sooner, or let it try again: \`timeout: ${Math.floor(waitsMs / 1000)}s\` says what is so`,
      }));
}

/** How long a human is waited for where no rule says. */
const defaultTimeoutMs = 120_000;

/** What nobody has spoken of: decided for each provider in use, and told of policies that let it pass. */
function defaultFindings({ inForce, decide, catalogue }: ChecklistFacts): readonly Finding[] {
  const open = writtenPolicies(inForce).filter(({ domain }) => domain.default === "allow");
  if (open.length > 0) {
    return open.map(({ domain }) =>
      failed(
        "what no entry speaks of is allowed (`domain.default: allow`)",
        "set `session_scope.domain.default` to `ask` or `deny`",
        { file: domain.defaultOrigin.file, line: domain.defaultOrigin.line },
      ),
    );
  }
  const [provider] = catalogue.providers.values();
  if (provider === undefined) {
    return [notMeasured("the catalogue holds no provider")];
  }
  const unheard = { name: "checklist_of_nobody", summary: "", aliases: [], access: "change" } as const;
  const decided = decide(actionFor(provider, { ...unheard, effects: [], groups: [], reversible: true }));
  return decided.verdict === "allow"
    ? [
        failed(
          `an operation that no entry speaks of is allowed${whose(decided)}`,
          "set `session_scope.domain.default: ask`",
        ),
      ]
    : [passed(`an operation that no entry speaks of is decided \`${decided.verdict}\``)];
}

/** Rules that somebody wrote, each once: the baseline's are not yours, and what only observes assigns nothing. */
function ownRules({ inForce }: ChecklistFacts, verdict: PolicyRule["verdict"]): readonly PolicyRule[] {
  const policies = writtenPolicies(inForce);
  const rules = policies
    .filter(({ enforcement }) => enforcement === "enforce")
    .flatMap((policy) => [policy, ...policy.tasks.values()])
    .flatMap((policy) => policy.rules)
    .filter((rule) => rule.verdict === verdict);
  const byPlace = new Map(rules.map((rule) => [`${rule.origin.file} ${rule.origin.pointer}`, rule]));
  return [...byPlace.values()];
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
