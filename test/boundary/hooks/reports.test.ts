import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../../src/base/json.ts";
import type { RequestPayload } from "../../../src/model/request.ts";
import { clientOptions } from "../../../src/boundary/hooks/hook-call.ts";
import { installers } from "../../../src/boundary/hooks/installers.ts";
import { adapterOf } from "../../../src/boundary/hooks/registry.ts";
import { maskedValue } from "../../../src/boundary/hooks/report.ts";
import { reports } from "../../../src/boundary/hooks/reports.ts";

const folder = join(import.meta.dirname, "../../fixtures/hooks");

interface Fixture {
  readonly name: string;
  readonly payload: JsonObject;
  readonly expect: { readonly adapter: string; readonly phase: string; readonly event: string };
}

const fixtures: readonly Fixture[] = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => /[\\/].*\.json$/.test(name))
  .map((name) => ({
    name,
    ...(JSON.parse(readFileSync(join(folder, name), "utf8")) as Omit<Fixture, "name">),
  }));

/** What each recorded report says that has run. Secrets and ids in them are made up. */
const told: Readonly<Record<string, readonly [kind: RequestPayload["kind"], what: RegExp]>> = {
  "PostToolUse.shell": ["shell", /echo|touch/],
  "PostToolUse.read": ["file_read", /\.env/],
  "PostToolUse.edit": ["file_write", /a\.txt/],
  "PostToolUse-Bash": ["shell", /printf executed/],
  "PostToolUse-Edit": ["file_write", /secret\.txt/],
  "PostToolUse-Read": ["file_read", /secret\.txt/],
  "PostToolUse-Write": ["file_write", /marker\.txt/],
  "PostToolUse-apply_patch": ["file_write", /marker\.txt/],
  "PostToolUse-editor": ["file_write", /marker\.txt/],
  "PostToolUse-read_files": ["file_read", /secret\.txt/],
  "PostToolUse-run_commands": ["shell", /printf executed/],
  "PostToolUse-run_shell_command": ["shell", /printf executed/],
  "PostToolUse-read_file": ["file_read", /secret\.txt/],
  "PostToolUse-write_file": ["file_write", /marker\.txt/],
  "PostToolUse-edit": ["file_write", /secret\.txt/],
  "PostToolUse-mcp__railway__volume_delete": ["mcp_call", /volume_delete/],
  "PostToolUse-railway-volume_delete": ["mcp_call", /volume_delete/],
  "PostToolUse-railway__volume_delete": ["mcp_call", /volume_delete/],
  "postToolUse.shell": ["shell", /echo/],
  "postToolUse-bash": ["shell", /printf executed/],
  "postToolUse-create": ["file_write", /marker\.txt/],
  "postToolUse-edit": ["file_write", /secret\.txt/],
  "postToolUse-railway-volume_delete": ["mcp_call", /volume_delete/],
  "postToolUse-view": ["file_read", /secret\.txt/],
  "AfterTool.shell": ["shell", /echo/],
  "AfterTool-mcp_railway_volume_delete": ["mcp_call", /volume_delete/],
  "AfterTool-read_file": ["file_read", /secret\.txt/],
  "AfterTool-replace": ["file_write", /secret\.txt/],
  "AfterTool-run_shell_command": ["shell", /printf executed/],
  "AfterTool-write_file": ["file_write", /marker\.txt/],
  afterShellExecution: ["shell", /git status/],
  "tool.execute.after-bash": ["shell", /printf executed/],
  "tool.execute.after-edit": ["file_write", /secret\.txt/],
  "tool.execute.after-railway_volume_delete": ["mcp_call", /volume_delete/],
  "tool.execute.after-read": ["file_read", /secret\.txt/],
  "tool.execute.after-write": ["file_write", /marker\.txt/],
  "tool.result.shell": ["shell", /printf executed/],
};

const reporting = fixtures.filter(
  ({ payload, expect }) => reports[expect.adapter]?.read(payload) !== undefined,
);

test("every dialect that Signalbox installs a report for has one recorded, or is told here", () => {
  const seen = new Set(reporting.map(({ expect }) => expect.adapter));
  // Their reports are known from documentation or code alone.
  const unseen = ["cline-vscode", "windsurf", "devin", "kiro", "droid", "auggie", "kimi-code"];
  assert.deepEqual([...seen, ...unseen].sort(), Object.keys(reports).sort());
});

for (const { name, payload, expect } of reporting) {
  test(`${name} tells what has run, as it was before`, () => {
    const report = reports[expect.adapter]?.read(payload);
    const adapter = adapterOf(expect.adapter);
    assert.ok(report !== undefined && adapter !== undefined);
    assert.equal(expect.phase, "notice", "a report stops nothing");
    const [kind, what] = told[key(name)] ?? assert.fail(`nothing is said of ${key(name)}`);
    const hook = adapter.decode(report.asked, "/w");
    assert.ok(hook.ok);
    assert.equal(hook.value.phase, "gate");
    assert.equal(hook.value.payload.kind, kind);
    assert.match(JSON.stringify(hook.value.payload), what);
    assert.equal(report.failed, false);
    assert.doesNotMatch(JSON.stringify(report.asked), /tool_response|toolResult|tool_result|"output"/);
  });
}

