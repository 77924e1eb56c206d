import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { installRules, prohibitionsOf, uninstallRules } from "../../src/boundary/files/rules/keep-rules.ts";
import { RulesKeeper } from "../../src/broker/rules-keeper.ts";
import type { PoliciesInForce } from "../../src/policy/compiled.ts";
import { policiesOf, signalPolicy } from "../boundary/files/rules/in-force.ts";

let root = "";
let count = 0;
before(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-rules-keeper-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

class Stage {
  readonly home: string = join(root, `home ${count++}`);
  readonly workspace: string = join(this.home, "work");
  readonly stateDir: string = join(this.home, ".signalbox");
  readonly file: string = join(this.workspace, ".geminiignore");
  readonly target = { agent: "gemini-cli", scope: "workspace", base: this.workspace } as const;
  readonly told: string[] = [];
  policies: PoliciesInForce = policiesOf();
  readonly keeper: RulesKeeper;

  constructor() {
    mkdirSync(this.workspace, { recursive: true });
    const { home, stateDir } = this;
    this.keeper = new RulesKeeper({
      home,
      stateDir,
      catalogue: packagedCatalogue(),
      inForce: () => this.policies,
      told: (_target, what) => this.told.push("error" in what ? what.error : what.changed.join()),
    });
  }

  install(): void {
    const place = { workspace: this.workspace, home: this.home };
    const done = installRules(
      this.target,
      prohibitionsOf(this.policies, place, packagedCatalogue()),
      this.stateDir,
    );
    assert.ok(done.ok);
  }

  text(): string {
    return readFileSync(this.file, "utf8");
  }
}

test("where nothing was installed nothing is written", () => {
  const stage = new Stage();
  stage.keeper.look(0);
  assert.equal(existsSync(stage.file), false);
  assert.equal(existsSync(stage.stateDir), false);
});

test("rules follow the policy, and a file that was changed or removed comes back", () => {
  const stage = new Stage();
  stage.install();
  stage.keeper.look(0);
  assert.deepEqual(stage.told, []);
  stage.policies = policiesOf({ written: signalPolicy(`hidden_files: ["**/diary"]`) });
  stage.keeper.look(1000);
  assert.match(stage.text(), /^\*\*\/diary$/m);
  writeFileSync(stage.file, "mine\n");
  stage.keeper.look(2000);
  assert.match(stage.text(), /^mine\n# >>> Signalbox/);
  rmSync(stage.file);
  stage.keeper.look(3000);
  assert.match(stage.text(), /^\*\*\/diary$/m);
  assert.deepEqual(stage.told, [stage.file, stage.file, stage.file]);
});

test("a quiet look changes nothing, and what was taken out stays out", () => {
  const stage = new Stage();
  stage.install();
  stage.keeper.look(0);
  const { mtimeMs } = statSync(stage.file);
  stage.keeper.look(1000);
  assert.equal(statSync(stage.file).mtimeMs, mtimeMs);
  assert.ok(uninstallRules(stage.target, stage.stateDir).ok);
  stage.keeper.look(2000);
  assert.equal(existsSync(stage.file), false);
  assert.deepEqual(stage.told, []);
});

test("of several targets one is put right in each look, until all are", () => {
  const stage = new Stage();
  stage.install();
  const place = { workspace: stage.workspace, home: stage.home };
  const other = { agent: "aider", scope: "workspace", base: stage.workspace } as const;
  const wanted = prohibitionsOf(stage.policies, place, packagedCatalogue());
  assert.ok(installRules(other, wanted, stage.stateDir).ok);
  const files = [stage.file, join(stage.workspace, ".aiderignore")];
  files.forEach((file) => rmSync(file));
  stage.keeper.look(0);
  assert.deepEqual(stage.told, files.slice(0, 1));
  stage.keeper.look(500);
  stage.keeper.look(1000);
  assert.deepEqual(stage.told, files);
});

test("a workspace that is gone is not made again", () => {
  const stage = new Stage();
  stage.install();
  rmSync(stage.workspace, { recursive: true });
  stage.keeper.look(0);
  assert.equal(existsSync(stage.workspace), false);
  assert.deepEqual(stage.told, []);
});

test("somebody who writes again and again is not fought with for ever", () => {
  const stage = new Stage();
  stage.install();
  for (let second = 0; second < 10; second++) {
    writeFileSync(stage.file, `mine ${second}\n`);
    stage.keeper.look(second * 1000);
  }
  assert.equal(stage.told.length, 5);
  stage.keeper.look(61_000);
  assert.match(stage.text(), /Signalbox/);
});

test("a file that cannot be written is told once, not every second", () => {
  const stage = new Stage();
  stage.install();
  rmSync(stage.file);
  mkdirSync(stage.file);
  for (let second = 0; second < 3; second++) {
    stage.keeper.look(second * 1000);
  }
  assert.equal(stage.told.length, 1);
  assert.match(stage.told[0] ?? "", /geminiignore/);
});
