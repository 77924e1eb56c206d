import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchCommandLine, sourceWord } from "../../src/catalogue/command-line.ts";
import { hole } from "../../src/catalogue/hole.ts";
import { catalogue } from "../classify/http/world.ts";

const tool = catalogue.providers.get("railway")?.cli;
assert.ok(tool);
const cli = tool;

interface Case {
  readonly line: string;
  readonly path: string;
  readonly positionals?: readonly string[];
  readonly options?: Readonly<Record<string, readonly string[]>>;
  readonly rest?: number;
  readonly hidden?: boolean;
  readonly help?: boolean;
}

const cases: readonly Case[] = [
  { line: "volume delete", path: "volume delete" },
  { line: "-e production volume delete", path: "volume delete", options: { "-e": ["production"] } },
  {
    line: "volume --environment=staging rm --yes",
    path: "volume rm",
    options: { "--environment": ["staging"], "--yes": [] },
  },
  { line: "volume rm -yv data", path: "volume rm", options: { "-y": [], "-v": ["data"] } },
  { line: "volume rm -vdata", path: "volume rm", options: { "-v": ["data"] } },
  { line: "volume rm -v=data", path: "volume rm", options: { "-v": ["data"] } },
  { line: "-s delete logs", path: "logs", options: { "-s": ["delete"] } },
  { line: "environment production delete", path: "environment delete", positionals: ["production"] },
  {
    line: "environment edit -s api volumes.v true --stage",
    path: "environment edit",
    options: { "-s": ["api", "volumes.v", "true"], "--stage": [] },
  },
  { line: "run -e production npm run delete", path: "run", options: { "-e": ["production"] }, rest: 3 },
  { line: "run -- npm start", path: "run", rest: 2 },
  { line: "volume -- delete", path: "volume", rest: 2 },
  { line: `volume ${hole}`, path: "volume", positionals: [hole], hidden: true },
  { line: `${hole} volume delete`, path: "volume delete", positionals: [hole], hidden: true },
  { line: `volume delete -v ${hole}`, path: "volume delete", options: { "-v": [hole] } },
  { line: "volume delete -h", path: "volume delete", help: true },
  { line: "help volume delete", path: "volume delete", help: true, positionals: ["help"] },
  { line: "frobnicate", path: "", positionals: ["frobnicate"] },
  { line: "volume delete -v", path: "volume delete", options: { "-v": [] } },
];

for (const { line, path, positionals = [], options = {}, rest, hidden = false, help = false } of cases) {
  test(`\`${line}\``, () => {
    const match = matchCommandLine(cli, line.split(" "));
    assert.deepEqual(
      {
        path: match.path.join(" "),
        positionals: match.positionals.map((word) => word.value),
        options: Object.fromEntries(
          [...match.options].map(([name, words]) => [name, words.map((word) => word.value)]),
        ),
        rest: match.rest,
        hidden: match.hidden,
        help: match.help,
      },
      { path, positionals, options, rest, hidden, help },
    );
  });
}

test("a source is the first that is there", () => {
  const match = matchCommandLine(cli, ["volume", "delete", "data", "-v", "other"]);
  assert.equal(sourceWord(match, ["--volume", "-v", 0])?.value, "other");
  assert.equal(sourceWord(match, ["--volume", 0])?.value, "data");
  assert.equal(sourceWord(match, ["--volume", 3]), undefined);
});

test("no words make the matcher throw, and flags around it never hide a sub-command", () => {
  const flag = fc.constantFrom("--yes", "--json", "-y", "--quiet");
  fc.assert(
    fc.property(fc.array(flag), fc.array(flag), fc.array(fc.string()), (before, between, after) => {
      const words = [...before, "volume", ...between, "delete", ...after.filter((word) => word !== "volume")];
      const { path } = matchCommandLine(cli, words);
      assert.deepEqual(path.slice(0, 2), ["volume", "delete"]);
    }),
    { numRuns: 200 },
  );
});
