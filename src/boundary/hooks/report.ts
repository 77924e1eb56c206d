import { isJsonObject, stringField, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { WireReply } from "./adapter.ts";
import { jsonReply } from "./reply.ts";

/** Gives a text back with the secrets in it masked; the very same text where there are none. */
export type Mask = (text: string) => string;

/** An event that tells of a tool call that has been made. */
export interface ReportEvent {
  /** The agent's own name of the event. */
  readonly event: string;
  /** The payload that the agent sends before such a call: what it does is read from that, as it was when it was decided. */
  readonly asked: JsonObject;
  /** True where the agent calls it a failure. */
  readonly failed: boolean;
}

/** How one dialect reports what has run. */
export interface ReportDialect {
  /** Undefined for every other event. */
  read(payload: JsonObject): ReportEvent | undefined;
  /** True for the name of an event that is a report, as the installed hook's command line says it. */
  knows(event: string): boolean;
  /** The reply that puts the result, masked, in the place of what the agent would show its model; undefined where nothing is masked. */
  readonly masked?: (payload: JsonObject, mask: Mask) => WireReply | undefined;
}

/** Events that say their names in a member, and differ from the event before the call by that name and by the result. */
export interface ReportShape {
  /** The member that names the event. */
  readonly name: string;
  /** By the report's event: the event before the call. */
  readonly events: Readonly<Record<string, { readonly asked: string; readonly failed?: true }>>;
  /** Members that hold the result, and that the payload before the call does not have. */
  readonly result: readonly string[];
  readonly masked?: (payload: JsonObject, mask: Mask) => WireReply | undefined;
}

export function reportsOf({ name, events, result, masked }: ReportShape): ReportDialect {
  return {
    knows: (event) => Object.hasOwn(events, event),
    read: (payload) => {
      const event = stringField(payload, name) ?? "";
      const meant = Object.hasOwn(events, event) ? events[event] : undefined;
      return meant === undefined
        ? undefined
        : {
            event,
            asked: { ...without(payload, result), [name]: meant.asked },
            failed: meant.failed === true,
          };
    },
    ...(masked === undefined ? {} : { masked }),
  };
}

/** Claude's names, which many agents have taken over. */
export const claudeReports: ReportShape = {
  name: "hook_event_name",
  events: {
    PostToolUse: { asked: "PreToolUse" },
    PostToolUseFailure: { asked: "PreToolUse", failed: true },
  },
  result: ["tool_response", "tool_result", "tool_output", "error", "duration_ms", "is_interrupt"],
};

/** The payload without these members. */
export function without(payload: JsonObject, members: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(payload).filter(([member]) => !members.includes(member)));
}

const deepest = 64;

/** Every string in a value masked, names of members aside; the very same value where nothing was to be masked. */
export function maskedValue(value: JsonValue, mask: Mask, depth: number = 0): JsonValue {
  if (typeof value === "string") {
    return mask(value);
  }
  if (typeof value !== "object" || value === null || depth > deepest) {
    return value;
  }
  const members = Object.entries(value as JsonObject);
  const masked = members.map(([name, member]): [string, JsonValue] => [
    name,
    maskedValue(member, mask, depth + 1),
  ]);
  if (masked.every(([, member], index) => member === members[index]?.[1])) {
    return value;
  }
  return Array.isArray(value) ? masked.map(([, member]) => member) : Object.fromEntries(masked);
}

/** The text of a result in one of the forms that agents have for it: a string, parts with `text`, or an object that holds either. */
function resultText(result: JsonValue | undefined): string {
  if (typeof result === "string") {
    return result;
  }
  if (Array.isArray(result)) {
    return (result as readonly JsonValue[]).map(resultText).join("\n");
  }
  if (!isJsonObject(result)) {
    return "";
  }
  const held = ["text", "llmContent", "content", "output"].find((name) => Object.hasOwn(result, name));
  return held === undefined ? JSON.stringify(result) : resultText(result[held]);
}

/** For agents that show a denial's reason in the place of the result: the result itself, masked, is the reason. */
export function resultAsReason(
  result: JsonValue | undefined,
  mask: Mask,
  reply: (reason: string) => object,
): WireReply | undefined {
  const text = resultText(result);
  const masked = mask(text);
  return masked === text || masked === "" ? undefined : jsonReply(reply(masked));
}

/** The member of the payload with the result masked in it; undefined where nothing was to be masked. */
export function maskedMember(payload: JsonObject, member: string, mask: Mask): JsonValue | undefined {
  const result = Object.hasOwn(payload, member) ? payload[member] : undefined;
  const masked = result === undefined ? undefined : maskedValue(result, mask);
  return masked === result ? undefined : masked;
}
