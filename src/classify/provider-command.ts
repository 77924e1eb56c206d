import type { ArgumentValue } from "../catalogue/arguments.ts";
import { unresolved } from "../catalogue/arguments.ts";
import type { Operation, Provider } from "../catalogue/catalogue.ts";
import {
  isDryRun,
  matchCommandLine,
  resourceWord,
  sourceWord,
  type CommandLine,
  type CommandForm,
  type CommandMatch,
  type CommandRule,
} from "../catalogue/command-line.ts";
import { hole, isWhole } from "../catalogue/hole.ts";
import { spaced } from "../catalogue/names.ts";
import { matchVerb } from "../catalogue/verbs.ts";
import type { Effect } from "../model/effect.ts";
import { credentialUse, toolCredentials } from "./http/credentials.ts";
import { carryCommand, carryGraphql, carryRemoteCommand, carryShellInput } from "./http/carried.ts";
import { namedOperation, providerAction, type CallContext, type Extra } from "./http/provider-action.ts";
import { carryRest } from "./http/rest-carried.ts";
import { carryPlan, forgetWritten } from "./plan-carried.ts";
import { judgeObjects } from "./programs/kubernetes-objects.ts";
import { noteSwitch, placeIn, placeOf } from "./provider-place.ts";
import { textWithHoles } from "./http/template.ts";
import type { Scope } from "./scope.ts";
import type { Invocation } from "./shell/invocation.ts";

/** One command line of a provider's tool, taken apart. */
interface Call {
  readonly provider: Provider;
  readonly invocation: Invocation;
  readonly scope: Scope;
  /** The request's own scope, where `scope` stands in front of it. */
  readonly home: Scope;
  /** Words behind the program, with holes. */
  readonly words: readonly string[];
  readonly match: CommandMatch;
}

/**
 * Judges a command of a provider's own tool by the catalogue's data alone. True where the program is such a tool: then
 * only what it may send or run besides is left to judge. An unknown sub-command is `unknown_command`; help and version are nothing.
 */
export function providerCommand(invocation: Invocation, scope: Scope): boolean {
  const provider =
    scope.catalogue.providerByProgram(invocation.program) ??
    scope.catalogue.providerByProgram(invocation.words[0]?.text ?? "");
  if (provider?.cli === undefined) {
    return false;
  }
  const variable = (name: string): string | undefined => scope.variable(name);
  const words = [
    ...invocation.words.slice(1).map((word) => textWithHoles(word, variable)),
    ...wordsOfVariables(provider.cli, invocation, scope),
  ];
  const match = matchCommandLine(provider.cli, words);
  const bare = words.length === 0 && provider.cli.root.form === undefined;
  if (!bare && (!match.help || match.hidden) && !isDryRun(provider.cli, match)) {
    const real = { provider, invocation, scope, home: scope, words, match };
    judge(talksToEmulator(provider.cli, real) ? { ...real, scope: emulatorScope(scope) } : real);
  }
  return true;
}

/** `aws --endpoint-url http://localhost:4566`: a stand-in on this machine, with nothing of value in it. */
function talksToEmulator({ emulator }: CommandLine, call: Call): boolean {
  const { invocation, scope, match } = call;
  if (emulator === undefined || emulator.unless?.some((name) => match.options.has(name)) === true) {
    return false;
  }
  const told = emulator.options.flatMap((name) => match.options.get(name)?.slice(-1) ?? []);
  const places = told.map(({ value }) => value);
  for (const name of told.length === 0 ? emulator.variables : []) {
    const assigned = invocation.assignments.get(name);
    places.push(
      assigned === undefined ? (scope.variable(name) ?? scope.lookups.env(name) ?? "") : assigned.text,
    );
  }
  if (told.length === 0 && emulator.names !== undefined) {
    places.push(placeOf(call, undefined, false).environment ?? "");
  }
  return (
    emulator.programs.includes(invocation.program) ||
    places.some((place) => loopbackAddress.test(place) || emulator.names?.test(place) === true)
  );
}

const loopbackAddress = /^https?:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|localstack)(?::\d+)?(?:\/|$)/i;

function emulatorScope(scope: Scope): Scope {
  const emit: Scope["emit"] = (action) => {
    const effects = action.effects.filter(
      (effect) => effect === "infrastructure_change" || effect === "opaque",
    );
    scope.emit({ ...action, reach: "local", effects, credentials: [] });
  };
  return Object.assign(Object.create(scope) as Scope, { emit });
}

