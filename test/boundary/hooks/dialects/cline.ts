import type { WireReply } from "../../../../src/boundary/hooks/adapter.ts";
import type { Dialect } from "./dialect.ts";

/** Nothing but `cancel` stops Cline: exit codes mean nothing to it, and `cancel` counts whatever they are. */
function cancels(reply: WireReply): boolean {
  if (reply.stdout === "") {
    return false;
  }
  const value = JSON.parse(reply.stdout) as Record<string, unknown>;
  return (
    value["cancel"] === true && typeof value["errorMessage"] === "string" && value["errorMessage"] !== ""
  );
}

function cline(recorded: string, gates: readonly string[]): Dialect {
  return {
    recorded,
    forms: gates.flatMap((event): Dialect["forms"] => [
      [event, "pass", "tool", "abstain"],
      [event, "approved", "tool", "abstain"],
      [event, "deny", "tool", "kill"],
      [event, "kill", "tool", "kill"],
    ]),
    refusal: ["tool", "kill"],
    neutral: '{"cancel":false}',
    gates,
    stops: cancels,
  };
}

export const dialects: Readonly<Record<string, Dialect>> = {
  cline: cline("cline-3.0.65", ["tool_call", "prompt_submit"]),
  "cline-vscode": cline("cline-vscode-2026", ["PreToolUse", "UserPromptSubmit"]),
};
