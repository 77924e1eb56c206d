import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { grantAnswers, Grants, offeredGrants, type GrantAnswer } from "../../src/approve/grants.ts";
import type { AskTerms, Decision } from "../../src/model/decision.ts";
import { effects, type Effect } from "../../src/model/effect.ts";
import type { AgentRequest } from "../../src/model/request.ts";
import { action, decision, shellRequest } from "./cases.ts";

/** What nobody can put right is asked each time, whatever a policy says. */
const once: readonly Effect[] = [
  "irreversible_infrastructure_deletion",
  "irreversible_data_deletion",
  "uncommitted_work_loss",
  "history_rewrite",
  "credential_reveal",
  "data_exfiltration",
  "remote_code_execution",
  "governance_tampering",
  "opaque",
];

const minute = 60_000;
const start = 1_700_000_000_000;

function asking(
  effect: Effect,
  grant: AskTerms["grant"] = "session",
  over: Partial<Decision> = {},
): Decision {
  return decision({
    actions: [action({ effects: [effect] })],
    ask: { timeoutMs: 1, grant, approvers: [] },
    ...over,
  });
}

for (const effect of effects) {
  test(`grants: ${effect} ${once.includes(effect) ? "is asked each time" : "follows the policy"}`, () => {
    assert.deepEqual(offeredGrants(asking(effect, "once")), []);
    if (once.includes(effect)) {
      assert.deepEqual(offeredGrants(asking(effect)), []);
      assert.deepEqual(offeredGrants(asking(effect, "limited")), []);
    }
  });
}

test("grants: how far a yes may reach is the policy's, and without one it ends by itself", () => {
  assert.deepEqual(offeredGrants(asking("deployment")), grantAnswers);
  assert.deepEqual(offeredGrants(asking("deployment", "limited")), [
    "allow_request",
    "allow_15m",
    "allow_1h",
  ]);
  assert.deepEqual(offeredGrants(asking("deployment", "session", { actions: [] })), []);
  const { ask: _, ...notAsked } = asking("deployment");
  assert.deepEqual(offeredGrants(notAsked), []);
});

test("grants: where operation and target do not tell all, only the same request is covered", () => {
  const writes = action({ provider: "fs", operation: "write", effects: ["system_modification"] });
  const unclear = action({ effects: ["infrastructure_change"], access: "unknown" });
  for (const unsure of [writes, unclear]) {
    assert.deepEqual(offeredGrants(asking("deployment", "session", { actions: [unsure] })), [
      "allow_request",
    ]);
  }
});

test("grants: one irreversible action among others is enough to ask each time", () => {
  const actions = [action({ effects: ["deployment"] }), action()];
  assert.deepEqual(offeredGrants(asking("deployment", "session", { actions })), []);
});

interface Case {
  readonly session: string;
  readonly request: AgentRequest;
  readonly decision: Decision;
}

const first: Case = {
  session: "s_1",
  request: shellRequest("railway up", { callId: "c1" }),
  decision: asking("deployment"),
};

function granted(answer: GrantAnswer, at: number = start): Grants {
  const grants = new Grants((text) => text);
  const { session, request, decision: decided } = first;
  assert.ok(grants.add(answer, { id: "g_1", session, headline: "Deploy.", by: "k_1", at }, request, decided));
  return grants;
}

function covers(grants: Grants, over: Partial<Case>, at: number = start + 1): boolean {
  const { session, request, decision: decided } = { ...first, ...over };
  return grants.covering(session, request, decided, at) !== undefined;
}

const inSession = (change: Partial<Decision>): Partial<Case> => ({
  decision: { ...first.decision, ...change },
});
const [base] = first.decision.actions;
assert.ok(base !== undefined);

