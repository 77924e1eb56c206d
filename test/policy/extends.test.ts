import assert from "node:assert/strict";
import { test } from "node:test";
import { err, ok, type Result } from "../../src/base/result.ts";
import fc from "fast-check";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import type { RuleOrigin } from "../../src/policy/compiled.ts";
import { loadPolicy, type LoadedPolicy } from "../../src/policy/load.ts";
import { digest, home, workspace } from "./load-for-test.ts";
import { vocabulary } from "./vocabulary.ts";

const folder = `${workspace}/.governance`;

/** Loads `policy.yaml` of a folder that holds these files; names are relative to it, or of templates. */
function load(files: Readonly<Record<string, string>>): LoadedPolicy & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  const read = (file: string): Result<string> => {
    asked.push(file.replace(`${folder}/`, ""));
    const text = files[file.replace(`${folder}/`, "")];
    return text === undefined ? err("it is not there") : ok(text);
  };
  const text = files["policy.yaml"] ?? "";
  const source = { file: `${folder}/policy.yaml`, text, layer: "workspace", workspace, home, read } as const;
  return { ...loadPolicy(source, vocabulary, digest), asked };
}

function line({ code, range, message }: Diagnostic): string {
  return `${code.replace("policy/", "")} ${range.line}:${range.column} ${message.replaceAll(`${folder}/`, "")}`;
}

const base = `session_scope:
  signal:
    default: closed
    allowed_files: ["src/**"]
  domain:
    default: deny
    allowed_apis: ["railway:deploy"]
policies:
  deny:
    - action_type: deployment
credentials:
  deploy_key: { provider: railway, grants: ["railway:deploy"] }
environments:
  production: { railway: ["live"], aws: ["1"] }
sessions:
  - name: web
    agents: cursor
    session_scope: { domain: { allowed_apis: ["railway:deploy"] } }
`;

test("lists are joined, words overridden, records merged by name, each with its own place", () => {
  const { policy, diagnostics } = load({
    "base.yaml": base,
    "policy.yaml": `extends: ./base.yaml
session_scope:
  signal:
    allowed_files: ["docs/**"]
    allowed_credentials: ["deploy_key"]
  domain:
    default: ask
policies:
  deny:
    - action_type: opaque
  kill:
    - action_type: deployment
credentials:
  deploy_key: { hosts: ["x.example"] }
environments:
  production: { railway: { projects: ["p1"] } }
  staging: { railway: staging }
sessions:
  web: { policies: { deny: [{ action_type: opaque }] } }
`,
  });
  assert.deepEqual(diagnostics.map(line), [
    "extends-loosens 4:5 allows more files than the scope of the policy that this one builds on",
    "extends-loosens 5:5 adds to `allowed_credentials` of the policy that this one builds on",
    "extends-loosens 7:5 opens the Domain of the policy that this one builds on",
  ]);
  assert.ok(policy !== undefined);
  const place = ({ file, line: at, pointer }: { file: string; line: number; pointer: string }): string =>
    `${file.replace(`${folder}/`, "")}:${at} ${pointer}`;
  assert.equal(policy.signal.default, "closed");
  assert.equal(place(policy.signal.defaultOrigin), "base.yaml:3 /session_scope/signal/default");
  assert.deepEqual(
    policy.signal.allowed.map(({ origin, pattern }) => `${place(origin)} ${pattern.source}`),
    [
      "base.yaml:4 /session_scope/signal/allowed_files/0 src/**",
      "policy.yaml:4 /session_scope/signal/allowed_files/0 docs/**",
    ],
  );
  assert.equal(policy.domain.default, "ask");
  assert.equal(place(policy.domain.defaultOrigin), "policy.yaml:7 /session_scope/domain/default");
  assert.deepEqual(
    policy.rules.map(({ origin, verdict }) => `${verdict} ${place(origin)}`),
    [
      "kill policy.yaml:12 /policies/kill/0",
      "deny base.yaml:10 /policies/deny/0",
      "deny policy.yaml:10 /policies/deny/0",
    ],
  );
  const [key] = policy.credentials;
  assert.deepEqual(
    [key?.provider, key?.grants.length, key?.hosts.map(({ source }) => source)],
    ["railway", 1, ["x.example"]],
  );
  const recognised = policy.environments.map(({ name, recognised: by }) => [name, [...by.keys()]]);
  assert.deepEqual(recognised, [
    ["production", ["railway", "aws"]],
    ["staging", ["railway"]],
  ]);
  const [production] = policy.environments;
  assert.deepEqual(
    production?.recognised
      .get("railway")
      ?.map(({ source }) => source)
      .toSorted(),
    ["live", "p1"],
  );
  const web = policy.tasks.get("web");
  assert.deepEqual(
    [web?.task?.agents.map(({ source }) => source), web?.domain.allowed.length, web?.rules.length],
    [["cursor"], 1, 1],
  );
});

