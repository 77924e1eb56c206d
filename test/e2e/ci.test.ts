import assert from "node:assert/strict";
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { cleanEnvironment } from "./harness/editor.ts";
import { runCommand, tryCommand, type Finished } from "./harness/process.ts";
import { buildProduct, type Product } from "./harness/product.ts";
import { repository } from "./install/place.ts";

/** The workflow that the README shows, step by step, with the package as it ships and a pull request against a real repository. */

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly if?: string;
}

interface Workflow {
  readonly jobs: {
    readonly policy: { readonly env: Readonly<Record<string, string>>; readonly steps: readonly Step[] };
  };
}

const policy = `session_scope:
  domain:
    allowed_apis: ["railway:custom_domain_create"]
    blocked_actions: ["railway:volume_delete"]
policies:
  kill:
    - action_type: irreversible_infrastructure_deletion
  control:
    - {action_type: production_api_call, require_hitl: true}
`;

const tests = `cases:
  - run: railway volume delete --volume v
    expect: kill
`;

describe("the workflow of the README", { timeout: 240_000 }, () => {
  let product: Product;
  let workflow: Workflow;
  let root = "";

  before(async () => {
    product = await buildProduct(() => undefined);
    root = await mkdtemp(join(tmpdir(), "sbx-ci-"));
    const readme = await readFile(join(repository, "README.md"), "utf8");
    const block = /```yaml\n# \.github\/workflows\/signalbox\.yml\n([\s\S]*?)```/.exec(readme)?.[1];
    assert.ok(block !== undefined, "the README shows a workflow");
    workflow = parse(block) as Workflow;
  });

  after(async () => {
    await rm(root, { recursive: true, force: true });
  });

  function environment(place: string): Record<string, string> {
    const { PATH = "", ...rest } = cleanEnvironment(join(place, "home"));
    return {
      ...rest,
      PATH: `${join(place, "temp", "bin")}:${PATH}`,
      RUNNER_TEMP: join(place, "temp"),
      GITHUB_PATH: join(place, "path"),
      GITHUB_BASE_REF: "main",
      ...workflow.jobs.policy.env,
      GIT_CONFIG_GLOBAL: "/dev/null",
    };
  }

  function shell(place: string, command: string): Promise<Finished> {
    return tryCommand({
      command: "/bin/bash",
      args: ["--noprofile", "--norc", "-eo", "pipefail", "-c", command],
      cwd: join(place, "checkout"),
      env: environment(place),
      timeoutMs: 60_000,
    });
  }

  /** A clone of a repository with a policy on `main`, in which a pull request is checked out. */
  async function checkout(name: string, change: (text: string) => string): Promise<string> {
    const place = join(root, name);
    const origin = join(place, "origin");
    for (const folder of ["origin/.governance", "home", "temp"]) {
      await mkdir(join(place, folder), { recursive: true });
    }
    await writeFile(join(origin, ".governance", "policy.yaml"), policy);
    await writeFile(join(origin, ".governance", "policy.test.yaml"), tests);
    const vsix = join(origin, workflow.jobs.policy.env["SIGNALBOX_VSIX"] ?? "");
    await mkdir(dirname(vsix), { recursive: true });
    await copyFile(product.vsix, vsix);
    const git = (cwd: string, ...args: readonly string[]): Promise<Finished> =>
      runCommand({
        command: "git",
        args: [
          "-c",
          "user.name=t",
          "-c",
          "user.email=t@example.test",
          "-c",
          "init.defaultBranch=main",
          ...args,
        ],
        cwd,
        env: cleanEnvironment(join(place, "home")),
        timeoutMs: 30_000,
      });
    await git(origin, "init", "-q");
    await git(origin, "add", ".");
    await git(origin, "commit", "-q", "-m", "policy");
    await git(place, "clone", "-q", "origin", "checkout");
    await writeFile(join(place, "checkout", ".governance", "policy.yaml"), change(policy));
    await appendFile(join(place, "path"), "");
    return place;
  }

  /** Exit codes of the steps that run something, in order, by their names. */
  async function run(place: string): Promise<Readonly<Record<string, number | null>>> {
    const codes: Record<string, number | null> = {};
    for (const { name = "", run: command } of workflow.jobs.policy.steps) {
      if (command !== undefined) {
        const finished = await shell(place, command);
        codes[name] = finished.code;
        told.set(`${place} ${name}`, finished.stdout + finished.stderr);
      }
    }
    return codes;
  }

  const told = new Map<string, string>();
  const install = "the command line, which is in the package";
  const checklist = "what a repository can answer of the checklist";
  const policyTests = "the tests of the policy";
  const diff = "nothing becomes possible that was not before";
  const annotations = "findings as annotations";
  const passing = { [install]: 0, [checklist]: 0, [policyTests]: 0, [diff]: 0, [annotations]: 0 };

  test("an edit that only tightens passes", async () => {
    const place = await checkout("tighter", (text) =>
      text.replace('["railway:volume_delete"]', '["railway:volume_delete", "railway:service_delete"]'),
    );
    assert.deepEqual(await run(place), passing, [...told.values()].join("\n"));
    const sarif = JSON.parse(await readFile(join(place, "checkout", "signalbox.sarif"), "utf8")) as {
      readonly version: string;
    };
    assert.equal(sarif.version, "2.1.0");
  });

  test("an edit that makes something possible is refused, with what it is", async () => {
    const place = await checkout("looser", (text) =>
      text.replace(
        '"railway:custom_domain_create"',
        '"railway:custom_domain_create", "railway:custom_domain_update"',
      ),
    );
    assert.deepEqual(await run(place), { ...passing, [diff]: 1 }, [...told.values()].join("\n"));
    assert.match(told.get(`${place} ${diff}`) ?? "", /railway:custom_domain_update/);
  });

  test("a policy without its kill rule is refused by the checklist, and shown at its place", async () => {
    const place = await checkout("weaker", (text) => text.replace(/ {2}kill:\n.*\n/, ""));
    const codes = await run(place);
    assert.equal(codes[checklist], 1, [...told.values()].join("\n"));
    const sarif = await readFile(join(place, "checkout", "signalbox.sarif"), "utf8");
    assert.match(sarif, /"ruleId": "checklist\/kill"/);
  });

  test("a policy that does not load is refused by every step", async () => {
    const place = await checkout("broken", (text) => text.replace("policies:", "polices:"));
    const codes = await run(place);
    assert.ok(
      [checklist, policyTests, diff].every((name) => codes[name] !== 0),
      JSON.stringify(codes),
    );
    assert.match(
      await readFile(join(place, "checkout", "signalbox.sarif"), "utf8"),
      /"ruleId": "policy\/unknown-key"/,
    );
  });

  test("everything else in it are known actions", () => {
    for (const { uses, run: command } of workflow.jobs.policy.steps) {
      assert.ok(command !== undefined || /^[\w-]+\/[\w/-]+@v\d+$/.test(uses ?? ""), uses);
    }
  });
});