test("a report means the very action that was asked about, with the same id of the call", () => {
  let pairs = 0;
  for (const { name, payload, expect } of reporting) {
    const asked = fixtures.find(
      (each) =>
        each.name ===
        name.replace(/PostToolUse-|postToolUse-|AfterTool-|\.after-/, (event) => before[event] ?? event),
    );
    if (asked === undefined || asked.name === name) {
      continue;
    }
    const adapter = adapterOf(expect.adapter);
    const report = reports[expect.adapter]?.read(payload);
    const [first, then] = [adapter?.decode(asked.payload, "/w"), adapter?.decode(report?.asked ?? {}, "/w")];
    assert.ok(first?.ok === true && then?.ok === true);
    assert.deepEqual(then.value.payload, first.value.payload, name);
    assert.equal(then.value.callId, first.value.callId, name);
    assert.equal(then.value.cwd, first.value.cwd, name);
    pairs++;
  }
  assert.ok(pairs >= 20, `only ${pairs}`);
});

const before: Readonly<Record<string, string>> = {
  "PostToolUse-": "PreToolUse-",
  "postToolUse-": "preToolUse-",
  "AfterTool-": "BeforeTool-",
  ".after-": ".before-",
};

function key(name: string): string {
  return name
    .replace(/^.*[\\/]/, "")
    .replace(/^run\.(?:plain\.|pascal\.)?/, "")
    .replace(/\.json$/, "");
}

test("what asks is never taken for a report", () => {
  for (const { name, payload, expect } of fixtures.filter(({ expect: { phase } }) => phase === "gate")) {
    assert.equal(reports[expect.adapter]?.read(payload), undefined, name);
    assert.equal(reports[expect.adapter]?.knows(expect.event) ?? false, false, name);
  }
});

test("a call that the agent says has failed is told as that", () => {
  const claude = {
    hook_event_name: "PostToolUseFailure",
    tool_name: "Bash",
    tool_input: { command: "ls" },
    error: "exit 1",
  };
  assert.equal(reports["claude-code"]?.read(claude)?.failed, true);
  const copilot = { sessionId: "s", cwd: "/w", toolName: "bash", toolArgs: { command: "ls" } };
  for (const resultType of ["failure", "denied", "rejected"]) {
    assert.equal(reports["copilot"]?.read({ ...copilot, toolResult: { resultType } })?.failed, true);
  }
  assert.equal(
    reports["copilot"]?.read({ ...copilot, toolResult: { resultType: "success" } })?.failed,
    false,
  );
});

const secret = "test-token-not-real";
const mask = (text: string): string => text.replaceAll(secret, "‹token›");

/** How each agent is given a result without secrets: the members that take its place, as they were measured. */
const replies: readonly (readonly [adapter: string, payload: JsonObject, reply: object])[] = [
  [
    "claude-code",
    { tool_response: { stdout: `a ${secret}`, stderr: "", interrupted: false, isImage: false } },
    {
      hookSpecificOutput: {
        hookEventName: "PostToolUse",
        updatedToolOutput: { stdout: "a ‹token›", stderr: "", interrupted: false, isImage: false },
      },
    },
  ],
  [
    "claude-code",
    { tool_response: [{ type: "text", text: secret }] },
    {
      hookSpecificOutput: {
        hookEventName: "PostToolUse",
        updatedToolOutput: [{ type: "text", text: "‹token›" }],
      },
    },
  ],
  ["codex", { tool_response: `a ${secret}\n` }, { decision: "block", reason: "a ‹token›\n" }],
  [
    "codex",
    { tool_response: { content: [{ type: "text", text: `a ${secret}` }] } },
    { decision: "block", reason: "a ‹token›" },
  ],
  [
    "gemini-cli",
    { tool_response: { llmContent: `Output: ${secret}`, returnDisplay: secret } },
    { decision: "deny", reason: "Output: ‹token›" },
  ],
  [
    "gemini-cli",
    { tool_response: { llmContent: [{ text: secret }, { text: "b" }] } },
    { decision: "deny", reason: "‹token›\nb" },
  ],
  [
    "copilot",
    { toolResult: { resultType: "success", textResultForLlm: secret } },
    { modifiedResult: { resultType: "success", textResultForLlm: "‹token›" } },
  ],
  [
    "copilot-pascal",
    { tool_result: { result_type: "success", text_result_for_llm: secret } },
    { decision: "block", reason: "‹token›" },
  ],
  [
    "opencode",
    { output: { title: "t", metadata: { output: secret, exit: 0 }, output: secret } },
    { output: { title: "t", metadata: { output: "‹token›", exit: 0 }, output: "‹token›" } },
  ],
];

for (const [adapter, payload, reply] of replies) {
  test(`${adapter} is given a result without secrets in its own form, and nothing where there is none`, () => {
    const dialect = reports[adapter];
    const given = dialect?.masked?.(payload, mask);
    assert.deepEqual([given?.exit, given?.stderr], [0, ""]);
    assert.deepEqual(JSON.parse(given?.stdout ?? ""), reply);
    assert.equal(
      dialect?.masked?.(payload, (text) => text),
      undefined,
    );
  });
}

test("what is masked keeps its form: names, numbers and everything without a secret", () => {
  const value = { token: secret, list: [1, null, true, { deep: [`x${secret}`] }], same: "a" };
  assert.deepEqual(maskedValue(value, mask), {
    token: "‹token›",
    list: [1, null, true, { deep: ["x‹token›"] }],
    same: "a",
  });
  const clean = { a: [{ b: "c" }] };
  assert.equal(maskedValue(clean, mask), clean);
});

test("hooks for reports stop nothing, and all others do", () => {
  for (const { agent } of installers) {
    assert.deepEqual(clientOptions(agent, "PreToolUse"), ["--deadline", "590"], agent);
  }
  assert.deepEqual(clientOptions("claude-code", "PostToolUse"), ["--report", "--deadline", "10"]);
  assert.deepEqual(clientOptions("gemini-cli", "AfterTool"), ["--report", "--deadline", "10"]);
});
