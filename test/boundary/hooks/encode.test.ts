import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { Adapter, DecodedHook, WireReply } from "../../../src/boundary/hooks/adapter.ts";
import { adapterFor, adapterOf, adapters } from "../../../src/boundary/hooks/registry.ts";
import { oneLine, stopReason } from "../../../src/boundary/hooks/reply.ts";
import type { Decision } from "../../../src/model/decision.ts";
import type { Outcome } from "../../../src/model/outcome.ts";

const folder = join(import.meta.dirname, "../../fixtures/hooks");

const decision: Decision = {
  verdict: "kill",
  reason: "`volumeDelete` destroys the volume `vol_1` of production",
  remedy: "ask the user to delete it",
  actions: [],
  rules: [
    {
      pointer: "/policies/deny/0",
      file: "/w/.governance/policy.yaml",
      line: 4,
      verdict: "deny",
      because: "x",
      layer: "workspace",
    },
    {
      pointer: "/policies/kill/0",
      file: "/w/.governance/policy.yaml",
      line: 12,
      verdict: "kill",
      because: "y",
      layer: "workspace",
    },
  ],
  inputs: [],
  policyHash: "h",
  wouldChange: [],
};

function outcome(effect: Outcome["effect"], approved = false): Outcome {
  return { effect, approved, decision, sessionId: "s_1" };
}

function hook(event: string): DecodedHook {
  const payload = { kind: "internal", tool: "x" } as const;
  return { agent: "a", event, phase: "gate", conversation: "c", cwd: "/w", payload };
}

function adapterNamed(id: string): Adapter {
  const adapter = adapterOf(id);
  assert.ok(adapter !== undefined);
  return adapter;
}

/** A reply with every reason in it replaced, so that forms can be compared. */
function form(reply: { exit: number; stdout: string; stderr: string }): object {
  const words = new Set(["reason", "stopReason", "permissionDecisionReason", "message"]);
  const stdout: unknown =
    reply.stdout === ""
      ? ""
      : JSON.parse(reply.stdout, (key, value: unknown) =>
          words.has(key) && value !== "" ? "REASON" : value,
        );
  return { exit: reply.exit, stdout, stderr: reply.stderr === "" ? "" : "REASON" };
}

type Replies = Readonly<Record<string, Readonly<Record<string, WireReply>>>>;
const recorded: Readonly<Record<string, Replies>> = Object.fromEntries(
  ["claude-code-2.1.329", "vscode-1.139", "copilot-1.0.102"].map((name) => [
    name,
    JSON.parse(readFileSync(join(folder, `${name}.replies.json`), "utf8")) as Replies,
  ]),
);

