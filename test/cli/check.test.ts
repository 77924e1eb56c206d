import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UsageError } from "../../src/cli/command.ts";
import { checkCommand, explainCommand } from "../../src/cli/check-command.ts";
import { seed } from "../policy/load-for-test.ts";
import { runCommand, temporaryFolder, type Run } from "./terminal.ts";

interface Place {
  readonly cwd: string;
  readonly home: string;
  readonly policy: string;
}

function place(context: { after(done: () => void): void }, policy: string = seed): Place {
  const folder = temporaryFolder(context);
  const cwd = join(folder, "project");
  const home = join(folder, "home");
  mkdirSync(join(cwd, "config"), { recursive: true });
  mkdirSync(home);
  writeFileSync(join(cwd, ".env"), "RAILWAY_TOKEN=test-token-not-real\n");
  writeFileSync(join(cwd, "config", "staging.env"), "A=1\n");
  const file = join(folder, "policy.yaml");
  writeFileSync(file, policy);
  return { cwd, home, policy: file };
}

function check(where: Place, ...args: readonly string[]): Promise<Run> {
  return runCommand(checkCommand, ["--policy", where.policy, ...args], where);
}

const verdicts: readonly { readonly args: readonly string[]; readonly code: number; readonly why: string }[] =
  [
    { args: ["--", "ls -la"], code: 0, why: "everyday work" },
    {
      args: ["--", "railway", "volume", "delete", "--volume", "vol_1", "-y"],
      code: 12,
      why: "kill outranks the block",
    },
    { args: ["--", "railway domain"], code: 0, why: "inside the declared scope" },
    { args: ["--", "railway up"], code: 11, why: "Railway is closed for all else" },
    { args: ["--", "cat .env"], code: 11, why: "a secret-bearing file is hidden" },
    { args: ["--read", ".env"], code: 11, why: "the same file by the agent's own tool" },
    { args: ["--read", "config/staging.env"], code: 0, why: "a literal path unhides it" },
    { args: ["--read", "README.md"], code: 0, why: "an ordinary file" },
    { args: ["--", "rm -rf ~"], code: 10, why: "local data is asked" },
    {
      args: ["--write", ".governance/policy.yaml"],
      code: 11,
      why: "what governs is not the agent's to change",
    },
  ];

for (const { args, code, why } of verdicts) {
  test(`check ${args.join(" ")} exits ${code}: ${why}`, async (context) => {
    const run = await check(place(context), ...args);
    assert.equal(run.code, code, run.out);
    assert.match(run.out, /^(?:allow|ask|deny|kill): \S/);
  });
}

test("--json prints the decision of the contract", async (context) => {
  const where = place(context);
  const run = await check(where, "--json", "--", "railway volume delete --volume vol_1 -y");
  const json = JSON.parse(run.out) as Record<string, unknown>;
  assert.deepEqual(Object.keys(json).sort(), [
    "actions",
    "elapsed_us",
    "id",
    "reason",
    "remedy",
    "rules",
    "verdict",
  ]);
  assert.equal(json["verdict"], "kill");
  const actions = json["actions"] as readonly Record<string, unknown>[];
  assert.deepEqual(Object.keys(actions[0] ?? {}).sort(), [
    "action",
    "credentials",
    "effects",
    "environment",
    "target",
  ]);
  assert.equal(actions[0]?.["action"], "railway:volume_delete");
  assert.equal(typeof actions[0]?.["target"], "string");
  assert.deepEqual(
    (json["rules"] as readonly Record<string, unknown>[])
      .filter((rule) => rule["file"] === where.policy)
      .map(({ rule, line, verdict }) => ({ rule, line, verdict })),
    [
      { rule: "/policies/kill/0", line: 10, verdict: "kill" },
      { rule: "/session_scope/domain/blocked_actions/0", line: 7, verdict: "deny" },
      { rule: "/session_scope/domain/allowed_apis", line: 6, verdict: "deny" },
    ],
  );
});

