import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checklist } from "../../src/boundary/checklist/checklist.ts";
import { points, type CheckState, type Point, type PointKey } from "../../src/boundary/checklist/point.ts";
import { proofsFile } from "../../src/boundary/canary/proofs.ts";
import { install } from "../../src/boundary/hooks/install.ts";
import { UsageError } from "../../src/cli/command.ts";
import { doctorCommand } from "../../src/cli/doctor.ts";
import { digestOf } from "../../src/record/digest.ts";
import { goodPolicy, goodWorld, type DoctorWorld } from "./doctor-world.ts";
import { runCommand, temporaryFolder } from "./terminal.ts";

/** Drawn at random, and in no provider's hands. Put together here, so that nobody's scanner takes this file for a leak. */
const tokenLike = `ghp${"_"}${digestOf("a token that is not real").slice(0, 36)}`;

interface Spoiled {
  readonly what: string;
  readonly spoil: (world: DoctorWorld) => void;
  readonly point: PointKey;
  readonly state: CheckState;
  /** What the worst finding says, and where. */
  readonly says: RegExp;
  readonly at?: RegExp;
}

const withoutKill = goodPolicy.replace(/ {2}kill:\n(?: {4}- .*\n)+/, "");

/** Two tasks, none of which is the default, so that sessions without one have what both have; one may do more. */
function withTasks(scope: string): string {
  return goodPolicy.replace(
    /sessions:[\s\S]*/,
    `sessions:\n  narrow:\n    description: little\n    session_scope: {}\n  wide:\n    description: more\n    session_scope: { ${scope} }\n`,
  );
}

