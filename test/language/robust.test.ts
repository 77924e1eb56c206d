import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { complete } from "../../src/language/complete.ts";
import { cursorAt } from "../../src/language/cursor.ts";
import { formatPolicy } from "../../src/language/format.ts";
import { hover } from "../../src/language/hover.ts";
import { rulesIn } from "../../src/language/lenses.ts";
import { occurrences } from "../../src/language/occurrences.ts";
import { checkFile } from "../../src/language/policy-check.ts";
import { definitionsOf, referencesOf, renamable, rename } from "../../src/language/rename.ts";
import { symbolsOf, type PolicySymbol } from "../../src/language/symbols.ts";

const vocabulary = packagedCatalogue();
const sources = {
  vocabulary,
  files: () => ["a b.env"],
  agents: ["claude-code"],
  approvers: [],
  extendable: () => [],
};
const place = {
  kind: "policy",
  layer: "workspace",
  workspace: "/w",
  file: "/w/.governance/policy.yaml",
} as const;

const everything = `extends: signalbox:railway/domains
credentials: # ours
  shop_key: { provider: railway, grants: ["railway:deploy"] }
environments:
  production:
    railway: [production]
    aws: { accounts: ["123456789012"] }
sessions:
  - name: web
    session_scope:
      signal:
        blocked_credentials: ['shop_key']
    policies:
      control:
        - action_type: deployment
          timeout: 5m
policies:
  kill:
    # why
    - environment: production
      session: web
      not: { resource: "web-*" }
  deny: [{ action: railway:volume_delete }]
`;
const json = JSON.stringify(parse(everything), undefined, 2);

const folder = join(import.meta.dirname, "..", "..", "policies");
const shipped = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => /^(?:baseline|templates\b.*(?<!\.test))\.yaml$/.test(name.replaceAll("\\", "/")))
  .map((name) => readFileSync(join(folder, name), "utf8"));

