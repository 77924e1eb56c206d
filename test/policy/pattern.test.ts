import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { minimatch } from "minimatch";
import type { Result } from "../../src/base/result.ts";
import { nearest } from "../../src/policy/nearest.ts";
import { normalisePath, pathPattern, type PathPattern } from "../../src/policy/path-pattern.ts";
import { pathSet } from "../../src/policy/path-set.ts";
import { namePattern } from "../../src/policy/pattern.ts";
import { home, workspace } from "./load-for-test.ts";

function value<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.error);
  return result.value;
}

function path(source: string, reach: "wide" | "narrow" = "wide"): PathPattern {
  return value(pathPattern(source, { workspace, home, reach }));
}

const names: readonly (readonly [pattern: string, matches: readonly string[], misses: readonly string[]])[] =
  [
    ["railway:deploy", ["railway:deploy", "Railway:Deploy"], ["railway:deployment", "railway:deplo"]],
    ["railway:*", ["railway:deploy", "railway:"], ["railways:deploy", "aws:deploy"]],
    ["aws:s3:*Bucket", ["aws:s3:DeleteBucket", "aws:s3:Bucket"], ["aws:s3:DeleteBuckets", "aws:ec2:Bucket"]],
    ["*:read", ["railway:read", "a:b:read"], ["read"]],
    ["{aws,gcp}:*", ["aws:x", "gcp:y"], ["azure:x"]],
    ["*.example.com", ["a.example.com", "a.b.example.com"], ["example.com", "a.example.com.evil"]],
    ["vol_?", ["vol_1"], ["vol_", "vol_12"]],
    ["a*b*c", ["abc", "a-b-b-c", "abbc"], ["acb", "ab"]],
    ["*", ["", "anything at all"], []],
    ["ab*ab", ["abab", "ab-ab"], ["ab", "aba"]],
    ["a*?b?*c", ["axbxc", "a-xbb-c"], ["abc", "axbc"]],
    ["npm run *", ["npm run build/all"], ["npm  run build"]],
  ];

for (const [source, matches, misses] of names) {
  test(`name ${source}`, () => {
    const pattern = value(namePattern(source));
    assert.equal(pattern.source, source);
    assert.deepEqual(
      matches.filter((text) => !pattern.matches(text)),
      [],
    );
    assert.deepEqual(
      misses.filter((text) => pattern.matches(text)),
      [],
    );
  });
}

test("a name pattern takes linear time where a regular expression would not", () => {
  const pattern = value(namePattern("*a*a*a*a*a*a*a*a*a*a*b"));
  const started = performance.now();
  assert.equal(pattern.matches("a".repeat(20_000)), false);
  assert.ok(performance.now() - started < 5000);
});

test("a name pattern matches what the same regular expression does", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
  const source = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(source, text, (glob, name) => {
      const expected = new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(name);
      assert.equal(value(namePattern(glob)).matches(name), expected);
    }),
    { numRuns: 300 },
  );
});

test("a name pattern that cannot be used says why", () => {
  assert.deepEqual(namePattern(`*${"?".repeat(17)}b`), { ok: false, error: "it has more than 16 `?`" });
  assert.deepEqual(namePattern("  "), { ok: false, error: "it is empty and would match nothing" });
  assert.deepEqual(namePattern("{1..999}"), { ok: false, error: "it stands for more than 200 alternatives" });
});

const paths: readonly (readonly [
  pattern: string,
  reach: "wide" | "narrow",
  matches: readonly string[],
  misses: readonly string[],
])[] = [
  ["./src/a.ts", "wide", [`${workspace}/src/a.ts`, `${workspace}/SRC/a.ts`], [`${workspace}/src/a.tsx`]],
  ["src/a.ts", "narrow", [`${workspace}/src/a.ts`], [`${workspace}/SRC/a.ts`, "/src/a.ts"]],
  ["../shared/*.ts", "narrow", [`${home}/shared/a.ts`], [`${home}/shared/a/b.ts`]],
  ["docs", "wide", [`${workspace}/docs`, `${workspace}/docs/a/b`], [`${workspace}/docs2`]],
  ["docs/", "wide", [`${workspace}/docs`, `${workspace}/docs/a/b`], [`${workspace}/docs2`]],
  ["docs/**", "narrow", [`${workspace}/docs`, `${workspace}/docs/.hidden`], [`${workspace}/doc`]],
  ["**/*.md", "wide", ["/etc/a.md", `${workspace}/.x/a.md`], ["/etc/a.mdx"]],
  ["**/*.md", "narrow", [`${workspace}/a.md`, `${workspace}/.x/a.md`], ["/etc/a.md"]],
  ["~/.aws/**", "wide", [`${home}/.aws/credentials`, `${home}/.aws`], [`${home}/.awsx/credentials`]],
  ["~", "narrow", [home, `${home}/x`], ["/home/developer"]],
  ["/etc/*.conf", "wide", ["/etc/a.conf"], ["/etc/x/a.conf", "/etc2/a.conf"]],
  ["/**", "wide", ["/", "/etc/x"], []],
  [
    "**/.ssh/**",
    "wide",
    ["/root/.ssh", "/root/.ssh/a/b", "/root/.SSH/id"],
    ["/root/.sshd/a", "/root/x.ssh/a"],
  ],
  ["**/.ssh/**", "narrow", [`${workspace}/.ssh/a`], ["/root/.ssh/a"]],
  ["a/{b,c}/*.ts", "wide", [`${workspace}/a/b/x.ts`, `${workspace}/a/c/x.ts`], [`${workspace}/a/d/x.ts`]],
  ["a[12].ts", "wide", [`${workspace}/a1.ts`], [`${workspace}/a3.ts`]],
  ["!a", "wide", [`${workspace}/!a`], [`${workspace}/b`]],
  ["#a", "wide", [`${workspace}/#a`], [`${workspace}/b`]],
  ["routes/$id.tsx", "wide", [`${workspace}/routes/$id.tsx`], []],
  ["C:/work/*.env", "wide", ["C:/work/a.env", "c:/work/a.env"], ["C:/a.env"]],
];

