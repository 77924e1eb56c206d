import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson } from "../../src/base/json.ts";
import { bindingOf, looseningBinding } from "../../src/approve/binding.ts";
import { ApprovalDesk, type BoundAnswer, type DeskAnswer } from "../../src/approve/desk.ts";
import { headlineOf } from "../../src/approve/headline.ts";
import { requestQuestion, type PendingQuestion } from "../../src/approve/question.ts";
import { requestText } from "../../src/approve/request-text.ts";
import type { RequestPayload } from "../../src/model/request.ts";
import { action, decision, question, shellRequest, vocabulary } from "./cases.ts";

const inTime = "2026-11-20T12:01:00.000Z";
const tooLate = "2026-11-20T12:02:00.000Z";
const key = { keyId: "k_1", publicKey: "pk1", name: "first" };

/** A stand-in for cryptography: the signature of a text is the key and the text. */
const verify = (publicKey: string, text: string, signature: string): boolean =>
  signature === `${publicKey}:${text}`;

function signed(of: PendingQuestion, answer: DeskAnswer, over: Partial<BoundAnswer> = {}): BoundAnswer {
  const { requestHash, policyHash, nonce } = of.binding;
  return {
    protocol: 1,
    question: of.id,
    answer,
    requestHash,
    policyHash,
    nonce,
    expiresAt: of.expiresAt,
    ...over,
  };
}

function submission(answer: BoundAnswer, by: typeof key = key): Parameters<ApprovalDesk["answer"]>[0] {
  return { signed: answer, signature: `${by.publicKey}:${canonicalJson(answer)}`, key: by };
}

function deskWith(asked: PendingQuestion, approvers: readonly string[] = []): ApprovalDesk {
  const desk = new ApprovalDesk();
  desk.open(asked, "w1", approvers);
  return desk;
}

for (const [answer, result] of [
  ["allow_once", "approved"],
  ["deny", "denied"],
  ["kill", "killed"],
] as const) {
  test(`a signed \`${answer}\` ends the question as ${result}, once`, () => {
    const desk = deskWith(question());
    const given = submission(signed(question(), answer));
    const settled = desk.answer(given, inTime, verify);
    assert.ok(settled.ok);
    assert.deepEqual(
      [settled.value.result, settled.value.waiters, settled.value.by?.keyId],
      [result, ["w1"], "k_1"],
    );
    const replay = desk.answer(given, inTime, verify);
    assert.match(replay.ok ? "" : replay.error, /closed/);
    assert.deepEqual(desk.pending(), []);
  });
}

const asked = question();
const refusals: readonly {
  readonly name: string;
  readonly given: Parameters<ApprovalDesk["answer"]>[0];
  readonly at?: string;
  readonly approvers?: readonly string[];
  readonly asked?: PendingQuestion;
  readonly error: RegExp;
}[] = [
  {
    name: "another request",
    given: submission(signed(asked, "allow_once", { requestHash: "h2" })),
    error: /bound to another/,
  },
  {
    name: "another policy",
    given: submission(signed(asked, "allow_once", { policyHash: "p2" })),
    error: /bound to another/,
  },
  {
    name: "another nonce",
    given: submission(signed(asked, "allow_once", { nonce: "n2" })),
    error: /bound to another/,
  },
  {
    name: "a longer time",
    given: submission(signed(asked, "allow_once", { expiresAt: "2027-01-01T00:00:00.000Z" })),
    error: /bound to another/,
  },
  {
    name: "a question that was never asked",
    given: submission(signed(asked, "allow_once", { question: "q2" })),
    error: /closed/,
  },
  {
    name: "an expired question",
    given: submission(signed(asked, "allow_once")),
    at: tooLate,
    error: /run out/,
  },
  {
    name: "a foreign signature",
    given: {
      ...submission(signed(asked, "allow_once")),
      signature: `pk2:${canonicalJson(signed(asked, "allow_once"))}`,
    },
    error: /signature/,
  },
  {
    name: "the signature of another answer",
    given: {
      ...submission(signed(asked, "allow_once")),
      signature: `pk1:${canonicalJson(signed(asked, "deny"))}`,
    },
    error: /signature/,
  },
  {
    name: "a key that the policy does not name",
    given: submission(signed(asked, "allow_once")),
    approvers: ["release-manager"],
    error: /release-manager/,
  },
  {
    name: "a kill where nothing runs",
    given: submission(signed(question({ kind: "reopen" }), "kill")),
    asked: question({ kind: "reopen" }),
    error: /answered with/,
  },
];

