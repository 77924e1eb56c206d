import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { agentRules } from "../../../../src/boundary/files/rules/agent-rules.ts";
import {
  installRules,
  rulesOf,
  rulesStatus,
  uninstallAllRules,
  uninstallRules,
} from "../../../../src/boundary/files/rules/keep-rules.ts";
import type { Prohibitions } from "../../../../src/boundary/files/rules/rule-file.ts";
import type { RulesTarget } from "../../../../src/boundary/files/rules/rules-ledger.ts";
import { signalGlobs } from "../../../../src/boundary/files/rules/signal-globs.ts";
import { install, status, uninstall } from "../../../../src/boundary/hooks/install.ts";
import type { InstallScope } from "../../../../src/boundary/hooks/installer.ts";
import { isGovernancePath } from "../../../../src/policy/governance-files.ts";
import { policiesOf, signalPolicy } from "./in-force.ts";

let root = "";
let count = 0;
before(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-rules-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

interface Bench {
  readonly home: string;
  readonly stateDir: string;
  readonly target: RulesTarget;
  readonly wants: (policy?: string) => Prohibitions;
}

function bench(agent: string, scope: InstallScope): Bench {
  const home = join(root, `home ${count++}`);
  const workspace = join(home, "work");
  mkdirSync(workspace, { recursive: true });
  mkdirSync(join(home, "machine"));
  const base = { user: home, workspace, managed: join(home, "machine") }[scope];
  return {
    home,
    stateDir: join(home, ".signalbox"),
    target: { agent, scope, base },
    wants: (policy) => ({
      globs: signalGlobs(policiesOf(policy === undefined ? {} : { approved: policy }), { workspace, home }),
      place: { workspace, home },
      commands: ["railway volume delete|rm", "aws s3 rb"],
    }),
  };
}

function snapshot(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .sort()
      .map((name) => {
        const stats = lstatSync(join(folder, name));
        return [name, stats.isFile() ? readFileSync(join(folder, name), "utf8") : "folder"];
      }),
  );
}

function done<T>(result: { ok: true; value: T } | { ok: false; error: string }): T {
  assert.ok(result.ok, result.ok ? "" : result.error);
  return result.value;
}

const scopes = ["user", "workspace", "managed"] as const;
const cases = agentRules.flatMap(({ agent, files }) =>
  scopes.filter((scope) => files({ scope, base: "/b" }).length > 0).map((scope) => [agent, scope] as const),
);

/** What the user may have had, by the ending of the file's name. */
function usersOwn(path: string): readonly string[] {
  if (path.endsWith(".json")) {
    return [
      `{\n  // mine\n  "theme": "dark",\n  "permissions": { "allow": ["Bash(ls)"], "deny": ["Read(./mine)"] },\n  "private_files": ["**/mine"],\n}\n`,
      `{"a":1}`,
      "",
    ];
  }
  return path.endsWith(".yaml")
    ? ["# mine\nallow:\n  - Read(*)\nexclude:\n  - Bash # never\nrules: []\n", "\n"]
    : ["# mine\nbuild/\n!keep.env", "dist\r\n", "\n", ""];
}

