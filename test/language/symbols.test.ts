import assert from "node:assert/strict";
import { test } from "node:test";
import { symbolsOf, type PolicySymbol } from "../../src/language/symbols.ts";

function lines(symbols: readonly PolicySymbol[], depth = 0): readonly string[] {
  return symbols.flatMap(({ name, detail, kind, children }) => [
    `${"  ".repeat(depth)}${kind} ${name}${detail === "" ? "" : ` (${detail})`}`,
    ...lines(children, depth + 1),
  ]);
}

test("symbols: sections, rules by what they ask for, and what has a name", () => {
  const text = `description: shop
policies:
  kill:
    - action_type: opaque
      reach: remote
  control:
    - action: [railway:deploy, railway:read]
credentials:
  key: { provider: railway }
sessions:
  - name: web
    agents: cursor
`;
  assert.deepEqual(lines(symbolsOf(text)), [
    "value description (shop)",
    "section policies ({kill, control})",
    "  section kill (1)",
    "    rule action_type: opaque, reach: remote (kill)",
    "  section control (1)",
    "    rule action: [railway:deploy, railway:read] (control)",
    "section credentials ({key})",
    "  name key ({provider})",
    "    value provider (railway)",
    "section sessions (1)",
    "  name web",
    "    value name (web)",
    "    value agents (cursor)",
  ]);
});

test("symbols: what is half written", () => {
  assert.deepEqual(lines(symbolsOf("policies:\n  kill:\n    - action_type:\n    - \n  de")), [
    "section policies ({kill, de})",
    "  section kill (1)",
    "    rule action_type: (kill)",
    "  value de",
  ]);
  assert.deepEqual(symbolsOf(""), []);
  assert.deepEqual(symbolsOf("["), []);
});

test("symbols: a name lies inside of its part, and a part inside of its parent", () => {
  const text = 'policies:\n  kill: [{ action_type: opaque }]\n"sessions": {"a b": {agents: [x]}}\n';
  const check = (symbols: readonly PolicySymbol[], from: number, to: number): void => {
    for (const { start, end, nameStart, nameEnd, children } of symbols) {
      assert.ok(from <= start && start <= nameStart && nameStart <= nameEnd && nameEnd <= end && end <= to);
      check(children, start, end);
    }
  };
  check(symbolsOf(text), 0, text.length);
  assert.equal(symbolsOf(text).length, 2);
});
