import { cutInside } from "../base/visible-text.ts";
import type { Operation, Vocabulary } from "../catalogue/catalogue.ts";
import { actionId, type Action } from "../model/action.ts";
import { effects, type Effect } from "../model/effect.ts";
import { localWords, titleOf } from "./local-words.ts";

/** Whether a consequence can be put right, for people who have five seconds. Empty where it says nothing of that. */
const afterwards: { readonly [E in Effect]: string } = {
  irreversible_infrastructure_deletion: "Cannot be undone.",
  irreversible_data_deletion: "Cannot be undone.",
  file_deletion: "Cannot be undone.",
  uncommitted_work_loss: "Cannot be undone.",
  history_rewrite: "Hard to undo.",
  infrastructure_change: "",
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
  production_api_call: "",
};

/** Verbs whose object is the very thing that the target names, so that the name may stand right behind it. */
const directVerbs =
  /^(?:delete|destroy|remove|drop|terminate|purge|empty|wipe|reset|detach|create|make|rename|restart|stop|start|suspend|pause|resume|scale|redeploy|cancel|transfer|archive|replace|restore|deploy|publish|set|change|update)$/;

/** `delete a volume with all its data`: verb, article, noun, and what is said behind the noun. */
const verbAndNoun =
  /^([a-z]+(?: or [a-z]+)?) (?:(an?|the|many|several|all) )?([a-z][a-z0-9' -]*?)(?: ((?:with|and|after|without|of|or|that|whose) .+))?$/i;

/** Prepositions behind a noun say that the target may be something else: `run a command in a container`. */
const elsewhere = / (?:in|on|to|from|for|into|by|as|at|over|through|behind) /;

/** Words that stand for a whole phrase: `change what production serves`. */
const notNouns = /^(?:everything|something|what|who|when|which|how|where|whether|up|off|on|out|away|back)\b/;

/** A name that nobody has put into words: `cache delete`. */
const nounFirst = /^([a-z ]+) (delete|create|update|remove|restart|redeploy|cancel|transfer|reset|set|add)$/;

/** Longest name in UTF-16 units; a longer one must not push away what stands behind it. */
const nameLimit = 72;

/**
 * What one action does, as sentences: operation, target, environment, whether it can be undone. ``Delete Railway volume
 * `vol_1` in production, with all its data. Cannot be undone.`` One line. It may hold text of the request: mask it before it
 * is shown.
 */
export function actionSentence(action: Action, vocabulary: Vocabulary): string {
  const operation = vocabulary.operation(action.provider, action.operation);
  const title = vocabulary.providers.get(action.provider)?.title;
  const what =
    operation === undefined || title === undefined
      ? unlisted(action, title ?? titleOf(action.provider))
      : listed(action, trimPeriod(operation.summary).replace(nounFirst, "$2 $1"), title);
  const undo = undoSentence(action, operation);
  return oneLine(`${sentence(what)}${undo === "" ? "" : ` ${undo}`}`);
}

/** The first letter large, one period at the end. */
export function sentence(text: string): string {
  return text === "" ? text : `${text.slice(0, 1).toUpperCase()}${trimPeriod(text).slice(1)}.`;
}

/** An operation of the catalogue, from its summary. */
function listed(action: Action, summary: string, title: string): string {
  const name = nameOf(action, title);
  const where = placeOf(action, name);
  const parts = directObject(summary);
  if (parts === undefined || parts.noun.includes(title)) {
    return `${summary} on ${title}${name === undefined ? "" : `: ${name}`}${where}`;
  }
  const { verb, count, noun, closer, further } = parts;
  const one = count === "a" ? indefinite(title) : count;
  const counted = name !== undefined && count === "a" ? "" : one;
  const words = [verb, counted, title, noun, name ?? ""].filter((word) => word !== "");
  return `${words.join(" ")}${closer}${where}${further}`;
}

interface DirectObject {
  readonly verb: string;
  /** `a` for one thing, else as it is written: `many`, `all`, or nothing. */
  readonly count: string;
  readonly noun: string;
  /** What belongs to the noun, with the blank before it, and what is said of it, with the comma. */
  readonly closer: string;
  readonly further: string;
}

/** A summary taken apart where the target is the very thing that its verb acts on. */
function directObject(summary: string): DirectObject | undefined {
  const [, verb = "", article = "", noun = "", tail = ""] = verbAndNoun.exec(summary) ?? [];
  const apart = /^(?:with|and|after|without) /.test(tail);
  const direct = directVerbs.test(verb.split(" ")[0] ?? "") && !notNouns.test(noun) && article !== "the";
  if (!direct || elsewhere.test(` ${noun} ${apart ? "" : tail} `)) {
    return undefined;
  }
  const single = /^an?$/.test(article) || (article === "" && !noun.endsWith("s"));
  return {
    verb,
    count: single ? "a" : article,
    noun,
    closer: apart || tail === "" ? "" : ` ${tail}`,
    further: apart ? `, ${tail}` : "",
  };
}

/** Everything else: by the table, by what was found, or by the operation's own name. */
function unlisted(action: Action, title: string): string {
  const { provider, operation, target, because } = action;
  const where = placeOf(action, quoted(target.display));
  const words = localWords(actionId(action));
  if (words !== undefined) {
    return `${words.replace("{}", () => quoted(target.display))}${where}`.replace(/:? $/, "");
  }
  const found = /^`[^`]+`: (?:it )?(.+)$/.exec(because)?.[1] ?? /^`[^`]+` \((.+)\) by `/.exec(because)?.[1];
  const what = plain(found ?? operation.replaceAll(/[_:]/g, " "));
  const whose = provider === "fs" || provider === "shell" ? "" : ` (${title})`;
  return `${what}${whose}${target.display === "" ? "" : `: ${quoted(target.display)}`}${where}`;
}

/** What it is done to; undefined where the target is no more than the provider itself, or its address. */
function nameOf({ target }: Action, title: string): string | undefined {
  const { resource, display, host } = target;
  if (resource !== undefined) {
    return quoted(resource);
  }
  const general = [title, host ?? title].some((name) => display === name || display.startsWith(`${name} `));
  return general || display === "" ? undefined : quoted(display);
}

/** ` in production`, and ` using NAME` where it is known whose credential it takes. */
function placeOf({ target, credentials }: Action, shown: string | undefined): string {
  const { environment, environmentAliases = [], environmentKinds = {}, resource } = target;
  const names = [
    ...new Set([environment ?? "", ...environmentAliases, ...Object.values(environmentKinds).flat()]),
  ]
    .filter((name) => name !== "")
    .map((name) => cutInside(plain(name), nameLimit));
  // A target without a name of its own is shown as it is, and may say its place itself.
  const said = resource === undefined && names.every((name) => shown?.includes(name) === true);
  const where = names.length === 0 || said ? "" : ` in ${names.slice(0, 3).join("/")}`;
  const using = credentials.map((use) => quoted(use.name)).join(" and ");
  return `${where}${using === "" ? "" : ` using ${using}`}`;
}

function undoSentence(action: Action, operation: Operation | undefined): string {
  // What arguments made worse is not put right in the way of the plain operation.
  const worsened = action.effects.some(
    (effect) => effect.startsWith("irreversible_") && operation?.effects.includes(effect) !== true,
  );
  if (operation?.undo !== undefined && !worsened) {
    return sentence(operation.undo);
  }
  if (operation?.reversible === false && operation.access !== "read") {
    return "Cannot be undone.";
  }
  const worst = effects.find((effect) => action.effects.includes(effect) && afterwards[effect] !== "");
  if (worst !== undefined) {
    return afterwards[worst];
  }
  return action.effects.includes("infrastructure_change") ? changedBack(action, operation) : "";
}

/** Only what is plainly a setting is called reversible: a payment is a change, too. */
function changedBack({ operation: name }: Action, operation: Operation | undefined): string {
  const verb = /^[a-z]+/.exec(operation?.summary ?? "")?.[0] ?? "";
  if (
    /^(?:set|update|change|rename|scale|attach|detach|enable|disable|switch|add|pause|resume)$/.test(verb)
  ) {
    return "Can be changed back.";
  }
  return /(?:^|[_:])(?:delete|remove|uninstall)/i.test(name) ? "Can be made again, not brought back." : "";
}

function indefinite(title: string): string {
  return /^[AEIOU]/i.test(title) ? "an" : "a";
}

/** In backticks that nothing inside can close, and not longer than leaves room for what follows. */
function quoted(text: string): string {
  const name = plain(text).trim();
  return name === "" ? "" : `\`${cutInside(name, nameLimit)}\``;
}

function plain(text: string): string {
  return oneLine(text).replaceAll("`", "'");
}

function trimPeriod(text: string): string {
  return text.replace(/\.\s*$/, "");
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\u2028\u2029]+/g, " ");
}
