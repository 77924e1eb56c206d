import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { decide } from "../../src/decide/decide.ts";
import type { AskTerms, Decision } from "../../src/model/decision.ts";
import type { RequestPayload } from "../../src/model/request.ts";
import type { Session } from "../../src/model/session.ts";
import type { CompiledPolicy } from "../../src/policy/compiled.ts";
import { policiesInForce, type PolicyParts, type WrittenLayer } from "../../src/policy/layers.ts";
import { baseline, compiled, digest, workspace } from "../policy/load-for-test.ts";
import { vocabulary } from "../policy/vocabulary.ts";
import { actionOf, lookupsOf, requestOf, type ActionRow } from "./request-for-test.ts";

const layerOf = {
  organisation: "organisation",
  expired: "organisation",
  user: "user",
  user_written: "user",
  workspace: "workspace",
  written: "workspace",
} as const;

/**
 * One file is one policy with what it must decide: `workspace` and `user` are approved, what is `written` is not, and the
 * organisation's `expired` policy only tightens. Every case names the
 * whole list of rules that had something to say, as `verdict pointer file:line`, strictest first.
 */
interface Fixture {
  readonly title: string;
  readonly baseline?: boolean;
  readonly policies: Partial<Readonly<Record<keyof typeof layerOf, string>>>;
  /** The organisation has a policy that was never read. */
  readonly unknown_above?: boolean;
  readonly cases: readonly Case[];
}

interface Case {
  readonly name: string;
  readonly command?: string;
  readonly agent?: string;
  readonly session?: Partial<Session>;
  readonly actions?: readonly ActionRow[];
  readonly files?: Parameters<typeof lookupsOf>[0];
  readonly verdict: string;
  readonly rules?: readonly string[];
  readonly ask?: AskTerms;
  readonly effects?: readonly string[];
  readonly environment?: string;
  readonly reason?: string;
  readonly remedy?: string;
  /** The verdict that was only observed, or `none`. */
  readonly observed?: string;
}

const folder = new URL("../fixtures/policies/", import.meta.url);

for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
  const fixture = parse(readFileSync(new URL(file, folder), "utf8")) as Fixture;
  test(`${file}: ${fixture.title}`, async (t) => {
    const parts = partsOf(fixture);
    for (const one of fixture.cases) {
      await t.test(one.name, () => check(one, parts));
    }
  });
}

function partsOf({ policies, unknown_above: unknownAbove = false }: Fixture): PolicyParts {
  const of = (name: keyof typeof layerOf): readonly CompiledPolicy[] =>
    policies[name] === undefined ? [] : [compiled(policies[name], layerOf[name])];
  const layer = (approved: keyof typeof layerOf, written: keyof typeof layerOf): WrittenLayer => ({
    ...Object.fromEntries(of(approved).map((policy) => ["approved", policy])),
    ...Object.fromEntries(of(written).map((policy) => ["written", policy])),
  });
  return {
    builtin: baseline,
    organisation: [
      ...of("organisation").map((policy) => ({ policy, loosens: true })),
      ...of("expired").map((policy) => ({ policy, loosens: false })),
    ],
    unknownAbove,
    user: layer("user", "user_written"),
    workspace: layer("workspace", "written"),
  };
}

function check(one: Case, parts: PolicyParts): void {
  const payload: RequestPayload =
    one.command === undefined
      ? { kind: "tool", tool: "test", input: null }
      : { kind: "shell", command: one.command, shell: "bash" };
  const decision = decide({
    request: requestOf(payload, one.agent),
    classification: { actions: (one.actions ?? []).map(actionOf), inputs: [] },
    policies: policiesInForce(parts, digest),
    ...(one.session === undefined ? {} : { session: sessionOf(one.session) }),
    lookups: lookupsOf(one.files),
    vocabulary,
  });
  assert.equal(decision.verdict, one.verdict, explained(decision));
  if (one.rules !== undefined) {
    assert.deepEqual(decision.rules.map(ruleLine), one.rules);
  }
  if (one.ask !== undefined) {
    assert.deepEqual(decision.ask, one.ask);
  }
  assert.equal(decision.ask === undefined, decision.verdict !== "ask");
  if (one.effects !== undefined) {
    assert.deepEqual(decision.actions[0]?.effects, one.effects);
  }
  if (one.environment !== undefined) {
    assert.equal(decision.actions[0]?.target.environment, one.environment);
  }
  if (one.reason !== undefined) {
    assert.equal(decision.reason, one.reason);
  }
  if (one.remedy !== undefined) {
    assert.equal(decision.remedy, one.remedy);
  }
  if (one.observed !== undefined) {
    assert.equal(decision.observed?.verdict ?? "none", one.observed, explained(decision));
  }
  assertReadable(decision);
}

/** What holds for every decision: it can be shown as it is. */
function assertReadable(decision: Decision): void {
  for (const text of [decision.reason, decision.remedy, ...decision.wouldChange]) {
    assert.doesNotMatch(text, /[\n\r]/);
  }
  assert.notEqual(decision.reason, "");
  assert.equal(decision.remedy === "", decision.verdict === "allow");
}

function ruleLine(rule: Decision["rules"][number]): string {
  // Lines of the baseline move with its text and are not what these cases are about.
  const place = rule.layer === "builtin" ? "builtin" : `${rule.file}:${rule.line}`;
  return `${rule.verdict} ${rule.pointer} ${place}`;
}

function explained(decision: Decision): string {
  return `${decision.reason}\n${decision.rules.map(ruleLine).join("\n")}`;
}

function sessionOf(session: Partial<Session>): Session {
  return {
    id: "s_1",
    agent: "claude-code",
    conversation: "c1",
    workspace,
    state: "active",
    startedAt: "2026-01-01T00:00:00Z",
    lastSeenAt: "2026-01-01T00:00:00Z",
    requests: 1,
    ...session,
  };
}
