import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { install, status, uninstall } from "../../../src/boundary/hooks/install.ts";
import type { InstallOptions } from "../../../src/boundary/hooks/install-plan.ts";
import { bakedHook, endpointConf, unbakedHook } from "../../../src/boundary/hooks/launcher.ts";

const repository = join(import.meta.dirname, "../../..");

let root = "";
let count = 0;
before(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-install-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

function options(more: Partial<InstallOptions> = {}): InstallOptions {
  const home = join(root, `home ${count++}`);
  mkdirSync(home);
  return {
    agent: "claude-code",
    scope: "user",
    home,
    stateDir: join(home, ".signalbox"),
    nodePath: process.execPath,
    brokerPath: join(repository, "package.json"),
    ...more,
  };
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o640 });
}

/** Every file, folder and link below a folder, with what is in it. */
function snapshot(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .sort()
      .map((name) => {
        const path = join(folder, name);
        const stats = lstatSync(path);
        return [
          name,
          stats.isFile()
            ? `${(stats.mode & 0o777).toString(8)} ${readFileSync(path, "utf8")}`
            : stats.isDirectory()
              ? "folder"
              : "link",
        ];
      }),
  );
}

function done(result: { ok: boolean; error?: string }): void {
  assert.ok(result.ok, result.error);
}

const foreign = `{
  // the user's own
  "model": "opus",
  "hooks": {
    "PreToolUse": [
      { "matcher": "Bash", "hooks": [{ "type": "command", "command": "/usr/local/bin/mine" }] }, // keep
    ],
    "Stop": [{ "hooks": [{ "type": "command", "command": "say done" }] }]
  },
  "permissions": { "deny": ["Read(./.env)"] }
}
`;

const befores: readonly (readonly [title: string, text: string | undefined])[] = [
  ["no settings at all", undefined],
  ["empty settings", "{}\n"],
  ["foreign entries and comments", foreign],
  ["no line break at the end", '{"model":"opus"}'],
];

for (const [title, text] of befores) {
  test(`Claude Code, ${title}: installed, complete, and gone without a trace`, () => {
    const target = options();
    const file = join(target.home, ".claude", "settings.json");
    if (text !== undefined) {
      put(file, text);
    }
    const clean = snapshot(target.home);
    assert.equal(status(target).state, "missing");
    done(install(target));
    assert.deepEqual(status(target), { ...status(target), state: "installed", details: [], level: "L0" });
    const settings = readFileSync(file, "utf8");
    for (const event of [
      "PreToolUse",
      "PermissionRequest",
      "UserPromptSubmit",
      "ConfigChange",
      "SubagentStart",
      "SessionStart",
      "SessionEnd",
    ]) {
      assert.ok(settings.includes(JSON.stringify(event)), event);
    }
    assert.equal(settings.split('"onFailure": "block"').length - 1, 7);
    assert.deepEqual(
      install(target),
      { ok: true, value: { changed: [], steps: [] } },
      "twice changes nothing",
    );
    assert.equal(readFileSync(file, "utf8"), settings);
    done(uninstall(target));
    assert.deepEqual(snapshot(target.home), clean);
    assert.deepEqual(uninstall(target), { ok: true, value: { changed: [], steps: [] } });
  });
}

test("what others have changed since stays, and ours still goes", () => {
  const target = options();
  const file = join(target.home, ".claude", "settings.json");
  put(file, foreign);
  done(install(target));
  writeFileSync(file, readFileSync(file, "utf8").replace('"opus"', '"sonnet"'));
  assert.equal(status(target).state, "installed");
  done(uninstall(target));
  assert.equal(
    readFileSync(file, "utf8"),
    foreign.replace('"opus"', '"sonnet"').replace("// keep", "// keep").replace("}, // keep", "} // keep"),
  );
});

test("the handler is called without a shell, by its absolute path, with a time limit below the agent's", () => {
  const target = options();
  done(install(target));
  const settings = JSON.parse(readFileSync(join(target.home, ".claude", "settings.json"), "utf8")) as {
    hooks: Record<
      string,
      { matcher?: string; hooks: { command: string; args: string[]; timeout: number }[] }[]
    >;
  };
  const handler = settings.hooks["PreToolUse"]?.[0]?.hooks[0];
  assert.equal(settings.hooks["PreToolUse"]?.[0]?.matcher, "*");
  assert.equal(handler?.command, join(target.stateDir, "bin", "hook.sh"));
  assert.deepEqual(handler.args, ["--deadline", "590", "claude-code", "PreToolUse"]);
  assert.ok(Number(handler.args[1]) < handler.timeout);
});

type Drift = (target: InstallOptions) => void;
const settingsOf = (target: InstallOptions): string => join(target.home, ".claude", "settings.json");
const clientOf = (target: InstallOptions): string => join(target.stateDir, "bin", "hook.sh");

