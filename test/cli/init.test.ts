import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { UsageError } from "../../src/cli/command.ts";
import { initCommand } from "../../src/cli/init-command.ts";
import { runCommand, temporaryFolder, type Run } from "./terminal.ts";

interface Place {
  readonly workspace: string;
  readonly policy: string;
  readonly init: (...args: readonly string[]) => Promise<Run>;
}

/** A workspace and a home of its own; names of files are relative to the folder that holds both. */
function place(context: { after(done: () => void): void }, files: Readonly<Record<string, string>>): Place {
  const folder = temporaryFolder(context);
  const workspace = join(folder, "shop");
  mkdirSync(workspace);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return {
    workspace,
    policy: join(workspace, ".governance", "policy.yaml"),
    init: (...args) => runCommand(initCommand, args, { cwd: workspace, home: join(folder, "home") }),
  };
}

const chart = {
  "shop/Chart.yaml": "name: shop\n",
  "home/.kube/config": "current-context: kind-shop\ncontexts:\n- {name: kind-shop, context: {cluster: c}}\n",
};

test("what would be written is shown as it is, and nothing is written", async (context) => {
  const { init, policy } = place(context, chart);
  const run = await init("--dry-run");
  assert.equal(run.code, 0);
  assert.match(run.out, /^# Made from the template kubernetes\/combined, because of Chart\.yaml/);
  assert.match(run.out, /^ +# detected: the context in use\n +kubernetes: \{ contexts: \["kind-shop"\] \}$/m);
  assert.match(run.err, /^not detected: \/environments\/production\/kubernetes: /m);
  assert.ok(!existsSync(policy));
});

test("with `--yes` the text that is shown is the text that is written", async (context) => {
  const { init, policy } = place(context, chart);
  const run = await init("--yes");
  assert.equal(run.code, 0);
  assert.equal(readFileSync(policy, "utf8"), run.out);
  assert.match(run.err, /^wrote \.governance\/policy\.yaml from kubernetes\/combined; next:$/m);
});

test("without anybody to ask nothing is written", async (context) => {
  const { init, policy } = place(context, chart);
  const run = await init();
  assert.equal(run.code, 1);
  assert.match(
    run.err,
    /^nobody can be asked here: add `--yes`, or `--template NAME`\nnothing was written$/m,
  );
  assert.ok(!existsSync(policy));
});

test("environment files that lie there are told, and stay hidden", async (context) => {
  const { init } = place(context, { ...chart, "shop/.env": "A=1", "shop/config/live.env": "A=2" });
  const { out } = await init("--dry-run");
  assert.match(out, /^# Hidden from the agent: \.env, config\/live\.env\. `session_scope/m);
  assert.doesNotMatch(out, /^ *allowed_files:/m);
});

for (const [typed, code] of [
  ["y\n", 0],
  ["Yes\n", 0],
  ["n\n", 1],
  ["\n", 1],
  ["yolo\n", 1],
  ["", 1],
] as const) {
  test(`a human at the terminal is asked, and answers ${JSON.stringify(typed)}`, async (context) => {
    const { workspace, policy } = place(context, chart);
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const home = dirname(workspace);
    const sink = (): PassThrough => new PassThrough().resume();
    const run = initCommand.run([], { stdin, stdout: sink(), stderr: sink(), cwd: workspace, home, env: {} });
    stdin.end(typed);
    assert.equal(await run, code);
    assert.equal(existsSync(policy), code === 0);
  });
}

test("a template that is named is written without a question", async (context) => {
  const { init, policy } = place(context, chart);
  const run = await init("--template", "railway/domains");
  assert.equal(run.code, 0);
  assert.match(readFileSync(policy, "utf8"), /allowed_files: \["\.\/config\/staging\.env"\]/);
  assert.match(run.err, /policy\/missing-file/);
});

for (const name of ["policy.yaml", "policy.yml", "policy.json"]) {
  test(`a ${name} that is there stays as it is`, async (context) => {
    const { init, workspace } = place(context, { [`shop/.governance/${name}`]: "policies: {}\n" });
    const run = await init("--template", "railway/domains", "--yes");
    assert.equal(run.code, 1);
    assert.equal(run.out, "");
    assert.match(
      run.err,
      new RegExp(`^\`\\.governance/${name}\` is there already; edit it, or move it away`),
    );
    assert.equal(readFileSync(join(workspace, ".governance", name), "utf8"), "policies: {}\n");
    assert.equal((await init("--dry-run")).code, 0);
  });
}

test("JSON says what was chosen, why, and what was filled in", async (context) => {
  const { init, policy } = place(context, { ...chart, "shop/railway.json": "{}" });
  const dry = JSON.parse((await init("--dry-run", "--json")).out) as Record<string, unknown>;
  assert.equal(dry["template"], "kubernetes/combined");
  assert.deepEqual(dry["because"], ["Chart.yaml", "contexts in the kubeconfig"]);
  assert.deepEqual(dry["others"], ["railway/combined"]);
  assert.equal(dry["written"], false);
  assert.deepEqual(
    (dry["filled"] as readonly { readonly pointer: string }[]).map(({ pointer }) => pointer),
    ["/environments/development/kubernetes", "/environments/development/helm"],
  );
  const done = JSON.parse((await init("--yes", "--json")).out) as Record<string, unknown>;
  assert.deepEqual([done["written"], done["file"]], [true, policy]);
  assert.equal(readFileSync(policy, "utf8"), done["text"]);
});

test("the templates are listed with what they are for", async (context) => {
  const { init } = place(context, {});
  const lines = (await init("--list")).out.trim().split("\n");
  assert.ok(lines.length >= 18);
  assert.ok(lines.every((line) => /^[a-z]+\/[a-z-]+ {2,}\S/.test(line)));
  const all = JSON.parse((await init("--list", "--json")).out) as readonly { readonly file: string }[];
  assert.ok(all.every(({ file }) => existsSync(file) && existsSync(file.replace(/\.yaml$/, ".json"))));
});

test("a template that is not there is told with the nearest one", async (context) => {
  const { init } = place(context, {});
  await assert.rejects(init("--template", "railway/combind"), (error) => {
    return UsageError.is(error) && error.message.includes("did you mean `railway/combined`?");
  });
});

test("a folder that cannot be written to is a sentence, not a stack", async (context) => {
  const { init } = place(context, { "shop/.governance": "a file" });
  await assert.rejects(init("--template", "railway/domains"), (error) => UsageError.is(error));
});