/** Adapter, event, outcome, and the recorded reply that it must have the form of. */
const forms: readonly (readonly [string, string, Outcome, string, string, string])[] = [
  ["claude-code", "PreToolUse", outcome("pass"), "claude-code-2.1.329", "tool", "abstain"],
  ["claude-code", "PreToolUse", outcome("pass", true), "claude-code-2.1.329", "tool", "allow"],
  ["claude-code", "PreToolUse", outcome("deny"), "claude-code-2.1.329", "tool", "deny"],
  ["claude-code", "PreToolUse", outcome("kill"), "claude-code-2.1.329", "tool", "kill"],
  ["claude-code", "PermissionRequest", outcome("deny"), "claude-code-2.1.329", "permission", "deny"],
  ["claude-code", "PermissionRequest", outcome("kill"), "claude-code-2.1.329", "permission", "kill"],
  ["claude-code", "UserPromptSubmit", outcome("deny"), "claude-code-2.1.329", "prompt", "deny"],
  ["claude-code", "UserPromptSubmit", outcome("kill"), "claude-code-2.1.329", "prompt", "kill"],
  ["claude-code", "ConfigChange", outcome("deny"), "claude-code-2.1.329", "configChange", "deny"],
  ["claude-code", "ConfigChange", outcome("kill"), "claude-code-2.1.329", "configChange", "deny"],
  ["vscode", "PreToolUse", outcome("pass"), "vscode-1.139", "tool", "abstain"],
  ["vscode", "PreToolUse", outcome("pass", true), "vscode-1.139", "tool", "allow"],
  ["vscode", "PreToolUse", outcome("deny"), "vscode-1.139", "tool", "deny"],
  ["vscode", "PreToolUse", outcome("kill"), "vscode-1.139", "tool", "kill"],
  ["vscode", "UserPromptSubmit", outcome("kill"), "vscode-1.139", "prompt", "kill"],
  ["vscode", "UserPromptSubmit", outcome("deny"), "vscode-1.139", "prompt", "kill"],
  ["copilot", "preToolUse", outcome("pass"), "copilot-1.0.102", "tool", "abstain"],
  ["copilot", "preToolUse", outcome("pass", true), "copilot-1.0.102", "tool", "allow"],
  ["copilot", "preToolUse", outcome("deny"), "copilot-1.0.102", "tool", "deny"],
  ["copilot", "preToolUse", outcome("kill"), "copilot-1.0.102", "tool", "deny"],
  ["copilot", "permissionRequest", outcome("deny"), "copilot-1.0.102", "permission", "deny"],
  ["copilot", "permissionRequest", outcome("kill"), "copilot-1.0.102", "permission", "kill"],
  ["copilot-pascal", "PreToolUse", outcome("pass"), "vscode-1.139", "tool", "abstain"],
  ["copilot-pascal", "PreToolUse", outcome("deny"), "vscode-1.139", "tool", "deny"],
  ["copilot-pascal", "PermissionRequest", outcome("deny"), "copilot-1.0.102", "tool", "denyFallback"],
];

for (const [id, event, result, file, kind, reply] of forms) {
  test(`${id} ${event}: ${result.effect}${result.approved ? ", approved" : ""} has the recorded form`, () => {
    const wanted = recorded[file]?.[kind]?.[reply];
    assert.ok(wanted !== undefined);
    assert.deepEqual(form(adapterNamed(id).encode(hook(event), result)), form(wanted));
  });
}

for (const [id, file] of [
  ["claude-code", "claude-code-2.1.329"],
  ["vscode", "vscode-1.139"],
  ["copilot-pascal", "copilot-1.0.102"],
] as const) {
  test(`${id} refuses what it cannot read in the recorded fallback form`, () => {
    const wanted = recorded[file]?.["tool"]?.["denyFallback"];
    assert.ok(wanted !== undefined);
    assert.deepEqual(form(adapterNamed(id).refuse("the payload is empty", undefined)), form(wanted));
  });
}

test("the agent host swallows exit codes, so its refusal is JSON with exit code 0", () => {
  const wanted = recorded["copilot-1.0.102"]?.["tool"]?.["deny"];
  assert.ok(wanted !== undefined);
  assert.deepEqual(form(adapterNamed("copilot").refuse("the payload is empty", undefined)), form(wanted));
});

const toolEvents: Readonly<Record<string, readonly string[]>> = {
  "claude-code": ["PreToolUse", "PermissionRequest"],
  vscode: ["PreToolUse"],
  copilot: ["preToolUse", "permissionRequest"],
  "copilot-pascal": ["PreToolUse", "PermissionRequest"],
};

/** What each dialect's tool events take for a denial: read as the agents do. */
function stops(reply: WireReply): boolean {
  if (reply.exit === 2) {
    return reply.stderr !== "" && reply.stdout === "";
  }
  const value = JSON.parse(reply.stdout) as Record<string, unknown>;
  const nested = (value["hookSpecificOutput"] ?? value) as Record<string, unknown>;
  const behaviour = ((nested["decision"] ?? nested) as Record<string, unknown>)["behavior"];
  const reason =
    nested["permissionDecisionReason"] ??
    nested["message"] ??
    (nested["decision"] as { message?: unknown } | undefined)?.message;
  return (
    (nested["permissionDecision"] === "deny" || behaviour === "deny") &&
    typeof reason === "string" &&
    reason !== ""
  );
}