/** Words that the tool takes from variables: `TF_CLI_ARGS_apply=-destroy`. They count as if they stood at the end. */
function wordsOfVariables(tool: CommandLine, invocation: Invocation, scope: Scope): readonly string[] {
  return tool.argumentVariables.flatMap((template) => {
    const names = template.includes("{command}")
      ? invocation.words
          .slice(1)
          .filter((word) => /^[a-z][\w-]{0,39}$/.test(word.text))
          .map((word) => template.replace("{command}", word.text))
      : [template];
    return names.flatMap((name) => {
      const assigned = invocation.assignments.get(name);
      const text =
        assigned === undefined
          ? (scope.variable(name) ?? scope.lookups.env(name) ?? "")
          : assigned.known
            ? assigned.text
            : hole;
      return text.split(/\s+/).filter((word) => word !== "");
    });
  });
}

function judge(call: Call): void {
  const { provider, scope, match } = call;
  const { form } = match.node;
  const context = contextOf(call, form);
  if (match.hidden) {
    scope.emit(
      providerAction(provider, namedOperation(provider, "unknown_command"), context, { effects: ["opaque"] }),
    );
  }
  if (form === undefined || strayWord(match, form)) {
    if (!judgeByTable(call, context) && !judgeByVerb(call, context) && !match.hidden) {
      scope.emit(providerAction(provider, namedOperation(provider, "unknown_command"), context));
    }
    return;
  }
  judgeForm(call, form, context);
}

function judgeForm(call: Call, form: CommandForm, context: CallContext): void {
  const { provider, scope, match } = call;
  if (form.carries?.kind === "graphql") {
    carryGraphqlDocument(call, form, context);
    return;
  }
  if (form.carries?.kind === "rest") {
    carryRest(form.carries, { provider, match, invocation: call.invocation, scope });
    return;
  }
  const { operation, extra } = applyRules(call, form);
  if (form.carries?.kind === "objects" && operation === form.operation) {
    judgeObjects({ ...call, carries: form.carries, context, extra });
    return;
  }
  if (!carryPlan(form, operation, { ...call, context })) {
    scope.emit(providerAction(provider, operation, context, extra));
  }
  forgetWritten(form, { ...call, context });
  noteSwitch(call, operation, context);
  if (form.carries?.kind === "command") {
    scope.inPlace(placeIn(context), () => carryCommand(call.invocation, match.rest, scope));
  } else if (form.carries?.kind === "remote_command") {
    carryRemoteCommand(call.invocation, match.rest, form.carries.host, scope);
  } else if (form.carries?.kind === "shell_input") {
    scope.inPlace(placeIn(context), () => carryShellInput(call.invocation, scope));
  }
}

/** True where the provider has a table of its services' operations: `ec2 terminate-instances`. */
function judgeByTable(call: Call, context: CallContext): boolean {
  const { provider, scope, match } = call;
  const [service, command] = [...match.path, ...match.positionals.map((word) => word.value)];
  if (provider.table === undefined || service === undefined || command === undefined || match.hidden) {
    return false;
  }
  if (!isWhole(service) || !isWhole(command)) {
    scope.emit(
      providerAction(provider, namedOperation(provider, "unknown_command"), context, { effects: ["opaque"] }),
    );
    return true;
  }
  const operation = scope.catalogue.serviceOperation(provider, service, command);
  if (operation === undefined) {
    return false;
  }
  const resource = namedResource(match);
  scope.emit(
    providerAction(
      provider,
      operation,
      { ...context, how: `by \`${provider.name} ${service} ${command}\`` },
      resource === undefined ? {} : { resource },
    ),
  );
  return true;
}

/** The value of the first option that sounds like what it is about: `--table-name`, `--instance-ids`. */
function namedResource(match: CommandMatch): string | undefined {
  for (const [option, values] of match.options) {
    if (/(?:-ids?|-names?|-arns?|-identifier|-url|^--name|^--bucket|^--key)$/.test(option)) {
      const texts = values.map(({ value }) => value);
      return texts.length > 0 && texts.every(isWhole) ? texts.join(",").slice(0, 200) : undefined;
    }
  }
  return undefined;
}

/** True where one of the words is a verb that says what the command does. */
function judgeByVerb(call: Call, context: CallContext): boolean {
  const { provider, scope, match } = call;
  const found = provider.cli === undefined ? undefined : matchVerb(provider.cli, match);
  if (found === undefined) {
    return false;
  }
  const how = [provider.cli?.programs[0] ?? call.invocation.program, spaced(found.operation.name)].join(" ");
  const { resource } = found;
  scope.emit(
    providerAction(
      provider,
      found.operation,
      { ...context, how: `by \`${how}\`` },
      {
        effects: found.rule.effects,
        undecided: found.hidden,
        ...(resource !== undefined && isWhole(resource.value) ? { resource: resource.value } : {}),
      },
    ),
  );
  return true;
}

/** A word behind a command that has sub-commands and takes no names: a sub-command that we do not know. */
function strayWord(match: CommandMatch, form: CommandForm): boolean {
  if (match.node.children.size === 0 || match.positionals.length === 0 || form.carries?.kind === "objects") {
    return false;
  }
  const document = form.carries?.kind === "graphql" ? form.carries.document : [];
  const places = form.environment.map(({ source }) => source);
  return ![...form.resource, ...places, ...document].some((source) => typeof source === "number");
}

