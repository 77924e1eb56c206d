import assert from "node:assert/strict";
import { test } from "node:test";
import { requestFromJson } from "../../../src/boundary/check/request-json.ts";
import { adapterFor, adapterOf } from "../../../src/boundary/hooks/registry.ts";
import { withShellInput } from "../../../src/boundary/hooks/shell-input.ts";

const defaults = { cwd: "/w", agent: "unknown", shell: "bash" } as const;

function inputFor(agent: string): unknown {
  const parsed = requestFromJson({ command: "ssh web.example", agent }, defaults, "1");
  assert.ok(parsed.ok && parsed.value.request.payload.kind === "shell");
  return parsed.value.request.payload.input;
}

test("a shell command carries what its agent declares of later input, and nothing where nobody knows", () => {
  assert.equal(inputFor("claude-code"), "seen");
  assert.equal(inputFor("codex"), "unseen");
  assert.equal(inputFor("windsurf"), undefined);
  assert.equal(inputFor("unknown"), undefined);
  assert.equal(inputFor("nobody-knows-me"), undefined);
});

test("only a command has any input", () => {
  const read = { kind: "file_read", paths: ["/w/a"], scope: "content" } as const;
  assert.equal(withShellInput(read, adapterOf("codex")?.capabilities), read);
});

test("whoever is only likely to be an agent is not trusted with what that agent declares", () => {
  const payload = {
    session_id: "s",
    cwd: "/w",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: "ssh web.example" },
  };
  const likely = adapterFor(payload, "claude-code");
  assert.equal(likely?.id, "claude-code");
  assert.equal(likely.capabilities.shellInput, "unknown");
});
