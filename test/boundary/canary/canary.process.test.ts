import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { runCanary, type CanaryReport } from "../../../src/boundary/canary/canary.ts";
import { installedHook } from "../../../src/boundary/canary/installed-hook.ts";
import { textsOf } from "../../../src/boundary/checklist/detect-agents.ts";
import { install } from "../../../src/boundary/hooks/install.ts";
import { hookFilesOf, invokedPath, type InstallOptions } from "../../../src/boundary/hooks/install-plan.ts";
import { installers } from "../../../src/boundary/hooks/installers.ts";
import type { AgentProbe } from "../../../src/boundary/hooks/probe.ts";
import { probes } from "../../../src/boundary/hooks/probes.ts";

const root = mkdtempSync(join(tmpdir(), "signalbox-canary-"));
after(() => rmSync(root, { recursive: true, force: true }));

const denied = "cat /somewhere/canary";
const deny = {
  claude: `{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"no"}}`,
  cursor: `{"permission":"deny","user_message":"no"}`,
  flat: `{"decision":"deny","reason":"no"}`,
  cancel: `{"cancel":true,"errorMessage":"no"}`,
} as const;

/** What each agent takes for "no opinion" and for a denial, from its contract. */
const replies: Readonly<Record<string, readonly [passes: string, stops: string]>> = {
  "claude-code": ["", deny.claude],
  vscode: ["", deny.claude],
  copilot: ["", deny.claude],
  cursor: ["{}", deny.cursor],
  codex: ["", deny.claude],
  "gemini-cli": ["", deny.flat],
  "qwen-code": ["", deny.claude],
  opencode: ["{}", deny.flat],
  amp: ["{}", deny.flat],
  cline: [`{"cancel":false}`, deny.cancel],
  "cline-vscode": [`{"cancel":false}`, deny.cancel],
  droid: ["", deny.claude],
  auggie: ["", deny.claude],
  crush: ["", deny.flat],
  antigravity: [`{"decision":"allow"}`, deny.flat],
  grok: [`{"decision":"allow"}`, deny.flat],
  windsurf: ["", ""],
  devin: ["", ""],
  kiro: ["", ""],
  "kimi-code": ["", ""],
};

/** Our own plugins ask for these: whatever they cannot read stops, and no payload is cut off. */
const plugins: ReadonlySet<string> = new Set(["opencode", "amp"]);

const cutOff = `*) case $input in *'}') ;; *) echo "Signalbox: cut off" >&2; exit 2 ;; esac ;;`;
const says = (text: string): string => (text === "" ? ":" : `printf '%s\\n' '${text}'`);

const denying = (stops: string): string => (stops === "" ? "echo no >&2; exit 2" : `${says(stops)}; exit 0`);

/** A stand-in for the hook client that denies one command, passes others, and refuses what is cut off. */
function client(passes: string, stops: string, broken = cutOff): string {
  return `#!/bin/bash\ninput=$(cat)\ncase $input in *"${denied}"*) ${denying(stops)} ;; ${broken} esac\n${says(passes)}\n`;
}

interface Armed {
  readonly probe: AgentProbe;
  readonly options: InstallOptions;
}

let count = 0;

/** An agent with its hooks installed at the first level that there is, and a client of ours in their place. */
function armed(probe: AgentProbe, text: string): Armed {
  const home = join(root, `home ${count++}`);
  const workspace = join(home, "shop");
  mkdirSync(workspace, { recursive: true });
  const options = [probe.agent, probe.sharesHooksOf ?? probe.agent]
    .flatMap((agent) =>
      (["user", "workspace"] as const).map((scope) => ({
        agent,
        scope,
        home,
        workspace,
        stateDir: join(home, ".signalbox"),
        nodePath: process.execPath,
        brokerPath: "/nonexistent/broker.js",
      })),
    )
    .find((each) => hookFilesOf(each).ok);
  assert.ok(options !== undefined, probe.agent);
  const installed = install(options);
  assert.ok(installed.ok, installed.ok ? "" : installed.error);
  const path = invokedPath(options);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o700);
  return { probe, options };
}

