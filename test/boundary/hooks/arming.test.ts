import assert from "node:assert/strict";
import { test } from "node:test";
import { err, ok } from "../../../src/base/result.ts";
import type { ArmingHost } from "../../../src/boundary/hooks/claude-code/arming.ts";
import { decodeClaudeCode } from "../../../src/boundary/hooks/claude-code/decode.ts";
import { withClaudeHooks } from "../../../src/boundary/hooks/claude-code/install.ts";

const client = "/home/dev/.signalbox/bin/hook.sh";
const user = "/home/dev/.claude/settings.json";
const project = "/w/.claude/settings.json";
const local = "/w/.claude/settings.local.json";
const managed = "/etc/claude-code/managed-settings.d/50-signalbox.json";

function armed(text = "{}", path = client): string {
  const settings = withClaudeHooks(text, path);
  assert.ok(settings.ok);
  return settings.value;
}

function phase(files: Readonly<Record<string, string | undefined>>, changed: string | undefined): string {
  const host: ArmingHost = {
    read: (path) => (files[path] === "unreadable" ? err("unreadable") : ok(files[path])),
    hookPaths: [client],
    managedFile: managed,
  };
  const decoded = decodeClaudeCode(
    {
      session_id: "s",
      transcript_path: "/home/dev/.claude/projects/-w/s.jsonl",
      cwd: "/w",
      hook_event_name: "ConfigChange",
      source: "user_settings",
      ...(changed === undefined ? {} : { file_path: changed }),
    },
    host,
  );
  assert.ok(decoded.ok);
  const { payload } = decoded.value;
  assert.equal(payload.kind === "internal", decoded.value.phase === "notice");
  return decoded.value.phase;
}

const off = '{"disableAllHooks": true}';

const cases: readonly (readonly [
  wanted: "notice" | "gate",
  title: string,
  files: Readonly<Record<string, string | undefined>>,
  changed: string | undefined,
])[] = [
  ["notice", "the model was changed", { [user]: armed('{"model":"opus"}') }, user],
  [
    "notice",
    "a command was allowed for good",
    { [user]: armed(), [local]: '{"permissions":{"allow":["Bash(ls)"]}}' },
    local,
  ],
  [
    "notice",
    "the workspace is armed, the user's settings are not",
    { [user]: "{}", [project]: armed() },
    user,
  ],
  ["notice", "a skill was changed", { [user]: armed() }, "/w/.claude/skills/x/SKILL.md"],
  ["notice", "managed hooks stand whatever users write", { [managed]: armed(), [user]: off }, user],
  ["notice", "nobody says what was changed", { [user]: armed() }, undefined],
  [
    "notice",
    "a harmless variable was set",
    { [user]: armed(), [project]: '{"env":{"FOO":"LD_PRELOAD"}}' },
    project,
  ],
  ["gate", "hooks would run somebody's code", { [user]: armed('{"env":{"LD_PRELOAD":"/x.so"}}') }, user],
  [
    "gate",
    "managed hooks would only list their libraries",
    { [managed]: armed(), [project]: '{"env":{"LD_TRACE_LOADED_OBJECTS":"1"}}' },
    project,
  ],
  ["gate", "the hooks are gone", { [user]: "{}" }, user],
  ["gate", "the file is gone", {}, user],
  ["gate", "one hook is gone", { [user]: armed().replace('"UserPromptSubmit"', '"Other"') }, user],
  ["gate", "the matcher was narrowed", { [user]: armed().replace('"*"', '"Read"') }, user],
  ["gate", "failures are no blocks any more", { [user]: armed().replace('"block"', '"continue"') }, user],
  ["gate", "another program took the place", { [user]: armed("{}", "/tmp/hook.sh") }, user],
  ["gate", "all hooks are off in the project", { [user]: armed(), [project]: off }, project],
  ["gate", "all hooks are off in the local settings", { [user]: armed(), [local]: `${off}` }, user],
  ["gate", "the settings are no JSON", { [user]: armed(), [project]: "{" }, project],
  ["gate", "the settings are unreadable", { [user]: "unreadable", [project]: armed() }, user],
  ["gate", "nothing is known at all", {}, undefined],
];

for (const [wanted, title, files, changed] of cases) {
  test(`changed settings: ${title}: ${wanted}`, () => {
    assert.equal(phase(files, changed), wanted);
  });
}