test("every file it was made of is listed, and each has a say in the hash", () => {
  const files = {
    "policy.yaml": 'extends: [a.yaml, "signalbox:railway/domains"]\n',
    "a.yaml": "extends: sub/b.yaml\n",
    "sub/b.yaml": "extends: ../c.yaml\n",
    "c.yaml": "policies: {}\n",
    "signalbox:railway/domains": "policies: {}\n",
  };
  const { policy, extended, asked } = load(files);
  assert.deepEqual(asked, ["a.yaml", "sub/b.yaml", "c.yaml", "signalbox:railway/domains"]);
  assert.deepEqual(
    policy?.sources?.map(({ file }) => file.replace(`${folder}/`, "")),
    ["policy.yaml", "a.yaml", "sub/b.yaml", "c.yaml", "signalbox:railway/domains"],
  );
  assert.equal(extended.length, 4);
  for (const name of Object.keys(files)) {
    const changed = load({ ...files, [name]: `${files[name as keyof typeof files]}# changed\n` }).policy;
    assert.notEqual(changed?.hash, policy?.hash, name);
  }
  assert.equal(load({ "policy.yaml": "policies: {}\n" }).policy?.hash, digest("policies: {}\n"));
});

test("a file that several build on counts once", () => {
  const { policy, asked } = load({
    "policy.yaml": "extends: [a.yaml, b.yaml]\n",
    "a.yaml": "extends: c.yaml\n",
    "b.yaml": "extends: c.yaml\n",
    "c.yaml": "policies: { deny: [{ action_type: opaque }] }\n",
  });
  assert.deepEqual(asked, ["a.yaml", "c.yaml", "b.yaml"]);
  assert.equal(policy?.rules.length, 1);
});

test("credentials of the policy below are known", () => {
  const { diagnostics } = load({
    "policy.yaml":
      'extends: a.yaml\nsession_scope: { signal: { blocked_credentials: ["own_key", "none_key"] } }\n',
    "a.yaml": 'credentials: { own_key: { grants: ["railway:deploy"] } }\n',
  });
  assert.deepEqual(diagnostics.map(line), [
    "unknown-credential 2:61 unknown credential `none_key`: it is matched literally",
  ]);
});

const deep = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [`d${index}.yaml`, `extends: d${index + 1}.yaml\n`]),
);
const many = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [`m${index}.yaml`, "policies: {}\n"]),
);

/** What cannot be built on: one error in the policy's own file, and no policy. */
const broken: Readonly<
  Record<string, readonly [files: Readonly<Record<string, string>>, says: readonly string[]]>
