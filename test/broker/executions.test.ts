import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestPayload } from "../../src/model/request.ts";
import { Executions, type ReportedCall } from "../../src/broker/executions.ts";

const shell = (command: string): RequestPayload => ({ kind: "shell", command, shell: "bash" });

/** One step: a decision (`pass`, `deny`, `kill`), another hook that told of the last one, or a report and what it has to mean. */
type Step =
  | {
      readonly decided: "pass" | "deny" | "kill";
      readonly command?: string;
      readonly callId?: string;
      readonly session?: string;
      readonly source?: string;
    }
  | { readonly toldAgain: string }
  | { readonly afterMs: number }
  | {
      readonly ran: string;
      readonly command?: string;
      readonly callId?: string;
      readonly session?: string;
      readonly source?: string;
      readonly failed?: true;
      readonly agent?: string;
    };

const cases: Readonly<Record<string, readonly Step[]>> = {
  "what was let pass is expected, once": [
    { decided: "pass", callId: "a" },
    { ran: "expected", callId: "a" },
    { afterMs: 60_000 },
    { ran: "again", callId: "a" },
  ],
  "without an id, each decision is for one run": [
    { decided: "pass" },
    { ran: "expected" },
    { afterMs: 60_000 },
    { ran: "undecided" },
  ],
  "hooks that are installed twice tell one run twice": [
    { decided: "pass" },
    { ran: "expected" },
    { afterMs: 500 },
    { ran: "again" },
  ],
  "several events of one run are one run, however late": [
    { decided: "pass" },
    { ran: "expected", source: "afterShellExecution" },
    { afterMs: 60_000 },
    { ran: "again", source: "postToolUse" },
    { afterMs: 60_000 },
    { ran: "undecided", source: "postToolUse" },
  ],
  "the same command in parallel, told by one question": [
    { decided: "pass", source: "pre" },
    { toldAgain: "pre" },
    { ran: "expected" },
    { afterMs: 60_000 },
    { ran: "expected" },
    { afterMs: 60_000 },
    { ran: "undecided" },
  ],
  "another event that asked about the same call lets nothing else run": [
    { decided: "pass", source: "pre" },
    { toldAgain: "permission" },
    { ran: "expected" },
    { afterMs: 60_000 },
    { ran: "undecided" },
  ],
  "the same command twice is two decisions and two runs": [
    { decided: "pass" },
    { decided: "pass" },
    { ran: "expected" },
    { afterMs: 60_000 },
    { ran: "expected" },
    { afterMs: 60_000 },
    { ran: "undecided" },
  ],
  "nobody asked": [{ ran: "undecided" }, { ran: "undecided", callId: "a" }],
  "something else than what was asked about": [
    { decided: "pass", command: "ls" },
    { ran: "undecided", command: "rm -rf src" },
  ],
  "something else under the id of what was let pass": [
    { decided: "pass", command: "ls", callId: "a" },
    { ran: "changed", command: "rm -rf src", callId: "a" },
  ],
  "an id that is used for two calls": [
    { decided: "pass", command: "ls", callId: "a" },
    { decided: "pass", command: "pwd", callId: "a" },
    { ran: "expected", command: "pwd", callId: "a" },
    { ran: "expected", command: "ls", callId: "a" },
  ],
  "what was denied or killed ran all the same": [
    { decided: "deny", command: "one" },
    { ran: "stopped", command: "one" },
    { decided: "kill", command: "two", callId: "b" },
    { ran: "stopped", command: "two", callId: "b" },
  ],
  "something else under the id of what was denied": [
    { decided: "deny", command: "one", callId: "a" },
    { ran: "stopped", command: "two", callId: "a" },
  ],
  "a denial that the agent calls a failure": [
    { decided: "deny" },
    { ran: "denial", failed: true },
    { decided: "deny", callId: "a" },
    { ran: "denial", callId: "a", failed: true },
  ],
  "a failure that nobody asked about": [{ ran: "undecided", failed: true }],
  "denied first and let pass then": [
    { decided: "deny" },
    { decided: "pass" },
    { ran: "expected" },
    { afterMs: 60_000 },
    { ran: "stopped" },
  ],
  "let pass first and denied then": [
    { decided: "pass" },
    { ran: "expected" },
    { afterMs: 60_000 },
    { decided: "deny" },
    { ran: "stopped" },
  ],
  "two ids are two calls": [
    { decided: "pass", callId: "a" },
    { ran: "undecided", callId: "b" },
    { ran: "expected", callId: "a" },
  ],
  "an event without the id belongs to a call with one": [
    { decided: "pass", callId: "a" },
    { ran: "expected" },
    { ran: "again", callId: "a" },
  ],
  "a sub-agent's call, told under another session's name": [
    { decided: "pass", session: "root" },
    { ran: "expected", session: "child" },
    { afterMs: 60_000 },
    { ran: "undecided", session: "child" },
  ],
  "another agent's decision is nobody else's": [
    { decided: "pass", session: "root" },
    { ran: "undecided", session: "child", agent: "codex" },
  ],
  "a decision in another session of long ago": [
    { decided: "pass", session: "root" },
    { afterMs: 11 * 60_000 },
    { ran: "undecided", session: "child" },
  ],
  "hours between question and report": [{ decided: "pass" }, { afterMs: 5 * 3600_000 }, { ran: "expected" }],
};