/** One thing is wrong with each world, and exactly one point tells. */
const spoiled: readonly Spoiled[] = [
  {
    what: "an edit that nobody approved",
    spoil: ({ home }) => home.writeWorkspace(`${goodPolicy}# a word more\n`),
    point: "policy",
    state: "fail",
    says: /not approved yet/,
    at: /\.governance\/policy\.yaml$/,
  },
  {
    what: "an edit that does not load",
    spoil: ({ home }) => home.writeWorkspace(goodPolicy.replace("session_scope:", "sesion_scope:")),
    point: "policy",
    state: "fail",
    says: /unknown key `sesion_scope`/,
    at: /policy\.yaml:1$/,
  },
  {
    what: "a file that was removed after it was approved",
    spoil: (world) => rmSync(join(world.workspace, ".governance", "policy.yaml")),
    point: "policy",
    state: "fail",
    says: /the file was removed; the approved policy stays in force/,
  },
  {
    what: "an approval that somebody else signed",
    spoil: (world) => {
      // A remark on the text must not stand in for it.
      world.policy(goodPolicy.replace("  signal:\n", '  signal:\n    allowed_files: ["./not-there.env"]\n'));
      rmSync(world.home.places.approvers);
    },
    point: "policy",
    state: "fail",
    says: /signature does not hold/,
  },
  {
    what: "a secret in a file whose name says nothing",
    spoil: (world) => world.write("notes/deploy.txt", `first line\nuse ${tokenLike}\n`),
    point: "secrets",
    state: "fail",
    says: /`notes\/deploy\.txt` enters the agent's context \(something like a GitHub token\)/,
    at: /notes\/deploy\.txt:2$/,
  },
  {
    what: "a file that is too large to look into",
    spoil: (world) => world.write("data/dump.sql", "x".repeat(4 * 1024 * 1024 + 1)),
    point: "secrets",
    state: "not_measured",
    says: /not looked at: `data\/dump\.sql` is larger than 4 MB/,
  },
  {
    what: "a project's token that no policy speaks of",
    spoil: (world) => world.policy(goodPolicy.replace(/credentials:\n(?: {2,}.*\n)+?(?=policies)/, "")),
    point: "credentials",
    state: "fail",
    says: /`railway_project_token` lies in .*\.env, and no policy speaks of it/,
    at: /\.env:2$/,
  },
  {
    what: "an account's token that is registered and not bounded",
    spoil: (world) => world.policy(goodPolicy.replace("blocked_credentials", "allowed_credentials")),
    point: "blanket_credentials",
    state: "fail",
    says: /`railway_cli_admin_token` opens a whole account .* operations with it/,
    at: /\.env:1$/,
  },
  {
    what: "a call of an API that nobody described",
    spoil: (world) => world.write("src/pay.ts", '\nfetch("https://api.acme-pay.io/v1/charges");\n'),
    point: "apis",
    state: "fail",
    says: /api\.acme-pay\.io looks like an API/,
    at: /src\/pay\.ts:2$/,
  },
  {
    what: "an operation for good in the scope that is left alone",
    spoil: (world) =>
      world.policy(
        goodPolicy.replace(
          'allowed_apis: ["railway:custom_domain_create"]',
          'allowed_apis: ["railway:domain_management"]',
        ),
      ),
    point: "irreversible",
    state: "fail",
    says: /`railway:railway_domain_nameservers_set` cannot be undone and would pass where no environment is named/,
  },
  {
    what: "an operation for good in a declared environment",
    spoil: (world) =>
      world.policy(
        `${goodPolicy.replace(
          'allowed_apis: ["railway:custom_domain_create"]',
          'allowed_apis: [{ api: "railway:variable_management", environment: staging }]',
        )}environments: { staging: { railway: [staging] } }\n`,
      ),
    point: "irreversible",
    state: "warn",
    says: /`railway:variable_delete`.* would pass in staging/,
  },
  {
    what: "an operation for good that only one task has in its scope",
    spoil: (world) =>
      world.policy(
        withTasks("domain: { allowed_apis: ['railway:domain_management'] }").replace(
          /^ *allowed_apis: \["railway:custom_domain_create"\]\n/m,
          "",
        ),
      ),
    point: "irreversible",
    state: "fail",
    says: /`railway:railway_domain_nameservers_set`.* would pass .*, for a session bound to task `wide`/,
  },
  {
    what: "a control rule that spares one agent",
    spoil: (world) =>
      world.policy(
        goodPolicy
          .replace(
            'allowed_apis: ["railway:custom_domain_create"]',
            'allowed_apis: ["railway:domain_management"]',
          )
          .replace(
            "  control:\n",
            "  control:\n    - { action: 'railway:railway_domain_nameservers_set', not: { agent: codex } }\n",
          ),
      ),
    point: "irreversible",
    state: "fail",
    says: /`railway:railway_domain_nameservers_set`.* would pass .*, for a session of codex/,
  },
  {
    what: "no kill of one's own",
    spoil: (world) => world.policy(withoutKill),
    point: "kill",
    state: "fail",
    says: /no policy of yours kills anything/,
  },
  {
    what: "a control rule for approvers that do not exist",
    spoil: (world) => world.policy(goodPolicy.replace("timeout: 45s", "timeout: 45s, approvers: [ana]")),
    point: "control",
    state: "fail",
    says: /asks ana for .*none of them is enrolled/,
    at: /policy\.yaml:16$/,
  },
  {
    what: "nobody there to answer",
    spoil: (world) => {
      world.connected = 0;
    },
    point: "approver",
    state: "fail",
    says: /no approver is connected/,
  },
  {
    what: "an agent that no task is for",
    spoil: (world) => world.policy(goodPolicy.replace("agents: [codex]", "agents: [claude-code]")),
    point: "agents",
    state: "fail",
    says: /no task is for Codex/,
  },
  {
    what: "a registry that is damaged",
    spoil: ({ home }) => writeFileSync(home.places.sessions, "{"),
    point: "agents",
    state: "not_measured",
    says: /is damaged/,
  },
  {
    what: "hooks that were taken out again",
    spoil: (world) => world.atHome(".codex/hooks.json", "{}\n"),
    point: "boundaries",
    state: "fail",
    says: /hooks\.json` is not as it was installed/,
  },
  {
    what: "a hook client that was replaced",
    spoil: (world) => world.atHome(".signalbox/bin/hook.sh", "#!/bin/sh\nexit 0\n"),
    point: "boundaries",
    state: "fail",
    says: /bin\/hook\.sh` is not as it was installed/,
  },
  {
    what: "an agent that was never armed",
    spoil: (world) => {
      world.policy(goodPolicy.replace("agents: [codex]", "agents: [codex, qwen-code]"));
      world.atHome(".qwen/projects/x", "");
    },
    point: "boundaries",
    state: "fail",
    says: /Qwen Code .* is not armed/,
  },
  {
    what: "a broker that hangs",
    spoil: (world) => {
      world.brokerHangs = true;
    },
    point: "boundaries",
    state: "fail",
    says: /the broker hangs, so every call of every agent is stopped/,
  },
  {
    what: "hooks of an agent that nothing else speaks for, and that no canary has tried",
    spoil: (world) => {
      const installed = install(world.installOf("gemini-cli"));
      assert.ok(installed.ok);
    },
    point: "boundaries",
    state: "not_measured",
    says: /^Gemini CLI is armed, and no canary has proved these hooks/,
  },
  {
    what: "hooks that no canary has tried",
    spoil: ({ home }) => rmSync(proofsFile(home.places.stateDir)),
    point: "boundaries",
    state: "not_measured",
    says: /no canary has proved these hooks/,
  },
  {
    what: "a canary that failed",
    spoil: ({ home }) => {
      const file = proofsFile(home.places.stateDir);
      writeFileSync(file, readFileSync(file, "utf8").replace('"proved": true', '"proved": false'));
    },
    point: "boundaries",
    state: "fail",
    says: /the canary of .* failed/,
  },
  {
    what: "a canary of another version",
    spoil: ({ home }) => {
      const file = proofsFile(home.places.stateDir);
      writeFileSync(file, readFileSync(file, "utf8").replace('"version": "",', '"version": "9.9.9",'));
    },
    point: "boundaries",
    state: "not_measured",
    says: /was not tried, only 9\.9\.9/,
  },
  {
    what: "an entry that was changed",
    spoil: ({ home }) => {
      const file = join(home.places.record, "audit.jsonl");
      writeFileSync(file, readFileSync(file, "utf8").replace('"two"', '"tow"'));
    },
    point: "record",
    state: "fail",
    says: /entry 2 was changed/,
  },
  {
    what: "a record that was cut",
    spoil: ({ home }) => {
      const file = join(home.places.record, "audit.jsonl");
      const [first = ""] = readFileSync(file, "utf8").split("\n");
      writeFileSync(file, `${first}\n`);
    },
    point: "record",
    state: "fail",
    says: /the end was cut off/,
  },
  {
    what: "nothing recorded yet",
    spoil: ({ home }) => rmSync(home.places.record, { recursive: true }),
    point: "record",
    state: "not_measured",
    says: /nothing has been recorded yet/,
  },
];

