import { optionSpec, type OptionSpec } from "../options.ts";
import type { Code } from "./inline-code.ts";

/** How an interpreter takes code and files. */
export interface Interpreter {
  readonly language: Code["language"] | "awk" | "vim" | "powershell";
  readonly options: OptionSpec;
  /** Options whose value is code. */
  readonly code: readonly string[];
  /** Sub-command in front of the file (`deno run`). */
  readonly verbs?: readonly string[];
}

const python: Interpreter = {
  language: "python",
  options: optionSpec("-c -m -W -X -Q", { stopAtOperand: true }),
  code: ["-c"],
};
const node: Interpreter = {
  language: "javascript",
  options: optionSpec("-e -p --eval --print -r --require --import --loader -C --conditions --env-file", {
    stopAtOperand: true,
  }),
  code: ["-e", "-p", "--eval", "--print"],
};
const ruby: Interpreter = {
  language: "ruby",
  options: optionSpec("-e -r -I -E -C", { stopAtOperand: true }),
  code: ["-e"],
};
const perl: Interpreter = {
  language: "perl",
  options: optionSpec("-e -E -M -m -I", { stopAtOperand: true }),
  code: ["-e", "-E"],
};
const php: Interpreter = {
  language: "php",
  options: optionSpec("-r -B -R -E -d -c -f", { stopAtOperand: true }),
  code: ["-r", "-B", "-R", "-E"],
};

/** Interpreters of the languages whose code is read. */
export const interpreters: ReadonlyMap<string, Interpreter> = new Map<string, Interpreter>([
  ...["python", "python2", "python3", "pypy", "pypy3", "ipython", "py"].map((name): [string, Interpreter] => [
    name,
    python,
  ]),
  ...[
    "node",
    "nodejs",
    "tsx",
    "ts-node",
    "ts-node-esm",
    "esno",
    "vite-node",
    "jiti",
    "zx",
    "nodemon",
    "ts-node-dev",
    "bun",
    "deno",
  ].map((name): [string, Interpreter] => [
    name,
    name === "bun" || name === "deno"
      ? { ...node, verbs: ["run", "eval"] }
      : { ...node, verbs: ["watch", "inspect"] },
  ]),
  ["ruby", ruby],
  ["irb", ruby],
  ["perl", perl],
  ["php", php],
]);
