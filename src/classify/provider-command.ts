import type { Invocation } from "./shell/invocation.ts";
import type { Scope } from "./scope.ts";

/** Asks the catalogue whether the command is one of a provider's own; true where its operations were emitted. */
export function providerCommand(_invocation: Invocation, _scope: Scope): boolean {
  return false;
}
