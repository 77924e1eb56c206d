import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { classifyCommand, classifyPayload, idsOf } from "./world.ts";

interface Cases {
  readonly files: Readonly<Record<string, string>>;
  readonly spellings: readonly {
    readonly name: string;
    readonly command: string;
    readonly known?: boolean;
    readonly also?: readonly string[];
  }[];
  readonly twins: readonly string[];
}

const cases = parse(readFileSync(join(import.meta.dirname, "incident.yaml"), "utf8")) as Cases;
const files = Object.fromEntries(
  Object.entries(cases.files).map(([name, text]) => [`/work/shop/${name}`, text]),
);

for (const { name, command, known = true, also = [] } of cases.spellings) {
  test(`the incident: ${name}`, () => {
    const { actions } = classifyCommand(command, { files });
    const remote = idsOf({ actions: actions.filter((action) => action.reach === "remote"), inputs: [] });
    assert.deepEqual([...remote].sort(), [...also, "railway:volume_delete"].sort());
    const [deletion] = actions.filter((action) => action.operation === "volume_delete");
    assert.deepEqual(deletion?.effects, [
      "irreversible_infrastructure_deletion",
      "irreversible_data_deletion",
    ]);
    assert.equal(deletion?.target.resource, known ? "vol_1" : undefined);
    assert.deepEqual(
      actions.filter((action) => action.effects.includes("opaque")).map((action) => action.because),
      [],
    );
  });
}

for (const command of cases.twins) {
  test(`not the incident: ${command}`, () => {
    const { actions } = classifyCommand(command, { files });
    assert.ok(!idsOf({ actions, inputs: [] }).includes("railway:volume_delete"));
    assert.deepEqual(
      actions.flatMap((action) =>
        action.effects.filter((effect) => effect === "opaque" || effect.startsWith("irre")),
      ),
      [],
    );
  });
}

for (const command of [
  `Invoke-RestMethod -Method Post -Uri https://backboard.railway.app/graphql/v2 -Body 'mutation { volumeDelete(volumeId: "vol_1") }'`,
  `irm https://backboard.railway.app/graphql/v2 -Body '{"query":"mutation { volumeDelete(volumeId: 1) }"}'`,
  `iwr -Uri: https://backboard.railway.app/graphql/v2 -InFile payload.json -Method POST`,
  `curl.exe -d '{"query":"mutation { volumeDelete(volumeId: 1) }"}' https://backboard.railway.app/graphql/v2`,
  "railway volume delete --volume vol_1 --yes",
]) {
  test(`the incident in PowerShell: ${command}`, () => {
    const { actions } = classifyPayload({ kind: "shell", command, shell: "powershell" }, { files });
    const found = actions.find((action) => action.operation === "volume_delete");
    assert.ok(
      found?.effects.includes("irreversible_infrastructure_deletion"),
      idsOf({ actions, inputs: [] }).join(),
    );
  });
}

test("a file that decides what is sent is bound to the decision", () => {
  const { inputs } = classifyCommand("curl -d @payload.json https://backboard.railway.app/graphql/v2", {
    files,
  });
  assert.deepEqual(inputs, [
    { path: "/work/shop/payload.json", digest: "digest of /work/shop/payload.json" },
  ]);
});
