import { isJsonObject, objectField, stringField, type JsonObject } from "../../../base/json.ts";
import { without, type ReportDialect, type ReportEvent } from "../report.ts";

/** The command line tells the call once more, with its result, in a member of another name. */
export const clineReports: ReportDialect = {
  knows: (event) => event === "tool_result" || event === "PostToolUse",
  read: (payload) => {
    const told = objectField(payload, "tool_result");
    return stringField(payload, "hookName") !== "tool_result" || told === undefined
      ? undefined
      : {
          event: "tool_result",
          asked: {
            ...without(payload, ["tool_result", "postToolUse"]),
            hookName: "tool_call",
            tool_call: without(told, ["output", "error"]),
          },
          failed: hasFailed(payload),
        };
  },
};

export const clineExtensionReports: ReportDialect = {
  knows: (event) => event === "PostToolUse",
  read: (payload): ReportEvent | undefined => {
    const told = objectField(payload, "postToolUse");
    return stringField(payload, "hookName") !== "PostToolUse" || told === undefined
      ? undefined
      : {
          event: "PostToolUse",
          asked: {
            ...without(payload, ["postToolUse"]),
            hookName: "PreToolUse",
            preToolUse: without(told, ["result", "success", "executionTimeMs"]),
          },
          failed: hasFailed(payload),
        };
  },
};

function hasFailed(payload: JsonObject): boolean {
  const told = payload["postToolUse"];
  return isJsonObject(told) && told["success"] === false;
}
