import { durationMs } from "./check.ts";
import type { Conditions, Pattern, PolicyRule } from "./compiled.ts";
import { textOf, textsOf, valueOf, type PolicyNode } from "./node.ts";
import { pathPattern } from "./path-pattern.ts";
import { isGlob } from "./pattern.ts";
import { items, must, namePatterns, origin, under, type CompileContext, type Place } from "./place.ts";

const lists = [
  { key: "kill", verdict: "kill" },
  { key: "deny", verdict: "deny" },
  { key: "control", verdict: "ask" },
] as const;

/** The rules under a `policies` key, in the order kill, deny, control. A control rule that needs no human is left out. */
export function compileRules(policies: Place, context: CompileContext): readonly PolicyRule[] {
  return lists.flatMap(({ key, verdict }) =>
    items(under(policies, key))
      .filter((item) => verdict !== "ask" || flagOf(valueOf(item.node, "require_hitl")) !== false)
      .map((item) => compileRule(item, verdict, context)),
  );
}

function compileRule(item: Place, verdict: PolicyRule["verdict"], context: CompileContext): PolicyRule {
  const { node } = item;
  const timeoutMs = durationMs(valueOf(node, "timeout"));
  const grant = textOf(valueOf(node, "grant"));
  const approvers = valueOf(node, "approvers");
  const operations = textsOf(valueOf(node, "action"));
  return {
    origin: origin(item, context),
    verdict,
    when: conditions(node, context, "wide"),
    summary: summarise(node),
    namesOperations: operations.length > 0 && operations.every((text) => !isGlob(String(text.value))),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(grant === "once" || grant === "session" ? { grant } : {}),
    ...(approvers === undefined ? {} : { approvers: textsOf(approvers).map((text) => String(text.value)) }),
  };
}

/** Inside `not` a pattern that matches more would make the rule match less: there, paths match narrowly. */
function conditions(
  node: PolicyNode | undefined,
  context: CompileContext,
  reach: "wide" | "narrow",
): Conditions {
  const names = (key: string): readonly Pattern[] | undefined => namePatterns(valueOf(node, key));
  const reachOf = textOf(valueOf(node, "reach"));
  const access = textOf(valueOf(node, "access"));
  const effects = valueOf(node, "action_type");
  const paths = valueOf(node, "path");
  const not = valueOf(node, "not");
  return defined({
    actionTypes: effects === undefined ? undefined : textsOf(effects).map((text) => String(text.value)),
    actions: names("action"),
    providers: names("provider"),
    environments: names("environment"),
    resources: names("resource"),
    paths:
      paths === undefined
        ? undefined
        : textsOf(paths).map((text) =>
            must(
              pathPattern(String(text.value), { workspace: context.workspace, home: context.home, reach }),
            ),
          ),
    commands: names("command"),
    hosts: names("host"),
    agents: names("agent"),
    sessions: names("session"),
    reach: reachOf === "local" || reachOf === "remote" ? reachOf : undefined,
    access: access === "read" || access === "change" ? access : undefined,
    credentialScopeMismatch: flagOf(valueOf(node, "credential_scope_mismatch")),
    outOfDomain: flagOf(valueOf(node, "out_of_domain")),
    outOfSignal: flagOf(valueOf(node, "out_of_signal")),
    not: not === undefined ? undefined : conditions(not, context, reach === "wide" ? "narrow" : "wide"),
  });
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Leaves out what is not set: a missing member puts no condition. */
function defined(loose: Loose<Required<Conditions>>): Conditions {
  return Object.fromEntries(Object.entries(loose).filter(([, value]) => value !== undefined));
}

function flagOf(node: PolicyNode | undefined): boolean | undefined {
  return node?.kind === "scalar" && typeof node.value === "boolean" ? node.value : undefined;
}

const silent = new Set(["reason", "require_hitl", "timeout", "grant", "approvers"]);

/** The conditions in words, with the author's reason where there is one. */
function summarise(node: PolicyNode | undefined): string {
  const entries = node?.kind === "map" ? node.entries.filter((entry) => !silent.has(entry.key)) : [];
  const parts = entries.map((entry) => `${entry.key} ${wordsOf(entry.value)}`);
  const reason = textOf(valueOf(node, "reason"));
  const text = reason === undefined ? parts.join(" and ") : `${parts.join(" and ")} (${reason})`;
  return text.replaceAll(/\s+/g, " ").slice(0, 300);
}

function wordsOf(node: PolicyNode): string {
  if (node.kind === "map") {
    return `(${summarise(node)})`;
  }
  const texts = node.kind === "list" ? textsOf(node).map((text) => String(text.value)) : [String(node.value)];
  return texts.length > 3 ? `${texts.slice(0, 3).join(", ")}, …` : texts.join(" or ");
}
