import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyPayload, effectsOf, tableLookups } from "../classify-command.ts";

const lookups = tableLookups({
  "/proc/4100/cmdline":
    "/usr/bin/node\0/home/dev/.vscode/extensions/signalbox.signalbox-1.0.0/dist/broker.js\0",
  "/proc/4200/cmdline": "node\0/home/dev/signalbox/dist/server.js\0",
  "/proc/4300/cmdline": "node\0/home/dev/project/message-broker.js\0",
});

const cases: readonly (readonly [command: string, ours: boolean])[] = [
  ["kill 4100", true],
  ["kill -9 4200 4100", true],
  ["kill -STOP 4100", true],
  ["kill -- -4100", true],
  ["p=4100; kill $p", true],
  ["gdb -p 4100 -batch -ex 'call exit(0)'", true],
  ["renice 19 -p 4100", true],
  ["kill 4200", false],
  ["kill 4300", false],
  ["kill 99999", false],
  ["kill -0 4100; kill 4200", false],
  ["ssh host kill 4100", false],
];

for (const [command, ours] of cases) {
  test(`${ours ? "ours" : "not ours"}: ${command}`, () => {
    const found = classifyPayload({ kind: "shell", command, shell: "bash" }, lookups);
    assert.equal(effectsOf(found).has("governance_tampering"), ours);
  });
}
