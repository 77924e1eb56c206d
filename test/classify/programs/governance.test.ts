import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { createEvaluator } from "../../../src/cli/evaluate.ts";
import { actionId } from "../../../src/model/action.ts";
import type { RequestPayload } from "../../../src/model/request.ts";
import type { Verdict } from "../../../src/model/verdict.ts";
import { classifyPayload, workspace } from "../classify-command.ts";

interface Case {
  readonly command?: string;
  readonly write?: string;
  readonly content?: string;
  readonly verdict: Verdict;
  readonly action?: string;
  readonly why: string;
}

const file = fileURLToPath(new URL("../../fixtures/commands/governance.yaml", import.meta.url));
const cases = parse(readFileSync(file, "utf8")) as readonly Case[];
const evaluator = createEvaluator({ home: "/home/dev", env: {} });

function payloadOf({ command, write, content }: Case): RequestPayload {
  return write === undefined
    ? { kind: "shell", command: command ?? "", shell: "bash" }
    : {
        kind: "file_write",
        changes: [{ path: write, change: "write", ...(content === undefined ? {} : { content }) }],
      };
}

for (const row of cases) {
  const { verdict, action, why, command = `write ${row.write ?? ""} ${row.content ?? ""}` } = row;
  test(`${why}: ${command}`, () => {
    const payload = payloadOf(row);
    const { decision } = evaluator.judge({
      context: {
        id: "r1",
        agent: "unknown",
        conversation: "c1",
        boundary: "check",
        workspace,
        cwd: workspace,
      },
      payload,
    });
    assert.equal(decision.verdict, verdict, decision.reason);
    if (action !== undefined) {
      const ids = classifyPayload(payload).actions.map(actionId);
      assert.ok(ids.includes(action), `gives ${ids.join(", ") || "nothing"}, not ${action}`);
    }
  });
}
