import { err, ok, type Result } from "../../base/result.ts";
import { stringField, type JsonObject } from "../../base/json.ts";
import type { RequestPayload } from "../../model/request.ts";
import type { DecodedHook } from "./adapter.ts";
import { inputField } from "./native-tool.ts";
import { promptPayload } from "./prompt.ts";

/** What an event means: a tool call or a prompt is judged, everything else is only told. */
export type EventMeaning = "tool" | "prompt" | "session_start" | "session_end" | "told";

/** How one agent's flat payloads name what every hook tells. */
export interface HookShape {
  readonly agent: string;
  /** Every event that is known; any other is refused. */
  readonly events: ReadonlyMap<string, EventMeaning>;
  readonly names: {
    readonly event: string;
    readonly conversation: string;
    readonly tool: string;
    readonly input: string;
    readonly prompt: string;
    readonly callId?: string;
  };
  /** True for agents whose payloads may come without a conversation: then a workspace is one. */
  readonly mayLackConversation?: boolean;
  toolPayload(tool: string, input: unknown, cwd: string, payload: JsonObject): RequestPayload;
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeShape(
  shape: HookShape,
  payload: JsonObject,
  cwd: string | undefined,
): Result<DecodedHook> {
  const { agent, names } = shape;
  const event = stringField(payload, names.event);
  if (event === undefined || event === "") {
    return err(`the payload has no \`${names.event}\``);
  }
  const meaning = shape.events.get(event);
  if (meaning === undefined) {
    return err(`the event \`${event}\` is not known`);
  }
  const conversation = stringField(payload, names.conversation) ?? "";
  if (conversation === "" && shape.mayLackConversation !== true) {
    return err(`the payload has no \`${names.conversation}\``);
  }
  if (cwd === undefined || cwd === "") {
    return err("the payload has no `cwd`");
  }
  const what = meant(shape, payload, meaning, cwd);
  if (!what.ok) {
    return what;
  }
  const callId = names.callId === undefined ? undefined : stringField(payload, names.callId);
  return ok({
    agent,
    event,
    phase: meaning === "tool" || meaning === "prompt" ? "gate" : "notice",
    conversation,
    cwd,
    ...(callId === undefined ? {} : { callId }),
    payload: what.value ?? { kind: "internal", tool: event },
  });
}

/** True where the payload has none of these members. */
export function lacks(payload: JsonObject, members: readonly string[]): boolean {
  return members.every((member) => !Object.hasOwn(payload, member));
}

/** The first of several folders that an agent says it works in. */
export function firstFolder(payload: JsonObject, member: string): string | undefined {
  const folders = Object.hasOwn(payload, member) ? payload[member] : undefined;
  const first: unknown = Array.isArray(folders) ? folders[0] : undefined;
  return typeof first === "string" ? first : undefined;
}

function meant(
  shape: HookShape,
  payload: JsonObject,
  meaning: EventMeaning,
  cwd: string,
): Result<RequestPayload | undefined> {
  const { names } = shape;
  switch (meaning) {
    case "tool": {
      const tool = stringField(payload, names.tool);
      return tool === undefined || tool === ""
        ? err(`the payload has no \`${names.tool}\``)
        : ok(shape.toolPayload(tool, inputField(payload, names.input), cwd, payload));
    }
    case "prompt": {
      const prompt = stringField(payload, names.prompt);
      return prompt === undefined
        ? err(`the payload has no \`${names.prompt}\``)
        : ok(promptPayload(prompt, cwd));
    }
    case "session_start":
    case "session_end":
      return ok({ kind: meaning });
    case "told":
      return ok(undefined);
  }
}