test("a stream is answered line by line, in order, whatever is in it", async (context) => {
  const where = place(context);
  const lines: readonly (readonly [string | Buffer, string, RegExp | undefined])[] = [
    ['{"id":"a","command":"ls"}', "allow", undefined],
    ["{not json", "deny", /not valid JSON/],
    ['{"id":7,"kind":"file_read","path":".env"}', "deny", undefined],
    ["[]", "deny", /must be a JSON object/],
    ['{"kind":"telepathy"}', "deny", /unknown kind/],
    ['{"command":5}', "deny", /`command` must be a string/],
    ["", "deny", /not valid JSON/],
    [Buffer.from([0x22, 0xff, 0x22]), "deny", /UTF-8/],
    ['{"kind":"mcp_call","server":"railway"}', "deny", /`tool` is missing/],
    ['{"id":"z","command":"railway volume delete --volume vol_1"}', "kill", undefined],
    [JSON.stringify({ command: `echo ${"a".repeat(100_000)}` }), "ask", undefined],
    [JSON.stringify({ command: "echo a\u0000b; rm -rf ~" }), "ask", undefined],
  ];
  const stdin = Buffer.concat(lines.flatMap(([line]) => [Buffer.from(line), Buffer.from("\n")]));
  const run = await runCommand(checkCommand, ["--jsonl", "--policy", where.policy], { ...where, stdin });
  assert.equal(run.code, 0);
  const replies = run.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    replies.map((reply) => reply["verdict"]),
    lines.map(([, verdict]) => verdict),
  );
  for (const [index, [, , error]] of lines.entries()) {
    const given = replies[index]?.["error"];
    if (error === undefined) {
      assert.equal(given, undefined);
    } else {
      assert.match(String(given), error);
    }
  }
  assert.deepEqual([replies[0]?.["id"], replies[2]?.["id"], replies[9]?.["id"]], ["a", 7, "z"]);
});

const refused: readonly { readonly name: string; readonly policy: string; readonly want: RegExp }[] = [
  {
    name: "malformed YAML",
    policy: "session_scope: [\n",
    want: /policy\.yaml:\d+:\d+: error: [\s\S]*help: /,
  },
  {
    name: "an unknown key",
    policy: "session_scop: {}\n",
    want: /policy\.yaml:1:1: error: [\s\S]*session_scope/,
  },
  { name: "a list where a map belongs", policy: "- a\n", want: /policy\.yaml:1:1: error: / },
];

for (const { name, policy, want } of refused) {
  test(`${name} is refused with its place and a remedy`, async (context) => {
    const where = place(context, policy);
    await assert.rejects(
      check(where, "--", "ls"),
      (error) => UsageError.is(error) && want.test(error.message),
    );
    await assert.rejects(
      runCommand(checkCommand, ["--jsonl", "--policy", where.policy], {
        ...where,
        stdin: '{"command":"ls"}\n',
      }),
      UsageError,
    );
  });
}

test("a policy that is a folder, missing or binary is refused", async (context) => {
  const where = place(context);
  for (const policy of [where.cwd, join(where.cwd, "none.yaml")]) {
    await assert.rejects(check({ ...where, policy }, "--", "ls"), UsageError);
  }
  writeFileSync(where.policy, Buffer.from([0xff, 0xfe, 0x00]));
  await assert.rejects(check(where, "--", "ls"), /not valid UTF-8|cannot be read/);
});

test(
  "a named pipe in a policy's place holds up nobody",
  { skip: process.platform === "win32" },
  async (context) => {
    const where = place(context);
    const policy = join(where.cwd, "pipe.yaml");
    execFileSync("/usr/bin/mkfifo", [policy]);
    await assert.rejects(check({ ...where, policy }, "--", "ls"), /is a named pipe/);
  },
);

test("the workspace's own policy counts without --policy, and refuses when it is broken", async (context) => {
  const where = place(context);
  mkdirSync(join(where.cwd, ".governance"));
  const file = join(where.cwd, ".governance", "policy.yaml");
  writeFileSync(file, seed);
  const inside = join(where.cwd, "config");
  const run = await runCommand(checkCommand, ["--", "railway volume delete --volume v"], {
    ...where,
    cwd: inside,
  });
  assert.equal(run.code, 12, run.out);
  writeFileSync(file, "policies: 3\n");
  await assert.rejects(runCommand(checkCommand, ["--", "ls"], where), /policy\.yaml:1:/);
});

test("wrong usage is told apart from a verdict", async (context) => {
  const where = place(context);
  for (const args of [
    [],
    ["--"],
    ["--", ""],
    ["ls"],
    ["--shell", "tcsh", "--", "ls"],
    ["--read", "a", "--", "b"],
    ["--jsonl", "--", "ls"],
  ]) {
    await assert.rejects(runCommand(checkCommand, args, where), UsageError, args.join(" "));
  }
});

test("explain names every rule with file and line, and what would change the verdict", async (context) => {
  const where = place(context);
  const run = await runCommand(
    explainCommand,
    ["--policy", where.policy, "--", "railway volume delete --volume vol_1"],
    where,
  );
  assert.equal(run.code, 12);
  assert.match(run.out, /railway:volume_delete on .*vol_1/);
  assert.match(run.out, /policy\.yaml:10 \/policies\/kill\/0/);
  assert.match(run.out, /baseline\.yaml:\d+ \/policies\/kill\/0/);
  assert.match(run.out, /what would change it:/);
});
