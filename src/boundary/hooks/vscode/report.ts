import { stringField, type JsonObject } from "../../../base/json.ts";
import type { WireReply } from "../adapter.ts";
import { jsonReply } from "../reply.ts";
import {
  claudeReports,
  maskedMember,
  reportsOf,
  resultAsReason,
  without,
  type Mask,
  type ReportDialect,
  type ReportEvent,
} from "../report.ts";

/** The editor shows its model the result whatever a hook says. */
export const localReports: ReportDialect = reportsOf(claudeReports);

/** Under PascalCase events, a result that is blocked is replaced by the reason. */
export const copilotPascalReports: ReportDialect = reportsOf({
  ...claudeReports,
  masked: (payload, mask) =>
    resultAsReason(textOf(payload), mask, (reason) => ({ decision: "block", reason })),
});

/** The runtime's own payloads name no event: the result tells. */
export const copilotReports: ReportDialect = {
  knows: (event) => event === "postToolUse" || event === "postToolUseFailure",
  read: (payload) => reportOf(payload),
  masked: (payload, mask) => maskedCopilot(payload, mask),
};

function textOf(payload: JsonObject): string | undefined {
  const result = Object.hasOwn(payload, "tool_result") ? payload["tool_result"] : undefined;
  return typeof result === "object" && result !== null && !Array.isArray(result)
    ? stringField(result as JsonObject, "text_result_for_llm")
    : undefined;
}

/** Results that are no runs: the runtime reports what was not allowed to run in the same way. */
const notRun = /^(?:denied|rejected|failure|timeout)$/;

function reportOf(payload: JsonObject): ReportEvent | undefined {
  const named = stringField(payload, "hookName");
  const has = (member: string): boolean => Object.hasOwn(payload, member);
  const failed = named === "postToolUseFailure" || (has("error") && !has("toolResult"));
  if (!has("toolName") || (!has("toolResult") && !failed)) {
    return undefined;
  }
  const result = payload["toolResult"];
  const type =
    typeof result === "object" && result !== null && !Array.isArray(result)
      ? stringField(result as JsonObject, "resultType")
      : undefined;
  return {
    event: failed ? "postToolUseFailure" : "postToolUse",
    asked: without(payload, ["toolResult", "error", "hookName"]),
    failed: failed || notRun.test(type ?? ""),
  };
}

function maskedCopilot(payload: JsonObject, mask: Mask): WireReply | undefined {
  const modifiedResult = maskedMember(payload, "toolResult", mask);
  return modifiedResult === undefined ? undefined : jsonReply({ modifiedResult });
}
