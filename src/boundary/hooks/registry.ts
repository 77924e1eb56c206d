import type { JsonObject } from "../../base/json.ts";
import type { Adapter } from "./adapter.ts";
import { claudeCode } from "./claude-code/adapter.ts";
import { copilot, copilotPascal, vscodeLocal } from "./vscode/adapter.ts";

/** Every dialect that Signalbox speaks. */
export const adapters: readonly Adapter[] = [claudeCode, vscodeLocal, copilot, copilotPascal];

/**
 * The dialect of a payload. Agents read each other's hook files, so the payload decides; `hint`, the agent for which the hook
 * was installed, only breaks a tie. Undefined for a caller that nobody knows: answer exit code 2 with a reason on stderr.
 */
export function adapterFor(payload: JsonObject, hint: string): Adapter | undefined {
  const candidates = adapters.filter((adapter) => adapter.recognises(payload));
  return candidates.find((adapter) => adapter.id === hint) ?? candidates[0];
}

/** The dialect to refuse in when the payload cannot be read at all: the installed agent's own, as far as it is known. */
export function adapterOf(hint: string): Adapter | undefined {
  return adapters.find((adapter) => adapter.id === hint);
}