for (const { name, given, at = inTime, approvers = [], asked: what = asked, error } of refusals) {
  test(`an answer with ${name} does not count, and the question waits on`, () => {
    const desk = deskWith(what, approvers);
    const settled = desk.answer(given, at, verify);
    assert.match(settled.ok ? "" : settled.error, error);
    assert.deepEqual(desk.pending(), [what]);
    // A good answer still counts afterwards.
    const by = approvers[0] === undefined ? key : { ...key, name: approvers[0] };
    assert.equal(desk.answer(submission(signed(what, "deny"), by), inTime, verify).ok, true);
  });
}

test("anybody enrolled may deny what only some may allow", () => {
  const desk = deskWith(asked, ["somebody else"]);
  assert.equal(desk.answer(submission(signed(asked, "deny")), inTime, verify).ok, true);
});

test("no single changed member of a signed answer is accepted", () => {
  const good = submission(signed(asked, "allow_once"));
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(good.signed) as (keyof BoundAnswer)[])),
      fc.string(),
      (member, value) => {
        fc.pre(value !== String(good.signed[member]));
        const changed = { ...good, signed: { ...good.signed, [member]: value } as unknown as BoundAnswer };
        assert.equal(deskWith(asked).answer(changed, inTime, verify).ok, false);
      },
    ),
  );
});

test("the same request of the same session waits as one question, until its last waiter goes", () => {
  const desk = deskWith(asked);
  assert.equal(desk.waitingFor(asked, "h1", "p1"), "q1");
  assert.equal(desk.waitingFor(asked, "h2", "p1"), undefined);
  assert.equal(desk.waitingFor(asked, "h1", "p2"), undefined);
  assert.equal(desk.waitingFor({ ...asked, sessionId: "s_b" }, "h1", "p1"), undefined);
  assert.equal(desk.join("q1", "w2"), true);
  assert.equal(desk.join("q2", "w2"), false);
  assert.deepEqual(desk.withdraw("w1"), []);
  assert.deepEqual(
    desk.withdraw("w2").map(({ result }) => result),
    ["withdrawn"],
  );
  assert.equal(desk.answer(submission(signed(asked, "allow_once")), inTime, verify).ok, false);
});

test("time runs out for what is due, and for nothing else", () => {
  const desk = deskWith(asked);
  desk.open(question({ id: "q2", expiresAt: "2026-11-20T12:09:00.000Z" }), "w2", []);
  assert.deepEqual(desk.expire(inTime), []);
  assert.deepEqual(
    desk.expire(tooLate).map(({ question: { id }, result }) => [id, result]),
    [["q1", "timed_out"]],
  );
});

test("a kill closes what was asked for that session, but not the question whether to reopen it", () => {
  const desk = deskWith(asked);
  desk.open(question({ id: "q2", kind: "reopen" }), "w2", []);
  desk.open(question({ id: "q3", sessionId: "s_other" }), "w3", []);
  assert.deepEqual(
    desk.closeRequests(asked.sessionId, "killed").map(({ question: { id }, result }) => [id, result]),
    [["q1", "killed"]],
  );
  assert.deepEqual(
    desk.closeAll("denied").map(({ question: { id }, result }) => [id, result]),
    [
      ["q2", "denied"],
      ["q3", "denied"],
    ],
  );
});

const digest = (text: string): string => text;

test("a binding changes with everything that was judged, and with nothing else", () => {
  const hash = (command: string, context = {}, made = {}): string =>
    bindingOf(shellRequest(command, context), decision(made), digest).requestHash;
  const base = hash("rm x");
  assert.equal(hash("rm x", { id: "r2" }), base);
  const others = [
    hash("rm y"),
    hash("rm x", { cwd: "/tmp" }),
    hash("rm x", { conversation: "c2" }),
    hash("rm x", { workspace: "/other" }),
    hash("rm x", { agent: "vscode" }),
    hash("rm x", { callId: "t2" }),
    hash("rm x", {}, { actions: [action({ operation: "other" })] }),
    hash("rm x", {}, { inputs: [{ path: "/ws/a.sh", digest: "d1" }] }),
  ];
  assert.equal(new Set([base, ...others]).size, others.length + 1);
});

