import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { openChain, type RecordBounds } from "../../src/record/chain.ts";
import { followRecord } from "../../src/record/follow.ts";
import { readRecord } from "../../src/record/read.ts";
import { segmentsOf } from "../../src/record/segments.ts";
import { verifyRecord } from "../../src/record/verify.ts";

describe("a record in several files", () => {
  const folders: string[] = [];
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  function freshFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-segments-"));
    folders.push(folder);
    return folder;
  }

  /** An entry has about 250 bytes: four or five to a file. */
  const small: RecordBounds = { fileBytes: 1000, files: 1000 };

  async function write(folder: string, count: number, bounds: RecordBounds = small): Promise<void> {
    const chain = await openChain(folder, () => new Date("2026-11-20T12:00:00Z"), bounds);
    for (let index = 0; index < count; index++) {
      await chain.append({ kind: "notice", index });
    }
    await chain.close();
  }

  async function numbersIn(folder: string): Promise<readonly number[]> {
    const seen: number[] = [];
    for await (const { seq } of readRecord(folder)) {
      seen.push(seq);
    }
    return seen;
  }

  const upTo = (last: number, first = 1): readonly number[] =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index);

  test("a full file is put aside, and all of them are one record", async () => {
    const folder = freshFolder();
    await write(folder, 40);
    assert.ok(segmentsOf(folder).length > 5);
    assert.deepEqual(await numbersIn(folder), upTo(40));
    const report = await verifyRecord(folder);
    assert.deepEqual([report.intact, report.entries, report.lastSeq], [true, 40, 40]);
  });

  test("however often it is opened and closed, whatever the size of its files, nothing is lost", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 3000 }),
        async (runs, fileBytes) => {
          const folder = freshFolder();
          for (const count of runs) {
            await write(folder, count, { fileBytes, files: 1000 });
          }
          const total = runs.reduce((sum, count) => sum + count, 0);
          assert.deepEqual(await numbersIn(folder), upTo(total));
          assert.deepEqual((await verifyRecord(folder)).findings, []);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("a crash between two files is no damage", async () => {
    const folder = freshFolder();
    await write(folder, 12);
    const [growing] = readdirSync(folder).filter((name) => name === "audit.jsonl");
    assert.ok(growing !== undefined);
    const left = readFileSync(join(folder, growing), "utf8").trimEnd().split("\n").length;
    // As it is when the process dies right after it renamed the full file.
    const whole = readFileSync(join(folder, growing), "utf8");
    writeFileSync(join(folder, `audit.${String(13 - left).padStart(12, "0")}.jsonl`), whole);
    rmSync(join(folder, growing));
    await write(folder, 3);
    assert.deepEqual(await numbersIn(folder), upTo(15));
    assert.deepEqual((await verifyRecord(folder)).findings, []);
  });

  for (const [what, damage, kind] of [
    ["changed", (text: string) => text.replace('"index":', '"Index":'), "changed"],
    ["cut", (text: string) => text.split("\n").slice(0, -2).join("\n") + "\n", "removed"],
    ["emptied", () => "", "removed"],
  ] as const) {
    test(`a full file that was ${what} is found`, async () => {
      const folder = freshFolder();
      await write(folder, 30);
      const name = segmentsOf(folder)[2] ?? "";
      const path = join(folder, name);
      writeFileSync(path, damage(readFileSync(path, "utf8")));
      const report = await verifyRecord(folder);
      assert.ok(!report.intact);
      assert.ok(
        report.findings.some((finding) => finding.kind === kind),
        JSON.stringify(report.findings),
      );
    });
  }

  test("a full file that somebody took away is found, the first one too", async () => {
    for (const index of [0, 2]) {
      const folder = freshFolder();
      await write(folder, 30);
      rmSync(join(folder, segmentsOf(folder)[index] ?? ""));
      const report = await verifyRecord(folder);
      assert.deepEqual(
        report.findings.map(({ kind }) => kind),
        ["removed"],
      );
    }
  });

  test("beyond its bounds the oldest file goes, and the record says so", async () => {
    const folder = freshFolder();
    await write(folder, 100, { fileBytes: 1000, files: 3 });
    assert.ok(segmentsOf(folder).length <= 4);
    const numbers = await numbersIn(folder);
    const [first = 0] = numbers;
    assert.ok(first > 20);
    assert.deepEqual(numbers, upTo(numbers.at(-1) ?? 0, first));
    const report = await verifyRecord(folder);
    assert.deepEqual(report.findings, []);
    assert.ok(
      report.notes.some((note) => note.includes(`1 to ${first - 1} were dropped`)),
      report.notes.join(),
    );
    rmSync(join(folder, segmentsOf(folder)[0] ?? ""));
    assert.equal((await verifyRecord(folder)).intact, false, "one more than was dropped");
  });

  test("who reads or follows while it grows sees each entry once", async () => {
    const folder = freshFolder();
    await write(folder, 3);
    const stop = new AbortController();
    const followed: number[] = [];
    const following = (async (): Promise<void> => {
      for await (const { seq } of followRecord(folder, {}, stop.signal)) {
        followed.push(seq);
        if (seq === 203) {
          stop.abort();
        }
      }
    })();
    const chain = await openChain(folder, () => new Date(), small);
    for (let index = 0; index < 200; index++) {
      await chain.append({ kind: "notice", index });
      if (index % 10 === 0) {
        const seen = await numbersIn(folder);
        assert.deepEqual(seen, upTo(seen.length));
      }
    }
    await following;
    await chain.close();
    assert.deepEqual(followed, upTo(203));
  });

  test("a reader that is at the growing file's end when it becomes full misses nothing", async () => {
    const folder = freshFolder();
    const chain = await openChain(folder, () => new Date(), small);
    await chain.append({ kind: "notice" });
    const seen: number[] = [];
    for await (const { seq } of readRecord(folder)) {
      seen.push(seq);
      if (seq < 20) {
        // Between what it reads and its next look more is written than a file holds.
        await Promise.all(Array.from({ length: 3 }, () => chain.append({ kind: "notice" })));
      }
    }
    await chain.close();
    assert.deepEqual(seen, upTo(seen.length));
    assert.deepEqual((await verifyRecord(folder)).findings, []);
  });
});
