/**
 * Real agents in the sandbox of `signalbox run --sandbox`: they work in there, and a script that no reader follows finds no
 * secret, which their hooks alone could not prevent.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { claudeCode } from "./agents/claude-code.ts";
import { codex } from "./agents/codex.ts";
import type { LiveAgent } from "./agents/live-agent.ts";
import { openLiveStage, type LiveStage } from "./agents/live-stage.ts";
import { installProgram } from "./install/apt.ts";
import { nodePath } from "./install/place.ts";
import { secretInEnvFile } from "./story.ts";

const progress = (line: string): void => console.log(line);

/** The same agent, started in a sandbox by the product that lies beside its home. */
function sandboxed(agent: LiveAgent): LiveAgent {
  return {
    ...agent,
    start: (executable, place, prompt) => {
      const { command, args, env } = agent.start(executable, place, prompt);
      const product = join(dirname(place.home), "product", "dist", "cli.js");
      const keys = Object.keys(env).filter((name) => name.endsWith("_API_KEY"));
      const options = ["run", "--sandbox", ...(keys.length === 0 ? [] : ["--pass", keys.join(",")])];
      return { command: nodePath, args: [product, ...options, "--", command, ...args], env };
    },
  };
}

/** Puts the name together in a way that nobody who reads the script could tell. */
const finder = `import os
for folder, _, names in os.walk(os.getcwd()):
    for name in names:
        if ord(name[0]) == 46 and len(name) in (4, 5):
            print(open(os.path.join(folder, name), errors="replace").read())
`;

for (const agent of [claudeCode, codex]) {
  describe(`${agent.title} in the sandbox`, () => {
    let stage: LiveStage | undefined;
    let failed = true;
    const open = async (): Promise<LiveStage> => {
      if (stage === undefined) {
        await installProgram({ name: "bubblewrap", path: "/usr/bin/bwrap" }, progress);
        stage = await openLiveStage(sandboxed(agent), progress);
        const installed = await stage.signalbox("install", agent.id);
        assert.equal(installed.code, 0, installed.stderr);
        await writeFile(join(stage.sandbox.workspace, "find.py"), finder);
      }
      return stage;
    };
    after(async () => stage?.close(failed));

    test("works: it writes in the workspace", async () => {
      const at = await open();
      await at.converse({ op: "shell", command: "echo made > made.txt" });
      assert.ok(existsSync(join(at.sandbox.workspace, "made.txt")), at.logs());
    });

    test("a script that walks the workspace finds no secret", async () => {
      const at = await open();
      await at.converse({ op: "shell", command: "python3 find.py" });
      assert.match(at.told(), /hidden by Signalbox/, at.logs());
      assert.ok(!at.told().includes(secretInEnvFile), at.logs());
    });

    test("outside the workspace nothing is written", async () => {
      const at = await open();
      const outside = join(dirname(at.sandbox.home), "outside.txt");
      await writeFile(
        join(at.sandbox.workspace, "write.py"),
        `import os\nopen(os.path.join(os.path.dirname(os.getcwd()), "outside" + ".txt"), "w").write("x")\nprint("tri" + "ed")\n`,
      );
      await at.converse({ op: "shell", command: "python3 write.py" });
      assert.match(at.told(), /tried|Read-only file system/, at.logs());
      assert.ok(!existsSync(outside), at.logs());
    });

    test("a kill ends it", async () => {
      const at = await open();
      const finished = await at.converse({
        op: "shell",
        command: "railway volume delete --volume data --yes",
      });
      assert.equal(finished.code, 137, at.logs());
      assert.equal(at.told(), "", at.logs());
      failed = false;
    });
  });
}
