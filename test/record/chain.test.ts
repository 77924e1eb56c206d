import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, describe, test } from "node:test";
import { openChain, type Chain } from "../../src/record/chain.ts";
import { genesisHash, hashOf, parseEntry } from "../../src/record/entry.ts";
import { parseSince, readRecord } from "../../src/record/read.ts";
import { verifyRecord, type Finding } from "../../src/record/verify.ts";

// Hooks of a suite: those of a file would run around every test of every file.
describe("the chain", () => {
  const folders: string[] = [];
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  const clock = (): Date => new Date("2026-11-20T12:00:00.000Z");

  function freshFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-record-"));
    folders.push(folder);
    return folder;
  }

  async function withChain(folder: string, use: (chain: Chain) => Promise<unknown>): Promise<void> {
    const chain = await openChain(folder, clock);
    try {
      await use(chain);
    } finally {
      await chain.close();
    }
  }

  async function recordOf(count: number): Promise<string> {
    const folder = freshFolder();
    await withChain(folder, async (chain) => {
      for (let index = 1; index <= count; index++) {
        await chain.append({
          kind: "decision",
          agent: index % 2 === 0 ? "vscode" : "claude-code",
          verdict: "allow",
          n: index,
        });
      }
    });
    return folder;
  }

  function linesOf(folder: string): string[] {
    return readFileSync(join(folder, "audit.jsonl"), "utf8").trimEnd().split("\n");
  }

  function writeLines(folder: string, lines: readonly string[]): void {
    writeFileSync(join(folder, "audit.jsonl"), lines.map((line) => `${line}\n`).join(""));
  }

  test("entries are chained from the first one on, and private to the user", async () => {
    const folder = await recordOf(3);
    const entries = linesOf(folder).map((line) => {
      const entry = parseEntry(line);
      assert.ok(entry.ok);
      return entry.value;
    });
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      [1, 2, 3],
    );
    assert.deepEqual(
      entries.map(({ prev }) => prev),
      [genesisHash, entries[0]?.hash, entries[1]?.hash],
    );
    assert.ok(entries.every((entry) => hashOf(entry) === entry.hash));
    assert.equal(statSync(join(folder, "audit.jsonl")).mode & 0o777, 0o600);
    assert.deepEqual((await verifyRecord(folder)).findings, []);
  });

  test("appends that wait together share a sync and keep their order", async () => {
    const folder = freshFolder();
    await withChain(folder, async (chain) => {
      const heads = await Promise.all(
        Array.from({ length: 200 }, (_, n) => chain.append({ kind: "notice", n })),
      );
      assert.deepEqual(
        heads.map(({ seq }) => seq),
        Array.from({ length: 200 }, (_, n) => n + 1),
      );
    });
    const report = await verifyRecord(folder);
    assert.deepEqual([report.intact, report.entries], [true, 200]);
  });

  test("a chain goes on where the last process stopped", async () => {
    const folder = await recordOf(2);
    await withChain(folder, async (chain) => {
      assert.deepEqual(chain.repairs, []);
      assert.equal((await chain.append({ kind: "notice" })).seq, 3);
    });
    assert.equal((await verifyRecord(folder)).intact, true);
  });

  test("members that JSON cannot carry do not break the hash", async () => {
    const folder = freshFolder();
    await withChain(folder, (chain) =>
      chain.append({
        kind: "notice",
        gone: undefined,
        odd: "\u2028\ud800",
        nested: { undef: undefined, list: [undefined] },
      }),
    );
    assert.deepEqual((await verifyRecord(folder)).findings, []);
  });

  interface Damage {
    readonly name: string;
    readonly damage: (lines: string[]) => readonly string[];
    readonly finds: readonly Pick<Finding, "line" | "kind">[];
  }

  const damages: readonly Damage[] = [
    {
      name: "a changed entry",
      damage: (lines) => lines.map((line, index) => (index === 2 ? line.replace(`"n":3`, `"n":33`) : line)),
      finds: [{ line: 3, kind: "changed" }],
    },
    {
      name: "an entry that was replaced with a fitting hash",
      damage: (lines) => lines.map((line, index) => (index === 2 ? resealed(line) : line)),
      finds: [{ line: 4, kind: "changed" }],
    },
    {
      name: "a last entry that was replaced with a fitting hash",
      damage: (lines) => lines.map((line, index) => (index === 5 ? resealed(line) : line)),
      finds: [{ line: 0, kind: "changed" }],
    },
    {
      name: "a removed entry",
      damage: (lines) => lines.filter((_, index) => index !== 2),
      finds: [{ line: 3, kind: "removed" }],
    },
    {
      name: "removed entries at the start",
      damage: (lines) => lines.slice(2),
      finds: [{ line: 1, kind: "removed" }],
    },
    {
      name: "a cut at the end",
      damage: (lines) => lines.slice(0, 4),
      finds: [{ line: 0, kind: "truncated" }],
    },
    { name: "a record that was emptied", damage: () => [], finds: [{ line: 0, kind: "truncated" }] },
    {
      name: "two entries in the other order",
      damage: (lines) => [lines[0], lines[2], lines[1], ...lines.slice(3)].map(String),
      finds: [{ line: 3, kind: "reordered" }],
    },
    {
      name: "an entry that is there twice",
      damage: (lines) => [...lines.slice(0, 3), ...lines.slice(2)],
      finds: [{ line: 4, kind: "repeated" }],
    },
    {
      name: "a line of rubbish",
      damage: (lines) => [...lines.slice(0, 3), "rubbish", ...lines.slice(3)],
      finds: [{ line: 4, kind: "unreadable" }],
    },
    {
      name: "an entry that became something else",
      damage: (lines) => lines.map((line, index) => (index === 2 ? `{"seq":"3"}` : line)),
      finds: [
        { line: 3, kind: "unreadable" },
        { line: 4, kind: "removed" },
      ],
    },
  ];

  function resealed(line: string): string {
    const entry = { ...(JSON.parse(line) as object), n: 99 };
    return JSON.stringify({ ...entry, hash: hashOf(entry) });
  }

  for (const { name, damage, finds } of damages) {
    test(`verify finds ${name}`, async () => {
      const folder = await recordOf(6);
      writeLines(folder, damage(linesOf(folder)));
      const report = await verifyRecord(folder);
      assert.deepEqual(
        report.findings.map(({ line, kind }) => ({ line, kind })),
        finds,
      );
      assert.equal(report.intact, false);
    });
  }

  test("verify says when a cut cannot be ruled out because the head file is gone", async () => {
    const folder = await recordOf(2);
    rmSync(join(folder, "head.json"));
    const report = await verifyRecord(folder);
    assert.deepEqual(
      report.findings.map(({ kind }) => kind),
      ["head"],
    );
  });

  test("an empty folder is an intact record without entries", async () => {
    const report = await verifyRecord(freshFolder());
    assert.deepEqual([report.intact, report.entries], [true, 0]);
  });

  test("a torn last line is mended, and the record says so", async () => {
    const folder = await recordOf(3);
    appendFileSync(join(folder, "audit.jsonl"), `{"seq":4,"time":"2026`);
    assert.match((await verifyRecord(folder)).notes.join(), /line 4 is torn/);
    await withChain(folder, async (chain) => {
      assert.match(chain.repairs.join(), /torn last line of 21 bytes/);
      assert.equal((await chain.append({ kind: "notice" })).seq, 5);
    });
    const report = await verifyRecord(folder);
    assert.deepEqual([report.intact, report.entries], [true, 5]);
  });

  test("a record that was deleted between two runs goes on with its numbers, so that the gap shows", async () => {
    const folder = await recordOf(3);
    rmSync(join(folder, "audit.jsonl"));
    await withChain(folder, (chain) => chain.append({ kind: "notice" }));
    assert.deepEqual(
      (await verifyRecord(folder)).findings.map(({ kind }) => kind),
      ["removed"],
    );
  });

  test("a record that is deleted while it is open goes on in a new file", async () => {
    const folder = freshFolder();
    await withChain(folder, async (chain) => {
      await chain.append({ kind: "notice", n: 1 });
      rmSync(join(folder, "audit.jsonl"));
      await chain.append({ kind: "notice", n: 2 });
    });
    assert.equal(linesOf(folder).length, 1);
    assert.deepEqual(
      (await verifyRecord(folder)).findings.map(({ kind }) => kind),
      ["removed"],
    );
  });

  test("a pipe or a folder in the record's place is refused", async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, "audit.jsonl"));
    await assert.rejects(openChain(folder, clock));
  });

  test("what cannot be written is rejected, and the chain goes on once it can be written again", async () => {
    const folder = join(freshFolder(), "record");
    await withChain(folder, async (chain) => {
      await chain.append({ kind: "notice", n: 1 });
      rmSync(folder, { recursive: true });
      writeFileSync(folder, "in the way");
      await assert.rejects(chain.append({ kind: "notice", n: 2 }));
      await assert.rejects(Promise.all([chain.append({ kind: "notice" }), chain.append({ kind: "notice" })]));
      rmSync(folder);
      assert.equal((await chain.append({ kind: "notice", n: 3 })).seq, 2);
    });
  });

  test("what others add to or cut from an open record stays for verify to find", async () => {
    for (const [tamper, kinds] of [
      [(file: string) => appendFileSync(file, "rubbish"), ["unreadable"]],
      [(file: string) => truncateSync(file, statSync(file).size - 5), ["unreadable", "removed"]],
      [(file: string) => truncateSync(file, 0), ["removed"]],
    ] as const) {
      const folder = freshFolder();
      await withChain(folder, async (chain) => {
        await chain.append({ kind: "notice", n: 1 });
        await chain.append({ kind: "notice", n: 2 });
        tamper(join(folder, "audit.jsonl"));
        assert.equal((await chain.append({ kind: "notice", n: 3 })).seq, 3);
      });
      assert.deepEqual(
        (await verifyRecord(folder)).findings.map(({ kind }) => kind),
        kinds,
      );
    }
  });

  test("an event cannot pass itself off with a number or a hash of its own", async () => {
    const folder = freshFolder();
    await withChain(folder, (chain) =>
      chain.append({ kind: "notice", seq: 7, hash: "x", prev: "y", time: "z" }),
    );
    assert.equal((await verifyRecord(folder)).intact, true);
  });

  test("a closed chain takes nothing", async () => {
    const chain = await openChain(freshFolder(), clock);
    await chain.close();
    await assert.rejects(chain.append({ kind: "notice" }));
  });

  test("a process that is killed in the middle of appends leaves a record that can be mended", async () => {
    const folder = freshFolder();
    const chain = fileURLToPath(new URL("../../src/record/chain.ts", import.meta.url));
    const script = `import { openChain } from ${JSON.stringify(chain)};
    const chain = await openChain(process.argv[1], () => new Date());
    process.stdout.write("ready");
    for (;;) await Promise.all([1, 2, 3].map((n) => chain.append({ kind: "notice", n, text: "x".repeat(5000) })));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, 30));
    child.kill("SIGKILL");
    await once(child, "exit");
    await withChain(folder, (open) => open.append({ kind: "notice", after: true }));
    const report = await verifyRecord(folder);
    assert.deepEqual(report.findings, []);
    assert.ok(report.entries > 1);
  });

  test("the record is read with filters, and lines that are no entries are passed over", async () => {
    const folder = await recordOf(5);
    appendFileSync(join(folder, "audit.jsonl"), "rubbish\n");
    const numbers = async (filter: Parameters<typeof readRecord>[1]): Promise<number[]> => {
      const found: number[] = [];
      for await (const { seq } of readRecord(folder, filter)) {
        found.push(seq);
      }
      return found;
    };
    assert.deepEqual(await numbers({}), [1, 2, 3, 4, 5]);
    assert.deepEqual(await numbers({ agent: "vscode" }), [2, 4]);
    assert.deepEqual(await numbers({ verdict: "kill" }), []);
    assert.deepEqual(await numbers({ kind: "decision", since: new Date("2026-11-20T12:00:01Z") }), []);
  });

  test("ages and times are understood, other words are not", () => {
    const now = new Date("2026-11-20T12:00:00.000Z");
    const cases: readonly (readonly [string, string | undefined])[] = [
      ["90s", "2026-11-20T11:58:30.000Z"],
      ["2h", "2026-11-20T10:00:00.000Z"],
      ["7d", "2026-11-13T12:00:00.000Z"],
      ["2026-11-19T00:00:00Z", "2026-11-19T00:00:00.000Z"],
      ["soon", undefined],
      ["-1h", undefined],
    ];
    for (const [text, expected] of cases) {
      assert.equal(parseSince(text, now)?.toISOString(), expected, text);
    }
  });
});
