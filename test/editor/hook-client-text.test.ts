import assert from "node:assert/strict";
import { test } from "node:test";
import { hookTemplate } from "../../src/boundary/hooks/install-plan.ts";
import { bakedHook } from "../../src/boundary/hooks/launcher.ts";
import { endpointInClient } from "../../src/editor/hook-client-text.ts";

test("hook client: the endpoint that was baked in is read back", () => {
  const endpoint = {
    stateDir: "/home/u/.signalbox",
    askSocket: "/home/u/.signalbox/run/ask.sock",
    home: "/home/u",
    nodePath: "/opt/it's here/node",
    brokerPath: "/home/u/.vscode/extensions/signalbox-0.1.0/dist/broker.js",
  };
  const { nodePath, brokerPath } = endpoint;
  assert.deepEqual(endpointInClient(bakedHook(hookTemplate(), endpoint)), { nodePath, brokerPath });
});

test("hook client: one without an endpoint, or another text, has none", () => {
  assert.equal(endpointInClient(hookTemplate()), undefined);
  assert.equal(endpointInClient(""), undefined);
  assert.equal(endpointInClient("node='/usr/bin/node'\n"), undefined);
});
