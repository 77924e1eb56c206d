import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isJsonObject, stringField, type JsonObject, type JsonValue } from "../../../src/base/json.ts";
import type { WireReply } from "../../../src/boundary/hooks/adapter.ts";
import { readPayload } from "../../../src/boundary/hooks/payload.ts";
import { adapterFor, adapterOf, adapters } from "../../../src/boundary/hooks/registry.ts";
import { withShellInput } from "../../../src/boundary/hooks/shell-input.ts";
import type { Outcome } from "../../../src/model/outcome.ts";
import type { RequestPayload } from "../../../src/model/request.ts";
import { judge } from "../../../src/pipeline.ts";
import { policiesInForce } from "../../../src/policy/layers.ts";
import { portableRefusal } from "../../../src/broker/hook-reply.ts";
import { digestOf } from "../../../src/record/digest.ts";
import { shippedCatalogue, tableLookups } from "../../classify/classify-command.ts";
import { baseline } from "../../policy/load-for-test.ts";
import { allDialects } from "./dialects/all.ts";

/**
 * Every recorded payload, damaged in every way that comes to mind: the agent that sent it must never take the reply to a damaged one
 * for less than the reply to the whole one. What reads the reply is that agent's own dialect, whoever the payload is taken for.
 */

const folder = join(import.meta.dirname, "../../fixtures/hooks");

interface Fixture {
  readonly name: string;
  readonly payload: JsonObject;
  readonly expect: { readonly adapter: string; readonly event: string; readonly phase: string };
}

const fixtures: readonly Fixture[] = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => /[\\/].*\.json$/.test(name))
  .map((name) => ({
    name,
    ...(JSON.parse(readFileSync(join(folder, name), "utf8")) as Omit<Fixture, "name">),
  }));

/** A command that the built-in policy stops. */
function isShell(name: string): boolean {
  return name.endsWith(".shell.json") || name.endsWith("pre_run_command.json");
}

type Effect = (payload: RequestPayload, cwd: string, agent: string) => "pass" | "deny";

/** What the built-in policy makes of it, where nobody answers what it asks. */
const byBaseline: Effect = (payload, cwd, agent) => {
  const context = { id: "1", agent, conversation: "c", workspace: cwd, cwd, boundary: "hook" } as const;
  const policies = policiesInForce({ builtin: baseline, workspace: {} }, digestOf);
  const { verdict } = judge(
    { context, payload },
    {
      catalogue: shippedCatalogue(),
      lookups: () => tableLookups(),
      policies: () => policies,
      session: () => undefined,
    },
  );
  return verdict === "allow" ? "pass" : "deny";
};

/** A policy that denies all there is: then only what is no request at all may pass. */
const byDenial: Effect = (payload) =>
  ["internal", "session_start", "session_end"].includes(payload.kind) ? "pass" : "deny";

/** What the broker does with a hook's call, without sessions and record. */
function answer(bytes: Uint8Array, hint: string, event: string, effectOf: Effect): WireReply {
  const read = readPayload(bytes);
  if (!read.ok) {
    return adapterOf(hint)?.refuse(`Signalbox: ${read.error}`, event) ?? portableRefusal(read.error);
  }
  const adapter = adapterFor(read.value, hint);
  if (adapter === undefined) {
    return portableRefusal("nobody knows who asks");
  }
  const named =
    stringField(read.value, "hook_event_name") ?? stringField(read.value, "hookEventName") ?? event;
  const hook = adapter.decode(read.value, "/home/dev/acme");
  if (!hook.ok) {
    return adapter.refuse(`Signalbox: ${hook.error}`, named);
  }
  const { payload, cwd, phase, agent } = hook.value;
  const effect =
    phase === "notice" ? "pass" : effectOf(withShellInput(payload, adapter.capabilities), cwd, agent);
  return adapter.encode(hook.value, outcomeOf(effect));
}

function outcomeOf(effect: "pass" | "deny"): Outcome {
  return {
    effect,
    approved: false,
    decision: {
      verdict: effect === "pass" ? "allow" : "deny",
      reason: "not like this",
      remedy: "ask the user",
      actions: [],
      rules: [],
      inputs: [],
      policyHash: "h",
      wouldChange: [],
    },
    sessionId: "s_1",
  };
}

