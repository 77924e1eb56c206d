import assert from "node:assert/strict";
import { test } from "node:test";
import { requestQuestion } from "../../src/approve/question.ts";
import { fileDiff, scriptText, shownText, variableNames } from "../../src/approve/request-details.ts";
import type { Action } from "../../src/model/action.ts";
import { action, decision, shellRequest, vocabulary } from "./cases.ts";

const redact = (text: string): string => text.replaceAll("SECRET-VALUE", "‹x›");

test("details: names of variables, never values", () => {
  const named = (command: string, shell: "bash" | "powershell" = "bash"): readonly string[] =>
    variableNames({ kind: "shell", command, shell });
  assert.deepEqual(named("TOKEN=abc curl -H $AUTH ${URL}/x; echo $AUTH"), ["TOKEN", "AUTH", "URL"]);
  assert.deepEqual(named("echo a=b $1 $?"), []);
  assert.deepEqual(named("$env:RAILWAY_TOKEN; echo %PATH%", "powershell"), ["RAILWAY_TOKEN", "PATH"]);
  assert.deepEqual(variableNames({ kind: "internal", tool: "$X" }), []);
});

test("details: a script is shown with its digest, masked; one that must not be shown is not", () => {
  const input = { path: "/w/a.sh", digest: "d" };
  assert.equal(scriptText(input, "use SECRET-VALUE", redact).text, "use ‹x›");
  assert.match(scriptText(input, undefined, redact).text, /^\(not shown/);
  const long = scriptText(input, `${"x".repeat(16_380)}SECRET-VALUE${"y".repeat(9000)}`, redact);
  assert.doesNotMatch(long.text, /SECRET/);
  assert.match(long.text, /more characters\)$/);
});

test("details: a write is shown as what changes, masked", () => {
  const written = { path: "/w/a", change: "write", content: "one\nSECRET-VALUE\n" } as const;
  assert.deepEqual(fileDiff(written, "one\ntwo\n", redact).lines, ["@@ -1 +1 @@", " one", "-two", "+‹x›"]);
  assert.deepEqual(fileDiff(written, written.content, redact).lines, ["(nothing changes)"]);
  assert.match(fileDiff({ path: "/w/a", change: "delete" }, "x", redact).lines.join(), /deleted/);
  assert.match(fileDiff({ path: "/w/a", change: "write" }, "x", redact).lines.join(), /does not say/);
  const many = Array.from({ length: 1000 }, (_, index) => `l${index}`).join("\n");
  assert.match(
    fileDiff({ ...written, content: many }, undefined, redact).lines.at(-1) ?? "",
    /more lines\)$/,
  );
});

test("details: of a very long request the end is shown, too, and no secret at the cuts", () => {
  const command = `echo SECRET-VALUE ${"x".repeat(48 * 1024 - 26)}SECRET-VALUE${"y".repeat(80_000)}SECRET-VALUE; rm -rf /`;
  const text = shownText({ kind: "shell", command, shell: "bash" }, redact);
  assert.match(text, /rm -rf \/$/);
  assert.match(text, /characters left out/);
  assert.doesNotMatch(text, /SECRET/);
  assert.ok(text.length < 66 * 1024);
});

function questionOf(command: string, actions: readonly Action[]): ReturnType<typeof requestQuestion> {
  return requestQuestion(
    shellRequest(command),
    decision({ actions }),
    { id: "q1", nonce: "n", sessionId: "s_1", askedAt: "a", expiresAt: "e" },
    { vocabulary, binding: { requestHash: "h", policyHash: "p" }, redact },
  );
}

function found(command: string, text: string, over: Partial<Action> = {}): Action {
  const start = command.lastIndexOf(text);
  return action({ ...over, evidence: { start, end: start + text.length, text } });
}

test("question: evidence is where it stands in the masked text, not where the same words stand before", () => {
  const command = "echo vol_1 SECRET-VALUE; railway volume delete vol_1; railway volume delete vol_1";
  const asked = questionOf(command, [found(command, "railway volume delete vol_1")]);
  const { start = 0, end = 0 } = asked.actions[0]?.evidence ?? {};
  assert.equal(asked.text.slice(start, end), "railway volume delete vol_1");
  assert.equal(end, asked.text.length);
});

test("question: evidence that does not fit the text, or lies in a file, is not marked in it", () => {
  const forged = action({ evidence: { start: 3, end: 9, text: "elsewhere" } });
  assert.equal(questionOf("rm x", [forged]).actions[0]?.evidence, undefined);
  const inFile = action({ evidence: { start: 0, end: 4, text: "rm x", via: "/w/a.sh" } });
  const [asked] = questionOf("rm x", [inFile]).actions;
  assert.deepEqual([asked?.evidence, asked?.via], [undefined, "/w/a.sh"]);
});

test("question: the gravest action comes first, whatever the order of the command", () => {
  const command = "cat a; railway volume delete vol_1";
  const read = found(command, "cat a", { provider: "fs", operation: "read", effects: [] });
  const asked = questionOf(command, [read, found(command, "railway volume delete vol_1")]);
  assert.deepEqual(
    asked.actions.map(({ id }) => id),
    ["railway:volume_delete", "fs:read"],
  );
  assert.match(asked.actions[0]?.sentence ?? "", /^Delete Railway volume `vol_1` in production/);
});
