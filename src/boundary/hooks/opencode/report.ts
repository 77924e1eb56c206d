import { jsonReply } from "../reply.ts";
import { maskedMember, reportsOf, type ReportDialect } from "../report.ts";

/** Our own plugin's event; it puts `output` in the place of the members that it has. */
export const opencodeReports: ReportDialect = reportsOf({
  name: "hook_event_name",
  events: { "tool.execute.after": { asked: "tool.execute.before" } },
  result: ["output"],
  masked: (payload, mask) => {
    const output = maskedMember(payload, "output", mask);
    return output === undefined ? undefined : jsonReply({ output });
  },
});