/** A policy in which somebody typed, deleted and pasted. */
const edited = fc
  .tuple(
    fc.constantFrom(everything, json, ...shipped),
    fc.array(
      fc.record({
        at: fc.nat(5000),
        cut: fc.nat(40),
        put: fc.oneof(
          fc.constantFrom(
            ..."\n|\t|: |- |{|}|[|]|\"|'|#|&a|*a|---\n|? |!!x |  |\r\n|%|@|`|\u0000|\uD83D|railway:".split(
              "|",
            ),
          ),
          fc.string({ maxLength: 8 }),
          fc.constant("|\n"),
        ),
      }),
      { maxLength: 6 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((done, { at, cut, put }) => {
      const from = at % (done.length + 1);
      return done.slice(0, from) + put + done.slice(from + cut);
    }, text),
  );

function assertInside(text: string, { start, end }: { readonly start: number; readonly end: number }): void {
  assert.ok(0 <= start && start <= end && end <= text.length, `${start}-${end} of ${text.length}`);
}

function assertNested(text: string, symbols: readonly PolicySymbol[]): void {
  for (const { name, start, end, nameStart, nameEnd, children } of symbols) {
    assertInside(text, { start, end });
    assert.ok(name !== "" && start <= nameStart && nameStart <= nameEnd && nameEnd <= end);
    assertNested(text, children);
  }
}

test("language: every request at every place of a text that is being written returns", () => {
  fc.assert(
    fc.property(edited, fc.nat(5000), (text, position) => {
      const offset = position % (text.length + 1);
      complete(text, offset, sources).forEach((each) => assertInside(text, each));
      const told = hover(text, offset, vocabulary);
      if (told !== undefined) {
        assertInside(text, told);
      }
      occurrences(text).forEach((each) => assertInside(text, each));
      rulesIn(text).forEach((each) => assertInside(text, each));
      assertNested(text, symbolsOf(text));
      const family = [{ file: place.file, text, shipped: false }];
      for (const each of [...definitionsOf(family, offset), ...referencesOf(family, offset, true)]) {
        assertInside(text, each);
      }
      for (const { range } of checkFile({ ...place, text }, { home: "/home/u" }).diagnostics) {
        assertInside(text, range);
      }
    }),
    { numRuns: 400 },
  );
});

test("language: formatting never changes what a policy says, and twice is as once", () => {
  let changed = 0;
  const blanks = fc.array(
    fc.record({ at: fc.nat(5000), put: fc.constantFrom(" ", "  ", "\n", " # why\n", "\r\n") }),
    {
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(fc.constantFrom(everything, json, ...shipped), blanks, (original, edits) => {
      const text = edits.reduce((done, { at, put }) => {
        const spaces = [...done.matchAll(/[ \n]/g)].map(({ index }) => index);
        const from = spaces[at % spaces.length] ?? 0;
        return done.slice(0, from) + put + done.slice(from);
      }, original);
      const edit = formatPolicy(text);
      if (edit === undefined) {
        return;
      }
      changed++;
      assertInside(text, edit);
      const after = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
      assert.deepEqual(parse(after), parse(text));
      assert.equal(after.split("#").length, text.split("#").length);
      assert.equal(formatPolicy(after), undefined);
    }),
    { numRuns: 400 },
  );
  assert.ok(changed > 10, `only ${changed} texts were changed`);
});

test("language: a renamed policy has the same names in the same places, but one", () => {
  for (const { start, name, kind } of occurrences(everything)) {
    const family = [{ file: place.file, text: everything, shipped: false }];
    const found = renamable(family, start, () => false);
    if (!found.ok) {
      assert.ok(kind === "environment" || kind === "extends", found.error);
      continue;
    }
    const edits = rename(family, found.value, "other", () => false);
    assert.ok(edits.ok);
    const after = edits.value
      .toSorted((a, b) => b.start - a.start)
      .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), everything);
    assert.deepEqual(
      occurrences(after).map((each) => [each.kind, each.name, each.declares]),
      occurrences(everything).map((each) => [
        each.kind,
        each.kind === kind && each.name === name ? "other" : each.name,
        each.declares,
      ]),
    );
  }
});

test("language: what may stand somewhere does not depend on how long the policy is", () => {
  const task = (name: string): string => `  ${name}:
    agents: [claude-code]
    session_scope:
      signal:
        allowed_files: [
          "./a.env",
        ]
      domain:
        allowed_apis:
        - railway:deploy
        - api: aws:s3:GetObject
          resource: web
    policies:
      deny:
        - action: railway:deploy
          not:
            environment: staging
          reason: >
            because
            it is so
`;
  const head = "sessions:\n";
  const others = (from: string): string =>
    Array.from({ length: 20 }, (_, index) => task(`${from}${index}`)).join("");
  const own = task("web");
  for (const put of ["", "x", "x:", "\n    ", "\n      - ", "\n          "]) {
    for (let at = "  web:\n".length; at < own.length; at += 3) {
      const text = own.slice(0, at) + put + own.slice(at);
      const offset = at + put.length;
      const short = cursorAt(head + text, head.length + offset);
      const before = head + others("a");
      const long = cursorAt(before + text + others("b"), before.length + offset);
      const slots = (cursor: typeof short): readonly unknown[] =>
        cursor.slots
          .filter(({ path }) => path.length > 1)
          .map(({ role, shape, siblings, flow }) => ({ role, shape, siblings, flow }));
      assert.deepEqual(
        slots(long),
        slots(short),
        `${JSON.stringify(put)} at ${JSON.stringify(own.slice(at - 20, at))}`,
      );
    }
  }
});

test("language: what may stand somewhere in JSON does not depend on what is closed around it", () => {
  const task = { agents: ["a{"], policies: { deny: [{ action: "railway:deploy", reason: "it's [so" }] } };
  const others = (from: string): object =>
    Object.fromEntries([0, 1, 2].map((index) => [`${from}${index}`, task]));
  const text = JSON.stringify({ sessions: { ...others("a"), web: task, ...others("b") } }, undefined, 2);
  const start = text.indexOf('"web"');
  const own = text.slice(start, text.indexOf('"b0"'));
  for (let at = own.indexOf("{") + 1; at < own.lastIndexOf("}"); at++) {
    const long = cursorAt(text, start + at);
    const head = '{"sessions": {\n    ';
    const short = cursorAt(`${head}${own.trimEnd().replace(/,$/, "")}}}`, head.length + at);
    const slots = (cursor: typeof short): readonly unknown[] =>
      cursor.slots.map(({ role, shape, siblings, flow, path }) => ({ role, shape, siblings, flow, path }));
    assert.deepEqual(slots(long), slots(short), JSON.stringify(own.slice(0, at)));
  }
});
