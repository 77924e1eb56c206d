import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { rulesIn, useText, type RecordedUse, type WrittenRule } from "../../src/language/lenses.ts";
import { RecordedUses } from "../../src/language/recorded-use.ts";
import { record, type Place, type Recorded } from "../record/recorded-requests.ts";

test("lenses: rules at the top and of tasks, as decisions name them", () => {
  const text = `policies:
  kill:
    - action_type: opaque
    -
  control: [{ provider: aws }, { provider: railway }]
sessions:
  a/b:
    policies:
      deny:
        - path: x
`;
  const found = rulesIn(text).map(({ pointer, verdict, start, end }) => [
    pointer,
    verdict,
    text.slice(start, end).trim(),
  ]);
  assert.deepEqual(found, [
    ["/policies/kill/0", "kill", "action_type: opaque"],
    ["/policies/control/0", "ask", "{ provider: aws }"],
    ["/policies/control/1", "ask", "{ provider: railway }"],
    ["/sessions/a~1b/policies/deny/0", "deny", "path: x"],
  ]);
  assert.equal(
    rulesIn("sessions:\n  - name: web\n    policies: {deny: [{path: x}]}\n")[0]?.pointer,
    "/sessions/0/policies/deny/0",
  );
  assert.deepEqual(rulesIn("policies: [kill\n"), []);
});

const rule: WrittenRule = { pointer: "/policies/control/0", verdict: "ask", start: 0, end: 1 };
const wordings: readonly (readonly [requests: number, matched: number, decided: number, text: string])[] = [
  [0, 0, 0, ""],
  [500, 0, 0, "matches none of the last 500 requests"],
  [500, 3, 3, "would have asked about 3 of the last 500 requests"],
  [
    500,
    5,
    3,
    "would have asked about 3 of the last 500 requests; matches 2 more, which a stricter rule decides",
  ],
  [20, 2, 0, "matches 2 of the last 20 requests, which a stricter rule decides"],
  [1, 1, 1, "would have asked about 1 of the last 1 request"],
  [1, 0, 0, "matches none of the last 1 request"],
];

for (const [requests, matched, decided, text] of wordings) {
  test(`lenses: ${matched} matched and ${decided} decided of ${requests}`, () => {
    assert.equal(useText(rule, { requests, rules: new Map([[rule.pointer, { matched, decided }]]) }), text);
  });
}

const policy = `policies:
  deny:
    - action: "railway:deploy"
    - command: "git status*"
  control:
    - provider: railway
`;

function place(context: TestContext): Place {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "sb-lens-")));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const cwd = join(home, "shop");
  mkdirSync(join(cwd, ".governance"), { recursive: true });
  return { cwd, home };
}

const shell = (command: string): Recorded => ({ payload: { kind: "shell", command, shell: "bash" } });

/** Asks until the counts are there. */
function counted(
  uses: (ready: () => void) => RecordedUses,
  { cwd }: Place,
  text: string,
): Promise<RecordedUse> {
  return new Promise((resolve) => {
    const asked = { file: join(cwd, ".governance", "policy.yaml"), text, workspace: cwd };
    const all = uses(() => {
      const use = all.of(asked);
      if (use !== undefined) {
        resolve(use);
      }
    });
    assert.equal(all.of(asked), undefined, "nobody waits for a replay");
  });
}

test("lenses: the last requests are decided again under the text as it is", async (context) => {
  const where = place(context);
  record(where, undefined, ["railway up", "railway up", "railway variables --set A=b", "ls"].map(shell));
  const use = await counted((ready) => new RecordedUses(ready, where.home), where, policy);
  assert.equal(use.requests, 4);
  const texts = rulesIn(policy).map((each) => useText(each, use));
  assert.deepEqual(texts, [
    "would have denied 2 of the last 4 requests",
    "matches none of the last 4 requests",
    "would have asked about 1 of the last 4 requests; matches 2 more, which a stricter rule decides",
  ]);
});

test("lenses: a policy that only observes tells what it would have done", async (context) => {
  const where = place(context);
  record(where, undefined, ["railway up", "ls"].map(shell));
  const observing = `enforcement: observe\n${policy}`;
  const use = await counted((ready) => new RecordedUses(ready, where.home), where, observing);
  const [first] = rulesIn(observing);
  assert.ok(first !== undefined);
  assert.equal(useText(first, use), "would have denied 1 of the last 2 requests");
});

test("lenses: a policy that does not load, and an empty record, count nothing", async (context) => {
  const where = place(context);
  const broken = await counted((ready) => new RecordedUses(ready, where.home), where, "policies: [\n");
  const empty = await counted((ready) => new RecordedUses(ready, where.home), where, policy);
  assert.deepEqual([broken.requests, empty.requests], [0, 0]);
});

test("lenses: the requests of an operation are counted, of this workspace alone", async (context) => {
  const where = place(context);
  record(where, undefined, [
    shell("railway up"),
    { ...shell("railway up"), workspace: "/elsewhere" },
    shell("ls"),
  ]);
  const uses = new RecordedUses(() => undefined, where.home);
  assert.equal(await uses.operationText(where.cwd, "railway:deploy"), "Recorded in 1 of the last 2 requests");
  assert.equal(await new RecordedUses(() => undefined, "/nowhere").operationText("/x", "railway:deploy"), "");
});
