import { reportsOf, resultAsReason, type ReportDialect } from "../report.ts";

/** A result that is denied is replaced by the reason. */
export const geminiReports: ReportDialect = reportsOf({
  name: "hook_event_name",
  events: { AfterTool: { asked: "BeforeTool" } },
  result: ["tool_response"],
  masked: (payload, mask) =>
    resultAsReason(payload["tool_response"], mask, (reason) => ({ decision: "deny", reason })),
});
