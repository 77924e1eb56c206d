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
import { hashOf } from "../../../src/boundary/hooks/codex/trust.ts";
import { hookFilesOf, type InstallOptions } from "../../../src/boundary/hooks/install-plan.ts";
import { installers } from "../../../src/boundary/hooks/installers.ts";
import { adapterOf } from "../../../src/boundary/hooks/registry.ts";
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
        done(install(target));
        assert.equal(status(target).state, "installed");
        assert.equal(readFileSync(path, "utf8"), installed);
      }
    }
  });
}

test("a level that an agent does not have is told as missing, with the reason, and nothing is written", () => {
  let seen = 0;
  for (const { agent } of installers) {
    for (const scope of scopes) {
      const target = options(agent, scope);
      if (hookFilesOf(target).ok) {
        continue;
      }
      seen++;
      const clean = snapshot(target.home);
      const { state, details } = status(target);
      assert.equal(state, "missing");
      assert.match(details.join(), /use the scope/);
      assert.equal(install(target).ok, false);
      assert.deepEqual(snapshot(target.home), clean);
    }
  }
  assert.ok(seen >= 7);
});

/** Files with other people's entries, which have to survive word for word. */
const foreign: (readonly [agent: string, text: string])[] = [
  [
    "windsurf",
    `{
  // mine
  "hooks": {
    "pre_run_command": [{ "command": "/usr/local/bin/mine", "show_output": true }],
    "post_write_code": [{ "command": "say done" }]
  }
}
`,
  ],
  [
    "droid",
    `{
  "hooksDisabled": false, // mine
  "PreToolUse": [{ "matcher": "Execute", "hooks": [{ "type": "command", "command": "/usr/local/bin/mine" }] }],
  "Stop": [{ "hooks": [{ "type": "command", "command": "say done" }] }]
}
`,
  ],
  [
    "auggie",
    `{
  "toolPermissions": [{ "toolName": "launch-process", "permission": { "type": "ask-user" } }],
  "hooks": {
    "PreToolUse": [{ "matcher": "view", "hooks": [{ "type": "command", "command": "/usr/local/bin/mine.sh" }] }]
  }
}
`,
  ],
  [
    "crush",
    `{
  "$schema": "https://example.com/crush.json",
  "hooks": { "PreToolUse": [{ "matcher": "^bash$", "command": "/usr/local/bin/mine" }] }
}
`,
  ],
  [
    "antigravity",
    `{
  "mine": { "PreToolUse": [{ "matcher": "*", "hooks": [{ "type": "command", "command": "/usr/local/bin/mine" }] }] }
}
`,
  ],
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
  [
    "codex",
    `{
  "description": "mine",
  "hooks": {
    "PreToolUse": [{ "matcher": "Bash", "hooks": [{ "type": "command", "command": "/usr/local/bin/mine" }] }]
  }
}
`,
  ],
];

const commented = (event: string): string => `{
  // mine
  "model": { "name": "x" },
  "hooks": {
    "${event}": [{ "matcher": "shell", "hooks": [{ "type": "command", "command": "/usr/local/bin/mine" }] }]
  } /* end */
}
`;
foreign.push(["gemini-cli", commented("BeforeTool")], ["qwen-code", commented("PreToolUse")]);

