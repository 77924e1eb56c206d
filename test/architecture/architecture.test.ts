import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { violations, type SourceFile } from "./rules.ts";

const root = join(import.meta.dirname, "..", "..");

function sources(): readonly SourceFile[] {
  return readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => ({ path: `src/${name}`, text: readFileSync(join(root, "src", name), "utf8") }));
}

test("the layers, the purity and the borders of src hold", () => {
  const files = sources();
  assert.ok(files.length > 20, "the walk must find the sources");
  assert.deepEqual(violations(files), []);
});

/** One planted violation per rule: a rule that does not bite here would let the real thing pass, too. */
const plants: readonly {
  readonly name: string;
  readonly files: readonly SourceFile[];
  readonly want: RegExp;
}[] = [
  plant("an import upwards", "src/decide/a.ts", `import { govern } from "../pipeline.ts";`, /lies above it/),
  plant(
    "a step that imports its sibling",
    "src/decide/a.ts",
    `import { classify } from "../classify/classify.ts";`,
    /siblings/,
  ),
  plant(
    "a type-only import of a sibling",
    "src/record/a.ts",
    `import type { A } from "../approve/a.ts";`,
    /siblings/,
  ),
  plant(
    "an import upwards over several lines",
    "src/base/a.ts",
    `import {\n  a,\n  b,\n} from "../model/b.ts";`,
    /a\.ts:4: .*lies above it/,
  ),
  plant("a re-export upwards", "src/model/a.ts", `export { a } from "../policy/a.ts";`, /lies above it/),
  plant(
    "a dynamic import upwards",
    "src/boundary/a.ts",
    `const a = await import("../broker/a.ts");`,
    /lies above it/,
  ),
  plant(
    "the broker that knows a surface",
    "src/broker/a.ts",
    `import { a } from "../editor/a.ts";`,
    /lies above it/,
  ),
  plant(
    "vscode outside of the editor",
    "src/broker/a.ts",
    `import * as vscode from "vscode";`,
    /only src\/editor/,
  ),
  plant("vscode as a type", "src/boundary/a.ts", `import type { Uri } from "vscode";`, /only src\/editor/),
  plant("node in a pure step", "src/classify/a.ts", `import { readFileSync } from "node:fs";`, /pure/),
  plant("node by require", "src/policy/a.ts", `const fs = require("node:fs");`, /pure/),
  plant("a clock in a pure step", "src/decide/a.ts", `const now = Date.now();`, /`Date`/),
  plant("randomness in a pure step", "src/approve/a.ts", `const id = Math.random();`, /`Math\.random`/),
  plant(
    "the environment in a pure step",
    "src/catalogue/a.ts",
    `const home = process.env["HOME"];`,
    /`process`/,
  ),
  plant("a folder without a layer", "src/extras/a.ts", "", /no layer/),
  plant("a bag", "src/base/utils.ts", "", /bag/),
  plant("a barrel", "src/policy/index.ts", "", /barrel/),
  plant("an import without extension", "src/base/a.ts", `import { b } from "./b";`, /extension/),
  plant("src that imports a test", "src/cli/a.ts", `import { a } from "../../test/a.ts";`, /outside of src/),
  plant(
    "an adapter that uses another",
    "src/boundary/hooks/vscode/a.ts",
    `import { a } from "../claude-code/a.ts";`,
    /adapter/,
  ),
  {
    name: "a hook client that loads the policy language",
    files: [
      { path: "src/boundary/hooks/client/hook.ts", text: `import { a } from "../wire.ts";` },
      { path: "src/boundary/hooks/wire.ts", text: `import { b } from "../../policy/schema.ts";` },
      { path: "src/policy/schema.ts", text: "" },
    ],
    want: /hook client may not load src\/policy\/schema\.ts/,
  },
];

function plant(name: string, path: string, text: string, want: RegExp): (typeof plants)[number] {
  return { name, files: [{ path, text }], want };
}

for (const { name, files, want } of plants) {
  test(`the check notices ${name}`, () => {
    assert.match(violations(files).join("\n"), want);
  });
}

test("words in prose and strings are no use of a name", () => {
  const text = `// Date and process are only words here.\nconst a = "process.env";\nconst b = \`Date \${c}\`;\nconst d = /process/.test(a);\n`;
  assert.deepEqual(violations([{ path: "src/decide/a.ts", text }]), []);
});

test("the top level stays as designed", () => {
  const allowed = new Set(
    [
      [
        "package.json",
        "package-lock.json",
        "tsconfig.json",
        "esbuild.mjs",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
      ],
      [".vscodeignore", ".gitignore", ".npmrc", ".oxlintrc.json", ".oxfmtrc.json"],
      ["src", "media", "policies", "test", ".ci", ".vscode"],
      // Made here and ignored by git.
      [".git", "node_modules", "dist", ".cache", "coverage"],
    ]
      .flat()
      .map((name) => name.toLowerCase()),
  );
  const extra = readdirSync(root).filter(
    (name) => !allowed.has(name.toLowerCase()) && !name.endsWith(".vsix"),
  );
  assert.deepEqual(extra, []);
});

test("no test is left out", () => {
  const marks = new RegExp(String.raw`\b(?:it|test|describe)\.(?:only|skip|todo)\b`);
  const left = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .filter((name) => marks.test(readFileSync(join(root, "test", name), "utf8")));
  assert.deepEqual(left, []);
});
