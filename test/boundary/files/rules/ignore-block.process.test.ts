import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { withIgnoreBlock } from "../../../../src/boundary/files/rules/ignore-block.ts";
import { signalGlobs } from "../../../../src/boundary/files/rules/signal-globs.ts";
import { place, policiesOf, signalPolicy } from "./in-force.ts";

const policy = signalPolicy(
  `hidden_files: ["docs/private/**", legacy, "*.secret"]\nallowed_files: ["./config/staging.env"]`,
);

const hidden =
  ".env .env.local apps/web/.env .env.production.local prod.env config/prod.env server.key a/b/id_rsa .aws/credentials docs/private/a.md docs/private/x/y.md legacy legacy/old.txt x.secret terraform.tfstate secrets.yaml .dev.vars";
const shown =
  ".env.example .env.local.example .env.example.local example.env config/staging.env README.md src/env.ts docs/public/a.md x/legacy-notes.md src/x.secret .ssh/id_ed25519.pub package.json";

test("git itself, whose rules these files follow, ignores exactly what Signal hides, also against the user's own lines", () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-ignore-"));
  try {
    spawnSync("git", ["init", "-q", folder]);
    const globs = signalGlobs(policiesOf({ approved: policy }), place);
    const text = withIgnoreBlock("# mine\n!.env\n!legacy\n", globs, place.workspace, place);
    writeFileSync(join(folder, ".gitignore"), text);
    const checked = spawnSync("git", ["check-ignore", "--no-index", "--stdin"], {
      cwd: folder,
      input: `${hidden} ${shown}`.replaceAll(" ", "\n"),
      encoding: "utf8",
    });
    assert.deepEqual(checked.stdout.trim().split("\n"), hidden.split(" "));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
