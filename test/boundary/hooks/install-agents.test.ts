import assert from "node:assert/strict";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { install, status, uninstall } from "../../../src/boundary/hooks/install.ts";
import { hookFilesOf, type InstallOptions } from "../../../src/boundary/hooks/install-plan.ts";
import { installers } from "../../../src/boundary/hooks/installers.ts";
import { isGovernancePath } from "../../../src/policy/governance-files.ts";

let root = "";
let count = 0;
before(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-install-agents-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

const scopes = ["user", "workspace", "managed"] as const;

function options(agent: string, scope: (typeof scopes)[number] = "user"): InstallOptions {
  const home = join(root, `home ${count++}`);
  const workspace = join(home, "work");
  const machine = join(home, "machine");
  mkdirSync(workspace, { recursive: true });
  mkdirSync(machine);
  return {
    agent,
    scope,
    home,
    stateDir: join(home, ".signalbox"),
    nodePath: process.execPath,
    brokerPath: join(root, "broker.js"),
    workspace,
    root: machine,
  };
}

function filesOf(target: InstallOptions): readonly string[] {
  const files = hookFilesOf(target);
  assert.ok(files.ok);
  return files.value.map(({ path }) => path);
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o640 });
}

function snapshot(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .sort()
      .map((name) => {
        const path = join(folder, name);
        const stats = lstatSync(path);
        return [
          name,
          stats.isFile() ? `${(stats.mode & 0o777).toString(8)} ${readFileSync(path, "utf8")}` : "folder",
        ];
      }),
  );
}

function done(result: { ok: boolean; error?: string }): void {
  assert.ok(result.ok, result.error);
}

for (const { agent } of installers) {
  for (const scope of scopes.filter((each) => hookFilesOf(options(agent, each)).ok)) {
    test(`${agent}, ${scope}: installed, complete, twice the same, and gone without a trace`, () => {
      const target = options(agent, scope);
      const clean = snapshot(target.home);
      assert.equal(status(target).state, "missing");
      done(install(target));
      assert.deepEqual(status(target).details, []);
      assert.equal(status(target).state, "installed");
      const first = snapshot(target.home);
      const again = install(target);
      assert.ok(again.ok);
      assert.deepEqual(again.value.changed, []);
      assert.deepEqual(snapshot(target.home), first);
      const [file = ""] = filesOf(target);
      assert.match(readFileSync(file, "utf8"), /hook\.sh/);
      if (scope === "managed") {
        assert.ok(filesOf(target).every((path) => path.startsWith(target.root ?? "-")));
        assert.equal(statSync(file).mode & 0o022, 0);
        assert.equal(statSync(file).mode & 0o444, 0o444);
      }
      done(uninstall(target));
      assert.deepEqual(snapshot(target.home), clean);
    });
  }

  test(`${agent}: agents may not write its hook files, at any level`, () => {
    for (const scope of scopes) {
      const target = { ...options(agent, scope), home: "/home/dev", workspace: "/w", root: "/" };
      const files = hookFilesOf(target);
      for (const { path } of files.ok ? files.value : []) {
        assert.ok(isGovernancePath(path, false), path);
      }
    }
  });

  test(`${agent}: a file that was emptied or removed is drift, and is repaired`, () => {
    for (const text of ["", undefined]) {
      const target = options(agent);
      if (!hookFilesOf(target).ok) {
        return;
      }
      done(install(target));
      for (const path of filesOf(target)) {
        const installed = readFileSync(path, "utf8");
        if (text === undefined) {
          rmSync(path);
        } else {
          writeFileSync(path, text);
        }
        assert.equal(status(target).state, "drifted", path);
        if (text === undefined) {
          done(install(target));
          assert.equal(status(target).state, "installed");
          assert.equal(readFileSync(path, "utf8"), installed);
        }
      }
    }
  });
}

/** Files with other people's entries, which have to survive word for word. */
const foreign: readonly (readonly [agent: string, text: string])[] = [
  [
    "cursor",
    `{
  "version": 1,
  "hooks": {
    "beforeShellExecution": [{ "command": "/usr/local/bin/mine", "matcher": "git .*" }],
    "stop": [ { "command": "say done" } ]
  }
}
`,
  ],
  ["cursor", '{"version":1,"hooks":{}}'],
];

