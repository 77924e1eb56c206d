import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../cli/terminal.ts";
import { ownCli } from "../../src/editor/own-cli.ts";

function program(context: { after(done: () => void): void }, text: string): { cwd: string; file: string } {
  const cwd = temporaryFolder(context);
  const file = join(cwd, "cli.cjs");
  writeFileSync(file, text);
  return { cwd, file };
}

test("the JSON of a program is taken, whatever its exit code; progress is told as it comes", async (context) => {
  const { cwd, file } = program(
    context,
    `process.stderr.write("1/2\\n"); process.stdin.on("data", (text) => {
       console.log(JSON.stringify({ text: String(text), args: process.argv.slice(2), node: process.env.NODE_OPTIONS ?? null }));
       process.exitCode = 2;
     });`,
  );
  const lines: string[] = [];
  const json = await ownCli(file)({
    args: ["a", "b c"],
    cwd,
    stdin: "policy",
    progress: (line) => lines.push(line),
  });
  assert.deepEqual(json, { text: "policy", args: ["a", "b c"], node: null });
  assert.deepEqual(lines, ["1/2"]);
});

test("a program without an answer is told in its own words", async (context) => {
  const { cwd, file } = program(
    context,
    'console.error("50/100\\nsignalbox audit: the policy does not load\\n/p.yaml:1:1: error: x\\n  help: `signalbox audit --help`"); process.exitCode = 2;',
  );
  await assert.rejects(ownCli(file)({ args: [], cwd }), {
    message: "the policy does not load /p.yaml:1:1: error: x",
  });
});

test("a program is ended when nobody waits any more", async (context) => {
  const { cwd, file } = program(context, "setInterval(() => undefined, 1000);");
  const abort = new AbortController();
  const running = ownCli(file)({ args: [], cwd, signal: abort.signal });
  setTimeout(() => abort.abort(), 200);
  await assert.rejects(running, { name: "AbortError" });
});
