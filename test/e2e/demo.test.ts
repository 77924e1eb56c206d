import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { waitUntil } from "./harness/wait.ts";
import { processesAtHome } from "./harness/process.ts";
import { nodePath, repository, whyNoEndToEnd } from "./install/place.ts";

test(
  "`npm start` plays the incident and leaves nothing behind on Ctrl-C",
  { skip: whyNoEndToEnd() ?? false, timeout: 240_000 },
  async () => {
    const before = await sandboxes();
    const demo = spawn(nodePath, [join(repository, "test", "demo", "start.ts")], {
      cwd: repository,
      stdio: ["ignore", "pipe", "pipe"],
    });
    try {
      let output = "";
      for (const stream of [demo.stdout, demo.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          output += text;
        });
      }
      const ended = new Promise<number | null>((resolve) => demo.once("exit", resolve));
      await waitUntil(
        "the play is over",
        200_000,
        () => output.includes("Press Ctrl-C") || demo.exitCode !== null,
      );
      assert.match(output, /Press Ctrl-C/, output);
      const [ungoverned = "", governed = ""] = output.split("GOVERNED: the same agent");
      assert.match(ungoverned, /calls at the API: 1; volumes left: none/, output);
      assert.match(governed, /KILLED: .*\n.*calls at the API: 0; volumes left: \S+-/, output);
      assert.match(governed, /STOPPED: /);
      assert.match(governed, /RAN: /);
      const address = /open (http:\/\/127\.0\.0\.1:\d+\/)/.exec(output)?.[1];
      assert.ok(address !== undefined, output);
      assert.equal((await fetch(address)).status, 200, "the editor answers while the demo stays");
      const started = (await sandboxes()).filter((name) => !before.includes(name));
      demo.kill("SIGINT");
      assert.equal(await ended, 0);
      const left = (await sandboxes()).filter((name) => started.includes(name));
      assert.deepEqual(left, [], "a temporary folder is left");
      assert.deepEqual(
        started.flatMap((name) => processesAtHome(`/tmp/${name}/home`)),
        [],
        "a process is left",
      );
      await assert.rejects(fetch(address), "the editor still answers");
    } finally {
      demo.kill("SIGTERM");
    }
  },
);

async function sandboxes(): Promise<string[]> {
  return (await readdir("/tmp")).filter((name) => name.startsWith("sbx-"));
}