> = {
  "a file that is not there": [
    { "policy.yaml": "extends: a.yaml\n" },
    ["extends-unreadable 1:10 `a.yaml`: it is not there"],
  ],
  "a name in another file": [
    { "policy.yaml": "extends: a.yaml\n", "a.yaml": "extends: b.yaml\n" },
    ["extends-unreadable 1:10 in `a.yaml`: `b.yaml`: it is not there"],
  ],
  "an error in another file": [
    { "policy.yaml": "extends: [a.yaml]\n", "a.yaml": "polices: {}\n" },
    [
      "extends-unreadable 1:11 it does not load: a.yaml:1:1: error: unknown key `polices` at the top of a policy [policy/unknown-key]",
    ],
  ],
  "another file that is no YAML": [
    { "policy.yaml": "extends: [a.yaml]\n", "a.yaml": "- : [\n" },
    [
      "extends-unreadable 1:11 it does not load: a.yaml:2:1: error: flow sequence in block collection must be sufficiently indented and end with a ] [policy/syntax]",
    ],
  ],
  itself: [
    { "policy.yaml": "extends: ./policy.yaml\n" },
    ["extends-cycle 1:10 the policy builds on itself: policy.yaml → policy.yaml"],
  ],
  "a circle": [
    { "policy.yaml": "extends: a.yaml\n", "a.yaml": "extends: b.yaml\n", "b.yaml": "extends: a.yaml\n" },
    ["extends-cycle 1:10 in `b.yaml`: the policy builds on itself: a.yaml → b.yaml → a.yaml"],
  ],
  "too deep": [
    { "policy.yaml": "extends: d0.yaml\n", ...deep },
    [
      "extends-too-much 1:10 in `d7.yaml`: policies build on each other more than 8 deep, or there are more than 32",
    ],
  ],
  "too many": [
    { "policy.yaml": `extends: [${Object.keys(many).join(", ")}]\n`, ...many },
    Array.from({ length: 8 }).map(
      (_, index) =>
        `extends-too-much 1:${321 + index * 10} policies build on each other more than 8 deep, or there are more than 32`,
    ),
  ],
  "too large": [
    { "policy.yaml": "extends: a.yaml\n", "a.yaml": `# ${"x".repeat(1_000_000)}\n` },
    ["too-large 1:10 the policy and all that it builds on have more than 1000000 characters"],
  ],
  "out of the folder": [
    {
      "policy.yaml": `extends: ["../x.yaml", "a/../../x.yaml", "/etc/x.yaml", "~/x.yaml", "a\\\\..\\\\b", "", "signalbox:../x"]\n`,
    },
    [
      "extends-outside 1:11 `../x.yaml` leads out of the folder `.governance`",
      "extends-outside 1:24 `a/../../x.yaml` leads out of the folder `.governance`",
      "extends-outside 1:42 `/etc/x.yaml` is not a relative path",
      "extends-outside 1:57 `~/x.yaml` is not a relative path",
      "extends-outside 1:69 `a\\..\\b` is not a relative path",
      "extends-outside 1:81 `` is not a relative path",
      "extends-outside 1:85 `signalbox:../x` is no name of a template",
    ],
  ],
  "a template that leaves its kind": [
    { "policy.yaml": 'extends: "signalbox:a"\n', "signalbox:a": "extends: ./b.yaml\n" },
    [
      "extends-outside 1:10 in `signalbox:a`: `./b.yaml` is not a template, and a template builds on templates alone",
    ],
  ],
  "no text": [
    { "policy.yaml": "extends: 7\n" },
    ["wrong-type 1:10 expected a text: put it in quotes, found `7`"],
  ],
};

for (const [name, [files, says]] of Object.entries(broken)) {
  test(`building on ${name}`, () => {
    const { policy, diagnostics } = load(files);
    assert.deepEqual(diagnostics.map(line), says);
    assert.equal(policy, undefined);
  });
}

test("what loosens the policy below is told, what tightens it is not", () => {
  const below = `session_scope:
  signal: { writable_files: ["src/**"], hidden_files: ["**/*.txt"] }
  domain: { default: ask, allowed_apis: ["railway:deploy"] }
`;
  const told = (text: string): readonly string[] =>
    load({ "a.yaml": below, "policy.yaml": `extends: a.yaml\n${text}` })
      .diagnostics.filter(({ severity }) => severity === "information")
      .map(line);
  const tail = "of the policy that this one builds on";
  assert.deepEqual(told("enforcement: observe\n"), [`extends-loosens 2:1 only observes the rules ${tail}`]);
  assert.deepEqual(told('session_scope: { signal: { writable_files: ["docs/**", "src/**"] } }\n'), [
    `extends-loosens 2:28 adds to \`writable_files\` ${tail}`,
  ]);
  assert.deepEqual(
    told('session_scope: { signal: { visible_files: ["a.txt"], allowed_files: [b.txt] } }\n'),
    [
      `extends-loosens 2:28 excepts files from \`hidden_files\` ${tail}`,
      `extends-loosens 2:54 allows more files than the scope ${tail}`,
    ],
  );
  assert.deepEqual(
    told('session_scope: { domain: { allowed_apis: ["railway:redeploy"], default: allow } }\n'),
    [
      `extends-loosens 2:28 allows more operations than the scope ${tail}`,
      `extends-loosens 2:64 opens the Domain ${tail}`,
    ],
  );
  assert.deepEqual(
    told(
      'session_scope: { signal: { default: closed, writable_files: ["src/**"] }, domain: { default: deny, closed: reads, blocked_actions: ["aws:*"], allowed_apis: ["railway:deploy"] } }\npolicies: { kill: [{ action_type: opaque }] }\n',
    ),
    [],
  );
});

