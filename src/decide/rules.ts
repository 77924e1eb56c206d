import type { AgentRequest } from "../model/request.ts";
import type { Session } from "../model/session.ts";
import type { Conditions, Pattern, PolicyRule } from "../policy/compiled.ts";
import { collapse, commandParts } from "./command-parts.ts";
import type { ActionFacts } from "./facts.ts";

/** What rules may ask about the request as a whole. */
export interface RequestFacts {
  readonly agent: string;
  /** The command line with its white space collapsed; undefined for other kinds of requests. */
  readonly command: string | undefined;
  /** The command line and all that a rule may mean in it. */
  readonly commandParts: () => readonly string[];
  /** Task and id of the session. */
  readonly sessions: readonly string[];
}

export function requestFacts(request: AgentRequest, session: Session | undefined): RequestFacts {
  const { payload, context } = request;
  let parts: readonly string[] | undefined;
  return {
    agent: context.agent,
    command: payload.kind === "shell" ? collapse(payload.command) : undefined,
    // Few policies have rules about commands, so they are worked out when the first one asks.
    commandParts: () => (parts ??= payload.kind === "shell" ? commandParts(payload.command) : []),
    sessions:
      session === undefined ? [] : [session.id, ...(session.task === undefined ? [] : [session.task])],
  };
}

const requestConditions: ReadonlySet<string> = new Set(["agents", "sessions", "commands", "not"]);

/** True where nothing in the conditions is about a single action: such a rule counts once for the whole request. */
export function isAboutRequest(when: Conditions): boolean {
  const own = Object.keys(when).every((key) => requestConditions.has(key));
  return own && (when.not === undefined || isAboutRequest(when.not));
}

/** True where every condition of the rule holds. Without an action, whatever is about one does not hold. */
export function ruleMatches(
  rule: PolicyRule,
  request: RequestFacts,
  action: ActionFacts | undefined,
): boolean {
  return conditionsHold(rule.when, { request, action, reading: "possible" });
}

/**
 * INVARIANT: what is not certain counts where it makes a rule match, and not where it would exempt from one. A rule's
 * conditions are read as `possible`, those under `not` as `certain`.
 */
interface Subject {
  readonly request: RequestFacts;
  readonly action: ActionFacts | undefined;
  readonly reading: "possible" | "certain";
}

function conditionsHold(when: Conditions, subject: Subject): boolean {
  const { request, action, reading } = subject;
  return (
    (action === undefined ? !needsAction(when) : actionHolds(when, action, reading)) &&
    anyMatches(when.agents, [request.agent]) &&
    anyMatches(when.sessions, request.sessions) &&
    (when.commands === undefined || anyMatches(when.commands, commandsOf(subject))) &&
    (when.not === undefined ||
      !conditionsHold(when.not, { ...subject, reading: reading === "possible" ? "certain" : "possible" }))
  );
}

function needsAction(when: Conditions): boolean {
  return Object.entries(when).some(([key, value]) => !requestConditions.has(key) && value !== false);
}

function actionHolds(when: Conditions, facts: ActionFacts, reading: Subject["reading"]): boolean {
  const { action, environment } = facts;
  return (
    (when.actionTypes === undefined || when.actionTypes.some((effect) => includes(facts.effects, effect))) &&
    (when.reach === undefined || when.reach === action.reach) &&
    (when.access === undefined || (when.access === "read") === (action.access === "read")) &&
    flagHolds(when.credentialScopeMismatch, facts.credentialScopeMismatch) &&
    flagHolds(when.outOfDomain, facts.outOfDomain) &&
    flagHolds(when.outOfSignal, facts.outOfSignal) &&
    anyMatches(when.actions, facts.names) &&
    anyMatches(when.providers, [action.provider]) &&
    anyMatches(when.environments, reading === "possible" ? environment.possible : environment.known) &&
    anyMatches(when.resources, present(action.target.resource)) &&
    anyMatches(when.paths, reading === "possible" ? facts.paths : present(facts.resolvedPath)) &&
    anyMatches(when.hosts, present(action.target.host))
  );
}

/** The whole command line may be meant; to be exempt, the action's own part of it has to be named. */
function commandsOf({ request, action, reading }: Subject): readonly string[] {
  const own = action === undefined ? undefined : collapse(action.action.evidence.text);
  if (reading === "certain") {
    return present(own ?? request.command);
  }
  return [...request.commandParts(), ...present(own)];
}

function anyMatches(patterns: readonly Pattern[] | undefined, texts: readonly string[]): boolean {
  return patterns === undefined || patterns.some((pattern) => texts.some((text) => pattern.matches(text)));
}

function flagHolds(wanted: boolean | undefined, actual: boolean): boolean {
  return wanted === undefined || wanted === actual;
}

function present(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text];
}

function includes(effects: readonly string[], effect: string): boolean {
  return effects.includes(effect);
}