function statesOf(all: readonly Point[]): Readonly<Record<string, CheckState>> {
  return Object.fromEntries(all.map(({ key, state }) => [key, state]));
}

const allPass = Object.fromEntries(points.map(([key]) => [key, "pass"]));

test("where all is well, every point passes", async (context) => {
  const world = await goodWorld(context);
  const found = await world.points();
  assert.deepEqual(statesOf(found), allPass, JSON.stringify(found.filter(({ state }) => state !== "pass")));
  assert.deepEqual(
    found.map(({ number }) => number),
    points.map((_, index) => index + 1),
  );
});

test("there is a spoiled world for every point", () => {
  const failing = spoiled.filter(({ state }) => state === "fail").map(({ point }) => point);
  assert.deepEqual(new Set(failing), new Set(points.map(([key]) => key)));
});

for (const { what, spoil, point, state, says, at } of spoiled) {
  test(`${point}: ${what}`, async (context) => {
    const world = await goodWorld(context);
    spoil(world);
    const found = await world.points();
    const own = found.find(({ key }) => key === point);
    assert.equal(own?.state, state, JSON.stringify(own));
    const [worst] = own.findings;
    assert.match(worst?.what ?? "", says);
    if (at !== undefined) {
      assert.match(worst?.line === undefined ? (worst?.file ?? "") : `${worst.file ?? ""}:${worst.line}`, at);
    }
    assert.ok(state !== "fail" || (worst?.fix ?? "") !== "", "what failed has a fix");
    const others = Object.entries(statesOf(found)).filter(([key]) => key !== point);
    assert.deepEqual(
      others.filter(([key, each]) => each !== "pass" && !isSameCause(what, key)),
      [],
      JSON.stringify(found),
    );
  });
}

