import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ask, entriesOf, localBroker, type LocalBroker } from "./harness.ts";

const acme = `provider: acme
title: Acme
cli:
  programs: [acme]
  commands: [{path: db drop, operation: database_drop}]
operations:
  database_drop: {effects: [privilege_change], summary: drop a database}
`;

describe("a workspace's own catalogue in a running broker", () => {
  let broker: LocalBroker;
  let file: string;
  before(async () => {
    broker = await localBroker();
    const folder = join(broker.workspace, ".governance", "catalogue");
    mkdirSync(folder, { recursive: true });
    file = join(folder, "acme.yaml");
  });
  after(async () => {
    await broker.stop();
    broker.remove();
  });

  test("it is in force as it is written, a broken file keeps what was, and the record tells", async () => {
    assert.equal((await ask(broker, "acme db drop")).said, "no opinion");
    writeFileSync(file, acme);
    assert.equal((await ask(broker, "acme db drop")).said, "deny", "asked, and nobody is there to answer");
    const [decision] = (await entriesOf(broker.places, "decision")).slice(-1);
    assert.match(JSON.stringify(decision), /acme:database_drop/);
    writeFileSync(file, acme.replace("[acme]", "[rm]"));
    assert.equal((await ask(broker, "acme db drop")).said, "deny", "the last good version stays");
    const [notice] = (await entriesOf(broker.places, "notice")).slice(-1);
    assert.match(
      String(notice?.["reason"]),
      /acme\.yaml:4:14: error: Signalbox has rules of its own for `rm`/,
    );
    assert.equal((await ask(broker, "echo hello")).said, "no opinion", "everyday work goes on");
    writeFileSync(file, acme);
    await ask(broker, "echo hello");
    assert.match(String((await entriesOf(broker.places, "notice")).at(-1)?.["reason"]), /in order again/);
  });
});