const drifts: readonly (readonly [title: string, drift: Drift, repaired: boolean])[] = [
  ["the settings were removed", (target) => rmSync(settingsOf(target)), true],
  [
    "one event was taken out",
    (target) =>
      writeFileSync(
        settingsOf(target),
        readFileSync(settingsOf(target), "utf8").replace('"ConfigChange"', '"Configchange"'),
      ),
    true,
  ],
  [
    "the time-out was changed",
    (target) =>
      writeFileSync(
        settingsOf(target),
        readFileSync(settingsOf(target), "utf8").replace('"timeout": 600', '"timeout": 1'),
      ),
    true,
  ],
  [
    "onFailure was changed",
    (target) =>
      writeFileSync(
        settingsOf(target),
        readFileSync(settingsOf(target), "utf8").replace('"block"', '"continue"'),
      ),
    true,
  ],
  ["the client was removed", (target) => rmSync(clientOf(target)), true],
  ["the client was replaced", (target) => writeFileSync(clientOf(target), "#!/bin/sh\nexit 0\n"), true],
  ["the client is not executable", (target) => chmodSync(clientOf(target), 0o600), true],
  [
    "all hooks are off",
    (target) =>
      writeFileSync(join(target.home, ".claude", "settings.local.json"), '{"disableAllHooks": true}'),
    false,
  ],
  [
    "hooks would run somebody's code",
    (target) =>
      writeFileSync(
        join(target.home, ".claude", "settings.local.json"),
        '{"env": {"LD_PRELOAD": "/tmp/x.so"}}',
      ),
    false,
  ],
  ["the settings are no JSON", (target) => writeFileSync(settingsOf(target), "{"), false],
];

for (const [title, drift, repaired] of drifts) {
  test(`drift: ${title}`, () => {
    const target = options();
    done(install(target));
    drift(target);
    const found = status(target);
    assert.equal(found.state, "drifted");
    assert.ok(found.details.length > 0);
    if (repaired) {
      done(install(target));
      assert.equal(status(target).state, "installed");
      done(uninstall(target));
      assert.deepEqual(snapshot(target.home), {});
    }
  });
}

for (const [title, text] of [
  ["a list", "[]"],
  ["no JSON", "{ oops"],
  ["hooks that are a list", '{"hooks": []}'],
  ["an event that is an object", '{"hooks": {"PreToolUse": {}}}'],
] as const) {
  test(`settings that are ${title} are left alone`, () => {
    const target = options();
    put(settingsOf(target), text);
    const result = install(target);
    assert.ok(!result.ok);
    assert.match(result.error, /left as it is/);
    assert.equal(readFileSync(settingsOf(target), "utf8"), text);
    assert.equal(existsSync(clientOf(target)), false);
  });
}

test("a folder in place of the settings is an error, and nothing is written", () => {
  const target = options();
  mkdirSync(settingsOf(target), { recursive: true });
  assert.equal(install(target).ok, false);
  assert.equal(existsSync(target.stateDir), false);
});

test("settings behind a link are changed where they are, and the link stays", () => {
  const target = options();
  const real = join(root, "dotfiles.json");
  writeFileSync(real, '{"model":"opus"}', { mode: 0o644 });
  mkdirSync(dirname(settingsOf(target)));
  symlinkSync(real, settingsOf(target));
  done(install(target));
  assert.ok(lstatSync(settingsOf(target)).isSymbolicLink());
  assert.match(readFileSync(real, "utf8"), /hook\.sh/);
  assert.equal(statSync(real).mode & 0o777, 0o644);
  done(uninstall(target));
  assert.equal(readFileSync(real, "utf8"), '{"model":"opus"}');
});

test("a workspace's file must not lead out of the workspace", () => {
  const workspace = join(root, "workspace");
  mkdirSync(workspace);
  symlinkSync(root, join(workspace, ".claude"));
  const target = options({ scope: "workspace", workspace });
  const result = install(target);
  assert.ok(!result.ok);
  assert.match(result.error, /leads out of the workspace/);
  assert.equal(existsSync(join(root, "settings.json")), false);
  assert.equal(install(options({ scope: "workspace" })).ok, false);
});

test("managed hooks lie in the drop-in folder, with a client out of the user's reach", () => {
  const machine = join(root, "machine");
  mkdirSync(machine);
  const target = options({ scope: "managed", root: machine });
  done(install(target));
  const file = join(machine, "etc/claude-code/managed-settings.d/50-signalbox.json");
  assert.match(readFileSync(file, "utf8"), /"\/usr\/local\/lib\/signalbox\/hook\.sh"/);
  assert.equal(statSync(file).mode & 0o777, 0o644);
  assert.equal(statSync(join(machine, "usr/local/lib/signalbox/hook.sh")).mode & 0o777, 0o755);
  const user = join(target.home, ".claude");
  mkdirSync(user);
  for (const [text, state] of [
    ['{"disableAllHooks": true}', "installed"],
    ['{"env": {"LD_TRACE_LOADED_OBJECTS": "1"}}', "drifted"],
    ["{}", "installed"],
  ]) {
    writeFileSync(join(user, "settings.json"), text ?? "");
    assert.equal(status(target).state, state, text);
  }
  rmSync(user, { recursive: true });
  done(uninstall(target));
  assert.deepEqual(snapshot(machine), {});
  assert.deepEqual(snapshot(target.home), {});
  assert.equal(install(options({ scope: "managed", root: machine, agent: "vscode" })).ok, false);
});

