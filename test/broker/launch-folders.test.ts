import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ProcessInfo, ProcessTable } from "../../src/boundary/terminal/process-tree.ts";
import { LaunchFolders } from "../../src/broker/launch-folders.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "sb-launch-")));
after(() => rmSync(root, { recursive: true, force: true }));

for (const name of ["governed/.governance", "governed/pkg", "plain"]) {
  mkdirSync(join(root, name), { recursive: true });
}

/** An agent with number 10 and a shell below it with number 11, which starts its hooks. */
function launched(from: string, executable = "/usr/bin/claude"): LaunchFolders {
  const common = { session: 1, uid: process.getuid?.() ?? -1, state: "S" };
  const processes = new Map<number, ProcessInfo & { readonly path: string }>([
    [10, { ...common, pid: 10, parent: 1, started: "1", name: "claude", path: executable }],
    [11, { ...common, pid: 11, parent: 10, started: "2", name: "sh", path: "/bin/sh" }],
  ]);
  const table: ProcessTable = {
    get: (pid) => processes.get(pid),
    list: () => [...processes.values()],
    executable: (pid) => processes.get(pid)?.path ?? "",
    arguments: () => [],
    hasVariable: () => false,
  };
  return new LaunchFolders({ table, folderOf: (pid) => (pid === 10 ? join(root, from) : undefined) });
}

const hook = { hookParentPid: 11, agentPid: 10 };
const cases: readonly {
  readonly name: string;
  readonly from: string;
  readonly bound: string;
  readonly also: readonly string[];
}[] = [
  { name: "the folder it is bound to", from: "governed", bound: "governed", also: [] },
  { name: "below the folder it is bound to, same policy", from: "governed/pkg", bound: "governed", also: [] },
  { name: "a governed folder elsewhere", from: "governed/pkg", bound: "plain", also: ["governed"] },
  { name: "a folder elsewhere that nobody governs", from: "plain", bound: "governed", also: [] },
  { name: "a folder below one that claims all", from: "plain", bound: "", also: ["plain"] },
  { name: "around the folder it is bound to", from: "governed", bound: "governed/pkg/deep", also: [] },
];

for (const { name, from, bound, also } of cases) {
  test(`an agent that was started in ${name}`, () => {
    const launches = launched(from);
    launches.saw("s", join(root, bound), hook);
    assert.deepEqual(
      launches.of("s"),
      also.map((folder) => join(root, folder)),
    );
    assert.deepEqual(launches.of("another"), []);
  });
}

test("what is no agent, and what has gone, says nothing of a session", () => {
  const launches = launched("governed", "/usr/bin/make");
  launches.saw("s", join(root, "plain"), hook);
  const gone = launched("governed");
  gone.saw("s", join(root, "plain"), { hookParentPid: 99, agentPid: 10 });
  assert.deepEqual([launches.of("s"), gone.of("s")], [[], []]);
});

test("what a session was once started in stays with it", () => {
  const launches = launched("governed");
  launches.saw("s", join(root, "plain"), hook);
  launches.saw("s", join(root, "plain"), { hookParentPid: 0, agentPid: 0 });
  assert.deepEqual(launches.of("s"), [join(root, "governed")]);
});
