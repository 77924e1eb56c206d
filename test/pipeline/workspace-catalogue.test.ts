import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { digestOf } from "../../src/record/digest.ts";
import { packagedBaseline, packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import type { Catalogue } from "../../src/catalogue/load.ts";
import { loadCatalogue } from "../../src/catalogue/load.ts";
import { strictestDecision } from "../../src/decide/strictest-decision.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { AgentRequest, RequestPayload } from "../../src/model/request.ts";
import { stricter, verdicts } from "../../src/model/verdict.ts";
import { judge, type JudgePorts } from "../../src/pipeline.ts";
import { policiesInForce } from "../../src/policy/layers.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { lookupsOf } from "../classify/http/world.ts";

const shipped = packagedCatalogue();

/** A provider whose every operation is an everyday read: what nobody may make of what ships. */
const { catalogue: harmless } = loadCatalogue([
  {
    file: "harmless.yaml",
    text: `provider: harmless
title: Harmless
hosts: [harmless.example]
rest: [{"* /**": look}]
cli:
  programs: [harmless]
  verbs: [{verb: "*", operation: look}]
mcp: {servers: [harmless], tools: {look: look}}
operations:
  look: {access: read, everyday: true, summary: look}
`,
  },
]);

/** Worse than any file that is accepted: every program, host, server and credential is the harmless provider's. */
const hostile: Catalogue = Object.assign(Object.create(harmless) as Catalogue, {
  providerByHost: () => harmless.providers.get("harmless"),
  providerByProgram: () => harmless.providers.get("harmless"),
  providerByServer: () => harmless.providers.get("harmless"),
  providersByPartialHost: () => [],
  graphqlField: () => [],
  credential: () => undefined,
});

const policies = {
  baseline: "",
  closed: "session_scope: {domain: {default: deny, allowed_apis: ['harmless:*', 'railway:read']}}\n",
  open: "session_scope: {domain: {allowed_apis: ['*']}}\n",
};

function inForce(text: string): ReturnType<typeof policiesInForce> {
  const about = { workspace: "/work/shop", home: "/home/dev" };
  const builtin = loadPolicy({ ...packagedBaseline(), ...about, layer: "builtin" }, shipped, digestOf).policy;
  const own = loadPolicy(
    { ...about, file: "policy.yaml", text, layer: "workspace" },
    shipped,
    digestOf,
  ).policy;
  assert.ok(builtin !== undefined && (text === "" || own !== undefined));
  return policiesInForce({ builtin, workspace: own === undefined ? {} : { approved: own } }, digestOf);
}

function requestOf(payload: RequestPayload): AgentRequest {
  const [workspace, cwd] = ["/work/shop", "/work/shop"];
  return {
    context: { id: "1", agent: "test", conversation: "c", workspace, cwd, boundary: "check" },
    payload,
  };
}

/** Every command of the fixtures and every request of the shipped examples. */
function fixtures(): readonly RequestPayload[] {
  const folder = join(import.meta.dirname, "..", "fixtures", "commands");
  const rows = readdirSync(folder).flatMap(
    (name) => parse(readFileSync(join(folder, name), "utf8")) as readonly { readonly command?: unknown }[],
  );
  const commands = rows.flatMap(({ command }) => (typeof command === "string" ? [command] : []));
  const examples = [...shipped.providers.values()].flatMap(({ examples: each = [] }) => each);
  return [
    ...commands.map((command): RequestPayload => ({ kind: "shell", command, shell: "bash" })),
    ...examples.map(({ request }): RequestPayload => {
      if (request.command !== undefined) {
        return { kind: "shell", command: request.command, shell: "bash" };
      }
      if (request.tool !== undefined) {
        return { kind: "mcp_call", server: request.server ?? "", tool: request.tool, input: request.input };
      }
      const { method = "GET", url = "", body } = request;
      return { kind: "http", method, url, headers: {}, ...(body === undefined ? {} : { body }) };
    }),
  ];
}

function portsFor(policy: string, extended?: Catalogue): JudgePorts {
  const stacks = inForce(policy);
  return {
    catalogue: shipped,
    ...(extended === undefined ? {} : { extended: () => extended }),
    lookups: () => lookupsOf({ files: { "/work/shop/.env": "A=test-token-not-real" } }),
    policies: () => stacks,
    session: () => undefined,
  };
}

const payloads = fixtures();

test("the fixtures are many, and the hostile catalogue alone would loosen them", () => {
  assert.ok(payloads.length > 800, String(payloads.length));
  const [without, alone] = [portsFor(""), { ...portsFor(""), catalogue: hostile }];
  const some = payloads.filter((_payload, at) => at % 8 === 0);
  const looser = some.filter((payload) => {
    const [a, b] = [judge(requestOf(payload), without), judge(requestOf(payload), alone)];
    return a.verdict !== b.verdict && stricter(a.verdict, b.verdict) === a.verdict;
  });
  assert.ok(looser.length > 10, String(looser.length));
});

for (const [name, policy] of Object.entries(policies)) {
  for (let part = 0; part < 8; part++) {
    const some = payloads.filter((_payload, at) => at % 8 === part);
    test(`nothing is looser with a workspace's catalogue: ${name}, part ${part + 1}`, () => {
      const [without, withIt] = [portsFor(policy), portsFor(policy, hostile)];
      for (const payload of some) {
        const before = judge(requestOf(payload), without);
        const after = judge(requestOf(payload), withIt);
        checkNotLooser(before, after, JSON.stringify(payload).slice(0, 200));
      }
    });
  }
}

function checkNotLooser(before: Decision, after: Decision, what: string): void {
  assert.equal(stricter(after.verdict, before.verdict), after.verdict, what);
  assert.deepEqual(after.actions.slice(0, before.actions.length), before.actions, what);
  for (const input of before.inputs) {
    assert.ok(
      after.inputs.some(({ digest, path }) => digest === input.digest && path === input.path),
      what,
    );
  }
  assert.ok(
    after.rules.every(({ action }) => action === undefined || action < after.actions.length),
    what,
  );
  assert.equal(after.ask === undefined, after.verdict !== "ask", what);
}

test("of two decisions the stricter verdict counts, and of two questions the stricter terms", () => {
  const decision = (
    verdict: Decision["verdict"],
    approvers: readonly string[],
    timeoutMs = 100,
  ): Decision => ({
    verdict,
    reason: verdict,
    remedy: "-",
    actions: [],
    rules: [],
    inputs: [{ path: `/${verdict}`, digest: "d" }],
    policyHash: "h",
    wouldChange: [],
    ...(verdict === "ask" ? { ask: { timeoutMs, grant: "session", approvers } } : {}),
  });
  for (const a of verdicts) {
    for (const b of verdicts) {
      const both = strictestDecision(decision(a, []), decision(b, []));
      assert.equal(both.verdict, stricter(a, b));
      assert.equal(both.reason, stricter(a, b));
      assert.equal(both.ask === undefined, both.verdict !== "ask");
      assert.equal(both.inputs.length, a === b ? 1 : 2);
    }
  }
  const terms = (a: readonly string[], b: readonly string[]): Decision =>
    strictestDecision(decision("ask", a, 100), decision("ask", b, 50));
  assert.deepEqual(terms(["x", "y"], ["y", "z"]).ask, { timeoutMs: 50, grant: "session", approvers: ["y"] });
  assert.deepEqual(terms([], ["z"]).ask?.approvers, ["z"]);
  assert.deepEqual(terms(["z"], []).ask?.approvers, ["z"]);
  assert.equal(terms(["x"], ["z"]).verdict, "deny", "nobody could approve");
});
