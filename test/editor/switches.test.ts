import assert from "node:assert/strict";
import { test } from "node:test";
import { findSwitchedOff, silencesEverything, type InspectedSwitch } from "../../src/editor/switches.ts";

function setting(key: InspectedSwitch["key"], change: Partial<InspectedSwitch> = {}): InspectedSwitch {
  return { key, known: true, values: [], ...change };
}

const off = [{ scope: "workspace" as const, value: false }];

const cases: readonly {
  readonly name: string;
  readonly switches: readonly InspectedSwitch[];
  readonly found: readonly string[];
  readonly all: boolean;
}[] = [
  {
    name: "nothing is set",
    switches: [setting("chat.useHooks"), setting("chat.plugins.enabled")],
    found: [],
    all: false,
  },
  {
    name: "switched on by hand",
    switches: [setting("chat.useHooks", { values: [{ scope: "user", value: true }] })],
    found: [],
    all: false,
  },
  {
    name: "hooks off in the workspace",
    switches: [setting("chat.useHooks", { values: off })],
    found: ["chat.useHooks workspace all"],
    all: true,
  },
  {
    name: "off at one scope, on at a nearer one",
    switches: [
      setting("chat.useHooks", {
        values: [
          { scope: "user", value: false },
          { scope: "workspace", value: true },
        ],
      }),
    ],
    found: ["chat.useHooks user all"],
    all: true,
  },
  {
    name: "a value of another type counts as off",
    switches: [setting("chat.useHooks", { values: [{ scope: "folder", value: "yes" }] })],
    found: ["chat.useHooks folder all"],
    all: true,
  },
  {
    name: "plugins off leaves the hook file",
    switches: [setting("chat.plugins.enabled", { values: off })],
    found: ["chat.plugins.enabled workspace plugin"],
    all: false,
  },
  {
    name: "plugins off and our location off",
    switches: [
      setting("chat.plugins.enabled", { values: off }),
      setting("chat.hookFilesLocations", {
        values: [{ scope: "user", value: { "~/.copilot/hooks": false, ".github/hooks": true } }],
      }),
    ],
    found: ["chat.plugins.enabled workspace plugin", "chat.hookFilesLocations user file"],
    all: true,
  },
  {
    name: "other locations are not ours to judge",
    switches: [
      setting("chat.hookFilesLocations", { values: [{ scope: "user", value: { ".github/hooks": false } }] }),
    ],
    found: [],
    all: false,
  },
  {
    name: "forced by an organisation",
    switches: [setting("chat.useHooks", { forced: false })],
    found: ["chat.useHooks organisation all"],
    all: true,
  },
  {
    name: "an editor without the setting",
    switches: [setting("chat.useHooks", { known: false, values: off })],
    found: [],
    all: false,
  },
];

for (const { name, switches, found, all } of cases) {
  test(`switches: ${name}`, () => {
    const findings = findSwitchedOff(switches);
    assert.deepEqual(
      findings.map((finding) => `${finding.key} ${finding.scope} ${finding.silenced}`),
      found,
    );
    assert.equal(silencesEverything(findings), all);
  });
}

test("switches: a repair clears a switch, takes only our location out, and leaves an organisation's alone", () => {
  const [clear, location, forced] = findSwitchedOff([
    setting("chat.useHooks", { values: off }),
    setting("chat.hookFilesLocations", {
      values: [{ scope: "user", value: { "~/.copilot/hooks/": false, ".github/hooks": false } }],
    }),
    setting("chat.plugins.enabled", { forced: false }),
  ]);
  assert.deepEqual(clear?.repair, { value: undefined });
  assert.deepEqual(location?.repair, { value: { ".github/hooks": false } });
  assert.equal(forced?.repair, undefined);
});
