// What whole processes cost: the command line, the extension's bundle, the knowledge.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { row, type Row } from "./measure.ts";

const root = join(import.meta.dirname, "..", "..");
export const dist: string = join(root, "dist");

export interface Finished {
  readonly ms: number;
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export type Environment = Readonly<Record<string, string>>;

/** A private home, so that neither this user's policy nor a running broker is measured. */
export async function inTemporaryHome<T>(work: (env: Environment, home: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), "signalbox-bench-"));
  try {
    return await work({ HOME: home, PATH: process.env["PATH"] ?? "/usr/bin:/bin" }, home);
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One process from spawn to exit. */
export function runOnce(
  file: string,
  args: readonly string[],
  input: string,
  env: Environment,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(file, [...args], { env, stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString("utf8");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString("utf8");
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      const ms = performance.now() - start;
      child.on("close", () => resolve({ ms, code: code ?? -1, out, err }));
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

async function repeat(count: number, once: () => Promise<number>): Promise<readonly number[]> {
  const values: number[] = [];
  for (let round = 0; round < count; round++) {
    values.push(await once());
  }
  return values;
}

/** What a process measures of itself and prints. */
const loadKnowledge = `
  import { createEvaluator } from ${JSON.stringify(join(root, "src", "cli", "evaluate.ts"))};
  const start = performance.now();
  const evaluator = createEvaluator({ home: "/home/dev", env: {} });
  const loaded = performance.now();
  const context = { id: "bench", agent: "unknown", conversation: "bench", boundary: "check", workspace: "/tmp", cwd: "/tmp" };
  evaluator.judge({ context, payload: { kind: "shell", command: process.argv[1], shell: "bash" } });
  console.log(process.argv[1] === ":" ? loaded - start : performance.now() - loaded);
`;

const loadExtension = `
  const { Module } = require("node:module");
  const load = Module._load;
  const stub = new Proxy(class {}, { get: (_, name) => (name === Symbol.toPrimitive ? () => "" : stub), apply: () => stub, construct: () => stub });
  Module._load = (name, ...rest) => (name === "vscode" ? stub : load(name, ...rest));
  const start = performance.now();
  require(${JSON.stringify(join(dist, "extension.js"))});
  console.log(performance.now() - start);
`;

export async function processRows(): Promise<readonly Row[]> {
  return inTemporaryHome(async (env) => {
    const rows: Row[] = [];
    for (const node of nodes()) {
      const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
      const time = (args: readonly string[]): Promise<readonly number[]> =>
        repeat(20, async () => (await runOnce(node, args, "", env)).ms);
      rows.push(row(`empty node ${version}, whole process`, await time(["-e", "0"]), "ms", "the floor"));
      const check = [join(dist, "cli.js"), "check", "--", "ls"];
      rows.push(row(`signalbox check, whole process, node ${version}`, await time(check), "ms", ""));
    }
    const told = async (args: readonly string[]): Promise<number> =>
      Number((await runOnce(process.execPath, args, "", env)).out);
    const cold = (command: string): Promise<readonly number[]> =>
      repeat(20, () => told(["--input-type=module", "-e", loadKnowledge, command]));
    rows.push(row("catalogue, cold", await cold(":"), "ms", "≤ 15 ms"));
    rows.push(row("the first decision, cold, with the baseline", await cold("ls -la"), "ms", ""));
    rows.push(row("the first of AWS, cold", await cold("aws s3 rb s3://bucket --force"), "ms", ""));
    const extension = await repeat(10, () => told(["-e", loadExtension]));
    rows.push(row("the extension's bundle, cold", extension, "ms", "activation ≤ 100 ms"));
    return rows;
  });
}

/** The Node that runs this, and the system's where it is another one. */
function nodes(): readonly string[] {
  return [process.execPath, "/usr/bin/node"].filter((file, at) => at === 0 || existsSync(file));
}
