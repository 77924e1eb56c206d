import { reportPathRead, reportRead } from "../file-actions.ts";
import { hasOption, optionSpec, readArguments } from "../options.ts";
import { isSecretFile, joinPath } from "../paths.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { isCredentialVariable } from "./environment.ts";
import { valuesOf } from "./tree-searches.ts";

const awks = ["awk", "gawk", "mawk", "nawk"];

/** `awk 'BEGIN{print ENVIRON["X"]}'`: the environment has a name of its own there. */
export const awkEnvironment: ProgramRule = {
  programs: awks,
  examples: {
    matches: [
      { command: "awk 'BEGIN{for(k in ENVIRON)print ENVIRON[k]}'", actions: ["process:print_environment"] },
      { command: `awk 'BEGIN{print ENVIRON["API_TOKEN"]}'`, actions: ["process:print_variable"] },
    ],
    misses: [
      {
        command: `awk 'BEGIN{print ENVIRON["HOME"]}'`,
        actions: ["process:print_environment", "process:print_variable"],
      },
      { command: "awk '{print $1}' a.txt", actions: ["process:print_environment"] },
    ],
  },
  judge(invocation, scope) {
    const code = invocation.words
      .slice(1)
      .map((word) => word.template ?? word.text)
      .join("\n");
    const uses = [...code.matchAll(/\bENVIRON\b(?:\s*\[\s*"(\w+)"\s*\])?/g)].slice(0, 20);
    for (const name of uses.map((match) => match[1])) {
      if (name === undefined) {
        reportEnvironment(scope, invocation, "the whole environment");
      } else if (isCredentialVariable(name)) {
        reportEnvironment(scope, invocation, name);
      }
    }
  },
};

function reportEnvironment(scope: Scope, invocation: Invocation, target: string): void {
  report(scope, invocation, {
    action: target === "the whole environment" ? "process:print_environment" : "process:print_variable",
    effects: ["credential_access"],
    target,
    because: `\`${invocation.program}\` can print \`${target}\``,
    access: "read",
  });
}