test("VS Code has a file of its own, which both of its readers understand", () => {
  const target = options({ agent: "vscode" });
  assert.equal(status(target).state, "missing");
  done(install(target));
  const file = join(target.home, ".copilot", "hooks", "signalbox.json");
  const value = JSON.parse(readFileSync(file, "utf8")) as {
    version: number;
    hooks: Record<string, Record<string, unknown>[]>;
  };
  assert.equal(value.version, 1);
  assert.deepEqual(Object.keys(value.hooks), [
    "PreToolUse",
    "UserPromptSubmit",
    "SessionStart",
    "SubagentStart",
    "PostToolUse",
  ]);
  const { command, timeout, timeoutSec } = value.hooks["PreToolUse"]?.[0] ?? {};
  assert.deepEqual([timeout, timeoutSec], [600, 600]);
  assert.equal(command, `'${clientOf(target)}' --deadline 590 --asker $$ vscode PreToolUse || exit 2`);
  writeFileSync(file, "{}");
  assert.equal(status(target).state, "drifted");
  done(install(target));
  assert.equal(status(target).state, "installed");
  done(uninstall(target));
  assert.deepEqual(snapshot(target.home), {});
});

test("the client stays as long as one agent uses it", () => {
  const claude = options();
  const vscode = { ...claude, agent: "vscode" } as const;
  done(install(claude));
  done(install(vscode));
  done(uninstall(claude));
  assert.ok(existsSync(clientOf(claude)));
  assert.equal(status(vscode).state, "installed");
  done(uninstall(vscode));
  assert.deepEqual(snapshot(claude.home), {});
});

test("the client that another host of ours installed is no drift, unless it cannot work", () => {
  const editor = options();
  const commandLine = { ...editor, nodePath: "/bin/sh" };
  done(install(editor));
  assert.equal(status(commandLine).state, "installed");
  done(install({ ...editor, nodePath: "/nonexistent/node" }));
  assert.equal(status(commandLine).state, "drifted");
});

test("paths with quotes, dollars and spaces arrive in the client as they are", () => {
  const endpoint = {
    stateDir: "/a 'b' $(c)/`d`",
    askSocket: '/s"x',
    home: "/h\\",
    nodePath: "/n & m",
    brokerPath: "/b;c",
  };
  const template = readFileSync(join(repository, "media/plugin/hook.sh"), "utf8");
  const text = bakedHook(template, endpoint);
  const head = text.slice(0, text.indexOf("refuse_json=''"));
  const shown = spawnSync(
    "/bin/bash",
    ["-c", `${head}\ntrap - EXIT; printf '%s\\n' "$state_dir" "$socket" "$home_dir" "$node" "$broker"`],
    { encoding: "utf8" },
  );
  assert.deepEqual(shown.stdout.split("\n").slice(0, 5), Object.values(endpoint));
  assert.deepEqual(unbakedHook(text), { template, programs: ["/n & m", "/b;c"] });
  assert.match(endpointConf(endpoint), /^state_dir=\/a 'b' \$\(c\)\/`d`$/m);
  assert.throws(() => endpointConf({ ...endpoint, home: "/a\nnode=/evil" }), /line break/);
});

test("the plugin ships the same client, and its hooks end in a stop when it cannot start", () => {
  const shipped = join(repository, "media/plugin/hook.sh");
  const source = readFileSync(join(repository, "src/boundary/hooks/client/hook.sh"), "utf8");
  if (process.env["UPDATE"] === "1") {
    writeFileSync(shipped, source, { mode: 0o755 });
  }
  assert.equal(readFileSync(shipped, "utf8"), source, "run with UPDATE=1 to copy it");
  const { hooks } = JSON.parse(readFileSync(join(repository, "media/plugin/hooks/hooks.json"), "utf8")) as {
    hooks: Record<string, { hooks: { command: string }[] }[]>;
  };
  const manifest = JSON.parse(readFileSync(join(repository, "media/plugin/.plugin/plugin.json"), "utf8")) as {
    version: string;
  };
  const own = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { version: string };
  assert.equal(manifest.version, own.version);
  for (const [event, groups] of Object.entries(hooks)) {
    const command = groups[0]?.hooks[0]?.command ?? "";
    assert.ok(command.includes(` vscode ${event} `));
    const missing = spawnSync("/bin/sh", ["-c", command], {
      env: { PLUGIN_ROOT: "/nonexistent" },
      encoding: "utf8",
    });
    assert.equal(missing.status, event === "PostToolUse" ? 0 : 2);
    assert.notEqual(missing.stderr, "");
  }
});
