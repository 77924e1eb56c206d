import assert from "node:assert/strict";
import { test } from "node:test";
import { alarmOf, gapOf, statusView, type StatusView } from "../../src/editor/status-text.ts";
import { Store, mergeDecisions, type EditorState } from "../../src/editor/store.ts";
import { findSwitchedOff } from "../../src/editor/switches.ts";
import { brokerState, decided } from "./samples.ts";

const armed: EditorState = {
  link: { kind: "connected" },
  hooks: { kind: "installed" },
  findings: [],
  agentHooks: true,
  brokenPolicies: [],
  broker: brokerState(),
  decisions: [],
  questions: 0,
};

const workspace = "/home/u/shop";
const policy = { workspace, file: `${workspace}/.governance/policy.yaml`, detail: "" };
const hooksOff = findSwitchedOff([
  { key: "chat.useHooks", known: true, values: [{ scope: "workspace", value: false }] },
]);
const pluginsOff = findSwitchedOff([
  { key: "chat.plugins.enabled", known: true, values: [{ scope: "user", value: false }] },
]);

const gap = {
  session: "s_1",
  agent: "claude-code",
  workspace,
  count: 3,
  lastAt: "2026-11-20T14:00:00.000Z",
  last: "terraform destroy ran although it had been stopped",
};