/** Code that is given an environment file shows what it reads of it; a program that is started with one is everyday work. */
export const environmentFiles: ProgramRule = {
  programs: ["node", "bun", "deno", "tsx"],
  examples: {
    matches: [{ command: "node --env-file=.env -p process.env.X", actions: ["fs:read"] }],
    misses: [
      { command: "node --env-file=.env server.js", actions: ["fs:read"] },
      { command: "node --env-file=.env -e 'start()'", actions: ["fs:read"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, optionSpec("-e --eval -p --print -r --require --import"));
    const code = ["-e", "--eval", "-p", "--print"]
      .map((name) => args.values.get(name)?.text ?? "")
      .join("\n");
    if (/\benv\b|environ/.test(code)) {
      for (const word of valuesOf(invocation.words, ["--env-file", "--env-file-if-exists"])) {
        reportRead(scope, word, invocation, `\`${invocation.program}\` can print what it reads of it`);
      }
    }
  },
};

/** Options whose value is a file from which words are taken, and shown with what comes of them. */
const wordOptions: ReadonlyMap<string, readonly string[]> = new Map([
  ["xargs", ["-a", "--arg-file"]],
  ["gxargs", ["-a", "--arg-file"]],
  ["history", ["-r", "-n"]],
  ["file", ["-f", "--files-from"]],
  ["date", ["-f", "--file"]],
  ["wget", ["-i", "--input-file"]],
  ["du", ["--files0-from"]],
  ["wc", ["--files0-from"]],
]);

/** `xargs -a FILE`, `date -f FILE`: what takes its words from a file shows them, if only in its complaints. */
export const wordsFromFiles: ProgramRule = {
  programs: [...wordOptions.keys()],
  examples: {
    matches: [
      { command: "xargs -a .env echo", actions: ["fs:read"] },
      { command: "history -r .zsh_history", actions: ["fs:read"] },
      { command: "date -f .env", actions: ["fs:read"] },
    ],
    misses: [
      { command: "xargs echo", actions: ["fs:read"] },
      { command: "date -d tomorrow", actions: ["fs:read"] },
    ],
  },
  judge(invocation, scope) {
    const names = wordOptions.get(invocation.program) ?? [];
    const args = readArguments(invocation.words, optionSpec(names.join(" "), { stopAtOperand: true }));
    for (const word of names.map((name) => args.values.get(name))) {
      if (word !== undefined) {
        reportRead(scope, word, invocation, `\`${invocation.program}\` takes its words from it`);
      }
    }
  },
};

/** `jq --rawfile NAME FILE`: the second word behind the option is the file. */
export const namedInputs: ProgramRule = {
  programs: ["jq", "gojq", "jaq"],
  examples: {
    matches: [{ command: "jq -n --rawfile a .env '$a'", actions: ["fs:read"] }],
    misses: [{ command: "jq -n 1", actions: ["fs:read"] }],
  },
  judge(invocation, scope) {
    for (const [index, word] of invocation.words.entries()) {
      const file = invocation.words[index + 2];
      if (/^--(?:rawfile|slurpfile|argfile)$/.test(word.text) && file !== undefined) {
        reportRead(scope, file, invocation, `\`${invocation.program}\` prints it`);
      }
    }
  },
};

/** `python3 .env`: what is no program is shown by the complaint about its first line, or line by line while it runs. */
export const brokenScripts: ProgramRule = {
  programs: ["python", "python3", "node", "ruby", "perl", "php", "tclsh", "lua"],
  examples: {
    matches: [
      { command: "node .env", actions: ["fs:read"] },
      { command: "python3 .env", actions: ["fs:read"] },
    ],
    misses: [
      { command: "node run.js", actions: ["fs:read"] },
      { command: "python3 manage.py .env", actions: ["fs:read"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, optionSpec("-c -e -m -W -X -r", { stopAtOperand: true }));
    const [script] = args.operands;
    const coded = ["-c", "-e", "-m"].some((name) => args.values.has(name));
    const path = script === undefined || coded ? undefined : scope.resolvePath(script);
    if (path !== undefined && script !== undefined && isSecretFile(scope.lookups.realPath(path))) {
      reportRead(scope, script, invocation, `\`${invocation.program}\` shows what it cannot run`);
    }
  },
};

const composeOptions = optionSpec(
  "-f --file -p --project-name --profile --env-file --project-directory --ansi --parallel --progress",
);

/** `docker compose config` puts the values of environment files in, and prints the result. */
export const composedSettings: ProgramRule = {
  programs: ["docker", "docker-compose", "podman", "podman-compose"],
  examples: {
    matches: [{ command: "docker compose --env-file .env.local config", actions: ["fs:read"] }],
    misses: [
      { command: "docker compose --env-file .env.local config --services", actions: ["fs:read"] },
      { command: "docker compose --env-file .env.local up", actions: ["fs:read"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, composeOptions);
    const [first, second] = args.operands;
    const verb = invocation.program.endsWith("compose")
      ? first
      : first?.text === "compose"
        ? second
        : undefined;
    const sums = hasOption(
      args,
      "-q",
      "--quiet",
      "--services",
      "--images",
      "--volumes",
      "--profiles",
      "--networks",
      "--hash",
    );
    if (!/^(?:config|convert)$/.test(verb?.text ?? "") || sums) {
      return;
    }
    const because = "`compose config` prints the values that it takes from it";
    for (const word of valuesOf(invocation.words, ["--env-file"])) {
      reportRead(scope, word, invocation, because);
    }
    const place = args.values.get("--project-directory");
    const folder = place === undefined ? scope.cwd : scope.resolvePath(place);
    const own = folder === undefined ? undefined : joinPath(folder, ".env");
    if (own !== undefined && scope.lookups.kind(own) === "file") {
      reportPathRead(scope, own, invocation, because);
    }
  },
};
