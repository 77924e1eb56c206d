import { reportsOf, type ReportDialect } from "../report.ts";

export const windsurfReports: ReportDialect = reportsOf({
  name: "agent_action_name",
  events: {
    post_run_command: { asked: "pre_run_command" },
    post_read_code: { asked: "pre_read_code" },
    post_write_code: { asked: "pre_write_code" },
    post_mcp_tool_use: { asked: "pre_mcp_tool_use" },
  },
  result: [],
});
