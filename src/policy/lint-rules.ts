import { clausesOf, covers, providerOf, type Clauses } from "./clauses.ts";
import { CoverIndex } from "./cover-index.ts";
import { removeItem } from "./fixes.ts";
import { entryOf, textOf, textsOf, valueOf, type ListNode, type MapNode, type PolicyNode } from "./node.ts";
import { isGlob } from "./pattern.ts";
import type { Reporter } from "./reporter.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface LintedRule {
  readonly node: MapNode;
  readonly list: ListNode;
  readonly verdict: "kill" | "deny" | "ask";
  readonly clauses: Clauses;
}

const strictness = { kill: 3, deny: 2, ask: 1 } as const;
const words = { kill: "a kill rule", deny: "a deny rule", ask: "a control rule" } as const;

/** The rules under a `policies` key that have a say, in the order kill, deny, control. */
export function rulesOf(policies: PolicyNode | undefined): readonly LintedRule[] {
  return (["kill", "deny", "control"] as const).flatMap((key) => {
    const list = valueOf(policies, key);
    const verdict = key === "control" ? "ask" : key;
    return list?.kind === "list"
      ? list.items
          .filter((node): node is MapNode => node.kind === "map")
          .filter((node) => key !== "control" || !isSwitchedOff(node))
          .map((node) => ({ node, list, verdict, clauses: clausesOf(node) }))
      : [];
  });
}

/** Rules that never apply, and rules that change nothing. */
export function lintRules(
  text: string,
  rules: readonly LintedRule[],
  vocabulary: Vocabulary,
  reporter: Reporter,
): void {
  const index = new CoverIndex(rules, vocabulary);
  for (const rule of rules) {
    const why = unreachable(rule, vocabulary);
    if (why !== undefined) {
      const help = "remove the condition that does not fit, or write two rules";
      reporter.report({ code: "policy/unreachable-rule", message: why, help }, rule.node.range);
      continue;
    }
    const message = shadowed(rule, index, vocabulary);
    if (message !== undefined) {
      const help = "remove this rule, or narrow the other one";
      const fix = removeItem(text, rule.list, rule.node, "remove the rule");
      const extra = fix === undefined ? {} : { fix };
      reporter.report({ code: "policy/shadowed-rule", message, help, ...extra }, rule.node.range);
    }
    if (reporter.isFull) {
      return;
    }
  }
}

function isSwitchedOff(rule: MapNode): boolean {
  const hitl = valueOf(rule, "require_hitl");
  return hitl?.kind === "scalar" && hitl.value === false;
}

function shadowed(
  rule: LintedRule,
  index: CoverIndex<LintedRule>,
  vocabulary: Vocabulary,
): string | undefined {
  for (const [flag, why] of [
    ["out_of_domain", "what is out of Domain is denied already"],
    ["out_of_signal", "what is out of Signal is denied already"],
  ] as const) {
    if (rule.verdict !== "kill" && rule.clauses.values.get(flag)?.includes("true") === true) {
      return `this rule changes nothing: ${why}`;
    }
  }
  const cover = index
    .candidates(rule.clauses)
    .find((other) => other !== rule && makesIdle(other, rule, vocabulary));
  if (cover === undefined) {
    return undefined;
  }
  const stricter = strictness[cover.verdict] > strictness[rule.verdict] ? "stricter" : "as strict";
  return `this rule changes nothing: ${words[cover.verdict]} in line ${cover.node.range.line}, which is ${stricter}, covers all of it`;
}

/** True where a rule adds nothing to another one that covers it. Of two that cover each other the first one stays. */
function makesIdle(other: LintedRule, rule: LintedRule, vocabulary: Vocabulary): boolean {
  const difference = strictness[other.verdict] - strictness[rule.verdict];
  if (difference < 0 || !covers(other.clauses, rule.clauses, vocabulary)) {
    return false;
  }
  if (difference > 0) {
    return true;
  }
  const ownTerms = hasTerms(rule.node) || hasTerms(other.node) || (grants(rule) && !grants(other));
  return (
    !(rule.verdict === "ask" && ownTerms) &&
    (other.node.range.start < rule.node.range.start || !covers(rule.clauses, other.clauses, vocabulary))
  );
}

function hasTerms(rule: MapNode): boolean {
  return ["timeout", "grant", "approvers"].some((key) => entryOf(rule, key) !== undefined);
}

/** A control rule that names operations puts them in Domain. */
function grants({ node }: LintedRule): boolean {
  const names = textsOf(valueOf(node, "action"));
  return names.length > 0 && names.every(({ value }) => !isGlob(String(value)));
}

/** Conditions whose truth is certain: an exception by them is one. */
const certain: ReadonlySet<string> = new Set([
  "action",
  "action_type",
  "provider",
  "agent",
  "reach",
  "access",
]);

/** Why no action can match; undefined where one may. */
function unreachable(rule: LintedRule, vocabulary: Vocabulary): string | undefined {
  return (
    wrongProvider(rule) ??
    changingRead(rule, vocabulary) ??
    signalElsewhere(rule) ??
    exceptedWhole(rule, vocabulary)
  );
}

/** The operations of a rule where all of them say which provider they are of. */
function namedActions({ clauses }: LintedRule): readonly string[] {
  const actions = clauses.values.get("action") ?? [];
  return actions.every((action) => action.includes(":") && !isGlob(providerOf(action))) ? actions : [];
}

function literalProviders({ clauses }: LintedRule): readonly string[] {
  const providers = clauses.values.get("provider") ?? [];
  return providers.every((provider) => !isGlob(provider)) ? providers : [];
}

function wrongProvider(rule: LintedRule): string | undefined {
  const actions = namedActions(rule);
  const providers = literalProviders(rule);
  const [action] = actions;
  const [provider] = providers;
  return action === undefined ||
    provider === undefined ||
    actions.some((one) => providers.includes(providerOf(one)))
    ? undefined
    : `no action is both \`${action}\` and of the provider \`${provider}\``;
}

function changingRead(rule: LintedRule, vocabulary: Vocabulary): string | undefined {
  const reads = rule.clauses.values.get("access")?.includes("read") === true;
  const [action, ...others] = namedActions(rule);
  return reads && action !== undefined && [action, ...others].every((one) => isChange(one, vocabulary))
    ? `\`${action}\` is no read, so \`access: read\` never holds`
    : undefined;
}

function signalElsewhere(rule: LintedRule): string | undefined {
  const about = [...namedActions(rule).map(providerOf), ...literalProviders(rule)];
  const [provider] = about;
  return rule.clauses.values.get("out_of_signal")?.includes("true") === true &&
    provider !== undefined &&
    !about.includes("fs")
    ? `only actions of \`fs\` can be out of Signal, not those of \`${provider}\``
    : undefined;
}

function exceptedWhole({ node, clauses }: LintedRule, vocabulary: Vocabulary): string | undefined {
  const not = clausesOf(valueOf(node, "not"));
  const decided = not.values.size > 0 && not.not === undefined;
  return decided &&
    [...not.values.keys()].every((key) => certain.has(key)) &&
    covers(not, clauses, vocabulary)
    ? "`not` excepts all that this rule is about"
    : undefined;
}

function isChange(api: string, vocabulary: Vocabulary): boolean {
  const provider = providerOf(api);
  return vocabulary.operation(provider, api.slice(provider.length + 1))?.access === "change";
}

/** Names of approvers in a rule, with their nodes. */
export function approversOf(rule: MapNode): readonly { readonly name: string; readonly node: PolicyNode }[] {
  return textsOf(valueOf(rule, "approvers")).map((node) => ({ name: textOf(node) ?? "", node }));
}
