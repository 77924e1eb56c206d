import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import type { AgentRequest, RequestPayload } from "../../src/model/request.ts";
import type { Session } from "../../src/model/session.ts";
import { judge, type JudgePorts } from "../../src/pipeline.ts";
import { policiesInForce } from "../../src/policy/layers.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { digestOf } from "../../src/record/digest.ts";
import { catalogue, lookupsOf } from "../classify/http/world.ts";

/** A shell line, or any other request; `task` binds it to one of the policy's tasks. */
type Row =
  | string
  | (Partial<RequestPayload> & { readonly task?: string; readonly command?: string; readonly cwd?: string });

/**
 * A policy as people write one, with requests that lie inside its scope, that it wants a human to answer, and that lie
 * outside, in all the spellings of one thing. `files` and `environment` are what the machine is set up to.
 */
interface ScopeFixture {
  readonly title: string;
  /** The policy itself, or the name of a shipped template. */
  readonly policy?: string;
  readonly template?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly inside: readonly Row[];
  readonly asked?: readonly Row[];
  readonly outside: readonly Row[];
}

const home = "/home/dev";
const workspace = "/work/shop";
const folder = new URL("../fixtures/policies/scopes/", import.meta.url);
const templates = new URL("../../policies/templates/", import.meta.url);
const baselineText = readFileSync(new URL("../../policies/baseline.yaml", import.meta.url), "utf8");

for (const file of readdirSync(folder)) {
  const fixture = parse(readFileSync(new URL(file, folder), "utf8")) as ScopeFixture;
  test(`${file}: ${fixture.title}`, async (t) => {
    const verdictOf = judgeOf(fixture);
    for (const [part, expected] of [
      ["inside", ["allow"]],
      ["asked", ["ask"]],
      ["outside", ["ask", "deny", "kill"]],
    ] as const) {
      for (const row of fixture[part] ?? []) {
        await t.test(`${part}: ${typeof row === "string" ? row : JSON.stringify(row)}`, () => {
          const { verdict, reason } = verdictOf(row);
          assert.ok((expected as readonly string[]).includes(verdict), `${verdict}: ${reason}`);
        });
      }
    }
  });
}

function judgeOf(fixture: ScopeFixture): (row: Row) => ReturnType<typeof judge> {
  const load = (text: string, layer: "builtin" | "workspace") => {
    const source = { file: `${layer}.yaml`, text, layer, workspace, home } as const;
    const { policy, diagnostics } = loadPolicy(source, catalogue, digestOf);
    assert.ok(policy !== undefined, JSON.stringify(diagnostics));
    return policy;
  };
  const approved = load(policyOf(fixture), "workspace");
  const inForce = policiesInForce(
    { builtin: load(baselineText, "builtin"), workspace: { approved } },
    digestOf,
  );
  const world = {
    ...(fixture.files === undefined ? {} : { files: fixture.files }),
    ...(fixture.environment === undefined ? {} : { environment: fixture.environment }),
  };
  return (row) => {
    const task = typeof row === "string" ? undefined : row.task;
    const ports: JudgePorts = {
      catalogue,
      lookups: () => lookupsOf(world),
      policies: () => inForce,
      session: () => (task === undefined ? undefined : sessionOf(task)),
    };
    return judge(requestOf(row), ports);
  };
}

function policyOf({ policy, template }: ScopeFixture): string {
  assert.ok(policy !== undefined || template !== undefined, "a fixture needs `policy` or `template`");
  return policy ?? readFileSync(new URL(`${template ?? ""}.yaml`, templates), "utf8");
}

function requestOf(row: Row): AgentRequest {
  const payload =
    typeof row === "string"
      ? { kind: "shell", command: row, shell: "bash" }
      : row.kind === undefined
        ? { kind: "shell", command: row.command, shell: "bash" }
        : { headers: {}, ...row };
  const cwd = (typeof row === "string" ? undefined : row.cwd) ?? workspace;
  return {
    context: { id: "r1", agent: "test", conversation: "c1", workspace, cwd, boundary: "hook" },
    payload: payload as RequestPayload,
  };
}

function sessionOf(task: string): Session {
  return {
    id: "s_1",
    agent: "test",
    conversation: "c1",
    workspace,
    state: "active",
    startedAt: "2026-01-01T00:00:00Z",
    lastSeenAt: "2026-01-01T00:00:00Z",
    requests: 1,
    task,
  };
}
