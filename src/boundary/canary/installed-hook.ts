import { err, ok, type Result } from "../../base/result.ts";
import { isJsonObject, parseJson, stringField, type JsonObject, type JsonValue } from "../../base/json.ts";
import { settingsOf } from "../hooks/hook-entries.ts";
import type { AgentProbe } from "../hooks/probe.ts";

/** How the agent starts its hook for one event, as its own file says; `event` in the file's spelling. */
export type InstalledHook =
  | { readonly kind: "shell"; readonly event: string; readonly command: string }
  | {
      readonly kind: "program";
      readonly event: string;
      readonly program: string;
      readonly args: readonly string[];
    }
  | { readonly kind: "plugin"; readonly event: string; readonly text: string };

export interface HookText {
  readonly path: string;
  readonly text: string;
}

/**
 * What an agent's files, as they are on disk now, have it run before a shell command. `client` is the hook client's path: of
 * several hooks for one event, ours is meant.
 */
export function installedHook(
  { event }: AgentProbe,
  files: readonly HookText[],
  client: string,
): Result<InstalledHook> {
  for (const { path, text } of files) {
    const found = /\.[jt]s$/.test(path)
      ? plugin(text, event, client)
      : (script(path, text, event, client) ??
        inSettings(text, event, client) ??
        inTables(text, event, client));
    if (found !== undefined) {
      return ok(found);
    }
  }
  const where = files.map(({ path }) => `\`${path}\``).join(", ");
  return err(`no hook of Signalbox's for \`${event}\` in ${where === "" ? "any file" : where}`);
}

function plugin(text: string, event: string, client: string): InstalledHook | undefined {
  return text.includes(JSON.stringify(client)) ? { kind: "plugin", event, text } : undefined;
}

/** A script that the agent starts by its name. */
function script(path: string, text: string, event: string, client: string): InstalledHook | undefined {
  return path.endsWith(`/${event}`) && text.startsWith("#!") && text.includes(client)
    ? { kind: "program", event, program: path, args: [] }
    : undefined;
}

interface Handler {
  readonly handler: JsonObject;
  readonly event: string;
}

function inSettings(text: string, event: string, client: string): InstalledHook | undefined {
  const found = [...handlersOf(settingsOf(text), event, undefined)].find(({ handler }) =>
    commandOf(handler).includes(client),
  );
  if (found === undefined) {
    return undefined;
  }
  const command = commandOf(found.handler);
  const args = found.handler["args"];
  return Array.isArray(args)
    ? { kind: "program", event: found.event, program: command, args: args.map(String) }
    : { kind: "shell", event: found.event, command };
}

/** Objects with a command below the event's name, however deep, or with the event as their `trigger`. */
function* handlersOf(value: JsonValue, event: string, below: string | undefined): Generator<Handler> {
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) {
      yield* handlersOf(item, event, below);
    }
    return;
  }
  if (!isJsonObject(value)) {
    return;
  }
  const trigger = stringField(value, "trigger");
  const at = trigger?.toLowerCase() === event.toLowerCase() ? trigger : below;
  if (at !== undefined && commandOf(value) !== "") {
    yield { handler: value, event: at };
  }
  for (const [name, member] of Object.entries(value)) {
    yield* handlersOf(member, event, name.toLowerCase() === event.toLowerCase() ? name : at);
  }
}

/** What is run on this kind of system, as agents name it. */
function commandOf(handler: JsonObject): string {
  return ["command", "bash", "linux"].flatMap((name) => stringField(handler, name) ?? []).at(0) ?? "";
}

/** The same in TOML: `[[hooks.EVENT.hooks]]`, or `[[hooks]]` with `event = "EVENT"`, and then `command = "…"`. */
function inTables(text: string, event: string, client: string): InstalledHook | undefined {
  const table = text
    .split(/^\[\[/m)
    .find(
      (part) => part.startsWith(`hooks.${event}.hooks]]`) || part.startsWith(`hooks]]\nevent = "${event}"\n`),
    );
  const quoted = /^command = (".*")$/m.exec(table ?? "")?.[1];
  const command = quoted === undefined ? undefined : parseJson(quoted);
  return command?.ok === true && typeof command.value === "string" && command.value.includes(client)
    ? { kind: "shell", event, command: command.value }
    : undefined;
}
