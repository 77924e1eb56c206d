import { claudeReports, reportsOf, resultAsReason, type ReportDialect } from "../report.ts";

/** A result that is blocked is replaced by the reason. */
export const codexReports: ReportDialect = reportsOf({
  ...claudeReports,
  masked: (payload, mask) =>
    resultAsReason(payload["tool_response"], mask, (reason) => ({ decision: "block", reason })),
});
