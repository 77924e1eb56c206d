import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { Catalogues } from "../../src/broker/catalogues.ts";
import { temporaryFolder } from "../cli/terminal.ts";

const shipped = packagedCatalogue();

class Workspace {
  readonly folder: string;
  readonly catalogues = new Catalogues(shipped);
  readonly problems: number[] = [];

  constructor(context: { after(done: () => void): void }) {
    this.folder = temporaryFolder(context);
    mkdirSync(this.path(), { recursive: true });
    this.catalogues.onProblem = (_workspace, { length }) => this.problems.push(length);
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ".governance", "catalogue", ...parts);
  }

  write(name: string, provider: string, more = ""): void {
    writeFileSync(
      this.path(`${name}.yaml`),
      `provider: ${provider}\ntitle: T\ncli:\n  programs: [${provider}ctl]\n  commands: [{path: drop, operation: drop}]\noperations:\n  drop: {effects: [irreversible_data_deletion]}\n${more}`,
    );
  }

  /** Programs that are known, of those that the tests write. */
  known(): string {
    const extended = this.catalogues.extended(this.folder);
    return ["acme", "beta", "gamma"]
      .filter((name) => extended?.providerByProgram(`${name}ctl`) !== undefined)
      .join(" ");
  }

  errors(): string {
    return this.catalogues
      .diagnostics(this.folder)
      .map(({ message }) => message)
      .join("\n");
  }
}

test("files are in force once they are written, and after every change", (context) => {
  const workspace = new Workspace(context);
  assert.equal(workspace.known(), "");
  assert.equal(workspace.catalogues.extended(workspace.folder), undefined);
  workspace.write("a", "acme");
  assert.equal(workspace.known(), "acme");
  assert.equal(
    workspace.catalogues.extended(workspace.folder),
    workspace.catalogues.extended(workspace.folder),
    "nothing is read again that did not change",
  );
  workspace.write("b", "beta");
  assert.equal(workspace.known(), "acme beta");
  assert.deepEqual(workspace.problems, []);
});

test("a file that breaks leaves its last good version and the others in force, and is told once", (context) => {
  const workspace = new Workspace(context);
  workspace.write("a", "acme");
  workspace.write("b", "beta");
  assert.equal(workspace.known(), "acme beta");
  workspace.write("a", "acme", "nonsense: 1\n");
  workspace.write("c", "gamma");
  assert.equal(workspace.known(), "acme beta gamma");
  assert.equal(workspace.known(), "acme beta gamma");
  assert.match(workspace.errors(), /unknown key `nonsense`/);
  assert.deepEqual(workspace.problems, [1]);
  workspace.write("a", "railway");
  assert.equal(workspace.known(), "acme beta gamma", "a file that takes what ships is broken, too");
  workspace.write("a", "acme");
  assert.equal(workspace.errors(), "");
});

test("a file that is removed takes nothing away from a running broker; its name can be taken over", (context) => {
  const workspace = new Workspace(context);
  workspace.write("a", "acme");
  workspace.write("b", "beta");
  assert.equal(workspace.known(), "acme beta");
  rmSync(workspace.path("a.yaml"));
  assert.equal(workspace.known(), "acme beta");
  rmSync(workspace.path(), { recursive: true });
  assert.equal(workspace.known(), "acme beta");
  mkdirSync(workspace.path());
  workspace.write("renamed", "acme");
  assert.equal(workspace.known(), "acme beta");
  assert.equal(workspace.errors(), "");
});

test("too many, too large, links and what is no text are refused, and the rest stays", (context) => {
  const workspace = new Workspace(context);
  workspace.write("a", "acme");
  assert.equal(workspace.known(), "acme");
  workspace.write("b", "beta", `# ${"x".repeat(256 * 1024)}`);
  assert.match(workspace.errors(), /larger than 256 kB/);
  writeFileSync(workspace.path("b.yaml"), Buffer.from([0xff, 0xfe, 0]));
  assert.match(workspace.errors(), /cannot be read/);
  rmSync(workspace.path("b.yaml"));
  symlinkSync(workspace.path("a.yaml"), workspace.path("b.yaml"));
  assert.match(workspace.errors(), /cannot be opened \(ELOOP\)/);
  for (let number = 0; number < 50; number++) {
    workspace.write(`n${number}`, `n${number}`);
  }
  assert.match(workspace.errors(), /more than 50 files/);
  assert.equal(workspace.known(), "acme");
});