/** Our own scripts and plugins stand between these agents and the reply: they stop whenever the client fails. */
const wrapped: ReadonlySet<string> = new Set(["cline", "cline-vscode", "opencode", "amp"]);

function stops(sender: string, reply: WireReply, event: string): boolean {
  if (wrapped.has(sender) && reply.exit !== 0) {
    return true;
  }
  // Antigravity denies where it finds no decision.
  if (sender === "antigravity" && reply.stdout === "") {
    return true;
  }
  const dialect = allDialects[sender];
  assert.ok(dialect !== undefined, sender);
  try {
    return dialect.stops(reply, event);
  } catch {
    return false;
  }
}

interface Mutation {
  readonly what: string;
  readonly bytes: Uint8Array;
}

const strange: readonly JsonValue[] = [null, 7, true, [], {}, ["x"], { value: "x" }];

/** Members whose texts say what is done: another text is another request, and a missing optional one may well be harmless. */
function isInput(path: readonly string[]): boolean {
  return path.some((step) =>
    /^(?:tool_?input|toolArgs|toolInput|tool_call|toolCall|preToolUse|args|input|tool_info|arguments|modifiedArgs|edits|command|file_path|content|url)$/.test(
      step,
    ),
  );
}

/** Every member of every object, with the way to it; lists are gone through as well. */
function members(value: JsonValue, path: readonly string[] = []): readonly (readonly string[])[] {
  if (path.length > 6) {
    return [];
  }
  const entries = Array.isArray(value)
    ? (value as readonly JsonValue[]).map((item, index) => [String(index), item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return entries.flatMap(([name, item]) => [[...path, name], ...members(item, [...path, name])]);
}

/** The value with something else, or nothing, at a place. */
function changed(value: JsonValue, path: readonly string[], to: JsonValue | undefined): JsonValue {
  const [step, ...below] = path;
  if (step === undefined) {
    return to ?? null;
  }
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((item, index) =>
      String(index) === step ? changed(item, below, to) : item,
    );
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const rest = Object.entries(value).filter(
    ([name]) => name !== step || below.length > 0 || to !== undefined,
  );
  return Object.fromEntries(
    rest.map(([name, item]) => [name, name === step ? changed(item, below, to) : item]),
  );
}

function encoded(value: JsonValue): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function structural(payload: JsonObject): readonly Mutation[] {
  return members(payload).flatMap((path) => {
    const name = path.join(".");
    const typed = strange.map((value) => ({
      what: `${name} is ${JSON.stringify(value)}`,
      bytes: encoded(changed(payload, path, value)),
    }));
    const dropped = { what: `${name} is missing`, bytes: encoded(changed(payload, path, undefined)) };
    return [...typed, dropped];
  });
}

function unknownTools(payload: JsonObject): readonly Mutation[] {
  return members(payload)
    .filter(
      (path) => /^(?:tool|tool_?name|toolName|name)$/.test(path.at(-1) ?? "") && !isInput(path.slice(0, -1)),
    )
    .flatMap((path) =>
      ["SomethingNew", "", "Bash\n", "bash ", "__proto__", "x".repeat(5000)].map((tool) => ({
        what: `${path.join(".")} is ${JSON.stringify(tool).slice(0, 20)}`,
        bytes: encoded(changed(payload, path, tool)),
      })),
    );
}

function asBytes(payload: JsonObject): readonly Mutation[] {
  const text = JSON.stringify(payload);
  const whole = Buffer.from(text);
  const cuts = [0, 1, 2, 10, Math.floor(whole.length / 3), Math.floor(whole.length / 2), whole.length - 1];
  return [
    ...cuts.map((at) => ({ what: `cut off at ${at}`, bytes: whole.subarray(0, at) })),
    { what: "UTF-16", bytes: Buffer.from(text, "utf16le") },
    { what: "UTF-16 with a mark", bytes: Buffer.from(`\ufeff${text}`, "utf16le") },
    { what: "UTF-8 with a mark", bytes: Buffer.from(`\ufeff${text}`) },
    { what: "Latin-1", bytes: Buffer.from(text.replace("{", '{"é":1,'), "latin1") },
    { what: "a NUL byte", bytes: Buffer.from(`${text}\0`) },
    { what: "two payloads", bytes: Buffer.from(`${text}${text}`) },
    { what: "a payload in a list", bytes: Buffer.from(`[${text}]`) },
    { what: "a payload in a text", bytes: Buffer.from(JSON.stringify(text)) },
    { what: "all members twice", bytes: Buffer.from(`${text.slice(0, -1)},${text.slice(1)}`) },
    {
      what: "members of a prototype",
      bytes: Buffer.from(text.replace("{", '{"__proto__":{"phase":"notice"},')),
    },
    { what: "members that nobody knows", bytes: encoded({ ...payload, zz_new: { deep: [1, "x"] } }) },
  ];
}

const gates = fixtures.filter(
  ({ expect }) =>
    expect.phase === "gate" && allDialects[expect.adapter]?.gates.includes(expect.event) === true,
);

test("most of them are stopped as they are, so that something can be seen of a looser one", () => {
  const isStopped = (fixture: Fixture, effectOf: Effect): boolean => {
    const { adapter: sender, event } = fixture.expect;
    return stops(sender, answer(encoded(fixture.payload), sender, event, effectOf), event);
  };
  assert.ok(gates.filter((fixture) => isStopped(fixture, byDenial)).length > gates.length * 0.8);
  assert.ok(gates.filter((fixture) => isStopped(fixture, byBaseline)).length > gates.length * 0.3);
  const shells = gates.filter(({ name }) => isShell(name));
  assert.deepEqual(
    shells.filter((fixture) => !isStopped(fixture, byBaseline)).map(({ name }) => name),
    [],
  );
});

test("there are payloads of every dialect whose reply can stop something", () => {
  assert.deepEqual(
    [...new Set(gates.map(({ expect }) => expect.adapter))].toSorted(),
    adapters.map(({ id }) => id).toSorted(),
  );
});

for (const { name, payload, expect } of gates) {
  const { adapter: sender, event } = expect;
  const original = encoded(payload);
  const isStopped = (bytes: Uint8Array, hint: string, effectOf: Effect): boolean =>
    stops(sender, answer(bytes, hint, event, effectOf), event);

  test(`${name}: no damage makes a request disappear`, () => {
    if (!isStopped(original, sender, byDenial)) {
      return;
    }
    for (const { what, bytes } of [...asBytes(payload), ...structural(payload), ...unknownTools(payload)]) {
      for (const hint of [sender, ""]) {
        assert.ok(isStopped(bytes, hint, byDenial), `${what} (hint: ${hint})`);
      }
    }
  });

  test(`${name}: no damage makes it looser under the built-in policy`, () => {
    if (!isStopped(original, sender, byBaseline)) {
      return;
    }
    // Nothing to do, or a list of something else, is another request.
    const typed = structural(payload).filter(
      ({ what }) => !/ is (?:missing|\[\]|\{\}|null|\["x"\])$/.test(what),
    );
    for (const { what, bytes } of [...asBytes(payload), ...typed, ...unknownTools(payload)]) {
      assert.ok(isStopped(bytes, sender, byBaseline), what);
    }
  });
}

const ten = 10 * 1024 * 1024;

for (const sender of new Set(gates.map(({ expect }) => expect.adapter))) {
  test(`${sender}: ten megabytes are no way through, wherever they are`, () => {
    const fixture = gates.find(({ name, expect }) => expect.adapter === sender && isShell(name));
    assert.ok(fixture !== undefined);
    const { payload, expect } = fixture;
    const isStopped = (bytes: Uint8Array): boolean =>
      stops(sender, answer(bytes, sender, expect.event, byBaseline), expect.event);
    assert.ok(isStopped(encoded({ ...payload, zz_new: "x".repeat(ten) })));
    for (const path of members(payload).filter((each) =>
      /^(?:command|CommandLine|cmd)/.test(each.at(-1) ?? ""),
    )) {
      assert.ok(isStopped(encoded(changed(payload, path, `${"#".repeat(ten)}\nls`))), path.join("."));
    }
  });
}