/** Characters that break lines, terminals, JSON or UTF-16 pairs, among ordinary ones. */
const awkward = fc.constantFrom(
  "a",
  " ",
  ".",
  '"',
  "\\",
  "`",
  "\n",
  "\r",
  "\0",
  "\u001b",
  "\u0085",
  "\u2028",
  "\u202e",
  "é",
  "\ud83d",
  "😀",
);

test("no outcome but a pass lets a tool run, no pass says more than it may, and nothing ever says ask", () => {
  const texts = fc.oneof(
    fc.string({ unit: awkward }),
    fc.constantFrom("", "\0", "\n", "\u202e", "x".repeat(5000)),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...adapters),
      fc.record({
        effect: fc.constantFrom<Outcome["effect"]>("pass", "deny", "kill"),
        approved: fc.boolean(),
        reason: texts,
        remedy: texts,
      }),
      (adapter, { effect, approved, reason, remedy }) => {
        for (const event of toolEvents[adapter.id] ?? assert.fail("an adapter without tool events")) {
          const result = { ...outcome(effect, approved), decision: { ...decision, reason, remedy } };
          const reply = adapter.encode(hook(event), result);
          const text = `${reply.stdout}${reply.stderr}`;
          assert.doesNotMatch(text, /[\r\n]/);
          assert.doesNotMatch(text, /"(?:permissionDecision|behavior)":"ask"/);
          assert.equal(effect !== "pass" && stops(reply), effect !== "pass");
          assert.equal(/"(?:permissionDecision|behavior)":"allow"/.test(text) && !approved, false);
          assert.ok(stops(adapter.refuse(reason, event)));
        }
      },
    ),
    { numRuns: 100 },
  );
});

test("what happens without a decision is answered with no opinion on every event", () => {
  for (const adapter of adapters) {
    for (const event of [
      "SessionStart",
      "sessionStart",
      "SessionEnd",
      "Stop",
      "SubagentStart",
      "PostToolUse",
    ]) {
      const reply = adapter.encode(hook(event), outcome("pass"));
      assert.ok(reply.exit === 0 && (reply.stdout === "" || reply.stdout === "{}") && reply.stderr === "");
    }
  }
});

test("the reason names what was stopped, the deciding rule's place and the remedy", () => {
  assert.equal(
    stopReason(outcome("kill")),
    "Signalbox: `volumeDelete` destroys the volume `vol_1` of production; rule /w/.governance/policy.yaml:12. Instead: ask the user to delete it",
  );
  assert.match(
    stopReason({ ...outcome("kill"), decision: { ...decision, reason: "" } }),
    /the session is ended/,
  );
  assert.match(
    stopReason({ ...outcome("deny"), approval: "unattended" }),
    /no approver is connected.*Instead: go on/,
  );
  assert.match(
    stopReason({ ...outcome("deny"), approval: "denied" }),
    /a human denied it.*Instead: do something else/,
  );
  const place = { ...decision, reason: "see /w/.governance/policy.yaml:12" };
  assert.doesNotMatch(stopReason({ ...outcome("deny"), decision: place }), /rule \//);
});

test("a reason is one line of at most 600 characters, never empty, and keeps the remedy", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: awkward, maxLength: 1500 }),
      fc.string({ maxLength: 900 }),
      (reason, remedy) => {
        const text = stopReason({ ...outcome("deny"), decision: { ...decision, reason, remedy } });
        assert.ok(text.length > 0 && text.length <= 600);
        // oxlint-disable-next-line no-control-regex -- these are what must not be in it.
        assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
      },
    ),
  );
  const long = stopReason({ ...outcome("deny"), decision: { ...decision, reason: "x".repeat(2000) } });
  assert.match(long, /Instead: ask the user to delete it$/);
  assert.equal(oneLine("a\u001b[2J\r\nb\u202ec"), "a [2J b c");
  assert.equal(oneLine(" \n"), "Signalbox stopped this");
});

test("every adapter is found by its own payload only through the registry", () => {
  assert.equal(new Set(adapters.map((adapter) => adapter.id)).size, adapters.length);
  assert.equal(adapterFor({ hook_event_name: "PreToolUse" }, "claude-code"), undefined);
});