/** Whether a grant of the exact request, and one of the operation, covers a case. */
const cases: readonly (readonly [string, Partial<Case>, boolean, boolean])[] = [
  ["the same again", {}, true, true],
  [
    "the same under another number of the call",
    { request: shellRequest("railway up", { callId: "c2" }) },
    true,
    true,
  ],
  ["other words for the same", { request: shellRequest("railway  up && true") }, false, true],
  ["another folder", { request: shellRequest("railway up", { cwd: "/ws/other" }) }, false, true],
  ["another session", { session: "s_2" }, false, false],
  ["another workspace", { request: shellRequest("railway up", { workspace: "/other" }) }, false, false],
  ["another policy", inSession({ policyHash: "p2" }), false, false],
  ["another target", inSession({ actions: [{ ...base, target: { display: "x" } }] }), false, false],
  ["another operation", inSession({ actions: [{ ...base, operation: "down" }] }), false, false],
  ["one action more", inSession({ actions: [base, base] }), false, false],
  [
    "another credential",
    inSession({ actions: [{ ...base, credentials: [{ name: "t", provider: "railway" }] }] }),
    false,
    false,
  ],
  ["a script with other content", inSession({ inputs: [{ path: "/ws/a.sh", digest: "d2" }] }), false, false],
  [
    "other approvers",
    inSession({ ask: { timeoutMs: 1, grant: "session", approvers: ["lead"] } }),
    false,
    false,
  ],
  [
    "a policy that now says once",
    inSession({ ask: { timeoutMs: 1, grant: "once", approvers: [] } }),
    false,
    false,
  ],
  ["what cannot be undone any more", inSession({ actions: [action()] }), false, false],
];

for (const [name, over, exact, operation] of cases) {
  test(`grants: ${name}`, () => {
    assert.equal(covers(granted("allow_request"), over), exact, "the exact request");
    for (const answer of ["allow_15m", "allow_1h", "allow_session"] as const) {
      assert.equal(covers(granted(answer), over), operation, answer);
    }
  });
}

test("grants: each ends at its time, and a clock that is set back gives no more", () => {
  const ends = { allow_15m: 15 * minute, allow_1h: 60 * minute } as const;
  for (const [answer, after] of Object.entries(ends)) {
    const grants = granted(answer as GrantAnswer);
    assert.equal(covers(grants, {}, start + after - 1), true);
    assert.equal(covers(grants, {}, start + after), false);
    assert.equal(covers(grants, {}, start - 1), false);
    assert.deepEqual(grants.list(start + after), []);
    assert.deepEqual(grants.list(start)[0]?.until, start + after);
  }
  assert.equal(covers(granted("allow_session"), {}, start + 1e12), true);
});

test("grants: what is taken back, and what a session had that is over, holds no more", () => {
  const grants = granted("allow_session");
  assert.equal(grants.revoke("g_2"), undefined);
  assert.equal(grants.revoke("g_1")?.headline, "Deploy.");
  assert.equal(grants.revoke("g_1"), undefined);
  assert.equal(covers(grants, {}), false);
  const ended = granted("allow_1h");
  ended.forget("s_1");
  assert.equal(covers(ended, {}), false);
  assert.deepEqual(ended.list(start), []);
});

test("grants: an answer that was not offered grants nothing", () => {
  const grants = new Grants((text) => text);
  const frame = { id: "g_1", session: "s_1", headline: "", by: "k", at: start };
  assert.equal(grants.add("allow_session", frame, first.request, asking("deployment", "limited")), undefined);
  assert.equal(grants.add("allow_request", frame, first.request, asking("opaque")), undefined);
  assert.deepEqual(grants.list(start), []);
});