for (const [agent, scope] of cases) {
  test(`${agent}, ${scope}: written, complete, twice the same, and gone without a trace`, () => {
    const { home, stateDir, target, wants } = bench(agent, scope);
    const clean = snapshot(home);
    assert.equal(rulesStatus(target, wants(), stateDir).state, "missing");
    assert.ok(done(installRules(target, wants(), stateDir)).length > 0);
    const { state, details, files } = rulesStatus(target, wants(), stateDir);
    assert.deepEqual([state, details], ["written", []]);
    const first = snapshot(home);
    assert.ok(files.every((file) => readFileSync(file, "utf8").includes("credentials")));
    assert.deepEqual(done(installRules(target, wants(), stateDir)), []);
    assert.deepEqual(snapshot(home), first);
    done(uninstallRules(target, stateDir));
    assert.deepEqual(snapshot(home), clean);
  });

  test(`${agent}, ${scope}: what people had stays, and is there to the byte in the end`, () => {
    for (let index = 0; index < 4; index++) {
      const { home, stateDir, target, wants } = bench(agent, scope);
      for (const { path } of rulesOf(agent)?.files(target) ?? []) {
        const own = usersOwn(path)[index];
        if (own !== undefined) {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, own);
        }
      }
      const clean = snapshot(home);
      done(installRules(target, wants(), stateDir));
      for (const [name, text] of Object.entries(clean)) {
        const lines = text.split("\n").filter((line) => /mine|Read\(\*\)|never|build|dist|keep/.test(line));
        const now =
          existsSync(join(home, name)) && lstatSync(join(home, name)).isFile()
            ? readFileSync(join(home, name), "utf8")
            : "";
        for (const word of lines.flatMap(
          (line) => line.match(/mine|Read\(\*\)|never|build|dist|keep/g) ?? [],
        )) {
          assert.ok(now.includes(word), `${name} lost ${word}`);
        }
      }
      // The policies change, and change back: nothing of it may be left.
      const other = signalPolicy(
        `hidden_files: ["docs/private/**"]\nallowed_files: ["./config/staging.env"]`,
      );
      done(installRules(target, wants(other), stateDir));
      assert.equal(rulesStatus(target, wants(other), stateDir).state, "written");
      done(installRules(target, wants(), stateDir));
      done(uninstallRules(target, stateDir));
      assert.deepEqual(snapshot(home), clean);
    }
  });

  test(`${agent}, ${scope}: agents may not write these files`, () => {
    for (const { path } of rulesOf(agent)?.files({ scope, base: scope === "user" ? "/home/dev" : "/w" }) ??
      []) {
      assert.ok(isGovernancePath(path, false), path);
    }
  });

  test(`${agent}, ${scope}: policies that change and files that were changed are drift, and are put right`, () => {
    const { stateDir, target, wants } = bench(agent, scope);
    const policy = signalPolicy(`hidden_files: ["docs/private/**", "**/diary"]`);
    done(installRules(target, wants(), stateDir));
    assert.equal(rulesStatus(target, wants(policy), stateDir).state, "drifted");
    done(installRules(target, wants(policy), stateDir));
    for (const path of rulesStatus(target, wants(policy), stateDir).files) {
      rmSync(path);
      assert.equal(rulesStatus(target, wants(policy), stateDir).state, "drifted", path);
      done(installRules(target, wants(policy), stateDir));
      assert.equal(rulesStatus(target, wants(policy), stateDir).state, "written", path);
      assert.match(readFileSync(path, "utf8"), /diary/);
    }
  });
}

test("lines below our block could undo it, so the block moves below them, and they stay when it goes", () => {
  const { stateDir, target, wants } = bench("gemini-cli", "workspace");
  const path = join(target.base, ".geminiignore");
  done(installRules(target, wants(), stateDir));
  writeFileSync(path, `${readFileSync(path, "utf8")}!.env\n`);
  assert.equal(rulesStatus(target, wants(), stateDir).state, "drifted");
  done(installRules(target, wants(), stateDir));
  assert.match(readFileSync(path, "utf8"), /^!\.env\n# >>> Signalbox[^]*# <<< Signalbox\n$/);
  done(uninstallRules(target, stateDir));
  assert.equal(readFileSync(path, "utf8"), "!.env\n");
});

test("a pattern that looks like the end of our block ends nothing", () => {
  const { stateDir, target, wants } = bench("gemini-cli", "workspace");
  const path = join(target.base, ".geminiignore");
  writeFileSync(path, "mine\r\n");
  const policy = signalPolicy(`hidden_files: ["**/# <<< Signalbox", "**/# <<< Signalbox/x", "**/a\\n!.env"]`);
  done(installRules(target, wants(policy), stateDir));
  done(installRules(target, wants(), stateDir));
  const text = readFileSync(path, "utf8");
  assert.equal(text.split("# <<< Signalbox").length, 2);
  assert.doesNotMatch(text, /^!\.env$/m);
  done(uninstallRules(target, stateDir));
  assert.equal(readFileSync(path, "utf8"), "mine\r\n");
});

test("an entry that the user had before is the user's, and stays", () => {
  const { stateDir, target, wants } = bench("claude-code", "user");
  const path = join(target.base, ".claude", "settings.json");
  mkdirSync(dirname(path));
  writeFileSync(path, `{ "permissions": { "deny": ["Read(//**/.env)"] } }\n`);
  done(installRules(target, wants(), stateDir));
  assert.equal(readFileSync(path, "utf8").split('"Read(//**/.env)"').length, 2);
  // Somebody else's change keeps the file from being put back as it was.
  writeFileSync(path, readFileSync(path, "utf8").replace("{", `{ "model": "x",`));
  done(uninstallRules(target, stateDir));
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), {
    model: "x",
    permissions: { deny: ["Read(//**/.env)"] },
  });
});

