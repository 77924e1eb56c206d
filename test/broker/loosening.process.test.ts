import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { stricter, type Verdict } from "../../src/model/verdict.ts";
import { PolicyHome } from "./policies-for-test.ts";

/** What an agent may try: everyday work, what the baseline asks, and what policies below speak of. */
const commands = [
  "echo a",
  "npm test",
  "cat .env",
  "cat plan.md",
  "rm -rf src",
  "git push --force",
  "railway up",
  "railway variables",
  "railway volume delete",
  "acme boxes rm b1",
  "acme boxes list",
  "aws s3 rb s3://web-prod --force",
  "kubectl delete namespace web",
  "cp a.txt /etc/motd",
  "rm -rf .governance",
];

const apis = fc.subarray(
  [
    "railway:deploy",
    "railway:*",
    "railway:read",
    "railway:variables",
    "aws:s3:DeleteBucket",
    "acme:box_delete",
  ],
  { maxLength: 3 },
);
const condition = fc.constantFrom<object>(
  { command: "echo *" },
  { action: "railway:deploy" },
  { action: "acme:box_delete" },
  { provider: "railway" },
  { command: "npm *" },
  { command: "*acme*" },
  { action_type: "production_api_call" },
  { path: "plan.md" },
  { out_of_domain: true },
  { command: "npm *", not: { agent: "claude-code" } },
);
const rules = fc.array(condition, { maxLength: 3 });

const policyOn = (below: fc.Arbitrary<readonly string[]>): fc.Arbitrary<string> =>
  fc
    .record({
      extends: below,
      enforcement: fc.constantFrom("enforce", "enforce", "enforce", "observe"),
      signal: fc.record(
        {
          default: fc.constantFrom("open", "closed"),
          allowed_files: fc.subarray(["./.env", "./plan.md", "src/**"]),
          hidden_files: fc.subarray(["plan.md", "**/*.txt"]),
          writable_files: fc.constantFrom(["src/**"], ["/etc/**", "./**"]),
        },
        { requiredKeys: [] },
      ),
      domain: fc.record(
        {
          default: fc.constantFrom("allow", "ask", "deny"),
          allowed_apis: apis,
          blocked_actions: apis,
        },
        { requiredKeys: [] },
      ),
      kill: rules,
      deny: rules,
      control: rules,
      sessions: fc.constantFrom(
        {},
        { web: { default: true } },
        { web: {}, ops: { session_scope: { domain: { allowed_apis: ["railway:*"] } } } },
      ),
      locked: fc.boolean(),
    })
    .map(({ extends: others, enforcement, signal, domain, kill, deny, control, sessions, locked }) =>
      JSON.stringify({
        ...(others.length === 0 ? {} : { extends: others }),
        enforcement,
        locked,
        session_scope: { signal, domain },
        policies: { kill, deny, control },
        sessions,
      }),
    );

/** What others build on, and what stands above: nothing that a cycle could come of. */
const plain = policyOn(fc.constant([]));
const policy = policyOn(
  fc.constantFrom(
    [],
    [],
    ["./base.yaml"],
    ["./base.yaml"],
    ["./base.yaml", "signalbox:railway/deploy"],
    ["./gone.yaml"],
  ),
);

/** Half of it, a slip, or something else in between. */
const damaged = fc
  .tuple(policy, fc.nat(), fc.constantFrom("", "x", '"', "}", "\u0000", "\t- &a [*a]"))
  .map(([text, at, insert]) => text.slice(0, at % text.length) + insert + text.slice((at % text.length) + 9));
const truncated = fc.tuple(policy, fc.nat()).map(([text, at]) => text.slice(0, at % text.length));
const anyText = fc.oneof(
  policy,
  policy,
  damaged,
  truncated,
  fc.constantFrom("", "{}", "version: 1\n", "- x"),
);

const catalogueText = fc
  .record({
    access: fc.constantFrom("read", "change"),
    effects: fc.subarray(["deployment", "file_deletion"]),
  })
  .map(
    ({ access, effects }) =>
      `provider: acme\ntitle: Acme\nhosts: [api.acme.example]\ncli:\n  programs: [acme]\n  commands: [{path: boxes rm, operation: box_delete}]\noperations:\n  box_delete: {access: ${access}, effects: [${effects.join(", ")}]}\n`,
  );

type Edit = (folder: string, home: PolicyHome) => void;

