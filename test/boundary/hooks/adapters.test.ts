import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonObject } from "../../../src/base/json.ts";
import type { Outcome } from "../../../src/model/outcome.ts";
import { adapterFor, adapterOf, adapters } from "../../../src/boundary/hooks/registry.ts";

const folder = join(import.meta.dirname, "../../fixtures/hooks");

interface Fixture {
  readonly name: string;
  readonly payload: JsonObject;
  readonly expect: {
    readonly adapter: string;
    readonly event: string;
    readonly phase: string;
    readonly conversation: string;
    readonly callId?: string;
    /** Where it is not the payload's own `cwd`. */
    readonly cwd?: string;
    readonly payload: unknown;
  };
}

const fixtures: readonly Fixture[] = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => /[\\/].*\.json$/.test(name))
  .map((name) => ({
    name,
    ...(JSON.parse(readFileSync(join(folder, name), "utf8")) as Omit<Fixture, "name">),
  }));

test("there are payloads of every dialect", () => {
  const seen = new Set(fixtures.map((fixture) => fixture.expect.adapter));
  assert.deepEqual([...seen].sort(), adapters.map((adapter) => adapter.id).sort());
  assert.ok(fixtures.length >= 98);
});

for (const { name, payload, expect } of fixtures) {
  test(`reads ${name}`, () => {
    const recognising = adapters
      .filter((adapter) => adapter.recognises(payload))
      .map((adapter) => adapter.id);
    assert.deepEqual(recognising, [expect.adapter]);
    for (const hint of ["", ...adapters.map((adapter) => adapter.id)]) {
      assert.equal(adapterFor(payload, hint)?.id, expect.adapter, "the payload decides, not the hint");
    }
    const decoded = adapterOf(expect.adapter)?.decode(payload);
    assert.ok(decoded?.ok);
    const { event, phase, conversation, callId } = decoded.value;
    assert.deepEqual(
      {
        event,
        phase,
        conversation,
        ...(callId === undefined ? {} : { callId }),
        payload: decoded.value.payload,
      },
      Object.fromEntries(Object.entries(expect).filter(([key]) => key !== "adapter" && key !== "cwd")),
    );
    assert.equal(decoded.value.cwd, expect.cwd ?? payload["cwd"]);
  });
}

const foreign: readonly (readonly [who: string, payload: JsonObject])[] = [
  ["nobody", {}],
  ["an array-like object", { "0": "PreToolUse" }],
  [
    "somebody with a session and an event",
    {
      session_id: "s",
      cwd: "/w",
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: {},
      agent_version: "1",
      transcript_path: 7,
      timestamp: 1,
      permission_mode: "x",
      turn_id: 1,
    },
  ],
  ["somebody with a tool's call", { toolCall: { name: "run_command" }, conversation: "c" }],
  ["somebody with a hook's name", { hookName: "PreToolUse", taskId: "t", preToolUse: {} }],
  ["somebody with an action's name", { action_name: "pre_run_command", trajectory_id: "t" }],
];

for (const [who, payload] of foreign) {
  test(`does not take ${who} for an agent it knows`, () => {
    for (const hint of ["", ...adapters.map((adapter) => adapter.id)]) {
      assert.equal(adapterFor(payload, hint), undefined);
    }
  });
}

test("Claude Code is known by its transcript, wherever its configuration lies, also should it send the time one day", () => {
  const payload = {
    session_id: "s",
    transcript_path: "/home/dev/.claude/projects/-w/s.jsonl",
    cwd: "/w",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: "ls" },
    tool_use_id: "u",
  };
  assert.equal(adapterFor(payload, "")?.id, "claude-code");
  assert.equal(adapterFor({ ...payload, timestamp: "2026-11-20T12:00:00.000Z" }, "")?.id, "claude-code");
  assert.equal(
    adapterFor({ ...payload, transcript_path: "/cfg/projects/-w/s.jsonl" }, "")?.id,
    "claude-code",
  );
  assert.notEqual(
    adapterFor({ ...payload, transcript_path: "/x/transcripts/s.jsonl" }, "")?.id,
    "claude-code",
  );
});

const outcomeOf = (effect: Outcome["effect"], approved = false): Outcome => ({
  effect,
  approved,
  decision: {
    verdict: effect === "pass" ? "allow" : effect,
    reason: "not like this",
    remedy: "ask the user",
    actions: [],
    rules: [],
    inputs: [],
    policyHash: "h",
    wouldChange: [],
  },
  sessionId: "s_1",
});