const cases: readonly {
  readonly name: string;
  readonly change: Partial<EditorState>;
  readonly text: string;
  readonly level: StatusView["level"];
}[] = [
  { name: "armed", change: {}, text: "$(shield) Signalbox: armed · 2 sessions", level: "normal" },
  {
    name: "armed, with the last verdict",
    change: { decisions: [decided({ headline: "Delete volume vol_1." })] },
    text: "$(shield) Signalbox: armed · 2 sessions · last: killed Delete volume vol_1.",
    level: "normal",
  },
  {
    name: "a session without a task, in one of the window's folders",
    change: {
      broker: brokerState({
        unbound: [
          { session: "s_1", agent: "claude-code", workspace },
          { session: "s_2", agent: "claude-code", workspace: "/elsewhere" },
        ],
      }),
    },
    text: "$(shield) Signalbox: armed · 2 sessions, 1 without a task",
    level: "normal",
  },
  {
    name: "only sessions without a task",
    change: {
      broker: brokerState({
        sessions: { active: 1, killed: 0 },
        unbound: [{ session: "s_1", agent: "claude-code", workspace }],
      }),
    },
    text: "$(shield) Signalbox: armed · 1 session without a task",
    level: "normal",
  },
  {
    name: "an agent whose hooks somebody took out",
    change: {
      broker: brokerState({
        unprotected: [
          { agent: "codex", scope: "user", why: "its hooks were removed", sessions: [] },
          { agent: "claude-code", scope: "user", why: "its hooks\nwere removed", sessions: ["s_1"] },
        ],
      }),
    },
    text: "$(workspace-untrusted) Signalbox: claude-code and 1 more unprotected (its hooks ⏎ were removed) · 2 sessions",
    level: "error",
  },
  {
    name: "the editor's own hook file, which a human has declined",
    change: {
      hooks: { kind: "declined" },
      broker: brokerState({
        unprotected: [{ agent: "vscode", scope: "user", why: "its hooks were removed", sessions: [] }],
      }),
    },
    text: "$(shield) Signalbox: partly armed (no user-level hook file) · 2 sessions",
    level: "warning",
  },
  {
    name: "something that ran without a decision",
    change: { broker: brokerState({ gaps: [gap] }) },
    text: "$(warning) Signalbox: armed · 3 actions ran without a decision · 2 sessions",
    level: "error",
  },
  {
    name: "what passes is no news",
    change: {
      decisions: [
        decided({ effect: "pass", verdict: "allow", headline: "No objection." }),
        decided({ effect: "deny", verdict: "deny", headline: "Read `.env`." }),
      ],
    },
    text: "$(shield) Signalbox: armed · 2 sessions · last: denied Read `.env`.",
    level: "normal",
  },
  {
    name: "what follows from a kill does not hide it",
    change: {
      decisions: [
        decided({
          effect: "deny",
          verdict: "deny",
          rules: [{ because: "killed", file: "sessions", line: 1 }],
        }),
        decided({ headline: "Delete volume vol_1." }),
      ],
    },
    text: "$(shield) Signalbox: armed · 2 sessions · last: killed Delete volume vol_1.",
    level: "normal",
  },
  {
    name: "connecting",
    change: { link: { kind: "connecting" } },
    text: "$(sync~spin) Signalbox: arming · 2 sessions",
    level: "normal",
  },
  {
    name: "no approver",
    change: { link: { kind: "down", why: "no broker", remedy: "Run Signalbox: Repair" } },
    text: "$(workspace-untrusted) Signalbox: not armed (no broker) · 2 sessions",
    level: "error",
  },
  {
    name: "hooks switched off",
    change: { findings: hooksOff },
    text: "$(workspace-untrusted) Signalbox: not armed (`chat.useHooks` is off in the workspace settings) · 2 sessions",
    level: "error",
  },
  {
    name: "one of two ways in switched off",
    change: { findings: pluginsOff },
    text: "$(shield) Signalbox: partly armed (`chat.plugins.enabled` is off in the user settings) · 2 sessions",
    level: "warning",
  },
  {
    name: "hook file cannot be written",
    change: { hooks: { kind: "failed", why: "disk full" } },
    text: "$(workspace-untrusted) Signalbox: not armed (disk full) · 2 sessions",
    level: "error",
  },
  {
    name: "hook file declined",
    change: { hooks: { kind: "declined" } },
    text: "$(shield) Signalbox: partly armed (no user-level hook file) · 2 sessions",
    level: "warning",
  },
  {
    name: "an editor without agent hooks",
    change: { agentHooks: false },
    text: "$(shield) Signalbox: partly armed (command line agents only) · 2 sessions",
    level: "warning",
  },
  {
    name: "policy broken before the first request",
    change: { brokenPolicies: [policy.file] },
    text: "$(warning) Signalbox: armed · policy broken · 2 sessions",
    level: "error",
  },
  {
    name: "session killed",
    change: { broker: brokerState({ sessions: { active: 1, killed: 1 } }) },
    text: "$(shield) Signalbox: armed · session killed · 1 session",
    level: "warning",
  },
  {
    name: "sessions killed",
    change: { broker: brokerState({ sessions: { active: 0, killed: 2 } }) },
    text: "$(shield) Signalbox: armed · 2 sessions killed · 0 sessions",
    level: "warning",
  },
  {
    name: "policy broken",
    change: { broker: brokerState({ policies: [{ ...policy, state: "broken", detail: "line 3" }] }) },
    text: "$(warning) Signalbox: armed · policy broken · 2 sessions",
    level: "error",
  },
  {
    name: "policy awaiting approval",
    change: { broker: brokerState({ policies: [{ ...policy, state: "unapproved" }] }) },
    text: "$(shield) Signalbox: armed · policy awaiting approval · 2 sessions",
    level: "warning",
  },
  {
    name: "the user's own policy awaiting approval",
    change: {
      broker: brokerState({
        policies: [{ ...policy, workspace: "user", layer: "user", state: "unapproved" }],
      }),
    },
    text: "$(shield) Signalbox: armed · policy awaiting approval · 2 sessions",
    level: "warning",
  },
  ...(
    [
      ["expired", "expired"],
      ["ignored", "ignored"],
      ["broken", "not usable"],
    ] as const
  ).map(([word, words]) => ({
    name: `the organisation's policy is ${word}`,
    change: {
      broker: brokerState({
        policies: [{ ...policy, workspace: "organisation", layer: "organisation", state: word }],
      }),
    },
    text: `$(warning) Signalbox: armed · organisation's policy ${words} · 2 sessions`,
    level: "warning" as const,
  })),
  {
    name: "the organisation's policy is in order",
    change: {
      broker: brokerState({
        policies: [{ ...policy, workspace: "organisation", layer: "organisation", state: "approved" }],
      }),
    },
    text: "$(shield) Signalbox: armed · 2 sessions",
    level: "normal",
  },
  {
    name: "a policy that only observes",
    change: {
      broker: brokerState({ policies: [{ ...policy, state: "approved", observing: true }] }),
      decisions: [
        decided({
          effect: "pass",
          verdict: "allow",
          headline: "Deploy.",
          observed: { verdict: "ask", reason: "", rules: [] },
        }),
      ],
    },
    text: "$(eye) Signalbox: observing, stops nothing · 2 sessions · last: would have asked Deploy.",
    level: "normal",
  },
  {
    name: "sessions killed before the policy was one that only observes",
    change: {
      broker: brokerState({
        sessions: { active: 1, killed: 1 },
        policies: [{ ...policy, state: "approved", observing: true }],
      }),
    },
    text: "$(eye) Signalbox: observing, stops nothing · session killed · 1 session",
    level: "warning",
  },
  {
    name: "one of two folders only observes",
    change: {
      broker: brokerState({
        policies: [
          { ...policy, state: "approved", observing: true },
          { ...policy, state: "approved", workspace: `${workspace}/docs` },
        ],
      }),
    },
    text: "$(eye) Signalbox: observing in 1 of 2 folders, stops nothing there · 2 sessions",
    level: "normal",
  },
  {
    name: "another workspace's policy is not this window's business",
    change: {
      broker: brokerState({ policies: [{ ...policy, workspace: "/elsewhere", state: "broken" }] }),
    },
    text: "$(shield) Signalbox: armed · 2 sessions",
    level: "normal",
  },
  {
    name: "a question waits",
    change: { questions: 1 },
    text: "$(question) Signalbox: armed · 1 question waits for you · 2 sessions",
    level: "warning",
  },
  {
    name: "not armed outranks everything",
    change: {
      link: { kind: "down", why: "no broker", remedy: "" },
      questions: 3,
      broker: brokerState({ policies: [{ ...policy, state: "broken" }] }),
    },
    text: "$(workspace-untrusted) Signalbox: not armed (no broker) · 2 sessions",
    level: "error",
  },
];

