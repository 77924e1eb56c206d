import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { generatedFiles } from "../../policies/generate.ts";
import { exampleAt } from "../../policies/reference.ts";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import { err, ok } from "../../src/base/result.ts";
import { policyCodes, type CodeInfo } from "../../src/policy/codes.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { policySchema, type Shape } from "../../src/policy/schema.ts";
import { satisfies } from "./json-schema-check.ts";
import { digest, home, seed, workspace } from "./load-for-test.ts";
import { vocabulary } from "./vocabulary.ts";

const policies = new URL("../../policies/", import.meta.url);
const files = generatedFiles();

for (const [name, text] of files) {
  test(`${name} is what the code says: run \`node policies/generate.ts\``, () => {
    assert.equal(readFileSync(new URL(name, policies), "utf8"), text);
  });
}

test("every heading of the reference is a place of its own", () => {
  const headings = files.get("reference.md")?.match(/^#+ .*$/gm) ?? [];
  assert.ok(headings.length > 90);
  assert.equal(new Set(headings.map((heading) => heading.replaceAll(/[^\w-]/g, ""))).size, headings.length);
});

const shelf: Readonly<Record<string, string>> = {
  "base.yaml": "session_scope: { signal: { default: closed } }\n",
  "signalbox:railway/staging-only": "policies: {}\n",
};

function diagnosticsOf(text: string): readonly Diagnostic[] {
  const read = (
    file: string,
  ): ReturnType<typeof ok<string>> | { readonly ok: false; readonly error: string } => {
    const found = file === "workspace.yaml" ? text : shelf[file];
    return found === undefined ? err("it is not there") : ok(found);
  };
  const world = { exists: (path: string) => path.endsWith("/config/staging.env") };
  const source = { file: "workspace.yaml", text, layer: "workspace", workspace, home, read, world } as const;
  return loadPolicy(source, vocabulary, digest).diagnostics;
}

function codesOf(text: string): readonly string[] {
  return diagnosticsOf(text).map(({ code }) => code);
}

/** Every key of the language with the way to it. */
function keysOf(
  shape: Shape,
  path: readonly string[],
): readonly (readonly [path: readonly string[], example: string | undefined])[] {
  switch (shape.kind) {
    case "map":
      return Object.entries(shape.keys).flatMap(([key, field]) => [
        [[...path, key], field.example] as const,
        ...keysOf(field.shape, [...path, key]),
      ]);
    case "list":
      return keysOf(shape.item, [...path.slice(0, -1), `${path.at(-1)}[]`]);
    case "record":
    case "named":
      return keysOf(shape.value, [...path, "NAME"]);
    case "either":
      return keysOf(shape.map, path);
    default:
      return [];
  }
}

const scopes = /^(?:session_scope(?:\.\w+)?|policies|sessions\.NAME\.(?:session_scope|policies))$/;
const keys = keysOf(policySchema, []).filter(([path]) => path[0] !== "sessions" || path.length === 3);

test("every key that is no scope has an example, and it loads", () => {
  assert.ok(keys.length > 60);
  for (const [path, example] of keys) {
    const name = path.join(".");
    assert.equal(example === undefined, scopes.test(name), name);
    if (example !== undefined) {
      const text = exampleAt(path, example);
      const told = codesOf(text).filter(
        (code) =>
          !/without-scope$|wrong-layer|unreachable|shadowed|unknown-(?:provider|credential)/.test(code),
      );
      assert.deepEqual(told, [], `${name}\n${text}`);
    }
  }
});

const codes = Object.entries(policyCodes) as readonly (readonly [string, CodeInfo])[];

for (const [code, { wrong, right }] of codes) {
  test(`${code} is told of its example, and not of the remedy`, () => {
    assert.equal(wrong === undefined, right === undefined);
    if (wrong !== undefined && right !== undefined) {
      assert.ok(codesOf(wrong).includes(code), String(codesOf(wrong)));
      assert.deepEqual(codesOf(right), []);
    }
  });
}

/** The text after a fix. */
function applied(text: string, { fix }: Diagnostic): string {
  return (fix?.edits ?? [])
    .toSorted((a, b) => b.range.start - a.range.start)
    .reduce(
      (before, { range, text: other }) => before.slice(0, range.start) + other + before.slice(range.end),
      text,
    );
}

test("a fix settles what it is offered for, and breaks nothing", () => {
  const misspelt = keys.flatMap(([path, example]) => {
    const key = path.at(-1) ?? "";
    return example === undefined || key.length < 5
      ? []
      : [exampleAt([...path.slice(0, -1), `${key}x`], example)];
  });
  const texts = [...codes.flatMap(([, { wrong }]) => wrong ?? []), ...misspelt];
  let fixes = 0;
  for (const text of texts) {
    for (const diagnostic of diagnosticsOf(text).filter(({ fix }) => fix !== undefined)) {
      fixes++;
      const after = codesOf(applied(text, diagnostic));
      assert.ok(
        !after.includes(diagnostic.code),
        `${diagnostic.code}\n${text}\n${applied(text, diagnostic)}`,
      );
      assert.ok(
        !after.some((code) => /syntax|wrong-type|unknown-key/.test(code)),
        `${after.join(" ")}\n${text}`,
      );
    }
  }
  assert.ok(fixes > 40, String(fixes));
});

test("the table has the codes that the code gives, and no others", () => {
  const folder = new URL("../../src/policy/", import.meta.url);
  const given = readdirSync(folder)
    .filter((name) => name !== "codes.ts")
    .flatMap(
      (name) => readFileSync(new URL(name, folder), "utf8").match(/(?<=")policy\/[a-z-]+(?=")/g) ?? [],
    );
  assert.deepEqual([...new Set(given)].toSorted(), codes.map(([code]) => code).toSorted());
});

const schema = JSON.parse(files.get("policy.schema.json") ?? "") as Parameters<typeof satisfies>[1];

/** What a schema of its own can tell, too. */
const structural = /^policy\/(?:unknown-key|missing-key|no-condition|empty-list|wrong-value|wrong-type)$/;

function assertAgrees(text: string): void {
  const told = codesOf(text);
  if (told.every((code) => !/^policy\/(?:duplicate-key|syntax|extends)/.test(code))) {
    const accepted = satisfies(parse(text, { merge: false }) as Parameters<typeof satisfies>[0], schema);
    assert.equal(accepted, !told.some((code) => structural.test(code)), `${told.join(" ")}\n${text}`);
  }
}

const shipped = readdirSync(policies, { recursive: true, encoding: "utf8" })
  .filter((name) => /^(?:baseline|templates\/.*(?<!\.test))\.(?:yaml|json)$/.test(name.replaceAll("\\", "/")))
  .map((name) => readFileSync(new URL(name, policies), "utf8"));

test("the JSON Schema accepts what the loader accepts", () => {
  assert.ok(shipped.length >= 4);
  for (const text of [
    seed,
    ...shipped,
    ...keys.flatMap(([path, example]) => (example === undefined ? [] : [exampleAt(path, example)])),
  ]) {
    assert.ok(satisfies(parse(text) as Parameters<typeof satisfies>[0], schema), text);
    assertAgrees(text);
  }
});

test("the JSON Schema refuses what the loader refuses for its shape", () => {
  for (const code of [
    "unknown-key",
    "missing-key",
    "no-condition",
    "empty-list",
    "wrong-value",
    "wrong-type",
  ]) {
    const wrong = codes.find(([name]) => name === `policy/${code}`)?.[1].wrong ?? "";
    assert.ok(!satisfies(parse(wrong) as Parameters<typeof satisfies>[0], schema), code);
  }
  const words = [...keys.map(([path]) => path.at(-1) ?? ""), "name", "polices"];
  const value = fc.oneof(
    fc.constantFrom(
      "1",
      "true",
      "null",
      "[]",
      "{}",
      '["a:b"]',
      "opaque",
      "90s",
      "2 days",
      "closed",
      '[{ action: "a:b" }]',
    ),
    fc.constantFrom(...keys.flatMap(([, example]) => example ?? [])),
  );
  const change = fc.record({ at: fc.nat(), key: fc.constantFrom(...words), value });
  fc.assert(
    fc.property(fc.nat(keys.length - 1), change, (index, { at, key, value: other }) => {
      const [path, example = "{}"] = keys[index] ?? [[]];
      const step = at % path.length;
      assertAgrees(exampleAt(path, other));
      assertAgrees(exampleAt([...path.slice(0, step), key, ...path.slice(step + 1)], example));
    }),
    { numRuns: 400 },
  );
});
