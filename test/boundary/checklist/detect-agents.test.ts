import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { detectAgents } from "../../../src/boundary/checklist/detect-agents.ts";
import type { DetectedAgent } from "../../../src/boundary/checklist/facts.ts";
import type { Session } from "../../../src/model/session.ts";

interface Machine {
  readonly home: string;
  readonly workspace: string;
  readonly path: readonly string[];
}

function machine(context: { after(done: () => void): void }): Machine {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "sb-detect-")));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const workspace = join(home, "shop");
  mkdirSync(workspace);
  return { home, workspace, path: [join(home, "bin")] };
}

/** A program that says a version and leaves a trace of having been started. */
function program(path: string, says: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n: >"${path}.started"\necho "${says}"\n`);
  chmodSync(path, 0o755);
}

function detect(
  { home, workspace, path }: Machine,
  sessions: readonly Session[] = [],
): Promise<readonly DetectedAgent[]> {
  return detectAgents({
    home,
    workspace,
    env: { PATH: path.join(":") },
    installs: () => [],
    proofs: [],
    sessions,
  });
}

const session = {
  id: "s_1",
  agent: "cursor",
  conversation: "c",
  workspace: "/w",
  state: "active",
  startedAt: "2026-11-20T10:00:00.000Z",
  lastSeenAt: "2026-11-20T10:00:00.000Z",
  requests: 3,
  agentVersion: "3.15.6",
} as const;

test("agents are found by program with its version, by what they leave behind, and by sessions", async (context) => {
  const here = machine(context);
  program(join(here.home, "bin", "codex"), "codex-cli 0.169.0");
  program(join(here.home, "bin", "qwen"), "no version");
  mkdirSync(join(here.home, ".gemini", "tmp"), { recursive: true });
  const found = await detect(here, [session]);
  assert.deepEqual(
    found.map(({ agent, because, version, present }) => [agent, because, version, present]),
    [
      ["cursor", "session s_1", "3.15.6", true],
      ["codex", join(here.home, "bin", "codex"), "0.169.0", true],
      ["gemini-cli", "~/.gemini/tmp", undefined, true],
      ["qwen-code", join(here.home, "bin", "qwen"), undefined, true],
    ],
  );
});

test("canaries' sessions, and those that are over, are no agents", async (context) => {
  const found = await detect(machine(context), [
    { ...session, state: "ended" },
    { ...session, id: "s_2", conversation: "signalbox-canary-12", requests: 2 },
  ]);
  assert.deepEqual(found, []);
});

test("nothing of a workspace is started, by whatever name it is found", async (context) => {
  const here = machine(context);
  const planted = join(here.workspace, "tools", "grok");
  program(planted, "grok 1.0.0");
  mkdirSync(join(here.home, "bin"));
  symlinkSync(planted, join(here.home, "bin", "grok"));
  symlinkSync(dirname(planted), join(here.home, "linked"));
  const elsewhere = join(here.home, "other", "node_modules", ".bin", "grok");
  program(elsewhere, "grok 1.0.0");
  const path = [
    ...here.path,
    dirname(planted),
    join(here.home, "linked"),
    dirname(elsewhere),
    "relative",
    "",
  ];
  assert.deepEqual(await detect({ ...here, path }), []);
  assert.ok(![planted, elsewhere].some((each) => existsSync(`${each}.started`)));
});