test("grants: whatever is granted, taken back and waited for, only what was granted in time is covered", () => {
  const session = fc.constantFrom("s_1", "s_2");
  const command = fc.constantFrom("railway up", "railway redeploy");
  const policyHash = fc.constantFrom("p1", "p2");
  const subject = fc.record({ session, command, policyHash, operation: fc.constantFrom("up", "redeploy") });
  const step = fc.oneof(
    fc.record({ do: fc.constant("grant" as const), subject, answer: fc.constantFrom(...grantAnswers) }),
    fc.record({ do: fc.constant("revoke" as const), which: fc.nat(5) }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.nat(70 * minute) }),
    fc.record({ do: fc.constant("end" as const), session }),
  );
  type Subject = typeof subject extends fc.Arbitrary<infer T> ? T : never;
  const caseOf = ({ session: of, command: words, policyHash: hash, operation }: Subject): Case => ({
    session: of,
    request: shellRequest(words),
    decision: asking("deployment", "session", {
      policyHash: hash,
      actions: [action({ operation, effects: ["deployment"] })],
    }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), subject, (steps, asked) => {
      const grants = new Grants((text) => text);
      let now = start;
      let count = 0;
      /** What should hold, told in the plainest way. */
      let model: { id: string; subject: Subject; answer: GrantAnswer; at: number }[] = [];
      for (const each of steps) {
        switch (each.do) {
          case "grant": {
            const id = `g_${count++}`;
            const { session: of, request, decision: decided } = caseOf(each.subject);
            grants.add(each.answer, { id, session: of, headline: "", by: "k", at: now }, request, decided);
            model.push({ id, subject: each.subject, answer: each.answer, at: now });
            break;
          }
          case "revoke":
            grants.revoke(`g_${each.which}`);
            model = model.filter(({ id }) => id !== `g_${each.which}`);
            break;
          case "wait":
            now += each.ms;
            break;
          case "end":
            grants.forget(each.session);
            model = model.filter((known) => known.subject.session !== each.session);
            break;
        }
      }
      const expected = model.some(({ subject: of, answer, at }) => {
        const lasts = { allow_15m: 15, allow_1h: 60, allow_request: Infinity, allow_session: Infinity }[
          answer
        ];
        return (
          of.session === asked.session &&
          of.policyHash === asked.policyHash &&
          of.operation === asked.operation &&
          (answer !== "allow_request" || of.command === asked.command) &&
          now < at + lasts * minute
        );
      });
      const { session: of, request, decision: decided } = caseOf(asked);
      assert.equal(grants.covering(of, request, decided, now) !== undefined, expected);
    }),
    { numRuns: 500 },
  );
});

test("grants: a yes that came too late covers the same request once, within ten minutes, whatever it does", () => {
  const digest = (text: string): string => text;
  const request = shellRequest("terraform destroy");
  const irreversible = asking("irreversible_infrastructure_deletion", "once");
  const frame = { id: "g_1", session: "s", headline: "x", by: "k", at: start };
  const covering = (
    grants: Grants,
    now: number,
    over: { session?: string; request?: AgentRequest; decision?: Decision } = {},
  ): ReturnType<Grants["covering"]> =>
    grants.covering(over.session ?? "s", over.request ?? request, over.decision ?? irreversible, now);
  const grants = new Grants(digest);
  grants.addRetry(frame, request, irreversible);
  assert.equal(covering(grants, start + 1, { session: "other" }), undefined);
  assert.equal(
    covering(grants, start + 1, { request: shellRequest("terraform destroy -target x") }),
    undefined,
  );
  assert.equal(
    covering(grants, start + 1, { decision: { ...irreversible, policyHash: "another" } }),
    undefined,
  );
  assert.equal(covering(grants, start - 1), undefined);
  assert.equal(covering(grants, start + 10 * minute), undefined);
  const found = covering(grants, start + minute);
  assert.ok(found !== undefined);
  grants.use(found);
  assert.equal(covering(grants, start + minute), undefined);
  assert.deepEqual(grants.list(start + minute), []);
});

test("grants: making use of one that covers more takes nothing away", () => {
  const grants = new Grants((text) => text);
  const request = shellRequest("deploy");
  const wide = asking("deployment");
  grants.add("allow_15m", { id: "g_1", session: "s", headline: "x", by: "k", at: start }, request, wide);
  const found = grants.covering("s", request, wide, start + 1);
  assert.ok(found !== undefined);
  grants.use(found);
  assert.ok(grants.covering("s", request, wide, start + 2) !== undefined);
});
