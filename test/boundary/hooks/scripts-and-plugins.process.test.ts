import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { clineExtensionInstaller, clineInstaller } from "../../../src/boundary/hooks/cline/install.ts";
import type { AgentInstaller } from "../../../src/boundary/hooks/installer.ts";
import { opencodeInstaller } from "../../../src/boundary/hooks/opencode/install.ts";

let root = "";
let count = 0;
before(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-scripts-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

/** A stand-in for the hook client: keeps what it got beside itself, and ends as told. */
function client(body: string | undefined): string {
  const path = join(root, `client ${count++}`, "hook.sh");
  mkdirSync(dirname(path));
  if (body !== undefined) {
    writeFileSync(path, `#!/bin/bash\ncat >"$0.in"\nprintf '%s ' "$@" >"$0.args"\n${body}\n`, {
      mode: 0o755,
    });
  }
  return path;
}

/** Writes an agent's files where it would find them, and returns their paths. */
function written(installer: AgentInstaller, hookPath: string): readonly string[] {
  const base = join(root, `home ${count++}`);
  const files = installer.files({ scope: "user", base });
  assert.ok(files.ok);
  return files.value.map((file) => {
    const text = file.withHooks(undefined, hookPath, new Map());
    assert.ok(text.ok);
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(file.path, text.value, { mode: 0o755 });
    return file.path;
  });
}

const cancel = '{"cancel":true,"errorMessage":"no"}';
const failures: readonly (readonly [what: string, body: string | undefined])[] = [
  ["is not there", undefined],
  ["refuses by itself", "echo Signalbox: no >&2; exit 2"],
  ["crashes", "exit 1"],
  ["is killed", "kill -9 $$"],
];

/** What a tool did is told afterwards: then there is nothing to stop. */
const reportScript = "PostToolUse";

for (const installer of [clineInstaller, clineExtensionInstaller]) {
  test(`${installer.agent}: whatever becomes of a report, the run goes on`, () => {
    for (const [, body] of failures) {
      const [script = ""] = written(installer, client(body)).filter((path) => path.endsWith(reportScript));
      const { status, stdout } = spawnSync(script, [], { input: "{}", encoding: "utf8" });
      assert.deepEqual([status, stdout], [0, '{"cancel":false}\n']);
    }
  });

  test(`${installer.agent}: somebody else's script for reports stays, and keeps nothing from being installed`, () => {
    const files = installer.files({ scope: "user", base: join(root, `home ${count++}`) });
    assert.ok(files.ok);
    for (const file of files.value) {
      const text = file.withHooks("#!/bin/sh\necho mine\n", "/h/hook.sh", new Map());
      const isReport = file.path.endsWith(reportScript);
      assert.deepEqual(text.ok && text.value, isReport && "#!/bin/sh\necho mine\n");
    }
  });

  test(`${installer.agent}: a script hands on what the client says`, () => {
    for (const answer of ['{"cancel":false}', cancel]) {
      const [script = ""] = written(installer, client(`echo '${answer}'`));
      const { status, stdout } = spawnSync(script, [], { input: "{}", encoding: "utf8" });
      assert.deepEqual([status, stdout], [0, `${answer}\n`]);
    }
  });

  for (const [what, body] of failures) {
    test(`${installer.agent}: the run is cancelled when the client ${what}`, () => {
      for (const script of written(installer, client(body)).filter((path) => !path.endsWith(reportScript))) {
        const { status, stdout } = spawnSync(script, [], { input: "{}", encoding: "utf8" });
        const reply = JSON.parse(stdout) as { cancel: boolean; errorMessage: string };
        assert.deepEqual([status, reply.cancel], [0, true]);
        assert.match(reply.errorMessage, /Signalbox/);
      }
    });
  }
}

interface Hooks {
  event(input: { event: { type: string; properties: object } }): Promise<void>;
  "chat.message"(input: { sessionID: string }, output: { parts: readonly object[] }): Promise<void>;
  "tool.execute.before"(
    input: { tool: string; sessionID: string; callID: string },
    output: { args: object },
  ): Promise<void>;
  "tool.execute.after"(
    input: { tool: string; sessionID: string; callID: string; args: object },
    output: object,
  ): Promise<void>;
}

/** The plugin as opencode loads it, with the sessions that were aborted. */
async function plugin(hookPath: string): Promise<{ hooks: Hooks; aborted: readonly string[] }> {
  const [file = ""] = written(opencodeInstaller, hookPath);
  const module = (await import(pathToFileURL(file).href)) as {
    Signalbox(context: object): Promise<Hooks>;
  };
  const aborted: string[] = [];
  const session = {
    get: ({ path }: { path: { id: string } }) =>
      Promise.resolve({ data: { parentID: path.id === "grandchild" ? "child" : undefined } }),
    abort: ({ path }: { path: { id: string } }) => {
      aborted.push(path.id);
      return Promise.reject(new Error("gone"));
    },
  };
  return { hooks: await module.Signalbox({ client: { session }, directory: "/w" }), aborted };
}

const call = { tool: "bash", sessionID: "s", callID: "c" };
const args = { args: { command: "ls" } };

test("opencode: only the client's word for no opinion lets a tool run", async () => {
  const { hooks } = await plugin(client("echo '{}'"));
  await hooks["tool.execute.before"](call, args);
  await hooks["chat.message"]({ sessionID: "s" }, { parts: [{ type: "text", text: "hi" }] });
});

for (const [what, body] of [
  ...failures,
  ["says nothing", ":"],
  ["says garbage", "echo yes"],
  ["says null", "echo null"],
  ["says something else", `echo '{"decision":"allow"}'`],
  ["says it and fails", "echo '{}'; exit 1"],
] as const) {
  test(`opencode: the tool is stopped when the client ${what}`, async () => {
    const { hooks } = await plugin(client(body));
    await assert.rejects(hooks["tool.execute.before"](call, args), /Signalbox/);
    await assert.rejects(hooks["chat.message"]({ sessionID: "s" }, { parts: [] }), /Signalbox/);
  });
}

test("opencode: a denial carries its reason, a kill ends the session and its root as well", async () => {
  const denies = await plugin(client(`echo '{"decision":"deny","reason":"not like this"}'`));
  await assert.rejects(denies.hooks["tool.execute.before"](call, args), /^Error: not like this$/);
  assert.deepEqual(denies.aborted, []);
  const kills = await plugin(client(`echo '{"decision":"kill","reason":"never"}'`));
  await kills.hooks.event({
    event: { type: "session.created", properties: { info: { id: "child", parentID: "root" } } },
  });
  await assert.rejects(
    kills.hooks["tool.execute.before"]({ ...call, sessionID: "grandchild" }, args),
    /never/,
  );
  assert.deepEqual(kills.aborted, ["grandchild", "root"]);
});

test("opencode: a result is replaced by what the client gives back, and stays whatever else happens", async () => {
  const masks = await plugin(client(`echo '{"output":{"title":"t","output":"‹token›"}}'`));
  const output = { title: "t", output: "test-token-not-real", metadata: { exit: 0 } };
  await masks.hooks["tool.execute.after"]({ ...call, ...args }, output);
  assert.deepEqual(output, { title: "t", output: "‹token›", metadata: { exit: 0 } });
  for (const [, body] of [...failures, ["says nothing", ":"], ["says garbage", "echo yes"]] as const) {
    const { hooks } = await plugin(client(body));
    const same = { output: "as it was" };
    await hooks["tool.execute.after"]({ ...call, ...args }, same);
    assert.deepEqual(same, { output: "as it was" });
  }
});

test("opencode: what cannot be written as JSON is stopped", async () => {
  const { hooks } = await plugin(client("echo '{}'"));
  await assert.rejects(hooks["tool.execute.before"](call, { args: { big: 1n } }), /Signalbox/);
});
