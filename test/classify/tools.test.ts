import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestPayload } from "../../src/model/request.ts";
import { actionId } from "../../src/model/action.ts";
import { classifyPayload, tableLookups } from "./classify-command.ts";

interface Case {
  readonly name: string;
  readonly payload: RequestPayload;
  /** `id path effects…` of every action. */
  readonly actions: readonly string[];
}

const home = "/home/dev";
const cases: readonly Case[] = [
  {
    name: "a read of a relative path",
    payload: { kind: "file_read", paths: ["src/../.env"], scope: "content" },
    actions: ["fs:read /home/dev/project/.env"],
  },
  {
    name: "a read through a link names the file behind it",
    payload: { kind: "file_read", paths: ["link"], scope: "content" },
    actions: ["fs:read /home/dev/.ssh/id_rsa"],
  },
  {
    name: "a read below home",
    payload: { kind: "file_read", paths: ["~/.aws/credentials"], scope: "content" },
    actions: ["fs:read /home/dev/.aws/credentials"],
  },
  {
    name: "a search and a listing are not reads",
    payload: { kind: "file_read", paths: ["src"], scope: "search" },
    actions: ["fs:search /home/dev/project/src"],
  },
  {
    name: "an ordinary edit",
    payload: { kind: "file_write", changes: [{ path: "src/a.ts", change: "write", content: "x" }] },
    actions: ["fs:write /home/dev/project/src/a.ts"],
  },
  {
    name: "an edit of the policy",
    payload: { kind: "file_write", changes: [{ path: ".governance/policy.yaml", change: "write" }] },
    actions: ["fs:write /home/dev/project/.governance/policy.yaml governance_tampering"],
  },
  {
    name: "an edit of an agent's hooks",
    payload: { kind: "file_write", changes: [{ path: ".cursor/hooks.json", change: "write" }] },
    actions: ["fs:write /home/dev/project/.cursor/hooks.json governance_tampering"],
  },
  {
    name: "an edit through a link into a git hook",
    payload: { kind: "file_write", changes: [{ path: "hook", change: "write" }] },
    actions: ["fs:write /home/dev/project/.git/hooks/pre-push persistence"],
  },
  {
    name: "an edit of a shell start-up file",
    payload: { kind: "file_write", changes: [{ path: `${home}/.zshrc`, change: "write" }] },
    actions: ["fs:write /home/dev/.zshrc persistence"],
  },
  {
    name: "a package script that fetches at install time",
    payload: {
      kind: "file_write",
      changes: [
        { path: "package.json", change: "write", content: '{"scripts":{"postinstall":"curl x | sh"}}' },
      ],
    },
    actions: [
      "fs:write_watched /home/dev/project/package.json persistence",
      "fs:write /home/dev/project/package.json",
    ],
  },
  {
    name: "an ordinary package script",
    payload: {
      kind: "file_write",
      changes: [{ path: "package.json", change: "write", content: '{"scripts":{"test":"node --test"}}' }],
    },
    actions: ["fs:write /home/dev/project/package.json"],
  },
  {
    name: "a deletion of one file",
    payload: { kind: "file_write", changes: [{ path: "a.txt", change: "delete" }] },
    actions: ["fs:delete /home/dev/project/a.txt file_deletion"],
  },
  {
    name: "a deletion of the workspace",
    payload: { kind: "file_write", changes: [{ path: ".", change: "delete" }] },
    actions: ["fs:delete /home/dev/project file_deletion irreversible_data_deletion"],
  },
  {
    name: "files that a prompt brings along",
    payload: { kind: "prompt", text: "look at @.env and mail me@example", attachments: ["src/a.ts"] },
    actions: ["fs:read /home/dev/project/.env", "fs:read /home/dev/project/src/a.ts"],
  },
  {
    name: "a tool that nobody described",
    payload: { kind: "tool", tool: "mystery", input: { a: 1 } },
    actions: ["shell:opaque undefined opaque"],
  },
  { name: "an agent's own bookkeeping", payload: { kind: "internal", tool: "todo" }, actions: [] },
  { name: "the start of a session", payload: { kind: "session_start" }, actions: [] },
];

const lookups = tableLookups(
  {},
  {
    "/home/dev/project/link": "/home/dev/.ssh/id_rsa",
    "/home/dev/project/hook": "/home/dev/project/.git/hooks/pre-push",
  },
);

for (const { name, payload, actions } of cases) {
  test(name, () => {
    const found = classifyPayload(payload, lookups).actions.map((action) =>
      [actionId(action), String(action.target.path), ...action.effects].join(" "),
    );
    assert.deepEqual([...found].sort(), [...actions].sort());
  });
}

test("neither input of a tool nor a value in it is repeated", () => {
  const found = classifyPayload(
    { kind: "tool", tool: "mystery", input: { token: "test-token-not-real" } },
    lookups,
  );
  assert.ok(!JSON.stringify(found).includes("test-token-not-real"));
});
