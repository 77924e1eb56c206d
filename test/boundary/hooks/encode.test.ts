import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { allDialects } from "./dialects/all.ts";
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
  const words = new Set(
    "reason stopReason permissionDecisionReason message user_message agent_message errorMessage".split(" "),
  );
  const stdout: unknown =
    reply.stdout === ""
      ? ""
      : JSON.parse(reply.stdout, (key, value: unknown) =>
          words.has(key) && value !== "" ? "REASON" : value,
        );
  return { exit: reply.exit, stdout, stderr: reply.stderr === "" ? "" : "REASON" };
}

type Replies = Readonly<Record<string, Readonly<Record<string, WireReply>>>>;
function recorded(file: string, kind: string, name: string): WireReply {
  const replies = JSON.parse(readFileSync(join(folder, `${file}.replies.json`), "utf8")) as Replies;
  const reply = replies[kind]?.[name];
  assert.ok(reply !== undefined, `${file} has no ${kind}.${name}`);
  return reply;
}

const outcomes = {
  pass: outcome("pass"),
  approved: outcome("pass", true),
  deny: outcome("deny"),
  kill: outcome("kill"),
} as const;

for (const [id, dialect] of Object.entries(allDialects)) {
  for (const [event, result, kind, name, file] of dialect.forms) {
    test(`${id} ${event}: ${result} has the recorded form`, () => {
      const wanted = recorded(file ?? dialect.recorded, kind, name);
      assert.deepEqual(form(adapterNamed(id).encode(hook(event), outcomes[result])), form(wanted));
    });
  }

  test(`${id} refuses what it cannot read in the recorded fallback form`, () => {
    const wanted = recorded(dialect.recorded, ...dialect.refusal);
    assert.deepEqual(form(adapterNamed(id).refuse("the payload is empty", undefined)), form(wanted));
  });
}

test("every adapter has a dialect that it is held against", () => {
  assert.deepEqual(Object.keys(allDialects).sort(), adapters.map(({ id }) => id).sort());
});

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
        const dialect = allDialects[adapter.id] ?? assert.fail("an adapter without a dialect");
        for (const event of dialect.gates) {
          const result = { ...outcome(effect, approved), decision: { ...decision, reason, remedy } };
          const reply = adapter.encode(hook(event), result);
          const text = `${reply.stdout}${reply.stderr}`;
          assert.doesNotMatch(text, /[\r\n]/);
          assert.doesNotMatch(text, /"(?:permissionDecision|behavior|permission|decision)":"ask"/);
          assert.equal(effect !== "pass" && dialect.stops(reply, event), effect !== "pass");
          const allows = /"(?:permissionDecision|behavior|permission|decision)":"(?:allow|approve)"/.test(
            text,
          );
          assert.equal(allows && !approved && text !== dialect.neutral, false);
          assert.ok(dialect.stops(adapter.refuse(reason, event), event));
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
      assert.ok(reply.exit === 0 && reply.stderr === "");
      assert.ok(["", "{}", allDialects[adapter.id]?.neutral].includes(reply.stdout));
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
