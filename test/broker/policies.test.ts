import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Question } from "../../src/broker/protocol.ts";
import {
  approver,
  ask,
  freshKey,
  localBroker,
  until,
  type LocalBroker,
  type TestApprover,
} from "./harness.ts";

// Hooks of a suite: those of a file would run around every test of every file.
describe("policies in force", () => {
  let broker: LocalBroker;
  let human: TestApprover;
  const key = freshKey();

  before(async () => {
    broker = await localBroker();
    broker.host.keys.add(key.publicKey, "first", "2026-11-20T12:00:00.000Z");
    human = await approver(broker.places, key);
  });
  after(async () => {
    human.stop();
    await broker.stop();
    broker.remove();
  });

  let workspaces = 0;

  function freshWorkspace(policy?: string): string {
    const workspace = join(broker.home, `workspace-${++workspaces}`);
    mkdirSync(join(workspace, ".governance"), { recursive: true });
    if (policy !== undefined) {
      write(workspace, policy);
    }
    return workspace;
  }

  let writes = 0;

  function write(workspace: string, policy: string, name = "policy.yaml"): void {
    const file = join(workspace, ".governance", name);
    writeFileSync(file, policy);
    // Two writes within the clock's grain would look alike.
    utimesSync(file, new Date(), new Date(Date.now() + ++writes * 10));
  }

  const denies = (command: string): string => `policies:\n  deny:\n    - command: "${command}"\n`;

  let conversations = 0;

  async function said(workspace: string, command: string): Promise<string> {
    return (await ask(broker, { command, cwd: workspace, conversation: `p${++conversations}` })).said;
  }

  function stateOf(workspace: string): string {
    broker.host.policies.inForce(workspace);
    return broker.host.policies.states().find((state) => state.workspace === workspace)?.state ?? "none";
  }

  async function approve(workspace: string): Promise<string> {
    human.onQuestion = (question) => void human.answer(question, "allow_once");
    const before = human.messages.length;
    human.client.send({ type: "propose", kind: "policy_approval", workspace });
    const proposed = (): { message: string } | undefined =>
      human.messages.slice(before).find((message) => message.type === "proposed");
    await until(() => proposed() !== undefined, "proposed");
    if (proposed()?.message === "") {
      await until(() => stateOf(workspace) === "approved", "approved");
    }
    return stateOf(workspace);
  }

  test("a policy is approved with all that it builds on, and stays so whatever becomes of the other files", async () => {
    const workspace = freshWorkspace("extends: ./base.yaml\n");
    assert.deepEqual([await said(workspace, "echo a"), stateOf(workspace)], ["no opinion", "broken"]);
    write(workspace, denies("echo a*"), "base.yaml");
    assert.deepEqual([await said(workspace, "echo a"), stateOf(workspace)], ["deny", "unapproved"]);
    assert.equal(await approve(workspace), "approved");
    write(workspace, denies("echo b*"), "base.yaml");
    assert.equal(stateOf(workspace), "unapproved");
    assert.deepEqual([await said(workspace, "echo a"), await said(workspace, "echo b")], ["deny", "deny"]);
    rmSync(join(workspace, ".governance", "base.yaml"));
    assert.equal(stateOf(workspace), "broken");
    assert.deepEqual([await said(workspace, "echo a"), await said(workspace, "echo b")], ["deny", "deny"]);
    write(workspace, denies("echo a*"), "base.yaml");
    assert.deepEqual([await said(workspace, "echo b"), stateOf(workspace)], ["no opinion", "approved"]);
  });

  test("what a link leads to outside of the folder is not built on", async () => {
    const workspace = freshWorkspace("extends: ./base.yaml\n");
    writeFileSync(join(workspace, "outside.yaml"), denies("echo a*"));
    symlinkSync("../outside.yaml", join(workspace, ".governance", "base.yaml"));
    assert.deepEqual([await said(workspace, "echo a"), stateOf(workspace)], ["no opinion", "broken"]);
    const state = broker.host.policies.states().find((one) => one.workspace === workspace);
    assert.match(state?.detail ?? "", /is a link that leads out of its folder/);
  });

  test("a policy may build on a shipped template", async () => {
    const workspace = freshWorkspace('extends: "signalbox:railway/domains"\n');
    assert.equal(stateOf(workspace), "unapproved");
    assert.equal(await approve(workspace), "approved");
    write(workspace, 'extends: "signalbox:railway/nothing"\n');
    assert.equal(stateOf(workspace), "broken");
  });

  test("an unapproved policy tightens at once, an edit that loosens does not after an approval", async () => {
    const workspace = freshWorkspace(denies("echo a*"));
    assert.deepEqual([await said(workspace, "echo a"), stateOf(workspace)], ["deny", "unapproved"]);
    assert.equal(await approve(workspace), "approved");
    write(workspace, denies("echo b*"));
    assert.equal(stateOf(workspace), "unapproved");
    assert.deepEqual([await said(workspace, "echo a"), await said(workspace, "echo b")], ["deny", "deny"]);
    assert.equal(await approve(workspace), "approved");
    assert.deepEqual(
      [await said(workspace, "echo a"), await said(workspace, "echo b")],
      ["no opinion", "deny"],
    );
  });

  /** The text of the question that approving a policy raises. */
  async function askedBy(workspace: string): Promise<{ headline: string; text: string }> {
    await approve(workspace);
    const asked = human.messages.findLast((message) => message.type === "question")?.question;
    return { headline: asked?.headline ?? "", text: asked?.text ?? "" };
  }

  const deploys = 'session_scope: { domain: { allowed_apis: ["railway:deploy"] } }\n';

  test("whoever approves reads first which operations become possible, and then the policy", async () => {
    const { headline, text } = await askedBy(freshWorkspace(deploys));
    assert.match(headline, /: \d+ operations become possible\.$/);
    assert.match(
      text,
      /^These operations become possible:\n(?:- .*\n)*- railway:deploy \(\d+ operations.*\): ask → allow\n(?:- .*\n)*\nIt tightens, and that is in force already:\n(?:- .*\n)+\nNo policy .*\n\n\S+policy\.yaml\nSHA-256 /,
    );
    assert.ok(text.endsWith(deploys));
  });

  test("what was killed stands first among what becomes possible, however much else changes", async () => {
    const entry = (index: number): string =>
      `    - { api: "railway:deploy", environment: "filler-${index}" }\n`;
    const fillers = (from: number, to: number): string =>
      [...Array(to - from).keys()].map((index) => entry(from + index)).join("");
    const domain = (entries: string): string =>
      `session_scope:\n  domain:\n    allowed_apis:\n    - "railway:read"\n${entries}`;
    const workspace = freshWorkspace(`${domain("")}policies:\n  kill:\n    - command: "make release*"\n`);
    await approve(workspace);
    write(workspace, domain(fillers(0, 40)));
    const { headline, text } = await askedBy(workspace);
    assert.match(
      text,
      /^These operations become possible:\n(?:- .*: kill → \w+\n)+(?:- .*: deny → \w+\n)+\n/,
    );
    assert.match(text, /\n- commands such as make releasex: kill → allow\n/);
    assert.doesNotMatch(headline, /perhaps/);
    write(workspace, domain(fillers(0, 240)));
    const more = await askedBy(workspace);
    assert.match(more.headline, /become possible(?: \(.*\))?, and perhaps more\.$/);
    assert.match(more.text, /^It speaks of more than could be tried, /);
  });

  test("whoever approves a policy again sees what its catalogue no longer says", async () => {
    const acme = (effects: string): string =>
      `provider: acme\ntitle: Acme\ncli:\n  programs: [acme]\n  commands: [{path: rm, operation: rm}]\noperations:\n  rm: {effects: [${effects}]}\n`;
    const workspace = freshWorkspace(deploys);
    mkdirSync(join(workspace, ".governance", "catalogue"));
    write(workspace, acme("irreversible_data_deletion"), "catalogue/acme.yaml");
    await approve(workspace);
    write(workspace, acme(""), "catalogue/acme.yaml");
    assert.equal(await said(workspace, "acme rm b1"), "kill");
    assert.equal(stateOf(workspace), "unapproved");
    const { headline, text } = await askedBy(workspace);
    assert.match(headline, /: nothing becomes possible, and its catalogue changed\.$/);
    assert.match(
      text,
      /The catalogue has changed; .*:\n\S+acme\.yaml\n@@.*@@\n(?: .*\n)*- {2}rm: \{effects: \[irreversible_data_deletion\]\}\n\+ {2}rm: \{effects: \[\]\}\n/,
    );
    assert.equal(stateOf(workspace), "approved");
  });

  test("working out what becomes possible lets others be served", async () => {
    const names = [...Array(40).keys()].map((index) => `{ api: "*:*${index}*", resource: "*-${index}" }`);
    const workspace = freshWorkspace(`session_scope: { domain: { allowed_apis: [${names.join(", ")}] } }\n`);
    let turns = 0;
    let answers = 0;
    let asked = false;
    const turn = (): void => {
      turns++;
      if (!asked) {
        setImmediate(turn);
      }
    };
    human.onQuestion = (question) => {
      asked = true;
      void human.answer(question, "deny");
    };
    human.client.send({ type: "propose", kind: "policy_approval", workspace });
    setImmediate(turn);
    while (!asked) {
      assert.equal(await said(workspace, "echo a"), "no opinion");
      answers++;
    }
    assert.ok(answers > 1 && turns > 10, `${answers} answers and ${turns} turns of the event loop`);
  });

  test("whoever approves an edit reads what it tightens, and how the text changed since", async () => {
    const workspace = freshWorkspace(deploys);
    await approve(workspace);
    write(workspace, `${deploys}${denies("echo a*")}`);
    const { headline, text } = await askedBy(workspace);
    assert.match(headline, /: nothing becomes possible\.$/);
    assert.match(
      text,
      /^Nothing becomes possible: .*\n\nIt tightens, .*:\n- commands such as echo a.*: allow → deny\n\nWhat changed since it was approved last:\n\S+policy\.yaml\n@@ -1 \+1 @@\n .*\n\+policies:\n(?:\+.*\n)+\n\S+policy\.yaml\nSHA-256 /,
    );
    write(workspace, denies("echo a*"));
    const back = await askedBy(workspace);
    assert.match(back.headline, /: \d+ operations become possible \(\d+ of them cannot be undone\)\.$/);
    assert.match(back.text, /^These operations become possible:\n(?:- railway:.*: deny → (?:ask|allow)\n)+/);
    assert.match(back.text, /\n-session_scope/);
    assert.match(back.text, /\n\nAll that cannot be undone:\n(?:railway:\w+\n)+\n/);
  });

  test("a policy that only observes is told as that, and so is what it would have done", async () => {
    const observes = `enforcement: observe\n${denies("echo a*")}`;
    const workspace = freshWorkspace(observes);
    const state = (): { observing?: boolean; hash?: string } | undefined =>
      human.messages
        .findLast((message) => message.type === "state")
        ?.state.policies.find((one) => one.workspace === workspace);
    assert.equal(
      await said(workspace, "railway volume delete v"),
      "kill",
      "what nobody approved loosens nothing",
    );
    await until(() => state()?.hash !== undefined, "told");
    assert.equal(state()?.observing, undefined);
    const { text } = await askedBy(workspace);
    assert.match(
      text,
      /^It only observes: nothing is stopped any more .*\n\nThese operations become possible:/,
    );
    await until(() => state()?.observing === true, "observing");
    assert.equal(await said(workspace, "echo a"), "no opinion");
    const told = human.messages.findLast((message) => message.type === "decided")?.decision;
    assert.deepEqual([told?.effect, told?.verdict, told?.observed?.verdict], ["pass", "allow", "deny"]);
    assert.match(told?.observed?.rules[0]?.file ?? "", /policy\.yaml$/);
  });

  const broken: readonly (readonly [string, (file: string) => void])[] = [
    ["an unknown key", (file) => writeFileSync(file, "polices: {}\n")],
    ["no YAML", (file) => writeFileSync(file, "a: [\n")],
    ["an empty file", (file) => writeFileSync(file, "")],
    ["a folder", (file) => mkdirSync(file)],
    ["a pipe", (file) => void execFileSync("/usr/bin/mkfifo", [file])],
    ["a huge file", (file) => writeFileSync(file, `# ${"x".repeat(1_100_000)}\n`)],
  ];

  for (const [name, damage] of broken) {
    test(`${name} in the policy's place weakens nothing, and is told`, async () => {
      const workspace = freshWorkspace(denies("echo a*"));
      await approve(workspace);
      write(workspace, denies("echo b*"));
      assert.equal(await said(workspace, "echo b"), "deny");
      const file = join(workspace, ".governance", "policy.yaml");
      rmSync(file);
      damage(file);
      assert.deepEqual([await said(workspace, "echo a"), await said(workspace, "echo b")], ["deny", "deny"]);
      assert.equal(stateOf(workspace), "broken");
      const detail =
        broker.host.policies.states().find((state) => state.workspace === workspace)?.detail ?? "";
      assert.match(detail, /policy\.yaml/);
      assert.ok(!detail.includes("\n"));
    });
  }

  test("an approved policy that is removed stays in force", async () => {
    const workspace = freshWorkspace(denies("echo a*"));
    await approve(workspace);
    rmSync(join(workspace, ".governance"), { recursive: true });
    assert.equal(await said(workspace, "echo a"), "deny");
    assert.equal(stateOf(workspace), "missing");
  });

  test("a folder with a policy of its own is no way out of the policies around it", async () => {
    const outer = freshWorkspace(denies("echo a*"));
    const inner = join(outer, "deps", "clone");
    mkdirSync(join(inner, ".governance"), { recursive: true });
    const both = async (): Promise<readonly string[]> => [
      await said(inner, "echo a"),
      await said(inner, "echo b"),
      await said(inner, "echo c"),
    ];
    assert.deepEqual(await both(), ["deny", "no opinion", "no opinion"], "an empty folder");
    write(inner, denies("echo b*"));
    assert.deepEqual(await both(), ["deny", "deny", "no opinion"], "neither is approved");
    assert.equal(await said(outer, "echo b"), "no opinion", "what lies below does not govern what is above");
    await approve(inner);
    await approve(outer);
    assert.deepEqual(await both(), ["deny", "deny", "no opinion"], "both are approved");
    rmSync(join(outer, ".governance"), { recursive: true });
    assert.deepEqual(await both(), ["deny", "deny", "no opinion"], "the outer one is removed");
  });

  test("an approved policy that is removed holds in sessions that start below it, too", async () => {
    const outer = freshWorkspace(denies("echo a*"));
    await approve(outer);
    rmSync(join(outer, ".governance"), { recursive: true });
    mkdirSync(join(outer, "src"));
    assert.equal(await said(join(outer, "src"), "echo a"), "deny");
  });

  test("what was approved stays in force while its files are changed, and the state says so", async () => {
    const workspace = freshWorkspace(denies("echo a*"));
    await approve(workspace);
    rmSync(join(workspace, ".governance", "policy.yaml"));
    const pins = readdirSync(broker.places.pins)
      .map((name) => join(broker.places.pins, name))
      .filter((path) => readFileSync(path, "utf8").includes(`"${workspace}"`));
    const [pin = "", copy = ""] = pins;
    const text = readFileSync(pin, "utf8");
    assert.equal(readFileSync(copy, "utf8"), text);
    const stands = (): readonly [number, string] => {
      broker.host.policies.refresh(workspace);
      return [broker.host.policies.inForce(workspace).stacks[0]?.policies.length ?? 0, stateOf(workspace)];
    };
    assert.deepEqual(stands(), [2, "missing"]);
    for (const changed of [
      text.replace("echo a", "echo z"),
      text.replace(workspace, "/other"),
      text.slice(0, -9),
      "{}",
    ]) {
      writeFileSync(pin, changed);
      assert.deepEqual(stands(), [2, "missing"], "the copy is read");
      writeFileSync(copy, changed);
      assert.deepEqual(stands(), [2, "broken"]);
      writeFileSync(copy, text);
    }
    writeFileSync(pin, text);
    assert.deepEqual(stands(), [2, "missing"]);
  });

  test("an approver that watches a folder hears of its policy before any agent works there", async () => {
    const workspace = freshWorkspace(denies("echo a*"));
    const told =
      (state: string): (() => boolean) =>
      () =>
        human.messages.some(
          (message) =>
            message.type === "state" &&
            message.state.policies.some((policy) => policy.workspace === workspace && policy.state === state),
        );
    human.client.send({ type: "watch", folders: [join(workspace, ".governance"), "relative", workspace] });
    await until(told("unapproved"), "unapproved");
    write(workspace, "polices: {}\n");
    await until(told("broken"), "broken");
  });

  test("of two texts that wait, the one that was approved last stays, and the older question undoes nothing", async () => {
    const workspace = freshWorkspace(denies("echo a*"));
    const asked: Question[] = [];
    human.onQuestion = (question) => void asked.push(question);
    const propose = async (count: number): Promise<void> => {
      human.client.send({ type: "propose", kind: "policy_approval", workspace });
      await until(() => asked.length === count, `question ${count}`);
    };
    await propose(1);
    write(workspace, denies("echo b*"));
    await propose(2);
    const [older, newer] = asked as [Question, Question];
    await human.answer(newer, "allow_once");
    await until(() => stateOf(workspace) === "approved", "approved");
    await human.answer(older, "allow_once");
    await until(() => broker.host.approvals.pending().length === 0, "answered");
    assert.equal(stateOf(workspace), "approved");
    write(workspace, "{}");
    assert.equal(await said(workspace, "echo b"), "deny");
  });

  test("a text that is replaced while its consequences are worked out is not asked about", async () => {
    const workspace = freshWorkspace(denies("echo a*"));
    const { policies } = broker.host;
    const candidate = policies.candidate.bind(policies);
    policies.candidate = (name) => {
      const found = candidate(name);
      write(workspace, denies("echo b*"));
      return found;
    };
    try {
      human.onQuestion = (question) => void human.answer(question, "deny");
      const before = human.messages.length;
      human.client.send({ type: "propose", kind: "policy_approval", workspace });
      const told = (): boolean => human.messages.length > before;
      await until(told, "told");
      const [first] = human.messages
        .slice(before)
        .filter(({ type }) => type === "proposed" || type === "question");
      assert.deepEqual(first, { type: "proposed", message: "the policy changed just now; ask again" });
    } finally {
      policies.candidate = candidate;
    }
  });

  test("there is nothing to approve without a policy that loads", async () => {
    const workspace = freshWorkspace();
    assert.equal(await approve(workspace), "missing");
    write(workspace, "polices: {}\n");
    assert.equal(await approve(workspace), "broken");
  });

  test("policies are found as .yml and .json, too", async () => {
    for (const [name, text] of [
      ["policy.yml", denies("echo a*")],
      ["policy.json", `{"policies":{"deny":[{"command":"echo a*"}]}}`],
    ] as const) {
      const workspace = freshWorkspace();
      write(workspace, text, name);
      assert.equal(await said(workspace, "echo a"), "deny", name);
    }
  });

  test("the nearest folder with governance is the workspace, then the nearest repository", async () => {
    const workspace = freshWorkspace(denies("echo a*"));
    const inner = join(workspace, "packages", "one");
    mkdirSync(join(inner, ".git"), { recursive: true });
    mkdirSync(join(inner, "src"));
    assert.equal(await said(join(inner, "src"), "echo a"), "deny");
    const repository = join(broker.home, "repository");
    mkdirSync(join(repository, ".git"), { recursive: true });
    mkdirSync(join(repository, "src"));
    await said(join(repository, "src"), "ls");
    const bound = broker.host.registry.byKey({ agent: "claude-code", conversation: `p${conversations}` });
    assert.equal(bound?.workspace, repository);
  });
});