/** Payloads that nothing proves to be anybody's: `hint`, and how "no opinion" looks in its dialect. */
const likely: readonly (readonly [what: string, hint: string, noOpinion: string, payload: JsonObject])[] = [
  [
    "a payload for Claude Code that was written by hand",
    "claude-code",
    "",
    {
      session_id: "s",
      cwd: "/w",
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command: "ls" },
    },
  ],
  [
    "Claude Code with transcripts in an unusual place",
    "claude-code",
    "",
    {
      session_id: "s",
      transcript_path: "/mnt/transcripts/s.jsonl",
      cwd: "/w",
      permission_mode: "default",
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command: "ls" },
      tool_use_id: "u",
    },
  ],
  [
    "a payload for Codex that was written by hand",
    "codex",
    "",
    {
      session_id: "s",
      cwd: "/w",
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command: "ls" },
    },
  ],
  [
    "a payload for Cursor that was written by hand",
    "cursor",
    "{}",
    {
      conversation_id: "s",
      cwd: "/w",
      hook_event_name: "beforeShellExecution",
      command: "ls",
    },
  ],
  [
    "a payload for VS Code that was written by hand",
    "vscode",
    "{}",
    {
      session_id: "s",
      cwd: "/w",
      hook_event_name: "PreToolUse",
      tool_name: "run_in_terminal",
      tool_input: { command: "ls" },
    },
  ],
];

/** Fields that prove a payload to be an agent's own. */
const ownFields: Readonly<Record<string, string>> = { cursor: "cursor_version", codex: "turn_id" };

for (const [what, hint, noOpinion, payload] of likely) {
  test(`${what} is judged as the hint says, and stopped so that everybody understands`, () => {
    assert.deepEqual(
      adapters.filter((adapter) => adapter.recognises(payload)),
      [],
    );
    assert.equal(adapterFor(payload, ""), undefined);
    const adapter = adapterFor(payload, hint);
    const hook = adapter?.decode(payload);
    assert.ok(adapter !== undefined && hook?.ok === true);
    assert.equal(hook.value.agent, hint);
    assert.deepEqual(hook.value.payload, { kind: "shell", command: "ls", shell: "bash" });
    for (const approved of [false, true]) {
      assert.deepEqual(adapter.encode(hook.value, outcomeOf("pass", approved)), {
        exit: 0,
        stdout: noOpinion,
        stderr: "",
      });
    }
    for (const reply of [
      adapter.encode(hook.value, outcomeOf("deny")),
      adapter.encode(hook.value, outcomeOf("kill")),
      adapter.refuse("Signalbox: not like this", "PreToolUse"),
    ]) {
      assert.deepEqual([reply.exit, reply.stdout], [2, ""]);
      assert.match(reply.stderr, /^Signalbox: not like this/);
    }
  });

  test(`${what} is not judged like that once a field of another agent's is in it, nor when it cannot be read`, () => {
    const fields = ["turn_id", "cursor_version", "tool_call_id", "mcp_context", "is_mcp_tool"];
    for (const field of fields.filter((each) => each !== ownFields[hint])) {
      assert.notEqual(adapterFor({ ...payload, [field]: "x" }, hint)?.id, hint, field);
    }
    const { cwd: _cwd, ...rest } = payload;
    assert.equal(adapterFor(rest, hint), undefined);
    assert.equal(adapterFor({ ...payload, hook_event_name: "PreSomethingNew" }, hint), undefined);
    const folder = hint === "codex" ? ".qwen" : ".codex";
    assert.notEqual(adapterFor({ ...payload, transcript_path: `/h/${folder}/s/x.jsonl` }, hint)?.id, hint);
  });
}

test("an event that nobody has described is refused, not waved through", () => {
  for (const { payload, expect } of fixtures) {
    const field = ["hook_event_name", "hookName"].find((name) => name in payload);
    if (field !== undefined) {
      const strange = { ...payload, [field]: "PreSomethingNew" };
      const adapter = adapterOf(expect.adapter);
      assert.equal(adapter?.decode(strange).ok, false);
    }
  }
});

test("payloads without session, folder or tool are refused with the missing field's name", () => {
  const shell = fixtures.filter(({ name }) =>
    /^(?:claude-code|copilot|vscode)-.*[Pp]reToolUse.shell.json$/.test(name),
  );
  assert.equal(shell.length, 4);
  for (const { payload, expect } of shell) {
    for (const field of ["session_id", "sessionId", "cwd", "tool_name", "toolName"]) {
      if (field in payload) {
        const rest = Object.fromEntries(Object.entries(payload).filter(([key]) => key !== field));
        const decoded = adapterOf(expect.adapter)?.decode(rest);
        // Without a tool's name the camelCase dialect has no event left to be told by.
        const wanted = field === "toolName" ? /no known event/ : new RegExp(`\`${field}\``);
        assert.ok(decoded !== undefined && !decoded.ok, field);
        assert.match(decoded.error, wanted);
      }
    }
  }
});

test("no payload makes an adapter throw, and a known tool with a strange input is an unknown tool", () => {
  const bases = fixtures.map((fixture) => fixture.payload);
  fc.assert(
    fc.property(
      fc.constantFrom(...bases),
      fc.constantFrom("tool_input", "toolArgs", "toolInput", "tool_name", "cwd", "prompt", "file_path"),
      fc.jsonValue(),
      (base, field, value) => {
        const payload = { ...base, [field]: value } as JsonObject;
        for (const adapter of adapters) {
          adapter.recognises(payload);
          const decoded = adapter.decode(payload);
          assert.equal(typeof decoded.ok, "boolean");
        }
      },
    ),
    { numRuns: 300 },
  );
});
