import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { catalogueCommand } from "../../src/cli/catalogue-command.ts";
import { checkCommand } from "../../src/cli/check-command.ts";
import { UsageError } from "../../src/cli/command.ts";
import { runCommand, temporaryFolder, type Run } from "./terminal.ts";

const acme = `provider: acme
title: Acme
cli:
  programs: [acme]
  commands: [{path: db delete|rm, operation: database_delete, resource: [0]}]
operations:
  database_delete: {effects: [irreversible_infrastructure_deletion], summary: delete a database}
examples:
  - {command: acme db rm main, is: ["acme:database_delete"], resource: main}
`;

interface Place {
  readonly cwd: string;
  readonly home: string;
}

function place(context: { after(done: () => void): void }, text: string = acme): Place {
  const home = temporaryFolder(context);
  const cwd = join(home, "project");
  mkdirSync(join(cwd, ".governance", "catalogue"), { recursive: true });
  writeFileSync(join(cwd, ".governance", "catalogue", "acme.yaml"), text);
  return { cwd, home };
}

function run(where: Place, ...args: readonly string[]): Promise<Run> {
  return runCommand(catalogueCommand, args, where);
}

test("list shows shipped providers and the workspace's own", async (context) => {
  const where = place(context);
  const { code, out, err } = await run(where, "list");
  assert.equal(code, 0, err);
  assert.match(out, /^railway +\d+ operations; programs railway; hosts .*; groups .*volume_management/m);
  assert.match(out, /^acme +4 operations; programs acme; groups read; the workspace's own$/m);
  const json = JSON.parse((await run(where, "list", "--json")).out) as readonly Record<string, unknown>[];
  assert.equal(json.find(({ provider }) => provider === "acme")?.["shipped"], false);
  assert.equal(json.find(({ provider }) => provider === "railway")?.["shipped"], true);
});

test("show tells all forms of an operation, by its name, its alias or as policies write it", async (context) => {
  const where = place(context);
  for (const name of ["volume_delete", "railway:volume_delete"]) {
    const { out } = await run(where, "show", "railway", name);
    assert.match(out, /^effects: irreversible_infrastructure_deletion/m);
    assert.match(out, /^ {2}railway volume delete\|remove\|rm$/m);
    assert.match(out, /^ {2}mutation volumeDelete$/m);
  }
  assert.match((await run(where, "show", "acme")).out, /^ {2}database_delete +change +irreversible_infra/m);
  const json = JSON.parse((await run(where, "show", "acme", "database_delete", "--json")).out) as Record<
    string,
    unknown
  >;
  assert.deepEqual(json["commands"], ["acme db delete|rm"]);
  await assert.rejects(run(where, "show", "acme", "no_such"), UsageError);
  await assert.rejects(run(where, "show", "no_such"), UsageError);
  await assert.rejects(run(where, "show"), UsageError);
  await assert.rejects(run(where, "drop"), UsageError);
});

test("test runs the workspace's examples, and says where one fails", async (context) => {
  const good = await run(place(context), "test");
  assert.equal(good.code, 0, good.out);
  assert.match(good.out, /1 providers, 1 examples: 0 failed/);
  const where = place(context, acme.replace("resource: main", "resource: other"));
  const bad = await run(where, "test");
  assert.equal(bad.code, 1);
  assert.match(
    bad.out,
    /^\.governance\/catalogue\/acme\.yaml:9: acme db rm main: expected the resource `other`, found `main`$/m,
  );
  const path = await run(where, "test", ".governance/catalogue/acme.yaml", "--json");
  assert.equal(path.code, 1);
  assert.equal((JSON.parse(path.out) as { failures: { line: number }[] }).failures[0]?.line, 9);
  await assert.rejects(run(where, "test", "no/such"), UsageError);
});

test("a file with an error is told with its place: by `test`, by `list`, and by `check`", async (context) => {
  const where = place(context, acme.replace("[acme]", "[rm]"));
  const tested = await run(where, "test");
  assert.equal(tested.code, 1);
  assert.match(tested.out, /acme\.yaml:4:14: error: Signalbox has rules of its own for `rm`/);
  const listed = await run(where, "list");
  assert.equal(listed.code, 1);
  assert.match(listed.err, /acme\.yaml:4:14: error/);
  await assert.rejects(
    runCommand(checkCommand, ["--", "ls"], where),
    /catalogue does not load\n.*acme\.yaml:4:14/,
  );
});

test("the workspace's own catalogue is in force for `check`", async (context) => {
  const where = place(context);
  assert.equal((await runCommand(checkCommand, ["--", "acme db rm main"], where)).code, 12);
  assert.equal((await runCommand(checkCommand, ["--", "acme --help"], where)).code, 0);
  const elsewhere = { ...where, cwd: where.home };
  assert.equal((await runCommand(checkCommand, ["--", "acme db rm main"], elsewhere)).code, 0);
});