function canary({ probe, options }: Armed, timeoutMs = 20_000): Promise<CanaryReport> {
  const { files } = textsOf(options);
  return runCanary(probe, files, invokedPath(options), {
    denied,
    harmless: "echo harmless",
    conversation: "c",
    workspace: options.workspace ?? root,
    home: options.home,
    version: "1.2.3",
    timeoutMs,
    nodePath: process.execPath,
  });
}

test("every agent that can be armed has a probe, and every probe an agent", () => {
  assert.deepEqual(
    probes.map(({ agent }) => agent).toSorted(),
    installers.map(({ agent }) => agent).toSorted(),
  );
  assert.deepEqual(Object.keys(replies).toSorted(), probes.map(({ agent }) => agent).toSorted());
});

for (const probe of probes) {
  const [passes, stops] = replies[probe.agent] ?? ["", ""];
  const failsAt = async (text: string): Promise<string> => {
    const { proved, steps } = await canary(armed(probe, text));
    assert.equal(proved, false, JSON.stringify(steps));
    return steps.find(({ ok }) => !ok)?.what ?? "";
  };

  test(`${probe.agent}: a client that answers as it should is proved`, async () => {
    const report = await canary(armed(probe, client(passes, stops)));
    assert.ok(report.proved, JSON.stringify(report));
  });

  test(`${probe.agent}: what lets all pass, stops all, or answers in another's words is not`, async () => {
    assert.equal(await failsAt(`#!/bin/sh\ncat >/dev/null\n${says(passes)}\n`), "a denied command");
    assert.equal(await failsAt(`#!/bin/sh\ncat >/dev/null\n${denying(stops)}\n`), "a harmless command");
    const foreign = stops === deny.cursor ? deny.flat : deny.cursor;
    if (!plugins.has(probe.agent)) {
      // Antigravity takes everything that is no decision of its own for a denial.
      assert.equal(
        await failsAt(client(passes, foreign, probe.agent === "antigravity" ? "" : cutOff)),
        probe.agent === "antigravity" ? "a payload that is cut off" : "a denied command",
      );
    }
  });

  test(`${probe.agent}: a client that is gone, or that lets pass what is cut off, is not proved`, async () => {
    const gone = armed(probe, client(passes, stops));
    rmSync(invokedPath(gone.options));
    assert.equal((await canary(gone)).proved, false);
    if (!plugins.has(probe.agent)) {
      assert.equal(await failsAt(client(passes, stops, "")), "a payload that is cut off");
    }
  });
}

test("a client that hangs is not proved, and is ended", async () => {
  const [probe] = probes;
  assert.ok(probe !== undefined);
  const report = await canary(armed(probe, "#!/bin/bash\nexec sleep 60\n"), 300);
  assert.equal(report.proved, false);
  assert.match(report.steps[0]?.detail ?? "", /no reply within 0\.3 s/);
});

test("hooks that are not in the file are not proved", async () => {
  const probe = probes.find(({ agent }) => agent === "cursor");
  assert.ok(probe !== undefined);
  const found = installedHook(
    probe,
    [{ path: "/h/.cursor/hooks.json", text: '{"version":1,"hooks":{}}' }],
    "/c/hook.sh",
  );
  assert.deepEqual(found, {
    ok: false,
    error: "no hook of Signalbox's for `beforeShellExecution` in `/h/.cursor/hooks.json`",
  });
});

test("a managed file in TOML is read as Codex reads it", () => {
  const probe = probes.find(({ agent }) => agent === "codex");
  assert.ok(probe !== undefined);
  const options = {
    agent: "codex",
    scope: "managed",
    home: root,
    stateDir: root,
    nodePath: "",
    brokerPath: "",
    root,
  } as const;
  const files = hookFilesOf(options);
  assert.ok(files.ok);
  const text = files.value[0]?.withHooks(undefined, invokedPath(options), new Map());
  assert.ok(text?.ok === true);
  const found = installedHook(
    probe,
    [{ path: "/etc/codex/requirements.toml", text: text.value }],
    invokedPath(options),
  );
  assert.ok(found.ok && found.value.kind === "shell");
  assert.match(found.value.command, /hook\.sh.* codex PreToolUse/);
});
