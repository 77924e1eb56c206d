import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { clientRefusal, parseReply } from "../../../src/boundary/hooks/client/refusal.ts";
import { startFakeBroker, type FakeOptions } from "./fake-broker.ts";

const client = join(import.meta.dirname, "../../../src/boundary/hooks/client/hook.ts");

let root = "";
let count = 0;
before(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-node-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

async function run(
  runDir: string,
  input: string | undefined,
  words: readonly string[] = [],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(
    process.execPath,
    [
      client,
      "--socket",
      join(runDir, "ask.sock"),
      "--ppid",
      "7",
      "--pid",
      "8",
      ...words,
      "vscode",
      "PreToolUse",
    ],
    { env: {}, stdio: "pipe" },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  if (input !== undefined) {
    child.stdin.end(input);
  }
  const [code] = (await once(child, "close")) as [number];
  child.stdin.destroy();
  return { code, stdout, stderr };
}

async function answered(
  options: FakeOptions,
  input: string | undefined,
  words: readonly string[] = [],
): ReturnType<typeof run> {
  const runDir = join(root, `run${count++}`);
  const broker = await startFakeBroker(runDir, { ...options, socketOnly: true });
  try {
    const ended = await run(runDir, input, words);
    if (input === "{}" && broker.requests[0] !== undefined) {
      assert.equal(broker.requests[0].url, "/v1/hook?agent=vscode&event=PreToolUse&ppid=7&pid=8");
      assert.equal(broker.requests[0].body.toString(), "{}");
    }
    return ended;
  } finally {
    await broker.close();
  }
}

const cases: readonly (readonly [
  title: string,
  options: FakeOptions,
  input: string | undefined,
  words: readonly string[],
  code: number,
  stdout: RegExp,
  stderr: RegExp,
])[] = [
  ["gives the answer back", { reply: "SIGNALBOX/1 0\n{}\n\nEND\n" }, "{}", [], 0, /^\{\}\n$/, /^$/],
  ["gives a stop back", { reply: "SIGNALBOX/1 2\n\nno\nEND\n" }, "{}", [], 2, /^$/, /^no\n$/],
  ["stops on half an answer", { reply: "SIGNALBOX/1 0\n{}\n" }, "{}", [], 2, /^$/, /no whole answer/],
  ["stops on an empty payload", {}, "", [], 2, /^$/, /empty payload/],
  ["stops on a NUL byte", {}, "{\0}", [], 2, /^$/, /NUL byte/],
  ["stops at the deadline", { silent: true }, "{}", ["--deadline", "1"], 2, /^$/, /no answer in time/],
  ["stops on options that it does not know", {}, "{}", ["--nonsense"], 2, /^$/, /the hook failed/],
  [
    "answers in JSON where exit codes are swallowed",
    { reply: "x" },
    "{}",
    ["--refuse-json"],
    0,
    /"permissionDecision":"deny"/,
    /^$/,
  ],
];

describe("the client of last resort", { concurrency: true }, () => {
  for (const [title, options, input, words, code, stdout, stderr] of cases) {
    test(`${title}`, async () => {
      const ended = await answered(options, input, words);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stdout, stdout);
      assert.match(ended.stderr, stderr);
    });
  }

  test("starts a broker that is not there, or stops", async () => {
    const runDir = join(root, "started/run");
    const broker = join(root, "broker.mjs");
    const fake = join(import.meta.dirname, "fake-broker.ts");
    writeFileSync(
      broker,
      `import { startFakeBroker } from ${JSON.stringify(fake)};
     const broker = await startFakeBroker(process.argv[3] + "/run", { socketOnly: true });
     setTimeout(() => broker.close(), 3000);`,
    );
    const words = ["--state-dir", join(root, "started"), "--broker", broker];
    assert.deepEqual(await run(runDir, "{}", words), { code: 0, stdout: "", stderr: "" });
    const alone = await run(join(root, "nowhere"), "{}");
    assert.deepEqual([alone.code, alone.stdout], [2, ""]);
    assert.match(alone.stderr, /broker does not answer/);
  });
});

test("a refusal is JSON only where a harness needs it, and only for what it can stop", () => {
  assert.equal(clientRefusal("x", "PreToolUse", false).exit, 2);
  assert.equal(clientRefusal("x", "SessionStart", true).exit, 2);
  assert.equal(clientRefusal("x", "UserPromptSubmit", true).stdout, '{"continue":false,"stopReason":"x"}');
  assert.match(clientRefusal("x", "-", true).stdout, /"permissionDecision":"deny"/);
});

test("only four whole lines are a reply", () => {
  assert.deepEqual(parseReply("SIGNALBOX/1 2\n\nno\nEND\n"), { exit: 2, stdout: "", stderr: "no" });
  for (const text of [
    "",
    "SIGNALBOX/1 0\n\nEND\n",
    "SIGNALBOX/1 0\n\n\n\nEND",
    "SIGNALBOX/1 256\n\n\nEND\n",
    "SIGNALBOX/1 x\n\n\nEND",
  ]) {
    assert.equal(parseReply(text), undefined, text);
  }
});
