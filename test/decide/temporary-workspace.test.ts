import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "../../src/decide/decide.ts";
import { policiesInForce } from "../../src/policy/layers.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { baseline, digest, home } from "../policy/load-for-test.ts";
import { vocabulary } from "../policy/vocabulary.ts";
import { actionOf, lookupsOf, requestOf } from "./request-for-test.ts";

test("a workspace among temporary files keeps its bounds, other temporary files pass", () => {
  const workspace = "/tmp/shop";
  const text = "session_scope: { signal: { writable_files: ['src/**'] } }";
  const source = { file: "workspace.yaml", text, layer: "workspace", workspace, home } as const;
  const { policy } = loadPolicy(source, vocabulary, digest);
  assert.ok(policy !== undefined);
  const write = (path: string): string => {
    const request = requestOf({ kind: "file_write", changes: [] });
    return decide({
      request: { ...request, context: { ...request.context, workspace, cwd: workspace } },
      classification: { actions: [actionOf({ action: "fs:write", path })], inputs: [] },
      policies: policiesInForce({ builtin: baseline, workspace: { approved: policy } }, digest),
      lookups: lookupsOf(),
      vocabulary,
    }).verdict;
  };
  assert.equal(write("/tmp/shop/src/a.ts"), "allow");
  assert.equal(write("/tmp/shop/package.json"), "deny");
  assert.equal(write("/tmp/other/package.json"), "allow");
});
