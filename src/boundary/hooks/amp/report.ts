import { jsonReply } from "../reply.ts";
import { maskedMember, reportsOf, type ReportDialect } from "../report.ts";

/** Our own plugin's event; it gives `output` back in the place of the tool's. */
export const ampReports: ReportDialect = reportsOf({
  name: "hook_event_name",
  events: { "tool.result": { asked: "tool.call" } },
  result: ["output", "status", "error"],
  masked: (payload, mask) => {
    const output = maskedMember(payload, "output", mask);
    return output === undefined ? undefined : jsonReply({ output });
  },
});
