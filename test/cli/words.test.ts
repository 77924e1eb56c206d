import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { UsageError } from "../../src/cli/command.ts";
import { noPositionals, onlyPositional, parseOptions } from "../../src/cli/options.ts";
import { commandLine } from "../../src/cli/shell-words.ts";

test("one word after `--` is the line as typed, several are quoted for a shell", () => {
  assert.equal(commandLine(["rm -rf a && b"]), "rm -rf a && b");
  assert.equal(commandLine(["rm", "-rf", "a b"]), "rm -rf 'a b'");
  assert.equal(commandLine(["echo", "it's", "$HOME", "", "*"]), String.raw`echo 'it'\''s' '$HOME' '' '*'`);
});

test("a shell reads the very same words again", () => {
  const words = [
    "printf",
    "%s\\n",
    "a b",
    "it's",
    "$(id)",
    "`id`",
    '"',
    "\\",
    "\n",
    "*",
    "-n",
    "~",
    "!x",
    "a;b",
  ];
  const out = execFileSync("/bin/sh", ["-c", commandLine(words)], { encoding: "utf8" });
  assert.equal(out, `${words.slice(2).join("\n")}\n`);
});

test("options are strict", () => {
  const spec = { policy: "text", json: "flag" } as const;
  const parsed = parseOptions(["--policy", "p.yaml", "--json", "--", "--policy", "x"], spec);
  assert.equal(parsed.text["policy"], "p.yaml");
  assert.ok(parsed.flags.has("json"));
  assert.deepEqual(parsed.rest, ["--policy", "x"]);
  for (const wrong of [["--polcy", "x"], ["--policy"], ["--json=1"], ["--policy", "a", "--policy", "b"]]) {
    assert.throws(() => parseOptions(wrong, spec), UsageError, wrong.join(" "));
  }
  assert.throws(() => noPositionals(parseOptions(["x"], spec)), UsageError);
  assert.equal(onlyPositional(parseOptions(["s_1"], spec), "SESSION"), "s_1");
  assert.throws(() => onlyPositional(parseOptions([], spec), "SESSION"), /SESSION is missing/);
  assert.throws(() => onlyPositional(parseOptions(["a", "b"], spec), "SESSION"), /unexpected argument `b`/);
});
