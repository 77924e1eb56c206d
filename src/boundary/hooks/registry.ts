import type { JsonObject } from "../../base/json.ts";
import type { Adapter } from "./adapter.ts";
import { portableStop, stopReason } from "./reply.ts";
import { amp } from "./amp/adapter.ts";
import { antigravity } from "./antigravity/adapter.ts";
import { auggie } from "./auggie/adapter.ts";
import { claudeCode } from "./claude-code/adapter.ts";
import { cline, clineExtension } from "./cline/adapter.ts";
import { codex } from "./codex/adapter.ts";
import { geminiCli } from "./gemini-cli/adapter.ts";
import { opencode } from "./opencode/adapter.ts";
import { qwenCode } from "./qwen-code/adapter.ts";
import { crush } from "./crush/adapter.ts";
import { cursor } from "./cursor/adapter.ts";
import { devin } from "./devin/adapter.ts";
import { droid } from "./droid/adapter.ts";
import { grok } from "./grok/adapter.ts";
import { kimiCode } from "./kimi-code/adapter.ts";
import { kiro } from "./kiro/adapter.ts";
import { copilot, copilotPascal, vscodeLocal } from "./vscode/adapter.ts";
import { windsurf } from "./windsurf/adapter.ts";

/** Every dialect that Signalbox speaks. */
export const adapters: readonly Adapter[] = [
  claudeCode,
  vscodeLocal,
  copilot,
  copilotPascal,
  cursor,
  codex,
  geminiCli,
  qwenCode,
  opencode,
  cline,
  clineExtension,
  windsurf,
  devin,
  kiro,
  droid,
  auggie,
  crush,
  antigravity,
  grok,
  amp,
  kimiCode,
];

/**
 * The dialect of a payload. Agents read each other's hook files, so the payload decides; `hint`, the agent for which the hook
 * was installed, only breaks a tie, or tells what a payload is most likely that no dialect knows for its own and nothing speaks
 * against. Undefined for a caller that nobody knows: answer exit code 2 with a reason on stderr.
 */
export function adapterFor(payload: JsonObject, hint: string): Adapter | undefined {
  const candidates = adapters.filter((adapter) => adapter.recognises(payload));
  return candidates.find((adapter) => adapter.id === hint) ?? candidates[0] ?? likely(payload, hint);
}

function likely(payload: JsonObject, hint: string): Adapter | undefined {
  const adapter = adapterOf(hint);
  return adapter?.mayBe(payload) === true && adapter.decode(payload, "/").ok ? cautious(adapter) : undefined;
}

/**
 * Judges as the adapter does, and stops in the way that most agents understand: whoever it is must not take a denial for
 * anything else. Even a human's yes is no more than no opinion here.
 */
function cautious(adapter: Adapter): Adapter {
  return {
    ...adapter,
    capabilities: { ...adapter.capabilities, shellInput: "unknown" },
    encode: (hook, outcome) =>
      outcome.effect === "pass"
        ? adapter.encode(hook, { ...outcome, approved: false })
        : portableStop(stopReason(outcome)),
    refuse: (reason) => portableStop(reason),
  };
}

/** The dialect to refuse in when the payload cannot be read at all: the installed agent's own, as far as it is known. */
export function adapterOf(hint: string): Adapter | undefined {
  return adapters.find((adapter) => adapter.id === hint);
}