test("an approval of a policy is bound to its text, its workspace and its turn", () => {
  const approval = {
    kind: "policy_approval",
    workspace: "/ws",
    file: "/ws/p",
    textHash: "t1",
    sequence: 1,
  } as const;
  const base = looseningBinding(approval, digest);
  assert.equal(base.policyHash, "t1");
  for (const other of [{ workspace: "/b" }, { textHash: "t2" }, { sequence: 2 }]) {
    assert.notEqual(looseningBinding({ ...approval, ...other }, digest).requestHash, base.requestHash);
  }
  assert.equal(looseningBinding({ kind: "uninstall", what: "claude-code" }, digest).policyHash, "-");
});

test("the headline says what, on what, where, and whether it can be undone", () => {
  const headline = (...actions: ReturnType<typeof action>[]): string =>
    headlineOf(decision({ actions }), vocabulary);
  assert.equal(
    headline(action()),
    "Delete Railway volume `vol_1` in production, with all its data. Cannot be undone.",
  );
  assert.equal(
    headline(action({ operation: "deployment_restart", effects: [], target: { display: "web" } })),
    "Restart Railway deployment `web`.",
  );
  assert.equal(
    headline(
      action({
        provider: "fs",
        operation: "delete",
        effects: ["file_deletion"],
        target: { display: "/ws/a" },
      }),
    ),
    "Delete `/ws/a`. Cannot be undone.",
  );
  assert.equal(
    headline(
      action({
        provider: "git",
        operation: "push_force",
        effects: ["history_rewrite"],
        target: { display: "origin\nmain" },
      }),
    ),
    "Overwrite the history of a remote branch: `origin main`. Hard to undo.",
  );
  assert.equal(
    headlineOf(decision({ actions: [], reason: "why it was asked" }), vocabulary),
    "Why it was asked.",
  );
});

test("the action that the strictest rule is about comes first", () => {
  const read = action({ provider: "fs", operation: "read", effects: [], target: { display: "a" } });
  const rule = { pointer: "/p", file: "f", line: 1, because: "b", layer: "workspace" } as const;
  const actions = [action(), read];
  const rules = [{ ...rule, verdict: "ask" as const, action: 1 }];
  assert.equal(headlineOf(decision({ actions, rules }), vocabulary), "Read `a`. And 1 more action.");
  assert.match(headlineOf(decision({ actions }), vocabulary), /^Delete Railway volume/);
});

test("a question carries everything a human needs, with secrets masked", () => {
  const rule = { pointer: "/p", file: "f.yaml", line: 3, because: "SECRET", layer: "workspace" } as const;
  const made = requestQuestion(
    shellRequest("use SECRET"),
    decision({
      rules: [
        { ...rule, verdict: "ask" },
        { ...rule, verdict: "allow" },
      ],
    }),
    { id: "q1", nonce: "n", sessionId: "s_1", task: "t", askedAt: inTime, expiresAt: tooLate },
    {
      vocabulary,
      binding: { requestHash: "h", policyHash: "p" },
      redact: (text) => text.replaceAll("SECRET", "‹x›"),
    },
  );
  assert.equal(made.text, "use ‹x›");
  assert.deepEqual(made.rules, [{ because: "‹x›", file: "f.yaml", line: 3, pointer: "/p" }]);
  assert.deepEqual(made.binding, { requestHash: "h", policyHash: "p", nonce: "n" });
  assert.deepEqual(made.actions[0]?.id, "railway:volume_delete");
  assert.equal(made.task, "t");
});

const texts: readonly (readonly [RequestPayload, string])[] = [
  [{ kind: "shell", command: "ls", shell: "bash" }, "ls"],
  [{ kind: "file_read", paths: ["/a", "/b"], scope: "content" }, "read /a, /b"],
  [{ kind: "file_write", changes: [{ path: "/a", change: "delete" }] }, "delete /a"],
  [{ kind: "mcp_call", server: "railway", tool: "list", input: { a: 1 } }, `railway list {"a":1}`],
  [{ kind: "http", method: "GET", url: "https://x", headers: {} }, "GET https://x"],
  [{ kind: "http", method: "POST", url: "https://x", headers: {}, body: "b" }, "POST https://x\nb"],
  [{ kind: "prompt", text: "hello", attachments: [] }, "hello"],
  [{ kind: "session_start" }, "start of the session"],
  [{ kind: "session_end" }, "end of the session"],
  [{ kind: "tool", tool: "t", input: undefined }, "t "],
  [{ kind: "internal", tool: "todo" }, "todo"],
];

for (const [payload, text] of texts) {
  test(`a ${payload.kind} request reads as ${JSON.stringify(text)}`, () =>
    assert.equal(requestText(payload), text));
}
