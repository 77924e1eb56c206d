import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { ampInstaller } from "../../../src/boundary/hooks/amp/install.ts";

let root = "";
let count = 0;
before(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-amp-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

interface Call {
  readonly tool: string;
  readonly toolUseID: string;
  readonly input: object;
  readonly thread: { readonly id: string };
}
type Answer = { readonly action: string; readonly message?: string };
type Handler = (call: Call, context: object) => Promise<Answer>;

const call: Call = { tool: "Bash", toolUseID: "u", input: { cmd: "ls" }, thread: { id: "T-2" } };

/** The plugin as Amp loads it, before a hook client that does what `body` says. */
async function handler(body: string, event = "tool.call"): Promise<Handler> {
  const folder = join(root, `home ${count++}`);
  const client = join(folder, "hook.sh");
  mkdirSync(folder, { recursive: true });
  writeFileSync(client, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const files = ampInstaller.files({ scope: "user", base: folder });
  assert.ok(files.ok);
  const [file] = files.value;
  const text = file?.withHooks(undefined, client, new Map());
  assert.ok(file !== undefined && text?.ok === true);
  mkdirSync(dirname(file.path), { recursive: true });
  writeFileSync(file.path, text.value);
  const plugin = (await import(pathToFileURL(file.path).href)) as {
    default(amp: { on(event: string, handle: Handler): void; system: object }): void;
  };
  const handlers = new Map<string, Handler>();
  plugin.default({
    on: (event, handle) => void handlers.set(event, handle),
    system: { workspaceRoot: "file:///work/my%20shop" },
  });
  const handle = handlers.get(event);
  assert.ok(handle !== undefined);
  return handle;
}

test("only the client's word for no opinion lets a tool run", async () => {
  const handle = await handler("echo '{}'");
  assert.deepEqual(await handle(call, {}), { action: "allow" });
});

for (const [what, body] of [
  ["denies", `echo '{"decision":"deny","reason":"not like this"}'`],
  ["says nothing", ":"],
  ["says garbage", "echo yes"],
  ["says something else", `echo '{"decision":"allow"}'`],
  ["says it and fails", "echo '{}'; exit 1"],
  ["dies", "kill -9 $$"],
] as const) {
  test(`the tool is rejected with a reason when the client ${what}`, async () => {
    const answer = await (await handler(body))(call, {});
    assert.equal(answer.action, "reject-and-continue");
    assert.match(answer.message ?? "", what === "denies" ? /^not like this$/ : /Signalbox/);
  });
}

test("a kill cancels the thread and stops the tool, also where cancelling fails", async () => {
  const handle = await handler(`echo '{"decision":"kill","reason":"never"}'`);
  const cancelled: string[] = [];
  const cancel = (): Promise<void> => {
    cancelled.push("T-2");
    return Promise.reject(new Error("gone"));
  };
  assert.deepEqual(await handle(call, { thread: { cancel } }), { action: "error", message: "never" });
  assert.deepEqual(await handle(call, {}), { action: "error", message: "never" });
  assert.deepEqual(cancelled, ["T-2"]);
});

test("what is told is the call, where it works and the thread that it belongs to in the end", async () => {
  const handle = await handler(
    `IFS= read -r line || :; printf '{"decision":"deny","reason":%s}' "$(printf '%s' "$line" | sed 's/"/\\\\"/g; s/^/"/; s/$/"/')"`,
  );
  const { message = "" } = await handle(call, {
    thread: { parentThreadID: () => Promise.resolve("T-1") },
  });
  assert.deepEqual(JSON.parse(message), {
    hook_event_name: "tool.call",
    cwd: "/work/my shop",
    threadID: "T-2",
    rootThreadID: "T-1",
    tool: "Bash",
    toolUseID: "u",
    input: { cmd: "ls" },
  });
});

test("a result is replaced by what the client gives back, and stays whatever else happens", async () => {
  const result = { ...call, status: "done", output: { output: "test-token-not-real", exitCode: 0 } };
  const masks = await handler(`echo '{"output":{"output":"‹token›","exitCode":0}}'`, "tool.result");
  assert.deepEqual(await masks(result, {}), {
    status: "done",
    output: { output: "‹token›", exitCode: 0 },
  });
  for (const body of [":", "echo yes", "echo '{}'", "exit 1", "kill -9 $$"]) {
    assert.equal(await (await handler(body, "tool.result"))(result, {}), undefined, body);
  }
});
