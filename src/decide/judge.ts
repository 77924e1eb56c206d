import type { Vocabulary } from "../catalogue/catalogue.ts";
import type { Action } from "../model/action.ts";
import type { RuleHit } from "../model/decision.ts";
import type { Effect } from "../model/effect.ts";
import type { Pattern, PolicyRule } from "../policy/compiled.ts";
import { judgeCredentials } from "./credentials.ts";
import { judgeDomain } from "./domain.ts";
import { resolveEnvironment, type ResolvedEnvironment } from "./environments.ts";
import { hit, injectsVariables, namesOf, reveals, switchesTarget, type ActionFacts } from "./facts.ts";
import type { PathForms, PathWorld } from "./paths.ts";
import { liftBaselineAsk, type RuleMatch } from "./precedence.ts";
import type { PreparedStack } from "./prepare.ts";
import { ruleMatches, type RequestFacts } from "./rules.ts";
import { judgeSignal } from "./signal.ts";

/** What one stack has to say about one request. */
export interface Judgement {
  readonly hits: readonly RuleHit[];
  /** Rules that ask, for their terms. */
  readonly asking: readonly PolicyRule[];
  readonly facts: readonly ActionFacts[];
}

export interface JudgeSubject {
  readonly actions: readonly Action[];
  readonly world: PathWorld;
  readonly vocabulary: Vocabulary;
}

/** Evaluates everything in one stack against one request. */
export function judge(stack: PreparedStack, request: RequestFacts, subject: JudgeSubject): Judgement {
  const hits: RuleHit[] = [];
  const asking: PolicyRule[] = [];
  const facts: ActionFacts[] = [];
  const add = (match: RuleMatch): void => {
    hits.push(match.hit);
    if (match.hit.verdict === "ask") {
      asking.push(match.rule);
    }
  };
  for (const rule of stack.requestRules.filter((candidate) => ruleMatches(candidate, request, undefined))) {
    add({ rule, hit: ruleHit(rule) });
  }
  if (subject.actions.length === 0) {
    for (const rule of stack.actionRules.filter((candidate) => ruleMatches(candidate, request, undefined))) {
      add({ rule, hit: ruleHit(rule) });
    }
  }
  for (const [index, action] of subject.actions.entries()) {
    const judged = judgeAction(action, index, { stack, request, subject });
    hits.push(...judged.hits);
    judged.matches.forEach(add);
    facts.push(judged.facts);
  }
  return { hits, asking, facts };
}

interface Surroundings {
  readonly stack: PreparedStack;
  readonly request: RequestFacts;
  readonly subject: JudgeSubject;
}

interface JudgedAction {
  /** Of Signal, credentials and Domain. */
  readonly hits: readonly RuleHit[];
  readonly matches: readonly RuleMatch[];
  readonly facts: ActionFacts;
}

function judgeAction(action: Action, index: number, { stack, request, subject }: Surroundings): JudgedAction {
  const { policies } = stack;
  const names = namesOf(action);
  const environment = resolveEnvironment(action, stack.environments);
  const signal = judgeSignal(action, index, policies, subject.world);
  const credentials = judgeCredentials({ action, index, names, environment }, policies, subject.vocabulary);
  const forms = formsOf(action, subject.world);
  const before: ActionFacts = {
    action,
    index,
    names,
    environment,
    effects: effectsOf(action, environment, signal.tampering),
    paths: forms?.all ?? [],
    resolvedPath: forms?.mapped,
    credentialScopeMismatch: credentials.length > 0,
    outOfSignal: signal.outOfSignal,
    outOfDomain: false,
  };
  const inCatalogue = subject.vocabulary.providers.has(action.provider);
  // What is granted must be certain, also where a human is asked.
  const approved = stack.grantingRules.filter(
    (rule) => ruleMatches(rule, request, before) && isCertainlyIn(environment, rule.when.environments),
  );
  // Where a policy builds on others, a rule is written in another file than the policy it belongs to.
  const approvedFiles = new Set(
    approved.length === 0
      ? []
      : policies.filter(({ rules }) => rules.some((rule) => approved.includes(rule))).map(({ file }) => file),
  );
  const domain = judgeDomain({ action, index, names, environment, inCatalogue }, policies, approvedFiles);
  const facts = { ...before, outOfDomain: domain.outOfDomain };
  const matches = stack.actionRules
    .filter((rule) => ruleMatches(rule, request, facts))
    .map((rule) =>
      liftBaselineAsk(
        { rule, hit: ruleHit(rule, index, mismatchOf(rule, credentials)) },
        facts,
        domain.named,
      ),
    );
  return { hits: [...signal.hits, ...credentials, ...domain.hits], matches, facts };
}

function isCertainlyIn({ known }: ResolvedEnvironment, wanted: readonly Pattern[] | undefined): boolean {
  return wanted === undefined || wanted.some((pattern) => known.some((name) => pattern.matches(name)));
}

function formsOf({ target }: Action, world: PathWorld): PathForms | undefined {
  return target.path === undefined ? undefined : world.forms(target.path, target.display);
}

/** The effects that follow from where the target lies, beside those of the operation itself. */
function effectsOf(action: Action, environment: ResolvedEnvironment, tampering: boolean): readonly Effect[] {
  const added: Effect[] = [];
  const acts = action.access !== "read" || reveals(action);
  if (environment.production && ((action.reach === "remote" && acts) || switchesTarget(action))) {
    added.push("production_api_call");
  }
  if (environment.production && injectsVariables(action)) {
    added.push("credential_access");
  }
  if (tampering) {
    added.push("governance_tampering");
  }
  const missing = added.filter((effect) => !action.effects.includes(effect));
  return missing.length === 0 ? action.effects : [...action.effects, ...missing];
}

const listOf = { kill: "kill", deny: "deny", ask: "control" } as const;

/** A rule about credentials out of their scope says which one it was, and how it got there. */
function mismatchOf({ when }: PolicyRule, credentials: readonly RuleHit[]): string {
  const [first] = credentials;
  return when.credentialScopeMismatch === true && first !== undefined ? `: ${first.because}` : "";
}

function ruleHit(rule: PolicyRule, index?: number, more = ""): RuleHit {
  const because = `policies.${listOf[rule.verdict]} names ${rule.summary}${more}`;
  return hit(rule.origin, rule.verdict, because, index);
}
