import type { Operation, Provider } from "../catalogue/catalogue.ts";
import {
  sourceWord,
  type CommandForm,
  type CommandMatch,
  type ValueSource,
} from "../catalogue/command-line.ts";
import { isWhole } from "../catalogue/hole.ts";
import { providerAction, type CallContext, type Extra } from "./http/provider-action.ts";
import { joinPath } from "./paths.ts";
import { readSavedPlan } from "./saved-plan.ts";
import type { Scope } from "./scope.ts";
import type { Invocation } from "./shell/invocation.ts";
import { knownWord, unknownFlow } from "./shell/word.ts";

interface PlanCommand {
  readonly provider: Provider;
  readonly match: CommandMatch;
  readonly invocation: Invocation;
  readonly scope: Scope;
  readonly context: CallContext;
}

/** Addresses that a target names by themselves; of more, only the number is told. */
const maximumAddresses = 12;

/**
 * Emits what the plan that a command carries out would do. False where there is none, or nothing is known of it: then the
 * command's own operation decides. `unread` is that operation, and stays a name of what is found.
 */
export function carryPlan(form: CommandForm, unread: Operation, command: PlanCommand): boolean {
  const { carries } = form;
  const { provider, match, scope, invocation, context } = command;
  if (
    carries?.kind !== "plan" ||
    unread.groups.includes("everyday") ||
    !carries.programs.includes(invocation.program)
  ) {
    return false;
  }
  const path = pathOf(carries.document, form.folder, command);
  const plan =
    path === undefined || scope.writtenFile(path) !== undefined
      ? undefined
      : readSavedPlan(scope.readInput(path));
  if (plan === undefined) {
    return false;
  }
  const extra: Extra = {
    also: [unread.name],
    ...(plan.workspace === undefined || plan.workspace === "default" ? {} : { environment: plan.workspace }),
  };
  const how = `by the saved plan \`${sourceWord(match, carries.document)?.value ?? ""}\``;
  if (plan.destroys.length > 0) {
    const more = plan.destroys.length - maximumAddresses;
    const named = plan.destroys.slice(0, maximumAddresses).join(", ");
    const resource = more > 0 ? `${named} and ${more} more` : named;
    scope.emit(providerAction(provider, carries.destroys, { ...context, how }, { ...extra, resource }));
  }
  if (plan.changes > 0 || plan.destroys.length === 0) {
    scope.emit(providerAction(provider, carries.changes, { ...context, how }, extra));
  }
  return true;
}

/** A file that the command writes is not what stood there before: who carries it out later on the same line is asked. */
export function forgetWritten(form: CommandForm, command: PlanCommand): void {
  for (const option of form.writes) {
    const path = pathOf([option], form.folder, command);
    if (path !== undefined) {
      command.scope.rememberFile(path, unknownFlow(`what \`${command.invocation.program}\` writes`));
    }
  }
}

function pathOf(
  document: readonly ValueSource[],
  folder: readonly string[],
  { match, scope, invocation }: PlanCommand,
): string | undefined {
  const name = sourceWord(match, document)?.value;
  const start = sourceWord(match, folder)?.value;
  if (name === undefined || !isWhole(name) || scope.elsewhere !== undefined) {
    return undefined;
  }
  const resolve = (text: string): string | undefined =>
    isWhole(text) ? scope.resolvePath(knownWord(text, invocation.start, invocation.end)) : undefined;
  if (start === undefined || name.startsWith("/")) {
    return resolve(name);
  }
  const from = resolve(start);
  return from === undefined ? undefined : joinPath(from, name);
}