test("Zed's own list of private files goes on to hold beside ours, also after the policies changed", () => {
  const { stateDir, target, wants } = bench("zed", "user");
  const path = join(target.base, ".config", "zed", "settings.json");
  for (const policy of [undefined, signalPolicy(`hidden_files: ["docs/private/**"]`)]) {
    done(installRules(target, wants(policy), stateDir));
    const { private_files: files, agent } = JSON.parse(readFileSync(path, "utf8")) as {
      private_files: string[];
      agent: { tool_permissions: { tools: { terminal: { always_deny: { pattern: string }[] } } } };
    };
    assert.ok(files.includes("**/*.crt") && files.includes("**/.env*"));
    const patterns = agent.tool_permissions.tools.terminal.always_deny.map(
      ({ pattern }) => new RegExp(pattern),
    );
    const isDenied = (command: string): boolean => patterns.some((pattern) => pattern.test(command));
    for (const command of [
      "railway volume delete",
      "cd x && railway -v volume rm a",
      "aws s3 rb s3://b --force",
    ]) {
      assert.ok(isDenied(command), command);
    }
    for (const command of [
      "railway volume list",
      "railway up; echo volume delete",
      "aws s3 ls",
      "awsx s3 rb",
    ]) {
      assert.ok(!isDenied(command), command);
    }
  }
});

test("settings that cannot be merged into are left as they are, with the reason", () => {
  for (const [text, why] of [
    ["[1]", /its root is not an object/],
    [`{"permissions": {"deny": "all"}}`, /its `deny` is not a list/],
    [`{"permissions": []}`, /its `permissions` is not an object/],
    ["{", /./],
  ] as const) {
    const { stateDir, target, wants } = bench("claude-code", "user");
    const path = join(target.base, ".claude", "settings.json");
    mkdirSync(dirname(path));
    writeFileSync(path, text);
    const result = installRules(target, wants(), stateDir);
    assert.ok(!result.ok);
    assert.match(result.error, /settings\.json` is left as it is/);
    assert.match(result.error, why);
    assert.equal(readFileSync(path, "utf8"), text);
  }
});

test("all rules of all agents go at once, as the last thing of an editor that is taken away", () => {
  const { home, stateDir, target, wants } = bench("gemini-cli", "workspace");
  const clean = snapshot(home);
  done(installRules(target, wants(), stateDir));
  done(installRules({ agent: "claude-code", scope: "user", base: home }, wants(), stateDir));
  done(installRules({ agent: "zed", scope: "user", base: home }, wants(), stateDir));
  assert.deepEqual(uninstallAllRules(stateDir), []);
  assert.deepEqual(snapshot(home), clean);
});

test("rules of a workspace are not written through a link that leads out of it", () => {
  const { home, stateDir, target, wants } = bench("gemini-cli", "workspace");
  writeFileSync(join(home, "elsewhere"), "x\n");
  symlinkSync(join(home, "elsewhere"), join(target.base, ".geminiignore"));
  const result = installRules(target, wants(), stateDir);
  assert.ok(!result.ok);
  assert.match(result.error, /leads out of the workspace/);
  assert.equal(readFileSync(join(home, "elsewhere"), "utf8"), "x\n");
});

test("hooks and rules in one file come and go in either order", () => {
  for (const hooksFirst of [true, false]) {
    const { home, stateDir, target, wants } = bench("claude-code", "user");
    const options = {
      agent: "claude-code",
      scope: "user",
      home,
      stateDir,
      nodePath: process.execPath,
      brokerPath: join(root, "broker.js"),
    } as const;
    const path = join(home, ".claude", "settings.json");
    mkdirSync(dirname(path));
    writeFileSync(path, `{\n  // mine\n  "model": "x"\n}\n`);
    const clean = snapshot(home);
    const rules = (): void => void done(installRules(target, wants(), stateDir));
    const hooks = (): void => void done(install(options));
    (hooksFirst ? [hooks, rules] : [rules, hooks]).forEach((step) => step());
    assert.equal(status(options).state, "installed");
    assert.equal(rulesStatus(target, wants(), stateDir).state, "written");
    done(uninstallRules(target, stateDir));
    done(uninstall(options));
    assert.deepEqual(snapshot(home), clean, String(hooksFirst));
  }
});
