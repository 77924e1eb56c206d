import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { secretInEnvFile } from "../story.ts";
import { harmless, ops } from "./deeds.ts";
import type { LiveAgent } from "./live-agent.ts";
import type { LiveStage } from "./live-stage.ts";

interface Entry {
  readonly kind: string;
  readonly id?: string;
  readonly decision?: string;
  readonly conversation?: string;
  readonly effect?: string;
  readonly why?: string;
  readonly text?: string;
  readonly payload?: { readonly kind?: string };
}

/** They let no hook change what their models are told. */
const letsNobodyMask: ReadonlySet<string> = new Set(["qwen-code", "cline"]);

/** What the agent tells of its calls afterwards. It is armed. */
export function testReports(agent: LiveAgent, current: () => LiveStage): void {
  const masks = !letsNobodyMask.has(agent.id);
  const record = async (): Promise<readonly Entry[]> => {
    const { stdout } = await current().signalbox("audit", "show", "--json");
    return (
      stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Entry)
        // The broker tries the hooks itself, once a day.
        .filter(({ conversation }) => conversation?.startsWith("signalbox-canary-") !== true)
    );
  };

  test("every call that ran is matched with the decision that let it", async () => {
    const stage = current();
    // Some agents write over no file that they have not read.
    await rm(join(stage.sandbox.workspace, "notes.md"), { force: true });
    const before = (await record()).length;
    await stage.converse(...ops.map((op) => harmless[op].call(stage.sandbox.workspace)));
    const entries = (await record()).slice(before);
    const decisions = entries.filter(({ kind, payload }) => kind === "decision" && isCall(payload?.kind));
    const ran = entries.filter(({ kind }) => kind === "execution").map(({ decision }) => decision);
    assert.deepEqual(gapsIn(entries), [], stage.logs());
    assert.equal(decisions.length, ops.length, stage.logs());
    assert.deepEqual(
      ran,
      decisions.map(({ id }) => id),
      stage.logs(),
    );
  });

  test("a command that fails is no alarm, and neither is one that was denied", async () => {
    const stage = current();
    const before = (await record()).length;
    await stage.converse({ op: "shell", command: "cat README.md not-there.txt; exit 3" });
    // Some agents have rules of their own against reading hidden files, and then ask nobody.
    await stage.converse({ op: "shell", command: "cp README.md .governance/policy.json" });
    const entries = (await record()).slice(before);
    assert.deepEqual(gapsIn(entries), [], stage.logs());
    assert.ok(
      entries.some(({ kind, effect }) => kind === "decision" && effect === "deny"),
      stage.logs(),
    );
    assert.equal(entries.filter(({ kind }) => kind === "execution").length, 1, stage.logs());
  });

  test(`a secret in the result of a harmless command is ${masks ? "masked" : "told to its model"}`, async () => {
    const stage = current();
    // A file like any other, with a value of `.env` in it.
    await writeFile(join(stage.sandbox.workspace, "deploy.log"), `deploying\nauth ${secretInEnvFile} ok\n`);
    await stage.converse({ op: "shell", command: "cat deploy.log" });
    assert.match(stage.told(), /deploying/, stage.logs());
    assert.equal(stage.told().includes(secretInEnvFile), !masks, stage.logs());
  });
}

function gapsIn(entries: readonly Entry[]): readonly unknown[] {
  return entries.filter(({ kind }) => kind === "gap").map(({ why, text }) => [why, text]);
}

/** Prompts and the like have no run of their own. */
function isCall(kind: string | undefined): boolean {
  return kind === "shell" || kind === "file_read" || kind === "file_write" || kind === "mcp_call";
}