for (const { name, change, text, level } of cases) {
  test(`status: ${name}`, () => {
    const view = statusView({ ...armed, ...change }, [workspace]);
    assert.equal(view.text, text);
    assert.equal(view.level, level);
    assert.doesNotMatch(view.accessible, /\$\(/, "a screen reader does not read icons");
  });
}

test("status: what an agent wrote cannot add an icon or a line", () => {
  const view = statusView({ ...armed, decisions: [decided({ headline: "a\u2028$(check) b\n" })] }, []);
  assert.doesNotMatch(view.text, /[\u2028\n]/);
  assert.match(view.text, /\$ \(check\) b/);
  assert.doesNotMatch(view.text, /\$\(check\)/);
});

test("store: decisions are kept once, newest first, and bounded", () => {
  const store = new Store();
  store.addDecision(decided({ at: "2026-11-20T14:00:01.000Z" }));
  store.addDecision(decided({ at: "2026-11-20T14:00:03.000Z" }));
  store.updateBroker(brokerState({ recent: [decided({ at: "2026-11-20T14:00:03.000Z" }), decided()] }));
  assert.deepEqual(
    store.state.decisions.map((decision) => decision.at.slice(17, 19)),
    ["03", "01", "00"],
  );
  const many = Array.from({ length: 600 }, (_, index) => decided({ text: `${index}` }));
  assert.equal(mergeDecisions([], many).length, 500);
});

test("store: listeners hear of changes until they are gone", () => {
  const store = new Store();
  const heard: number[] = [];
  const subscription = store.onChange((state) => heard.push(state.questions));
  store.update({ questions: 1 });
  subscription.dispose();
  store.update({ questions: 2 });
  assert.deepEqual(heard, [1]);
});

test("alarm: everything that leaves agents ungoverned, with its remedy; nothing else", () => {
  assert.equal(alarmOf(armed), undefined);
  assert.equal(
    alarmOf({ ...armed, questions: 2, brokenPolicies: ["/p"], link: { kind: "connecting" } }),
    undefined,
  );
  const down = { kind: "down", why: "no broker", remedy: "do this" } as const;
  assert.equal(alarmOf({ ...armed, link: down }), "not armed (no broker). To put it right: do this");
  assert.match(
    alarmOf({ ...armed, findings: hooksOff }) ?? "",
    /^not armed \(`chat\.useHooks`.*Signalbox: Repair$/,
  );
  assert.match(alarmOf({ ...armed, findings: pluginsOff }) ?? "", /^partly armed \(`chat\.plugins\.enabled`/);
  assert.match(
    alarmOf({ ...armed, hooks: { kind: "failed", why: "disk full" } }) ?? "",
    /^not armed \(disk full\)/,
  );
});

test("status: sessions without a task are named, with what that means and what to do", () => {
  const unbound = Array.from({ length: 7 }, (_, index) => ({
    session: `s_${index}`,
    agent: "claude $(x)",
    workspace,
  }));
  const lines = statusView({ ...armed, broker: brokerState({ unbound }) }, [workspace]).tooltip.split("\n");
  const first = lines.findIndex((line) => line.startsWith("Session s_0 "));
  assert.match(lines[first] ?? "", /^Session s_0 of claude \$ \(x\) in \/home\/u\/shop is at no task: /);
  assert.deepEqual(lines.slice(first + 5, first + 7), [
    "And 2 more sessions without a task",
    "Run Signalbox: Choose Task of a Session… to bind them",
  ]);
});

test("the alarm tells of agents without hooks, and each gap is an alarm of its own", () => {
  const unprotected = [{ agent: "codex", scope: "user", why: "its hooks were removed", sessions: [] }];
  assert.equal(
    alarmOf({ ...armed, broker: brokerState({ unprotected }) }),
    "codex unprotected (its hooks were removed). To put it right: run Signalbox: Repair",
  );
  assert.equal(gapOf(armed), undefined);
  const first = gapOf({ ...armed, broker: brokerState({ gaps: [gap] }) });
  assert.equal(
    first,
    "claude-code, session s_1 (3 so far): terraform destroy ran although it had been stopped",
  );
  const older = { ...gap, session: "s_0", lastAt: "2026-11-20T13:00:00.000Z" };
  assert.equal(gapOf({ ...armed, broker: brokerState({ gaps: [older, gap] }) }), first);
  assert.notEqual(gapOf({ ...armed, broker: brokerState({ gaps: [{ ...gap, count: 4 }] }) }), first);
  assert.equal(alarmOf({ ...armed, broker: brokerState({ gaps: [gap] }) }), undefined);
});