/** What cannot be looked at, or nobody enrolled, is about more than one point. */
function isSameCause(what: string, key: string): boolean {
  return (
    (what === "a file that is too large to look into" && key === "apis") ||
    (what === "an approval that somebody else signed" &&
      ["control", "approver", "blanket_credentials", "irreversible"].includes(key))
  );
}

test("a point that breaks was not measured", async (context) => {
  const world = await goodWorld(context);
  const facts = await world.facts();
  const broken = {
    ...facts,
    decide: () => {
      throw new Error("out of order");
    },
  };
  const states = statesOf(checklist(broken));
  for (const key of ["blanket_credentials", "irreversible", "kill", "approver"]) {
    assert.equal(states[key], "not_measured");
  }
});

test("a place that could not be looked at is never a pass", async (context) => {
  const world = await goodWorld(context);
  const facts = await world.facts();
  const no = { ok: false, error: "nobody may look" } as const;
  const states = statesOf(
    checklist({
      ...facts,
      policies: no,
      approvers: no,
      agents: no,
      sessions: no,
      record: no,
      scan: { ...facts.scan, unseen: ["everything"] },
      credentials: { ...facts.credentials, unseen: ["everything"] },
    }),
  );
  for (const [key, state] of Object.entries(states)) {
    assert.equal(state, ["irreversible", "kill"].includes(key) ? "pass" : "not_measured", key);
  }
});

test("files of keys and tools at home are asked for, and a human's exception is told as one", async (context) => {
  const world = await goodWorld(context);
  world.atHome(".vault-token", "test-token-not-real-3");
  world.atHome(".aws/credentials", "[default]\n");
  world.policy(goodPolicy.replace("  signal:\n", '  signal:\n    allowed_files: ["~/.vault-token"]\n'));
  const secrets = (await world.points()).find(({ key }) => key === "secrets");
  assert.equal(secrets?.state, "pass");
  const said = (name: string): string =>
    secrets.findings.find(({ file }) => file?.endsWith(name))?.what ?? "";
  assert.match(
    said("/.vault-token"),
    /may be read, because `allowed_files` names it \(\.governance\/policy\.yaml:3\)/,
  );
  assert.match(said("/.aws/credentials"), /is out of Signal/);
  // What one task may read, a session that is bound to it reads.
  world.policy(withTasks("signal: { allowed_files: ['./.env'] }"));
  const ofTask = (await world.points()).find(({ key }) => key === "secrets");
  assert.match(
    ofTask?.findings.find(({ file }) => file?.endsWith("/.env"))?.what ?? "",
    /may be read, because `allowed_files` names it/,
  );
  world.policy(goodPolicy);
  // What nobody approved is no exception.
  world.home.writeWorkspace(
    goodPolicy.replace("  signal:\n", '  signal:\n    allowed_files: ["~/.aws/credentials"]\n'),
  );
  const after = (await world.points()).find(({ key }) => key === "secrets");
  assert.match(
    after?.findings.find(({ file }) => file?.endsWith("/.aws/credentials"))?.what ?? "",
    /is out of Signal/,
  );
});

test("no point tells a secret", async (context) => {
  const world = await goodWorld(context);
  world.write("notes/deploy.txt", `use ${tokenLike}\n`);
  world.write(".env", `RAILWAY_API_TOKEN=test-token-not-real-1\nODD_SECRET=test-secret-not-real-3x\n`);
  const text = JSON.stringify(await world.points());
  for (const secret of [tokenLike, "test-token-not-real", "test-secret-not-real"]) {
    assert.ok(!text.includes(secret), secret);
  }
});

async function doctor(
  world: DoctorWorld,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string }> {
  return runCommand(doctorCommand, args, { cwd: world.workspace, home: world.home.home });
}