const into =
  (name: string, text: string): Edit =>
  (folder, home) => {
    rmSync(join(folder, name), { recursive: true, force: true });
    home.write(join(folder, name), text);
  };
const moved =
  (from: string, to: string): Edit =>
  (folder) => {
    try {
      renameSync(join(folder, from), join(folder, to));
    } catch {
      // Not there at that moment.
    }
  };
const gone =
  (name: string): Edit =>
  (folder) =>
    rmSync(join(folder, name), { recursive: true, force: true });

const names = fc.constantFrom("policy.yaml", "policy.yaml", "policy.yml", "policy.json");
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(names, anyText).map(([name, text]) => into(name, text)),
  fc.tuple(names, anyText).map(([name, text]) => into(name, text)),
  fc.oneof(plain, plain, anyText).map((text) => into("base.yaml", text)),
  fc.oneof(catalogueText, anyText).map((text) => into("catalogue/acme.yaml", text)),
  fc.tuple(names, names).map(([from, to]) => moved(from, to)),
  fc.oneof(plain, anyText).map(
    (text): Edit =>
      (_, home) =>
        home.write(home.userFile, text),
  ),
  fc.constantFrom(
    moved("base.yaml", "gone.yaml"),
    moved("catalogue/acme.yaml", "catalogue/other.yaml"),
    gone("policy.yaml"),
    gone("base.yaml"),
    gone("catalogue"),
    gone("."),
  ),
  fc.constantFrom<Edit>(
    (folder) => {
      gone("policy.yaml")(folder, at);
      mkdirSync(join(folder, "policy.yaml"), { recursive: true });
    },
    (folder) => {
      gone("policy.yaml")(folder, at);
      mkdirSync(folder, { recursive: true });
      symlinkSync("../../.config/signalbox/policy.yaml", join(folder, "policy.yaml"));
    },
    (folder, home) => {
      try {
        const text = readFileSync(join(folder, "policy.yaml"), "utf8");
        home.write(join(folder, "policy.yaml"), `${text}\nenforcement: observe\n`);
      } catch {
        writeFileSync(join(home.workspace, "notes.txt"), "");
      }
    },
    (_, home) => home.restart(),
    (_, home) => rmSync(home.userFile, { force: true }),
  ),
);

let at: PolicyHome;

function verdicts(): readonly Verdict[] {
  return commands.map((command) => at.verdict(command));
}

const above = fc.option(plain, { nil: undefined });

test("no edit of a workspace's files or of the user's own policy alone makes any verdict looser than what humans approved", () => {
  let edits = 0;
  let approvals = 0;
  let stricterFound = 0;
  const seen = new Set<Verdict>();
  const property = fc.property(
    fc.record({ managed: above, user: above, base: plain, own: policy }),
    fc.array(edit, { minLength: 1, maxLength: 4 }),
    ({ managed, user, base, own }, changes) => {
      at = new PolicyHome();
      try {
        if (managed !== undefined) {
          at.write(at.managedFile, managed);
        }
        if (user !== undefined) {
          at.write(at.userFile, user);
          approveWhereItLoads("user");
        }
        at.writeWorkspace(base, "base.yaml");
        at.writeWorkspace(own);
        approvals += approveWhereItLoads(at.workspace);
        const floor = verdicts();
        floor.forEach((verdict) => seen.add(verdict));
        for (const change of changes) {
          mkdirSync(join(at.workspace, ".governance"), { recursive: true });
          change(join(at.workspace, ".governance"), at);
          edits++;
          for (const [index, verdict] of verdicts().entries()) {
            const before = floor[index] ?? "kill";
            assert.equal(
              stricter(verdict, before),
              verdict,
              `${commands[index]}: ${before} became ${verdict}`,
            );
            stricterFound += verdict === before ? 0 : 1;
          }
        }
      } finally {
        at.remove();
      }
    },
  );
  fc.assert(property, { numRuns: Number(process.env["LOOSENING_RUNS"] ?? 50) });
  // It would hold of policies that nobody reads as well.
  assert.deepEqual([...seen].toSorted(), ["allow", "ask", "deny", "kill"]);
  assert.ok(
    approvals > 5 && stricterFound > 0,
    `${approvals} approvals, ${edits} edits, ${stricterFound} tightened`,
  );
});

/** 1 where it was approved. */
function approveWhereItLoads(name: string): number {
  if (!at.policies.candidate(name).ok) {
    return 0;
  }
  at.approve(name);
  return 1;
}
