import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Provider } from "../../src/catalogue/catalogue.ts";
import { loadCatalogue } from "../../src/catalogue/load.ts";
import { openCatalogue, packCatalogue } from "../../src/catalogue/packed.ts";

const folder = join(import.meta.dirname, "..", "..", "policies", "catalogue");
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));

for (const { file, text } of files) {
  test(`${file} is the same provider packed as read`, () => {
    const read = loadCatalogue([{ file, text }]).catalogue;
    const { packed } = packCatalogue([{ file, text }], (all) => all);
    assert.ok(packed !== undefined);
    // A pack is kept as JSON.
    const opened = openCatalogue(JSON.parse(JSON.stringify(packed)) as typeof packed);
    for (const [name, provider] of read.providers) {
      const other = opened.providers.get(name);
      for (const member of Object.keys(provider) as (keyof Provider)[]) {
        assert.deepEqual(other?.[member], provider[member], member);
      }
      for (const host of provider.hosts) {
        assert.equal(opened.providerByHost(host.replace("*", "x"))?.name, name);
      }
      for (const operation of provider.operations.values()) {
        for (const alias of [operation.name, ...operation.aliases]) {
          assert.equal(opened.operation(name, alias)?.name, read.operation(name, alias)?.name, alias);
        }
      }
    }
    assert.deepEqual(opened.credentials, read.credentials);
  });
}

test("finding a provider does not read it", () => {
  const { packed } = packCatalogue(
    files.filter(({ file }) => file === "railway.yaml"),
    (all) => all,
  );
  assert.ok(packed !== undefined);
  const broken = packed.providers.map((entry) => ({ ...entry, content: "not JSON" }));
  const catalogue = openCatalogue({ ...packed, providers: broken });
  assert.equal(catalogue.providerByProgram("@railway/cli@4")?.name, "railway");
  assert.equal(catalogue.providerByHost("backboard.railway.app")?.title, "Railway");
  assert.equal(catalogue.providerByServer("my-railway-server")?.name, "railway");
  assert.equal(catalogue.graphqlField("query", "noSuchField").length, 0);
  assert.throws(() => catalogue.operation("railway", "volume_delete"));
});

test("nothing is packed where a file has a mistake", () => {
  const { packed, diagnostics } = packCatalogue(
    [{ file: "acme.yaml", text: "provider: acme\nhost: x\n" }],
    String,
  );
  assert.equal(packed, undefined);
  assert.ok(diagnostics.some(({ file }) => file === "acme.yaml"));
});
