import { reportsOf, type ReportDialect } from "../report.ts";

/** Several events may tell of one call, as several ask about it. */
export const cursorReports: ReportDialect = reportsOf({
  name: "hook_event_name",
  events: {
    postToolUse: { asked: "preToolUse" },
    postToolUseFailure: { asked: "preToolUse", failed: true },
    afterShellExecution: { asked: "beforeShellExecution" },
    afterMCPExecution: { asked: "beforeMCPExecution" },
  },
  result: [
    "tool_output",
    "tool_response",
    "output",
    "result_json",
    "duration",
    "error_message",
    "failure_type",
  ],
});