/** A policy in all the forms that the language has for the same thing. */
const anyForm = fc
  .record(
    {
      files: fc.subarray(["src/**", "./a.env", "docs"]),
      apis: fc.array(
        fc.constantFrom(
          "railway:deploy",
          { api: "aws:s3", environment: "staging" },
          { api: "railway:redeploy" },
        ),
        { maxLength: 3 },
      ),
      rules: fc.array(
        fc.constantFrom({ action: "railway:deploy" }, { action_type: ["opaque", "deployment"] }),
        {
          maxLength: 3,
        },
      ),
      signal: fc.constantFrom("open", "closed"),
      credentials: fc.constantFrom({ key: { grants: ["railway:deploy"], hosts: "a.example" } }, [
        { name: "key", grants: ["aws:s3"], hosts: ["b.example"] },
        { name: "other" },
      ]),
      environments: fc.constantFrom(
        { production: { railway: "live", aws: ["1", "2"] } },
        {
          production: { railway: { projects: ["p"] }, hosts: "db.example" },
          staging: { aws: { accounts: "3" } },
        },
      ),
      sessions: fc.constantFrom({ web: { agents: "cursor", policies: { deny: [{ agent: "x" }] } } }, [
        { name: "web", agents: ["codex"], session_scope: { signal: { hidden_files: ["x"] } } },
        { name: "api" },
      ]),
    },
    { requiredKeys: ["files", "apis", "rules"] },
  )
  .map(({ files, apis, rules, signal, ...named }) => ({
    session_scope: {
      signal: { allowed_files: files, ...(signal === undefined ? {} : { default: signal }) },
      domain: { allowed_apis: apis },
    },
    policies: { kill: rules },
    ...named,
  }));

/** The part of a document that a JSON pointer names. */
function at(document: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (node, step) => (node as Readonly<Record<string, unknown>> | undefined)?.[step],
      document,
    );
}

test("whatever two policies say, both say it in one, each at its own place", () => {
  fc.assert(
    fc.property(anyForm, anyForm, (below, above) => {
      const documents = { "base.yaml": below, "policy.yaml": { extends: "base.yaml", ...above } };
      const { policy, diagnostics } = load({
        "base.yaml": JSON.stringify(below, null, 1),
        "policy.yaml": JSON.stringify(documents["policy.yaml"], null, 1),
      });
      assert.ok(policy !== undefined, diagnostics.map(line).join("\n"));
      const written = (origin: RuleOrigin): unknown =>
        at(documents[origin.file.replace(`${folder}/`, "") as keyof typeof documents], origin.pointer);
      assert.deepEqual(
        policy.rules.map(({ origin }) => written(origin)),
        [...below.policies.kill, ...above.policies.kill],
      );
      assert.deepEqual(
        policy.domain.allowed.map(({ origin }) => written(origin)),
        [...below.session_scope.domain.allowed_apis, ...above.session_scope.domain.allowed_apis],
      );
      assert.deepEqual(
        policy.signal.allowed.map(({ origin }) => written(origin)),
        [...below.session_scope.signal.allowed_files, ...above.session_scope.signal.allowed_files],
      );
      const closed = (above.session_scope.signal.default ?? below.session_scope.signal.default) === "closed";
      assert.equal(policy.signal.default === "closed", closed);
      for (const grant of policy.credentials) {
        assert.notEqual(written(grant.origin), undefined);
      }
      const names = [below, above].flatMap(({ environments }) => Object.keys(environments ?? {}));
      assert.deepEqual(
        policy.environments.map(({ name }) => name).toSorted(),
        [...new Set(names)].toSorted(),
      );
    }),
    { numRuns: 100 },
  );
});
