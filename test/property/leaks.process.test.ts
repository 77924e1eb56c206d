import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createEvaluator } from "../../src/cli/evaluate.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { AgentRequest, RequestPayload } from "../../src/model/request.ts";
import { places, PlantedWorld, readings, secretsIn } from "./planted-world.ts";

const exposed = new PlantedWorld(true);
const ordinary = new PlantedWorld(false);
after(() => {
  exposed.remove();
  ordinary.remove();
});

const evaluators = new Map(
  [exposed, ordinary].map((world) => [
    world,
    createEvaluator({ home: world.home, env: { HOME: world.home, USER: "me" } }),
  ]),
);

/** A request as the lists write it: a command, or an agent's own tool. */
function payloadOf(line: string): RequestPayload {
  const [, tool, path = "", glob] = /^(read|search|list) (\S+)(?: (\S+))?$/.exec(line) ?? [];
  if (tool === undefined || line.startsWith("read -")) {
    return { kind: "shell", shell: "bash", command: line };
  }
  const paths = [path, ...(glob === undefined ? [] : [`${path}/${glob}`])];
  return {
    kind: "file_read",
    paths,
    scope: tool === "read" ? "content" : tool === "list" ? "list" : "search",
  };
}

/** What an agent's own tool does, as a command that does the same. */
function commandOf(line: string): string {
  const [, tool, path = "", glob = ""] = /^(read|search|list) (\S+)(?: (\S+))?$/.exec(line) ?? [];
  switch (tool) {
    case "read":
      return `cat ${path.replace(/^file:\/\//, "")}`;
    case "search":
      return glob === ""
        ? `git grep -n --untracked . -- ${path}`
        : `git grep -n --untracked . -- ':(glob)${path}/${glob}' ':(glob)${path}/**/${glob}'`;
    case "list":
      return `ls ${path}`;
    default:
      return line;
  }
}

function decide(world: PlantedWorld, line: string): Decision {
  const request: AgentRequest = {
    context: {
      id: "leak",
      agent: "unknown",
      conversation: "leak",
      workspace: world.workspace,
      cwd: world.workspace,
      boundary: "check",
    },
    payload: payloadOf(line),
  };
  return evaluators.get(world)?.judge(request).decision ?? assert.fail("no such world");
}

/** What needs a network, a terminal or minutes is decided, not run. */
const notRun =
  /^(?:npx|npm|docker|vim|code|curl|make|git fetch|pytest|python3 -m pytest|go|cargo|kubectl|aws)\b/;

test("what is planted would be found, were it printed", () => {
  assert.ok(places.length >= 40);
  exposed.reset();
  for (const encode of ["cat", "base64", "xxd", "xxd -p", "rev", "gzip -c", "fold -w 1", "od -An -tx1"]) {
    const found = secretsIn(exposed.run(`${encode} .env`.replace("gzip -c .env", "gzip -c .env | base64")));
    assert.ok(found.includes(".env"), encode);
  }
  assert.deepEqual(secretsIn(exposed.run("cat src/index.ts .env.example; git log")), []);
});

test("no reading that is allowed prints a secret", () => {
  const lines = readings("readings.txt");
  assert.ok(lines.length >= 400);
  const leaks: string[] = [];
  let stopped = 0;
  for (const steps of lines) {
    exposed.reset();
    for (const step of steps) {
      if (decide(exposed, step).verdict !== "allow") {
        stopped += 1;
        break;
      }
      const found = secretsIn(exposed.run(commandOf(step)));
      if (found.length > 0) {
        leaks.push(`${steps.join(" => ")}\n    shows ${found.slice(0, 4).join(", ")}`);
        break;
      }
    }
  }
  assert.deepEqual(leaks, [], `${leaks.length} of ${lines.length} leak, ${stopped} are stopped`);
});

test("ordinary reading is not interrupted, and shows no secret either", () => {
  const lines = readings("benign.txt");
  assert.ok(lines.length >= 400);
  const interrupted: string[] = [];
  const leaks: string[] = [];
  for (const [line = ""] of lines) {
    ordinary.reset();
    const { verdict, reason } = decide(ordinary, line);
    if (verdict === "allow" && notRun.test(line)) {
      continue;
    }
    if (verdict === "allow") {
      const found = secretsIn(ordinary.run(commandOf(line)));
      leaks.push(...(found.length > 0 ? [`${line}: ${found.join(", ")}`] : []));
    } else {
      interrupted.push(`${verdict} ${line}\n    ${reason}`);
    }
  }
  assert.deepEqual({ interrupted, leaks }, { interrupted: [], leaks: [] });
});
