import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessInfo, ProcessTable } from "../../src/boundary/terminal/process-tree.ts";
import { whoHoldsTerminal } from "../../src/cli/terminal-approver.ts";

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly program: string;
}

function tableOf(rows: readonly Row[]): ProcessTable {
  const infos: readonly ProcessInfo[] = rows.map(({ program, ...row }) => ({
    ...row,
    uid: 1000,
    started: "1",
    state: "S",
    name: program,
  }));
  const programOf = (pid: number): string => rows.find((row) => row.pid === pid)?.program ?? "";
  return {
    list: () => infos,
    get: (pid) => infos.find((info) => info.pid === pid),
    executable: (pid) => `/usr/bin/${programOf(pid)}`,
    arguments: (pid) => [programOf(pid)],
    hasVariable: () => false,
  };
}

const shell = { pid: 10, parent: 1, session: 10, program: "bash" };
const self = { pid: 30, parent: 10, session: 10, program: "signalbox" };

const cases: readonly (readonly [string, readonly Row[], boolean])[] = [
  ["a shell of its own", [shell, self], false],
  ["an agent above", [{ ...shell, program: "claude" }, self], true],
  [
    "an agent that was stopped on the same terminal",
    [shell, { ...self, pid: 20, program: "claude" }, self],
    true,
  ],
  [
    "an agent on the same terminal that is nobody's parent any more",
    [
      { ...self, pid: 20, program: "codex" },
      { ...self, parent: 1 },
    ],
    true,
  ],
  [
    "an agent on another terminal",
    [shell, { ...self, pid: 20, session: 20, program: "claude" }, self],
    false,
  ],
  [
    "a system that tells no sessions",
    [
      { ...self, pid: 20, session: 0, program: "claude" },
      { ...self, parent: 1, session: 0 },
    ],
    false,
  ],
];

for (const [what, rows, held] of cases) {
  test(`who holds the terminal: ${what}`, () => {
    assert.equal(whoHoldsTerminal(30, tableOf(rows)) !== undefined, held);
  });
}