test("the command: text, exit code and JSON", async (context) => {
  const world = await goodWorld(context);
  // No broker runs, so nobody is connected.
  const told = await doctor(world);
  assert.equal(told.code, 1);
  assert.match(told.out, /^ 9 {2}FAIL +an approver reachable/m);
  assert.match(told.out, /^ {18}no approver is connected/m);
  assert.match(told.out, /^ {20}fix: open the workspace in the editor/m);
  assert.match(told.out, /^1 failed, 11 passed$/m);
  const { out } = await doctor(world, "--json");
  const json = JSON.parse(out) as { readonly version: number; readonly points: readonly Point[] };
  assert.equal(json.version, 1);
  assert.deepEqual(statesOf(json.points), { ...allPass, approver: "fail" });
});

test("--ci answers what a repository can, without a user's files", async (context) => {
  const world = await goodWorld(context);
  const nowhere = temporaryFolder(context);
  const run = (...args: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand(doctorCommand, ["--ci", ...args], { cwd: world.workspace, home: nowhere });
  const good = await run("--json");
  assert.equal(good.code, 0, good.out);
  const states = statesOf((JSON.parse(good.out) as { points: readonly Point[] }).points);
  assert.deepEqual(
    Object.keys(states).filter((key) => states[key] === "not_measured"),
    ["policy", "control", "approver", "agents", "boundaries", "record"],
  );
  world.home.writeWorkspace(withoutKill);
  assert.equal((await run()).code, 1);
  rmSync(join(world.workspace, ".governance"), { recursive: true });
  mkdirSync(join(world.workspace, ".git"));
  assert.match((await run()).out, /^ 1 {2}FAIL .*\n +there is no policy/m);
});

test("--sarif tells policy findings with their places", async (context) => {
  const world = await goodWorld(context);
  world.home.writeWorkspace(goodPolicy.replace("session_scope:", "sesion_scope:"));
  const { code, out } = await doctor(world, "--ci", "--sarif");
  assert.equal(code, 1);
  const log = JSON.parse(out) as SarifLog;
  assert.equal(log.version, "2.1.0");
  assert.match(log.$schema, /sarif-2\.1\.0\.json$/);
  const [run] = log.runs;
  assert.ok(run !== undefined && log.runs.length === 1);
  assert.equal(run.tool.driver.name, "Signalbox");
  for (const { ruleId, ruleIndex, level, message, locations } of run.results) {
    assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId);
    assert.ok(["error", "warning", "note", "none"].includes(level));
    assert.ok(message.text.length > 0);
    for (const { physicalLocation } of locations) {
      const { uri, uriBaseId } = physicalLocation.artifactLocation;
      assert.ok(
        uriBaseId === undefined ? uri.startsWith("file:") : Object.hasOwn(run.originalUriBaseIds, uriBaseId),
      );
      assert.ok(Number.isInteger(physicalLocation.region.startLine) && physicalLocation.region.startLine > 0);
    }
    assert.ok(locations.length > 0);
  }
  const found = run.results.find(({ ruleId }) => ruleId === "policy/unknown-key");
  assert.equal(found?.level, "error");
  assert.deepEqual(found.locations[0]?.physicalLocation, {
    artifactLocation: { uri: ".governance/policy.yaml", uriBaseId: "SRCROOT" },
    region: { startLine: 1 },
  });
});

interface SarifLog {
  readonly $schema: string;
  readonly version: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string }[] };
    };
    readonly originalUriBaseIds: object;
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
          readonly region: { readonly startLine: number };
        };
      }[];
    }[];
  }[];
}

for (const [args, says] of [
  [["--json", "--sarif"], /give one of `--json` and `--sarif`/],
  [["--ci", "--live"], /give one of `--ci` and `--live`/],
  [["cursor"], /unexpected argument `cursor`/],
  [["--live", "cursor", "codex"], /unexpected argument `codex`/],
  [["--live", "emacs"], /no agent `emacs`; there are claude-code, /],
  [["--live", "--wait", "3"], /`--wait` takes/],
  [["--live", "cursor", "--wait", "soon"], /`--wait` takes/],
] as const) {
  test(`wrong usage: doctor ${args.join(" ")}`, async (context) => {
    const home = temporaryFolder(context);
    await assert.rejects(
      () => runCommand(doctorCommand, args, { cwd: home, home }),
      (error) => UsageError.is(error) && says.test(error.message),
    );
  });
}