for (const [index, [agent, text]] of foreign.entries()) {
  test(`${agent}, other people's entries ${index}: they stay, in place and to the byte`, () => {
    for (const scope of scopes.filter((each) => hookFilesOf(options(agent, each)).ok)) {
      const target = options(agent, scope);
      const [file = ""] = filesOf(target);
      if (!file.endsWith(".json")) {
        continue;
      }
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
  ["droid", '{"PreToolUse": {}}', /not a list/],
  ["antigravity", '{"signalbox": []}', /not an object/],
  ["crush", '{"hooks": []}', /not an object/],
  ["cline", "#!/bin/sh\necho mine\n", /somebody else's/],
  ["cursor", "[]", /root is not an object/],
  ["cursor", '{"version": 1, "hooks": {"stop": {}}}', /not a list/],
  ["cursor", '{"version": 1, /* mine */ "hooks": {}}', /strict JSON/],
  ["cursor", '{"version": 1, "hooks": {},}', /strict JSON/],
  ["cursor", '{"version": 2, "hooks": {}}', /`version` is not 1/],
  ["codex", '{"hooks": {}, "$schema": "x"}', /member `\$schema`/],
  ["codex", '{"hooks": {} /* mine */}', /strict JSON/],
  ["gemini-cli", '{"hooksConfig": {"enabled": false}}', /switches hooks off/],
  ["gemini-cli", '{"hooks": {"enabled": true}}', /not a list/],
  ["qwen-code", '{"disableAllHooks": true}', /switches hooks off/],
  ["qwen-code", "{", /not valid|expected|JSON/i],
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
  ["droid", "work/.factory/hooks.json", '{"hooksDisabled":true}', /hooksDisabled/],
  ["droid", "work/.factory/settings.local.json", '{"hooks":{"hooksDisabled":true}}', /hooksDisabled/],
  ["cursor", "work/.cursor/hooks.json", '{"version":1,"hooks":{"beforeEverything":[]}}', /may drop it/],
  [
    "cursor",
    "work/.cursor/hooks.json",
    '{"version":1,"hooks":{"stop":[{"command":"x","matcher":"("}]}}',
    /no regular expression/,
  ],
  ["cursor", "work/.cursor/hooks.json", '{"version":1,}', /strict JSON/],
  ["cursor", "work/.cursor/hooks.json", '{"hooks":{}}', /no `version`/],
  ["gemini-cli", "work/.gemini/settings.json", '{"hooksConfig":{"enabled":false}}', /hooksConfig\.enabled/],
  [
    "gemini-cli",
    "work/.gemini/settings.json",
    '{"hooksConfig":{"disabled":["signalbox"]}}',
    /hooksConfig\.disabled/,
  ],
  ["gemini-cli", "work/.gemini/settings.json", '{"tools":{"enableHooks":false}}', /switches all hooks off/],
  ["qwen-code", "work/.qwen/settings.json", '{"disableAllHooks":true}', /disableAllHooks/],
  ["codex", "work/.codex/config.toml", "[features]\nhooks = false\n", /features\.hooks/],
  ["codex", "work/.codex/config.toml", "[features]\na = 1\ncodex_hooks=false", /features\.hooks/],
  ["codex", "work/.codex/config.toml", "features.hooks = false\n", /features\.hooks/],
  ["codex", "work/.codex/config.toml", "features = { hooks = false }\n", /features\.hooks/],
  ["codex", "work/.codex/config.toml", "[profiles.x.features]\nhooks = false\n", /features\.hooks/],
  ["codex", "work/.codex/config.toml", '[ "features" ]\n"hooks" = false\n', /features\.hooks/],
  ["codex", "work/.codex/config.toml", "'features'.hooks = false\n", /features\.hooks/],
  ["codex", "work/.codex/config.toml", "profiles.x.features.hooks = false\n", /features\.hooks/],
  ["gemini-cli", "work/.env", "A=1\nLD_PRELOAD=./x.so\n", /its hooks are not found or do not run/],
  ["gemini-cli", "work/.gemini/.env", "NODE_OPTIONS=--require ./x.cjs\n", /its hooks are not found/],
  ["qwen-code", ".env", "export LD_TRACE_LOADED_OBJECTS=1\n", /its hooks are not found/],
  ["cline", "work/.env.local", "CLINE_DIR=/tmp/x\n", /its hooks are not found/],
  ["vscode", ".copilot/settings.json", '{"disableAllHooks":true}', /disableAllHooks/],
  ["vscode", "work/.github/copilot/settings.json", '{"disableAllHooks":true}', /disableAllHooks/],
  ["vscode", "work/.github/copilot/settings.local.json", '{"disableAllHooks":true}', /disableAllHooks/],
  ["vscode", "work/.claude/settings.local.json", '{"disableAllHooks":true}', /disableAllHooks/],
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
    "afterShellExecution",
    "afterMCPExecution",
    "postToolUse",
  ]);
  for (const [event, [entry]] of Object.entries(hooks)) {
    // What has run already is only reported.
    const isReport = /^(?:after|post)/.test(event);
    const words = isReport ? "--report --deadline 10" : "--deadline 590";
    assert.deepEqual(entry, {
      command: `'${join(target.stateDir, "bin", "hook.sh")}' ${words} cursor ${event}`,
      timeout: isReport ? 15 : 600,
      failClosed: !isReport,
    });
  }
});

const codexConfig = `# mine
model = "gpt-5.5"

[features]
hooks = true # on

[hooks.state."/elsewhere/hooks.json:stop:0:0"]
trusted_hash = "sha256:0000"
enabled = true

[projects."/w"]
trust_level = "trusted"
`;

test("Codex trusts our hooks where they are, others' trust stays, and it goes with them", () => {
  const target = options("codex");
  const [hooks = "", config = ""] = filesOf(target);
  put(hooks, '{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","command":"x"}]}]}}');
  put(config, codexConfig);
  const clean = snapshot(target.home);
  done(install(target));
  const text = readFileSync(config, "utf8");
  assert.ok(text.startsWith(codexConfig));
  const keys = [...text.slice(codexConfig.length).matchAll(/^\[hooks\.state\."(.*)"\]$/gm)].map(
    ([, key]) => key,
  );
  assert.deepEqual(
    keys,
    [
      "pre_tool_use:1:0",
      "permission_request:0:0",
      "user_prompt_submit:0:0",
      "session_start:0:0",
      "post_tool_use:0:0",
    ].map((place) => `${hooks}:${place}`),
  );
  // Codex writes tables of its own behind ours.
  writeFileSync(config, `${text}\n[projects."/x"]\ntrust_level = "trusted"\n`);
  assert.equal(status(target).state, "installed");
  done(uninstall(target));
  assert.equal(readFileSync(config, "utf8"), `${codexConfig}\n[projects."/x"]\ntrust_level = "trusted"\n`);
  writeFileSync(config, codexConfig);
  assert.deepEqual(snapshot(target.home), clean);
});

test("a hook of Codex that somebody switched off, distrusted or moved is drift", () => {
  for (const change of [
    (text: string): string => text.replace(/(trusted_hash = .*)/, "$1\nenabled = false"),
    (text: string): string => text.replace(/trusted_hash = "sha256:./, 'trusted_hash = "sha256:x'),
    (text: string): string => text.replace("pre_tool_use:0:0", "pre_tool_use:9:0"),
    (): string => "",
  ]) {
    const own = options("codex");
    done(install(own));
    const [, config = ""] = filesOf(own);
    const installed = readFileSync(config, "utf8");
    const changed = change(installed);
    assert.notEqual(changed, installed);
    writeFileSync(config, changed);
    assert.equal(status(own).state, "drifted");
    done(install(own));
    assert.equal(status(own).state, "installed");
    assert.equal(readFileSync(config, "utf8"), installed);
  }
});

test("Qwen Code gives a hook up after 60 seconds, so ours answers before; Gemini CLI counts in milliseconds", () => {
  for (const [agent, event, deadline, timeout] of [
    ["qwen-code", "PreToolUse", 57, 60],
    ["gemini-cli", "BeforeTool", 590, 600_000],
  ] as const) {
    const target = options(agent);
    done(install(target));
    const [file = ""] = filesOf(target);
    const { hooks } = JSON.parse(readFileSync(file, "utf8")) as {
      hooks: Record<string, { matcher: string; hooks: { command: string; timeout: number }[] }[]>;
    };
    const group = hooks[event]?.[0];
    assert.equal(group?.matcher, "*");
    assert.equal(group.hooks[0]?.timeout, timeout);
    assert.match(
      group.hooks[0].command,
      new RegExp(` --deadline ${deadline} --asker \\$\\$ ${agent} ${event} `),
    );
    const waits = adapterOf(agent)?.capabilities.waitsMs ?? Infinity;
    assert.ok(waits <= deadline * 1000);
  }
});

for (const [agent, text] of [
  ["gemini-cli", '"enabled": true'],
  ["qwen-code", '"disableAllHooks": false'],
] as const) {
  test(`${agent}: managed settings keep hooks on`, () => {
    const target = options(agent, "managed");
    done(install(target));
    const [file = ""] = filesOf(target);
    assert.ok(readFileSync(file, "utf8").includes(text));
  });
}

test("the digest of a hook is the one that Codex 0.169 computes", () => {
  const handler = {
    type: "command",
    command: "/tmp/cx/.signalbox/bin/hook.sh --deadline 590 --asker $$ codex PreToolUse || exit 2",
    timeout: 600,
  };
  assert.equal(
    hashOf("PreToolUse", { matcher: "*", hooks: [handler] }),
    "sha256:48e96e150c5a614d8df982593531931a114aac352b74624a496e29db8c79c343",
  );
  assert.equal(
    hashOf("UserPromptSubmit", {
      hooks: [{ ...handler, command: handler.command.replace("PreToolUse", "UserPromptSubmit") }],
    }),
    "sha256:913efec0620b2b1c2e11b6ab397d18001ef4da3ff410197a2e61a9f4aa567bba",
  );
});

for (const [what, text] of [
  ["in one line", "hooks = { state = {} }\n"],
  ["below `[hooks]`", "[hooks]\nstate = {}\n"],
] as const) {
  test(`Codex's trust that is written ${what} is left alone`, () => {
    const target = options("codex");
    const [, config = ""] = filesOf(target);
    put(config, text);
    const result = install(target);
    assert.ok(!result.ok);
    assert.match(result.error, /left as it is/);
    assert.equal(readFileSync(config, "utf8"), text);
  });
}

for (const [text, works] of [
  ['allowed_approval_policies = ["on-request"]\n', true],
  ["[features]\nhooks = true\nother = false\n", true],
  ["[features]\nother = false\n", false],
  ["[features]\nhooks = false\n", false],
  ['[hooks]\nmanaged_dir = "/x"\n', false],
  ["features.hooks = true\n", false],
] as const) {
  test(`Codex's requirements with ${JSON.stringify(text)} are ${works ? "added to" : "left alone"}`, () => {
    const target = options("codex", "managed");
    const [file = ""] = filesOf(target);
    put(file, text);
    const clean = snapshot(target.home);
    const result = install(target);
    assert.equal(result.ok, works);
    if (works) {
      const written = readFileSync(file, "utf8");
      assert.ok(written.startsWith(text));
      assert.equal(written.match(/^\[features\]$/gm)?.length, 1);
      assert.match(written, /^hooks = true$/m);
      assert.match(
        written,
        /^command = "\/usr\/local\/lib\/signalbox\/hook\.sh --deadline 590 .*codex PreToolUse/m,
      );
      writeFileSync(file, `${written}# more\n`);
      done(uninstall(target));
      assert.equal(readFileSync(file, "utf8"), `${text}# more\n`);
      writeFileSync(file, text);
    }
    assert.deepEqual(snapshot(target.home), clean);
  });
}
