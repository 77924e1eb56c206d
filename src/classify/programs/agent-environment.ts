import { optionSpec, readArguments } from "../options.ts";
import type { Scope } from "../scope.ts";
import { loadingVariables, settingsVariables } from "../silencing-variables.ts";
import type { Invocation } from "../shell/invocation.ts";

/** Stands among the variables for limits that the line has set on what it starts. No shell can name it. */
export const limitsVariable = "(limits)";

/** Why the hooks of an agent that is started here would not run; undefined where nothing stands in their way. */
export function whyHooksFail(invocation: Invocation, scope: Scope): string | undefined {
  if (scope.variable("HOME") !== scope.lookups.home) {
    return "it starts with another home folder, where no hook is installed";
  }
  const moved = settingsVariables.find((name) => isChanged(name, scope));
  if (moved !== undefined) {
    return `\`${moved}\` leads it away from the settings that govern it`;
  }
  const loaded = loadingVariables.find((name) => isChanged(name, scope));
  if (loaded !== undefined) {
    return `\`${loaded}\` changes the programs that govern it`;
  }
  if (scope.isSet(limitsVariable)) {
    return "its hooks may not start within these limits";
  }
  return leavesSettingsOut(invocation) ? "it leaves out settings, and the hooks in them" : undefined;
}

/** The line itself gave it a value that it had not before. */
function isChanged(name: string, scope: Scope): boolean {
  return scope.isSet(name) && (scope.variable(name) ?? "?") !== (scope.lookups.env(name) ?? "");
}

/** `--setting-sources` without one of the three. */
function leavesSettingsOut(invocation: Invocation): boolean {
  const given = readArguments(invocation.words, optionSpec("--setting-sources")).values.get(
    "--setting-sources",
  );
  return (
    given !== undefined &&
    !(given.known && ["user", "project", "local"].every((source) => given.text.split(",").includes(source)))
  );
}