for (const [what, steps] of Object.entries(cases)) {
  test(what, () => {
    let clock = 0;
    const executions = new Executions(() => clock);
    let requests = 0;
    const call = (
      step: Extract<Step, { command?: string }>,
      source: string,
    ): Omit<ReportedCall, "failed"> => ({
      sessionId: step.session ?? "s",
      agent: "agent" in step ? (step.agent ?? "claude-code") : "claude-code",
      payload: shell(step.command ?? "npm test"),
      callId: step.callId,
      source: step.source ?? source,
    });
    for (const step of steps) {
      if ("afterMs" in step) {
        clock += step.afterMs;
      } else if ("toldAgain" in step) {
        executions.toldAgain(`r${requests}`, "s", step.toldAgain);
      } else if ("decided" in step) {
        requests++;
        executions.decided({
          ...call(step, "pre"),
          effect: step.decided,
          requestId: `r${requests}`,
          reads: [],
        });
      } else {
        const meaning = executions.reported({ ...call(step, "post"), failed: step.failed === true });
        assert.equal(meaning.kind, step.ran);
      }
    }
  });
}

test("a file that is written is the same before and after, whatever is told of its content", () => {
  const executions = new Executions(() => 0);
  const common = { sessionId: "s", agent: "a", callId: undefined, source: "e" };
  const write = (content?: string): RequestPayload => ({
    kind: "file_write",
    changes: [{ path: "/w/a", change: "write", ...(content === undefined ? {} : { content }) }],
  });
  executions.decided({ ...common, payload: write("x"), effect: "pass", requestId: "r", reads: [] });
  assert.equal(executions.reported({ ...common, payload: write(), failed: false }).kind, "expected");
});

test("a tool's own input may be filled in between, a tool of MCP may not become another", () => {
  const executions = new Executions(() => 0);
  const common = { sessionId: "s", agent: "a", callId: "c", source: "e" };
  const call = (tool: string, input: object): RequestPayload => ({
    kind: "mcp_call",
    server: "x",
    tool,
    input,
  });
  executions.decided({ ...common, payload: call("t", {}), effect: "pass", requestId: "r", reads: [] });
  assert.equal(
    executions.reported({ ...common, payload: call("t", { a: 1 }), failed: false }).kind,
    "expected",
  );
  assert.equal(executions.reported({ ...common, payload: call("u", {}), failed: false }).kind, "changed");
});

test("sessions and calls are forgotten, the oldest first", () => {
  const executions = new Executions(() => 0);
  const common = { agent: "a", callId: undefined, source: "e" };
  for (let index = 0; index < 600; index++) {
    const sessionId = `s${index}`;
    const payload = shell(`c${index}`);
    executions.decided({ ...common, sessionId, payload, effect: "pass", requestId: "r", reads: [] });
  }
  const ran = (index: number): string =>
    executions.reported({ ...common, sessionId: `s${index}`, payload: shell(`c${index}`), failed: false })
      .kind;
  assert.deepEqual([ran(0), ran(599)], ["undecided", "expected"]);
});

/** What was decided in a session, what its terminal shows, and what that means. */
const inTerminal: readonly (readonly [
  what: string,
  decided: readonly (readonly [effect: "pass" | "deny", command: string])[],
  seen: string,
  means: string,
])[] = [
  ["a command as it was decided", [["pass", "npm test"]], "npm test", "expected"],
  [
    "one with a space in front, which keeps it out of the history",
    [["pass", "npm test"]],
    " npm test",
    "expected",
  ],
  [
    "one of several lines",
    [["pass", "for i in 1; do\n  ls\ndone"]],
    "for i in 1; do\n\tls\n done\n",
    "expected",
  ],
  [
    "one as the shell shows it while it reads on",
    [["pass", "curl -X POST https://x \\\n  -H 'a: b' \\\n  -d '{}'"]],
    " curl -X POST https://x \\\n> -H 'a: b' \\\n> -d '{}'",
    "expected",
  ],
  ["more than what was decided", [["pass", "ls"]], "ls; rm -rf src", "undecided"],
  ["a decided command as another's word", [["pass", "ls"]], "rm -rf ls", "undecided"],
  ["what was only talked of", [["pass", "echo 'rm -rf src'"]], "rm -rf src", "undecided"],
  ["what was talked of behind a semicolon", [["pass", 'echo "a; rm -rf src"']], "rm -rf src", "undecided"],
  ["a part of one", [["pass", "cd src && npm test"]], "npm test", "expected"],
  ["one that the editor has changed a little", [["pass", "npm test"]], "cd /w && npm test", "expected"],
  ["one that was denied", [["deny", "npm publish"]], "npm publish", "stopped"],
  [
    "one that was denied first",
    [
      ["deny", "npm publish"],
      ["pass", "npm publish"],
    ],
    "npm publish",
    "expected",
  ],
  ["one that nobody asked about", [["pass", "npm test"]], "terraform destroy", "undecided"],
  ["one that shares words with one that was denied", [["deny", "rm -rf src"]], "rm -rf src; ls", "undecided"],
  ["the first one", [], "ls", "undecided"],
];

for (const [what, decided, seen, means] of inTerminal) {
  test(`in a terminal of the agent's: ${what}`, () => {
    const executions = new Executions(() => 0);
    for (const [effect, command] of decided) {
      const call = { sessionId: "s", agent: "a", callId: undefined, source: "e", requestId: "r", reads: [] };
      executions.decided({ ...call, payload: shell(command), effect });
    }
    assert.equal(executions.seenInTerminal(["s"], seen), means);
    assert.equal(executions.seenInTerminal(["other"], seen), "undecided");
  });
}

test("of a session's many commands the latest are known by their text", () => {
  const executions = new Executions(() => 0);
  for (let index = 0; index < 60; index++) {
    const call = { sessionId: "s", agent: "a", callId: undefined, source: "e", requestId: "r", reads: [] };
    executions.decided({ ...call, payload: shell(`run task-${index}-x`), effect: "pass" });
  }
  const seen = (index: number): string => executions.seenInTerminal(["s"], `run task-${index}-x`);
  assert.deepEqual([seen(5), seen(15), seen(59)], ["undecided", "expected", "expected"]);
});
