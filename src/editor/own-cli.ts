import { spawn } from "node:child_process";
import { isJsonObject, parseJson, type JsonObject } from "../base/json.ts";

export interface CliOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Written to the program's standard input. */
  readonly stdin?: string;
  /** Ends the program. */
  readonly signal?: AbortSignal;
  /** Told each line of standard error. */
  readonly progress?: (line: string) => void;
}

/** Runs the bundled command line with arguments that make it print one JSON object, and takes that. */
export type OwnCli = (options: CliOptions) => Promise<JsonObject>;

/** Most of an answer in bytes; more means that something is wrong. */
const mostBytes = 64 * 1024 * 1024;

/**
 * The command line beside the extension, in a process of its own: what takes long (reading the record, deciding hundreds of
 * requests) must not hold up the extension host. Rejects with the program's own sentence, or where it was ended.
 */
export function ownCli(program: string): OwnCli {
  return ({ args, cwd, stdin, signal, progress }) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...args], {
        cwd,
        env: childEnvironment(),
        stdio: ["pipe", "pipe", "pipe"],
        ...(signal === undefined ? {} : { signal }),
      });
      const out: Buffer[] = [];
      let size = 0;
      let told = "";
      child.stdout.on("data", (chunk: Buffer) => {
        size += chunk.length;
        out.push(chunk);
        if (size > mostBytes) {
          child.kill();
        }
      });
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        told = `${told}${chunk}`.slice(-20_000);
        for (const line of chunk.split("\n").filter((part) => part !== "")) {
          progress?.(line);
        }
      });
      child.stdin.on("error", () => undefined);
      child.stdin.end(stdin ?? "");
      child.once("error", reject);
      child.once("close", () => {
        const json = parseJson(Buffer.concat(out).toString("utf8"));
        if (json.ok && isJsonObject(json.value)) {
          resolve(json.value);
        } else {
          reject(new Error(complaint(told)));
        }
      });
    });
}

/** What would make Node run something else first is left out; an editor's own executable is told to be a Node. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_PATH: _path, ...env } = process.env;
  return { ...env, ELECTRON_RUN_AS_NODE: "1" };
}

/** `signalbox audit: the policy does not load`, without the name, and without the lines of help after it. */
function complaint(told: string): string {
  const lines = told
    .split("\n")
    .filter((line) => !/^ {2}help: `signalbox|^\d+\/\d+$/.test(line) && line !== "");
  return lines.join(" ").replace(/^signalbox \w+: /, "") || "the command line gave no answer";
}
