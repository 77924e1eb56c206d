import { reportPathRead, reportRead } from "../file-actions.ts";
import { hasOption, optionSpec, readArguments } from "../options.ts";
import { joinPath } from "../paths.ts";
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

/** `xargs -a FILE`, `history -r FILE`: what takes its words from a file, and shows them. */
export const wordsFromFiles: ProgramRule = {
  programs: ["xargs", "gxargs", "history"],
  examples: {
    matches: [
      { command: "xargs -a .env echo", actions: ["fs:read"] },
      { command: "history -r .zsh_history", actions: ["fs:read"] },
    ],
    misses: [{ command: "xargs echo", actions: ["fs:read"] }],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, optionSpec("-a --arg-file -r -n", { stopAtOperand: true }));
    const names = invocation.program === "history" ? ["-r", "-n"] : ["-a", "--arg-file"];
    for (const word of names.map((name) => args.values.get(name))) {
      if (word !== undefined) {
        reportRead(scope, word, invocation, `\`${invocation.program}\` takes its words from it`);
      }
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
