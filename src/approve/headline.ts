import type { Operation, Vocabulary } from "../catalogue/catalogue.ts";
import type { Action } from "../model/action.ts";
import type { Decision } from "../model/decision.ts";
import { effects, type Effect } from "../model/effect.ts";
import { verdicts } from "../model/verdict.ts";

/** Whether a consequence can be put right, for people who have five seconds. */
const afterwards: { readonly [E in Effect]: string } = {
  irreversible_infrastructure_deletion: "Cannot be undone.",
  irreversible_data_deletion: "Cannot be undone.",
  file_deletion: "Cannot be undone.",
  uncommitted_work_loss: "Cannot be undone.",
  history_rewrite: "Hard to undo.",
  production_api_call: "Takes effect in production.",
  infrastructure_change: "Can be changed back.",
  deployment: "Can be rolled back.",
  schema_migration: "Hard to undo.",
  package_publish: "Cannot be taken back.",
  credential_access: "",
  credential_reveal: "A secret that was shown must be replaced.",
  data_exfiltration: "Cannot be taken back.",
  remote_code_execution: "What it would run is not known.",
  privilege_change: "Can be changed back.",
  system_modification: "Hard to undo.",
  persistence: "",
  process_kill: "Cannot be undone.",
  governance_tampering: "It would weaken Signalbox.",
  opaque: "What it would do cannot be told beforehand.",
};

/**
 * One line that says what a request would do: operation, target, environment, can it be undone. `Delete a volume
 * with all its data on Railway: vol_1 in production. Cannot be undone. (+2 more actions)`. It may hold text of the request: mask it before it
 * is shown.
 */
export function headlineOf(decision: Decision, vocabulary: Vocabulary): string {
  const [first, ...rest] = bySeverity(decision);
  if (first === undefined) {
    return sentence(decision.reason);
  }
  const more = rest.length === 0 ? "" : ` (+${rest.length} more ${rest.length === 1 ? "action" : "actions"})`;
  return oneLine(`${describe(first, vocabulary)}${more}`);
}

function describe(action: Action, vocabulary: Vocabulary): string {
  const operation = vocabulary.operation(action.provider, action.operation);
  const provider = vocabulary.providers.get(action.provider);
  const on = provider === undefined || operation === undefined ? "" : ` on ${provider.title}`;
  const what = operation === undefined ? inWords(action) : trimPeriod(operation.summary);
  const { display, environment } = action.target;
  const target =
    display === "" || ` ${what} `.includes(` ${display} `) ? "" : `${on === "" ? " " : ": "}${display}`;
  const where = environment === undefined || target.includes(environment) ? "" : ` in ${environment}`;
  const undo = undoSentence(action, operation);
  return `${sentence(`${what}${on}${target}${where}`)}${undo === "" ? "" : ` ${undo}`}`;
}

/** `git:push_force` → `git push force`; what is done to files needs no name of who does it. */
function inWords({ provider, operation }: Action): string {
  const words = operation.replaceAll("_", " ");
  return provider === "fs" || provider === "shell" ? words : `${provider} ${words}`;
}

function undoSentence(action: Action, operation: Operation | undefined): string {
  const worst = effects.find((effect) => action.effects.includes(effect));
  if (operation?.reversible === false && (worst === undefined || afterwards[worst] !== "")) {
    return "Cannot be undone.";
  }
  return worst === undefined ? "" : afterwards[worst];
}

/** The actions that the strictest rules are about come first, then those with the gravest effects. */
function bySeverity(decision: Decision): readonly Action[] {
  const strictness = (index: number): number =>
    Math.max(
      -1,
      ...decision.rules.filter((rule) => rule.action === index).map((rule) => verdicts.indexOf(rule.verdict)),
    );
  const gravity = (action: Action): number => {
    const index = effects.findIndex((effect) => action.effects.includes(effect));
    return index < 0 ? effects.length : index;
  };
  return decision.actions
    .map((action, index) => ({ action, strict: strictness(index), grave: gravity(action) }))
    .sort((a, b) => b.strict - a.strict || a.grave - b.grave)
    .map(({ action }) => action);
}

function trimPeriod(text: string): string {
  return text.replace(/\.\s*$/, "");
}

function sentence(text: string): string {
  return text === "" ? text : `${text.slice(0, 1).toUpperCase()}${trimPeriod(text).slice(1)}.`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\u2028\u2029]+/g, " ");
}
