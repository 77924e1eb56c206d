import type { JsonObject } from "../../../base/json.ts";
import type { WireReply } from "../adapter.ts";
import { jsonReply } from "../reply.ts";
import { claudeReports, maskedMember, reportsOf, type Mask, type ReportDialect } from "../report.ts";

export const claudeCodeReports: ReportDialect = reportsOf({ ...claudeReports, masked });

/** Claude Code takes a new result only in the tool's own form. A failed call's text cannot be replaced at all. */
function masked(payload: JsonObject, mask: Mask): WireReply | undefined {
  const updatedToolOutput = maskedMember(payload, "tool_response", mask);
  return updatedToolOutput === undefined
    ? undefined
    : jsonReply({ hookSpecificOutput: { hookEventName: "PostToolUse", updatedToolOutput } });
}
