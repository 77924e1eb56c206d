import type { Invocation } from "./shell/invocation.ts";
import type { Scope } from "./scope.ts";

const variables = [
  "RAILS_ENV",
  "RACK_ENV",
  "NODE_ENV",
  "APP_ENV",
  "DJANGO_ENV",
  "FLASK_ENV",
  "ENVIRONMENT",
  "MIX_ENV",
];
const options =
  /(?:^|\s)(?:--env(?:ironment)?|-e|--target|--stage|RAILS_ENV|RACK_ENV|NODE_ENV|APP_ENV|MIX_ENV)[ =](\w[\w-]*)/;
const production = /(?:^|[^a-z])(?:prod|production|live)(?:$|[^a-z])/i;

/**
 * The environment that a command line names for itself: by an option, by a variable in front of it, or by a host or
 * database that is called production. Undefined where nothing on the line says so.
 */
export function namedEnvironment(
  invocation: Invocation,
  scope: Scope,
  names: readonly (string | undefined)[],
): string | undefined {
  const text = invocation.words.map((word) => word.text).join(" ");
  const option = options.exec(text)?.[1];
  const assigned = variables
    .map((name) => invocation.assignments.get(name)?.text ?? scope.variable(name))
    .find((value) => value !== undefined);
  const named = names.some((name) => name !== undefined && production.test(name)) ? "production" : undefined;
  return option ?? assigned ?? named;
}