for (const [source, reach, matches, misses] of paths) {
  test(`path ${source} (${reach})`, () => {
    const pattern = path(source, reach);
    assert.deepEqual(
      matches.filter((text) => !pattern.matches(text)),
      [],
    );
    assert.deepEqual(
      misses.filter((text) => pattern.matches(text)),
      [],
    );
  });
}

test("below a workspace with glob characters in its name, patterns stay literal there", () => {
  const odd = "/home/dev/[a]{b}*";
  const pattern = value(pathPattern("*.env", { workspace: odd, home, reach: "narrow" }));
  assert.ok(!pattern.matches(`${workspace}/x.env`));
});

const segment = fc.constantFrom("a", "b.env", ".env", ".ssh", "src", "A", "x.pem");
const glob = fc.constantFrom(
  "**/*.env",
  "**/.env*",
  "**/.ssh/**",
  "src/**",
  "*/b.env",
  "**/x.pem",
  "src/*/a",
  "**/src/**/a",
  "{a,src}/**/*.env",
);

test("patterns agree with minimatch", () => {
  fc.assert(
    fc.property(glob, fc.array(segment, { minLength: 1, maxLength: 4 }), (source, parts) => {
      const inside = parts.join("/");
      const actual = path(source, "narrow").matches(`${workspace}/${inside}`);
      // Whether `x/**` holds for the folder `x` itself is where minimatch depends on a slash at the end.
      const strict = minimatch(inside, source, { dot: true });
      const folder = minimatch(`${inside}/`, source, { dot: true });
      assert.ok(strict ? actual : !actual || folder, `${source} on ${inside}`);
    }),
    { numRuns: 300 },
  );
});

test("a set finds what its patterns match", () => {
  const sources = [
    "**/.env*",
    "**/*.tar.gz",
    "a/*.B?k",
    "x/*.md",
    "**/.aws/credentials",
    "**/credentials",
    "~/.kube/config",
    "src/**",
    "./plan.md",
    "**/*.{pem,KEY}",
    "conf/{*.yaml,Makefile,x*.{a,b}}",
    "**/{a,b}*",
  ];
  const patterns = sources.map((source) => path(source));
  const set = pathSet(patterns);
  fc.assert(
    fc.property(
      fc.constantFrom(workspace, home, "/root"),
      fc.constantFrom(
        "x/.env",
        ".aws/credentials",
        "credentials",
        ".kube/config",
        "src/a",
        "plan.md",
        "PLAN.md",
        "else",
        "x.tar.gz",
        "a/x.bak",
        "x/Y.MD",
        "noext",
        ".gz",
        "a/.env",
        "x/a.key",
        "conf/makefile",
        "conf/xy.b",
        "conf/y.b",
        "q/bx",
      ),
      (root, rest) => {
        const text = `${root}/${rest}`;
        assert.equal(
          set.find(text),
          patterns.findIndex((pattern) => pattern.matches(text)),
          text,
        );
      },
    ),
  );
});

test("what is looked up by its end matches what the glob itself matches", () => {
  const matching: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["**/*.{pem,KEY}", ["a.pem", "x/B.PEM", "x/y.key", ".key"], ["pem", "x.pem/y", "a.pe"]],
    ["conf/{*.yaml,Makefile,x*.{a,b}}", ["conf/a.yaml", "conf/makefile", "conf/xy.b"], ["conf/y.b", "xy.b"]],
    ["**/{.env,.env.*}", [".env", "a/.env.local"], ["a/.environment", "env"]],
    ["**/x.{tar.gz,zip}", ["x.tar.gz", "a/x.zip"], ["y.tar.gz", "x.gz"]],
  ];
  for (const [source, inside, outside] of matching) {
    const pattern = path(source);
    assert.deepEqual(
      inside.filter((name) => !pattern.matches(`${workspace}/${name}`)),
      [],
      source,
    );
    assert.deepEqual(
      outside.filter((name) => pattern.matches(`${workspace}/${name}`)),
      [],
      source,
    );
  }
});

test("paths are put in order without the file system", () => {
  assert.equal(normalisePath("/a/./b//../c/"), "/a/c");
  assert.equal(normalisePath("/../.."), "/");
  assert.equal(normalisePath("C:/a/../b"), "C:/b");
});

test("the nearest word is found only where it is near", () => {
  assert.equal(nearest("polcies", ["policies", "session_scope"]), "policies");
  assert.equal(nearest("kil", ["kill", "deny"]), "kill");
  assert.equal(nearest("dney", ["kill", "deny"]), "deny");
  assert.equal(nearest("xyzzy", ["kill", "deny"]), undefined);
  assert.equal(nearest("a".repeat(300), ["a".repeat(300)]), undefined);
});
