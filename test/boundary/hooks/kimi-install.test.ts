import assert from "node:assert/strict";
import { test } from "node:test";
import { kimiInstaller } from "../../../src/boundary/hooks/kimi-code/install.ts";

const files = kimiInstaller.files({ scope: "user", base: "/home/dev" });
assert.ok(files.ok);
const [file] = files.value;
assert.ok(file !== undefined);

function written(current: string | undefined): string {
  const text = file?.withHooks(current, "/home/dev/.signalbox/bin/hook.sh", new Map());
  assert.ok(text?.ok === true, text?.ok === false ? text.error : "");
  return text.value;
}

test("Kimi Code: tables of ours at the end, with the members that it knows and no others", () => {
  const text = written(undefined);
  const tables = text.split(/^\[\[hooks\]\]\n/m).slice(1);
  assert.equal(tables.length, 6);
  for (const table of tables) {
    const members = table
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(" = ")[0]);
    assert.deepEqual(members, ["event", "command", "timeout"]);
  }
  assert.match(
    text,
    /event = "PreToolUse"\ncommand = ".* kimi-code PreToolUse \|\| exit 2"\ntimeout = 600\n/,
  );
  assert.match(text, /event = "PostToolUse"\ncommand = ".* --report .* \|\| exit 0"\n/);
});

for (const own of [
  'default_model = "k"\n\n[[hooks]]\nevent = "Stop"\ncommand = "say done"\n',
  'default_model = "k"',
  "# mine\n",
]) {
  test(`Kimi Code: ${JSON.stringify(own).slice(0, 30)} stays as it is, and is alone again in the end`, () => {
    const text = written(own);
    assert.ok(text.startsWith(own));
    assert.equal(written(text), text);
    const rest = file.withoutHooks(text, "/home/dev/.signalbox/bin/hook.sh");
    assert.deepEqual(rest, { ok: true, value: own.endsWith("\n") ? own : `${own}\n` });
  });
}

test("Kimi Code: hooks in a list of another form are not broken by a second one", () => {
  const text = file.withHooks("hooks = []\n", "/h/hook.sh", new Map());
  assert.ok(!text.ok);
  assert.match(text.error, /sets `hooks` as a list/);
});