function contextOf(call: Call, form: CommandForm | undefined): CallContext {
  const { provider, invocation, scope, match } = call;
  const specs = toolCredentials(provider, invocation, scope);
  return {
    credentials: specs.map((spec) => credentialUse(spec, invocation, scope)),
    evidence: scope.evidence(invocation),
    how: `by \`${[provider.cli?.programs[0] ?? invocation.program, ...match.path].join(" ")}\``,
    // A credential for one environment decides the environment by itself, whatever the folder is linked to.
    ...placeOf(call, form, specs[0]?.class === "project"),
  };
}

function applyRules(call: Call, form: CommandForm): { operation: Operation; extra: Extra } {
  const { match } = call;
  let { operation } = form;
  const effects: Effect[] = [];
  const also: string[] = [];
  let undecided = false;
  for (const rule of form.rules) {
    const answer = ruleHolds(rule, call);
    undecided = undecided || answer === "may_hold";
    if (answer === "holds") {
      operation = rule.operation ?? operation;
      effects.push(...rule.effects);
      also.push(...rule.also);
    }
  }
  const resource = resourceWord(match, form);
  const known = resource !== undefined && isWhole(resource.value) && resource.value !== "";
  return { operation, extra: { effects, also, undecided, ...(known ? { resource: resource.value } : {}) } };
}

function ruleHolds(rule: CommandRule, call: Call): "holds" | "may_hold" | "no" {
  const { match, invocation, words } = call;
  if (rule.options !== undefined && !rule.options.some((name) => match.options.has(name))) {
    return "no";
  }
  if (rule.piped !== undefined && !rule.piped.test(textBehind(call))) {
    return "no";
  }
  if (rule.positional === true && match.positionals.length === 0) {
    return "no";
  }
  if (rule.fed === true && invocation.stdin.kind === "inherited") {
    return "no";
  }
  if (rule.at !== undefined) {
    const word = match.positionals[rule.at]?.value;
    return word !== undefined && isWhole(word) && rule.text?.test(word) === true ? "holds" : "no";
  }
  if (
    rule.text === undefined ||
    words.slice(match.path.length).some((word) => rule.text?.test(word) === true)
  ) {
    return "holds";
  }
  return textIsFed(rule.text, call);
}

/** The text behind the command; empty where the command stands in a text of its own, whose end is not ours to see. */
function textBehind({ invocation, scope }: Call): string {
  const { start, text } = scope.evidence({ start: invocation.end, end: invocation.end + 300 });
  return start === invocation.end ? text : "";
}

/** Whether what is fed to standard input matches; `may_hold` where that is not known. */
function textIsFed(pattern: RegExp, call: Call): "holds" | "may_hold" | "no" {
  const { stdin } = call.invocation;
  switch (stdin.kind) {
    case "inherited":
      return "no";
    case "text":
      return pattern.test(stdin.text) ? "holds" : "no";
    case "unknown":
      return "may_hold";
    case "file": {
      const path = call.scope.resolvePath(stdin.path);
      const found = path === undefined ? undefined : call.scope.readInput(path);
      return found?.kind === "text" ? (pattern.test(found.text) ? "holds" : "no") : "may_hold";
    }
  }
}

function carryGraphqlDocument(call: Call, form: CommandForm, context: CallContext): void {
  const { carries } = form;
  if (carries?.kind !== "graphql") {
    return;
  }
  const { match, invocation, scope, provider } = call;
  carryGraphql(
    {
      inline: sourceWord(match, carries.document)?.value,
      file: sourceWord(match, carries.files)?.value,
      variables: graphqlVariables(call, carries),
      operationName: sourceWord(match, carries.operationName)?.value,
      stdin: invocation.stdin,
    },
    { provider, context, scope },
  );
}

/** The variables as one value: a JSON text or file, then `KEY=VALUE` pairs on top. */
function graphqlVariables(
  call: Call,
  carries: { readonly variables: readonly string[]; readonly pairs: readonly string[] },
): { readonly json: string | undefined; readonly pairs: Readonly<Record<string, ArgumentValue>> } {
  const pairs: Record<string, ArgumentValue> = {};
  for (const name of carries.pairs) {
    for (const { value } of call.match.options.get(name) ?? []) {
      const equals = value.indexOf("=");
      const text = value.slice(equals + 1);
      pairs[value.slice(0, Math.max(equals, 0)).trim()] = isWhole(text) ? jsonOrText(text) : unresolved;
    }
  }
  return { json: sourceWord(call.match, carries.variables)?.value, pairs };
}

function jsonOrText(text: string): ArgumentValue {
  try {
    return JSON.parse(text) as ArgumentValue;
  } catch {
    return text;
  }
}
