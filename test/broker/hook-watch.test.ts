import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { install, status, uninstall } from "../../src/boundary/hooks/install.ts";
import { hookClientOf, hookFilesOf, type InstallOptions } from "../../src/boundary/hooks/install-plan.ts";
import { installers } from "../../src/boundary/hooks/installers.ts";
import { HookWatch } from "../../src/broker/hook-watch.ts";

const root = mkdtempSync(join(tmpdir(), "signalbox-hook-watch-"));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

interface World {
  readonly watch: HookWatch;
  readonly common: Omit<InstallOptions, "agent" | "scope">;
  readonly told: string[];
  readonly workspace: string;
  /** Looks twice a second for so many seconds. */
  pass(seconds: number): void;
  /** Lets time pass in which nobody looks. */
  skip(seconds: number): void;
  options(agent: string, scope?: InstallOptions["scope"]): InstallOptions;
}

function world(inWorkspace = true): World {
  const home = join(root, `home ${count++}`);
  const workspace = join(home, "work");
  mkdirSync(workspace, { recursive: true });
  const common = {
    home,
    stateDir: join(home, ".signalbox"),
    nodePath: process.execPath,
    brokerPath: join(root, "broker.js"),
    root: join(home, "machine"),
  };
  let clock = 0;
  const told: string[] = [];
  const made: World = {
    common,
    told,
    workspace,
    watch: new HookWatch({
      common,
      workspaces: () => (inWorkspace ? [workspace] : []),
      asksBeforeRemoval: () => true,
      changed: ({ agent, scope, what }) => told.push(`${agent} ${scope}: ${what}`),
      now: () => clock,
    }),
    pass: (seconds) => {
      for (let tick = 0; tick < seconds * 2; tick++) {
        clock += 500;
        made.watch.look();
      }
    },
    skip: (seconds) => {
      clock += seconds * 1000;
    },
    options: (agent, scope = "user") => ({ ...common, agent, scope, workspace }),
  };
  return made;
}

function done(result: { readonly ok: boolean; readonly error?: string }): void {
  assert.ok(result.ok, result.error);
}

/** Long enough that every level has been looked at once. */
const settling = 12;

for (const { agent } of installers) {
  for (const scope of ["user", "workspace"] as const) {
    test(`${agent}, ${scope}: hooks that were changed or removed are noticed within a second, and put back`, () => {
      const here = world(scope === "workspace");
      const options = here.options(agent, scope);
      const files = hookFilesOf(options);
      if (!files.ok) {
        return;
      }
      done(install(options));
      here.pass(scope === "workspace" ? settling : settling / 2);
      assert.deepEqual([here.watch.unprotected(), here.told], [[], []]);
      const changes: readonly ((path: string) => void)[] = [
        (path) => writeFileSync(path, ""),
        (path) => rmSync(path),
      ];
      for (const change of changes) {
        for (const path of [...files.value.map((file) => file.path), hookClientOf(options)]) {
          here.skip(60);
          const before: string = readFileSync(path, "utf8");
          change(path);
          here.pass(0.5);
          assert.ok(
            here.watch.unprotected().some((each) => each.agent === agent),
            `${path} was not noticed`,
          );
          here.pass(1.5);
          assert.equal(readFileSync(path, "utf8"), before);
          assert.deepEqual(here.watch.unprotected(), []);
        }
      }
      assert.ok(here.told.some((what) => what.startsWith(`${agent} ${scope}: put back: `)));
    });
  }
}

test("a client that cannot be run any more is made to run again", () => {
  const here = world();
  done(install(here.options("claude-code")));
  here.pass(settling);
  const client = hookClientOf(here.options("claude-code"));
  chmodSync(client, 0o600);
  here.pass(2);
  assert.equal(status(here.options("claude-code")).state, "installed");
  assert.deepEqual(here.watch.unprotected(), []);
});

/** Switches that silence hooks, in files that are not ours to write: the agent stays unprotected, visibly. */
const switches: readonly (readonly [agent: string, where: "home" | "work", path: string, text: string])[] = [
  ["claude-code", "work", ".claude/settings.json", '{"disableAllHooks":true}'],
  ["claude-code", "home", ".claude/settings.local.json", '{"disableAllHooks":true}'],
  ["codex", "work", ".codex/config.toml", "[features]\nhooks = false\n"],
  ["gemini-cli", "work", ".gemini/settings.json", '{"hooksConfig":{"enabled":false}}'],
  ["qwen-code", "work", ".qwen/settings.json", '{"disableAllHooks":true}'],
  ["droid", "work", ".factory/settings.json", '{"hooks":{"hooksDisabled":true}}'],
];

for (const [agent, where, path, text] of switches) {
  test(`${agent}: the switch in \`${path}\` (${where}) is told as long as it is there`, () => {
    const here = world();
    done(install(here.options(agent)));
    here.pass(settling);
    const file = join(where === "home" ? here.common.home : here.workspace, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    here.pass(1);
    const [found] = here.watch.unprotected();
    assert.equal(found?.agent, agent);
    assert.match(found.why, /switches (?:all )?(?:Signalbox's )?hooks off/);
    here.pass(60);
    assert.equal(readFileSync(file, "utf8"), text, "it is somebody else's file");
    assert.ok(here.told.length < 12, here.told.join("\n"));
    rmSync(file);
    here.pass(1);
    assert.deepEqual(here.watch.unprotected(), []);
  });
}

test("whoever takes hooks out in order is believed, anybody else is not", () => {
  const here = world();
  done(install(here.options("codex")));
  done(install(here.options("cursor")));
  here.pass(settling);
  done(uninstall(here.options("codex")));
  here.pass(0.5);
  assert.deepEqual(
    here.watch.unprotected().filter(({ workspace }) => workspace === undefined),
    [{ agent: "codex", scope: "user", why: "its hooks were removed" }],
  );
  here.pass(settling);
  assert.equal(status(here.options("codex")).state, "installed", "put back");
  here.watch.expectRemoval();
  done(uninstall(here.options("codex")));
  here.pass(settling);
  assert.equal(status(here.options("codex")).state, "missing");
  assert.deepEqual(here.watch.unprotected(), []);
  assert.ok(here.told.includes("codex user: its hooks were taken out"));
});

test("what is installed while the broker runs is looked after from then on", () => {
  const here = world();
  here.pass(settling);
  done(install(here.options("windsurf")));
  here.pass(settling);
  const files = hookFilesOf(here.options("windsurf"));
  assert.ok(files.ok);
  writeFileSync(files.value[0]?.path ?? "", "{}");
  here.pass(2);
  assert.equal(status(here.options("windsurf")).state, "installed");
});

test("somebody who writes again and again is told, and no longer fought", () => {
  const here = world();
  done(install(here.options("cursor")));
  here.pass(settling);
  const files = hookFilesOf(here.options("cursor"));
  assert.ok(files.ok);
  for (let time = 0; time < 10; time++) {
    writeFileSync(files.value[0]?.path ?? "", `{"version":1,"hooks":{},"n":${time}}`);
    here.pass(2);
  }
  assert.match(here.watch.unprotected()[0]?.why ?? "", /again and again/);
  const repairs = here.told.filter((what) => what.includes("put back")).length;
  assert.ok(repairs >= 5 && repairs <= 10, String(repairs));
});

test("nothing that is not installed is written", () => {
  const here = world();
  here.pass(settling);
  for (const { agent } of installers) {
    assert.equal(status(here.options(agent)).state, "missing", agent);
  }
  assert.deepEqual([here.watch.unprotected(), here.told], [[], []]);
});
