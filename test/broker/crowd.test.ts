import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { afterEach, test } from "node:test";
import { canonicalJson } from "../../src/base/json.ts";
import type { PendingQuestion } from "../../src/approve/question.ts";
import { Approvals, type Answered } from "../../src/broker/approvals.ts";
import { protocolVersion, type Answer } from "../../src/broker/protocol.ts";
import { question } from "../approve/cases.ts";

const pair = generateKeyPairSync("ed25519");
const publicKey = pair.publicKey.export({ format: "der", type: "spki" }).toString("base64");
const key = { keyId: "k_1", publicKey, name: "human" };

interface Stage {
  readonly approvals: Approvals;
  /** What people see, by id. */
  readonly shown: ReadonlyMap<string, PendingQuestion>;
  readonly ended: Map<string, string>;
  /** Asks for the nth thing of a session. */
  readonly ask: (n: number, session?: string) => void;
  readonly leave: (n: number, session?: string) => void;
  readonly answer: (question: PendingQuestion | undefined, answer: Answer) => Promise<string>;
  readonly pauses: () => readonly PendingQuestion[];
}

const staged: Approvals[] = [];
afterEach(() => staged.splice(0).forEach((approvals) => approvals.closeAll("denied")));

function stage(): Stage {
  const shown = new Map<string, PendingQuestion>();
  const ended = new Map<string, string>();
  const leaving = new Map<string, AbortController>();
  const approvals = new Approvals({
    audience: {
      connected: () => 1,
      opened: (opened) => void shown.set(opened.id, opened),
      closed: (id) => void shown.delete(id),
    },
    now: () => new Date("2026-11-20T12:01:00.000Z"),
    record: () => Promise.resolve(),
  });
  staged.push(approvals);
  return {
    approvals,
    shown,
    ended,
    ask: (n, sessionId = "s_1") => {
      const abort = new AbortController();
      const id = `${sessionId}.${n}`;
      leaving.set(id, abort);
      const binding = { requestHash: id, policyHash: "p1", nonce: `n${n}` };
      const asked = question({
        id,
        sessionId,
        binding,
        headline: `Do ${n}.`,
        expiresAt: "2027-01-01T00:00:00.000Z",
      });
      void approvals
        .ask(asked, { approvers: [], signal: abort.signal })
        .then(({ result }: Answered) => ended.set(id, result));
    },
    leave: (n, sessionId = "s_1") => leaving.get(`${sessionId}.${n}`)?.abort(),
    answer: async (asked, answer) => {
      assert.ok(asked !== undefined);
      const { requestHash, policyHash, nonce } = asked.binding;
      const { id, expiresAt } = asked;
      const signed = {
        protocol: protocolVersion,
        question: id,
        answer,
        requestHash,
        policyHash,
        nonce,
        expiresAt,
      };
      const signature = sign(null, Buffer.from(canonicalJson(signed)), pair.privateKey).toString("base64");
      const taken = await approvals.submit(signed, signature, key);
      await new Promise((resolve) => setImmediate(resolve));
      return taken.ok ? taken.value : taken.error;
    },
    pauses: () => [...shown.values()].filter(({ kind }) => kind === "pause"),
  };
}

function flood({ ask }: Stage, many = 40): void {
  for (let n = 1; n <= many; n++) {
    ask(n);
  }
}

test("a flood of one session is five questions and one that stands for the rest", () => {
  const desk = stage();
  flood(desk);
  assert.deepEqual([...desk.shown.keys()].slice(0, 5), ["s_1.1", "s_1.2", "s_1.3", "s_1.4", "s_1.5"]);
  assert.equal(desk.shown.size, 6);
  assert.match(
    desk.pauses()[0]?.headline ?? "",
    /^claude-code asks for 6 things at once; the rest is held back/,
  );
  assert.equal(desk.approvals.pending().length, 6, "who connects later sees no more");
  desk.ask(1, "s_2");
  assert.ok(desk.shown.has("s_2.1"), "another session is not held back");
});

test("denied, all of the flood ends; nothing is left behind", async () => {
  const desk = stage();
  flood(desk);
  desk.ask(1, "s_2");
  assert.equal(await desk.answer(desk.pauses()[0], "deny"), "denied");
  assert.deepEqual([desk.ended.size, new Set(desk.ended.values())], [40, new Set(["denied"])]);
  assert.deepEqual([...desk.shown.keys()], ["s_2.1"]);
});

test("shown each, every one is asked, and an answer counts for one only", async () => {
  const desk = stage();
  flood(desk, 9);
  await desk.answer(desk.pauses()[0], "allow_once");
  assert.equal(desk.shown.size, 9);
  desk.ask(10);
  assert.equal(desk.shown.size, 10, "who wants to see each is not held back again");
  await desk.answer(desk.shown.get("s_1.7"), "allow_once");
  assert.deepEqual([...desk.ended], [["s_1.7", "approved"]]);
  for (const asked of desk.shown.values()) {
    await desk.answer(asked, "deny");
  }
  flood(desk, 7);
  assert.equal(desk.pauses().length, 1, "the next flood is one again");
});

test("killed, all of them are", async () => {
  const desk = stage();
  flood(desk, 8);
  assert.equal(await desk.answer(desk.pauses()[0], "kill"), "killed");
  assert.deepEqual(new Set(desk.ended.values()), new Set(["killed"]));
  assert.equal(desk.ended.size, 8);
});

test("what is held back cannot be answered, and no yes to the pause allows it", async () => {
  const desk = stage();
  flood(desk, 7);
  const held = question({
    id: "s_1.7",
    binding: { requestHash: "s_1.7", policyHash: "p1", nonce: "n7" },
    expiresAt: "2027-01-01T00:00:00.000Z",
  });
  assert.match(await desk.answer(held, "allow_once"), /held back/);
  await desk.answer(desk.pauses()[0], "allow_once");
  assert.equal(desk.ended.size, 0);
});

test("the pause goes when the agent takes back what is held", () => {
  const desk = stage();
  flood(desk, 7);
  desk.leave(6);
  assert.equal(desk.pauses().length, 1);
  desk.leave(7);
  assert.equal(desk.pauses().length, 0);
  assert.equal(desk.shown.size, 5);
  desk.ask(8);
  assert.equal(desk.pauses().length, 1);
  desk.approvals.closeSession("s_1");
  assert.equal(desk.shown.size, 0);
});

test("the same request once more joins the one that is held", async () => {
  const desk = stage();
  flood(desk, 6);
  desk.ask(6);
  await desk.answer(desk.pauses()[0], "allow_once");
  assert.equal(desk.shown.size, 6);
});
