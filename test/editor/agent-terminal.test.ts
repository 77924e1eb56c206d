import assert from "node:assert/strict";
import { test } from "node:test";
import { commandToReport, type StartedCommand } from "../../src/editor/agent-terminal.ts";

/** As it came from the agent mode of Code 1.139. */
const recorded: StartedCommand = {
  line: " cd . && echo one; echo two | cat",
  confidence: 2,
  variables: { AI_AGENT: "github_copilot_vscode_agent", COPILOT_AGENT: "1", GIT_PAGER: "cat" },
  folder: "/home/dev/acme",
};

const cases: readonly (readonly [what: string, change: Partial<StartedCommand>, reported: boolean])[] = [
  ["a command of the editor's agent", {}, true],
  ["one of whose line a part was read from the screen", { confidence: 1 }, true],
  ["one whose line was guessed", { confidence: 0 }, false],
  ["one without a line", { line: " \n" }, false],
  ["a human's own command", { variables: {} }, false],
  ["a terminal without the mark's value", { variables: { AI_AGENT: null, COPILOT_AGENT: "" } }, false],
  ["another version's mark", { variables: { AI_AGENT: "another" } }, true],
];

for (const [what, change, reported] of cases) {
  test(`${what} is ${reported ? "told to the broker" : "nobody's business"}`, () => {
    const told = commandToReport({ ...recorded, ...change }, ["/home/dev/acme"]);
    assert.deepEqual(
      told,
      reported ? { folder: "/home/dev/acme", command: { ...recorded, ...change }.line } : undefined,
    );
  });
}

test("where a command runs is the window's first folder, where the shell does not tell it", () => {
  const { folder: _, ...rest } = recorded;
  assert.equal(commandToReport({ ...rest, folder: undefined }, ["/a", "/b"])?.folder, "/a");
  assert.equal(commandToReport({ ...rest, folder: undefined }, []), undefined);
});
