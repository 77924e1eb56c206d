import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { install } from "../../src/boundary/hooks/install.ts";
import { governedText, namesOf, notOfferedYet, offerText } from "../../src/editor/agent-offer-text.ts";
import { ungovernedAgents } from "../../src/editor/found-agents.ts";

const [claude, codex, gemini, amp] = ["Claude Code", "Codex", "Gemini CLI", "Amp"].map((title) => ({
  agent: title.toLowerCase(),
  title,
}));
assert.ok(claude !== undefined && codex !== undefined && gemini !== undefined && amp !== undefined);

test("agents are named as people would", () => {
  assert.equal(namesOf([claude]), "Claude Code");
  assert.equal(namesOf([claude, codex]), "Claude Code and Codex");
  assert.equal(namesOf([claude, codex, gemini]), "Claude Code, Codex and Gemini CLI");
  assert.equal(namesOf([claude, codex, gemini, amp]), "Claude Code, Codex and 2 more");
});

test("an offer speaks of one or of several, and what is left to do is told", () => {
  assert.equal(
    offerText([claude]),
    "Signalbox: Claude Code is on this machine and not governed yet. With its hooks in place it asks before it acts.",
  );
  assert.match(
    offerText([claude, codex]),
    /Claude Code and Codex are .* their hooks in place they ask before they act\.$/,
  );
  assert.equal(governedText([claude], []), "Signalbox now governs Claude Code.");
  assert.equal(
    governedText([codex], ["trust the hooks"]),
    "Signalbox now governs Codex. Left to do: trust the hooks.",
  );
});

test("nobody is asked twice about the same agent", () => {
  assert.deepEqual(notOfferedYet([claude, codex], [claude.agent]), [codex]);
  assert.deepEqual(notOfferedYet([claude], [claude.agent, "gone"]), []);
});

test("an agent is found by its program or its traces, and not any more once it is governed", () => {
  const home = mkdtempSync(join(tmpdir(), "signalbox-offer-"));
  try {
    const bin = join(home, "bin");
    mkdirSync(bin);
    const place = { home, env: { PATH: bin } };
    const found = (): readonly string[] => ungovernedAgents(home, place).map(({ agent }) => agent);
    assert.deepEqual(found(), []);
    writeFileSync(join(bin, "codex"), "#!/bin/sh\n", { mode: 0o755 });
    assert.deepEqual(found(), ["codex"]);
    const installed = install({
      agent: "codex",
      scope: "user",
      home,
      stateDir: join(home, ".signalbox"),
      nodePath: process.execPath,
      brokerPath: join(home, "dist", "broker.js"),
    });
    assert.ok(installed.ok);
    assert.deepEqual(found(), []);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
