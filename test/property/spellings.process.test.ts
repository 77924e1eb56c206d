import assert from "node:assert/strict";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { createEvaluator } from "../../src/cli/evaluate.ts";
import type { RequestPayload } from "../../src/model/request.ts";
import type { Verdict } from "../../src/model/verdict.ts";

const home = realpathSync(mkdtempSync(join(tmpdir(), "spellings-")));
const workspace = join(home, "code", "ws");
after(() => {
  process.chdir("/");
  rmSync(home, { recursive: true, force: true });
});

const hiddenFiles = [
  ".env",
  "certs/server.key",
  "Ünïcode/.env.local",
  "../../.aws/credentials",
  "../../.ssh/id_rsa",
];
const openFiles = [
  "README.md",
  "src/a.ts",
  "certs/ca.pem",
  "Ünïcode/notes.txt",
  "../../.ssh/id_rsa.pub",
  ".env.example",
];
for (const name of [...hiddenFiles, ...openFiles]) {
  const path = join(workspace, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, name);
}
for (const [name, target] of [
  ["docs/link", "../.env"],
  ["docs/chain", "link"],
  ["docs/up", ".."],
  ["docs/home", home],
  ["docs/root", "/"],
  ["docs/keys", join(home, ".ssh")],
  ["src/plain", "a.ts"],
] as const) {
  mkdirSync(dirname(join(workspace, name)), { recursive: true });
  symlinkSync(target, join(workspace, name));
}
linkSync(join(workspace, ".env"), join(workspace, "src", "hard.txt"));
linkSync(join(home, ".aws", "credentials"), join(workspace, "docs", "other"));
process.chdir(workspace);

const identity = (path: string): string => {
  const { dev, ino } = statSync(path);
  return `${dev}:${ino}`;
};
const hidden = new Set(hiddenFiles.map((name) => identity(join(workspace, name))));
const open = new Set(openFiles.map((name) => identity(join(workspace, name))));

const evaluator = createEvaluator({ home, env: { HOME: home } });

function verdictOn(payload: RequestPayload): Verdict {
  return evaluator.judge({
    context: {
      id: "spelling",
      agent: "unknown",
      conversation: "spelling",
      workspace,
      cwd: workspace,
      boundary: "check",
    },
    payload,
  }).decision.verdict;
}

const starts = [
  "",
  "./",
  `${workspace}/`,
  "/proc/self/cwd/",
  `/proc/self/root${workspace}/`,
  `${home}//code/./ws/`,
];

/** A way through the file system: each number picks one of the steps that exist where it has got to. */
function spelled(start: string, picks: readonly number[]): string | undefined {
  let path = start;
  for (const [index, pick] of picks.entries()) {
    const here = path === "" ? "." : path;
    const names = entriesOf(here);
    const steps = [...names, ...names, "..", ".", ""];
    const step = steps[pick % steps.length] ?? "";
    path = step === "" ? `${path}/` : `${path}${step}`;
    if (!isFolder(path === "" ? "." : path) || index === picks.length - 1) {
      break;
    }
    path = `${path}/`;
  }
  // Outside of what is planted there is nothing to tell.
  return path.startsWith("/") && !realpath(path).startsWith(home) ? undefined : path;
}

function entriesOf(folder: string): readonly string[] {
  const real = realpath(folder);
  return real.startsWith(home) ? readdirSync(folder).filter((name) => name !== "root") : [];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function realpath(path: string): string {
  try {
    return realpathSync(path === "" ? "." : path);
  } catch {
    return "";
  }
}

test("whatever a file is called, the file system's own answer decides", () => {
  const seen = { hidden: 0, open: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom(...starts),
      fc.array(fc.nat(60), { minLength: 1, maxLength: 7 }),
      (start, picks) => {
        const path = spelled(start, picks);
        if (
          path === undefined ||
          path === "" ||
          statSync(path, { throwIfNoEntry: false })?.isFile() !== true
        ) {
          return;
        }
        const file = identity(path);
        const verdicts = [
          verdictOn({ kind: "file_read", paths: [path], scope: "content" }),
          verdictOn({ kind: "shell", shell: "bash", command: `cat '${path}'` }),
          verdictOn({ kind: "shell", shell: "bash", command: `cat < '${path}'` }),
        ];
        if (hidden.has(file)) {
          seen.hidden += 1;
          assert.deepEqual(verdicts, ["deny", "deny", "deny"], path);
        } else if (open.has(file)) {
          seen.open += 1;
          assert.deepEqual(verdicts, ["allow", "allow", "allow"], path);
        }
      },
    ),
    { numRuns: 2000 },
  );
  assert.ok(seen.hidden > 50 && seen.open > 50, JSON.stringify(seen));
});