for (const [index, [agent, text]] of foreign.entries()) {
  test(`${agent}, other people's entries ${index}: they stay, in place and to the byte`, () => {
    for (const scope of scopes.filter((each) => hookFilesOf(options(agent, each)).ok)) {
      const target = options(agent, scope);
      const [file = ""] = filesOf(target);
      put(file, text);
      const clean = snapshot(target.home);
      done(install(target));
      assert.equal(status(target).state, "installed");
      const lines = readFileSync(file, "utf8");
      for (const line of text.match(/[\w/.* -]{6,}/g) ?? []) {
        assert.ok(lines.includes(line), line);
      }
      done(uninstall(target));
      assert.deepEqual(snapshot(target.home), clean);
    }
  });

  test(`${agent}, other people's entries ${index}: what they change later stays as well`, () => {
    const target = options(agent);
    const [file = ""] = filesOf(target);
    put(file, text);
    done(install(target));
    writeFileSync(file, `${readFileSync(file, "utf8")}\n`);
    assert.equal(status(target).state, "installed");
    done(uninstall(target));
    const words = (each: string): readonly string[] => each.match(/[\w/.*-]{3,}/g) ?? [];
    const left = readFileSync(file, "utf8");
    assert.doesNotMatch(left, /hook\.sh/);
    assert.deepEqual(
      words(left).filter((word) => word !== "hooks"),
      words(text).filter((word) => word !== "hooks"),
    );
  });
}

/** Files that the agent itself would not read, or that nobody can merge into: they are left alone. */
const unusable: readonly (readonly [agent: string, text: string, error: RegExp])[] = [
  ["cursor", "[]", /root is not an object/],
  ["cursor", '{"version": 1, "hooks": {"stop": {}}}', /not a list/],
  ["cursor", '{"version": 1, /* mine */ "hooks": {}}', /strict JSON/],
  ["cursor", '{"version": 1, "hooks": {},}', /strict JSON/],
  ["cursor", '{"version": 2, "hooks": {}}', /`version` is not 1/],
];

for (const [agent, text, error] of unusable) {
  test(`${agent}: ${text} is left alone`, () => {
    const target = options(agent);
    const [file = ""] = filesOf(target);
    put(file, text);
    const clean = snapshot(target.home);
    const result = install(target);
    assert.ok(!result.ok);
    assert.match(result.error, error);
    assert.deepEqual(snapshot(target.home), clean);
  });
}

/** What makes an agent leave our hooks out although they are there: a file below the home directory, or the workspace's. */
const disarming: readonly (readonly [agent: string, path: string, text: string, detail: RegExp])[] = [
  ["cursor", "work/.cursor/hooks.json", '{"version":1,"hooks":{"beforeEverything":[]}}', /may drop it/],
  [
    "cursor",
    "work/.cursor/hooks.json",
    '{"version":1,"hooks":{"stop":[{"command":"x","matcher":"("}]}}',
    /no regular expression/,
  ],
  ["cursor", "work/.cursor/hooks.json", '{"version":1,}', /strict JSON/],
  ["cursor", "work/.cursor/hooks.json", '{"hooks":{}}', /no `version`/],
];

for (const [agent, path, text, detail] of disarming) {
  test(`${agent}: ${text} in ${path} is told`, () => {
    const target = options(agent);
    done(install(target));
    put(join(target.home, path), text);
    const found = status(target);
    assert.equal(found.state, "drifted");
    assert.match(found.details.join("\n"), detail);
    assert.ok(found.watched.includes(join(target.home, path)));
  });
}

test("Cursor's hooks are simple commands that fail closed, with a time-out longer than ours", () => {
  const target = options("cursor");
  done(install(target));
  const [file = ""] = filesOf(target);
  const { version, hooks } = JSON.parse(readFileSync(file, "utf8")) as {
    version: number;
    hooks: Record<string, { command: string; timeout: number; failClosed: boolean }[]>;
  };
  assert.equal(version, 1);
  assert.deepEqual(Object.keys(hooks), [
    "preToolUse",
    "beforeShellExecution",
    "beforeMCPExecution",
    "beforeReadFile",
    "beforeTabFileRead",
    "subagentStart",
    "beforeSubmitPrompt",
    "sessionStart",
  ]);
  for (const [event, [entry]] of Object.entries(hooks)) {
    assert.deepEqual(entry, {
      command: `'${join(target.stateDir, "bin", "hook.sh")}' --deadline 590 cursor ${event}`,
      timeout: 600,
      failClosed: true,
    });
  }
});
