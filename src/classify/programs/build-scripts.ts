import { reportDeletion } from "../file-actions.ts";
import { optionSpec, readArguments } from "../options.ts";
import { joinPath } from "../paths.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { inherited, knownWord } from "../shell/word.ts";

/** Larger ones are made by generators, which write what a compiler needs. */
const maximumText = 32 * 1024;
const maximumCommands = 40;

/** `ninja` and `cmake -P`: the commands that their files hold. */
export const buildScripts: ProgramRule = {
  programs: ["ninja", "samu", "cmake"],
  examples: {
    matches: [
      {
        command: "printf 'rule r\\n  command = rm -rf /home\\nbuild x: r\\n' > build.ninja; ninja",
        actions: ["fs:delete"],
      },
      { command: "cmake -E remove_directory /home", actions: ["fs:delete"] },
      {
        command: "echo 'file(REMOVE_RECURSE \"/home\")' > x.cmake; cmake -P x.cmake",
        actions: ["fs:delete"],
      },
      {
        command: "echo 'execute_process(COMMAND git reset --hard)' > x.cmake; cmake -DA=1 -P x.cmake",
        actions: ["git:reset_hard"],
      },
    ],
    misses: [
      {
        command: "printf 'rule cc\\n  command = cc -c $in -o $out\\n' > build.ninja; ninja",
        actions: ["shell:opaque", "fs:delete"],
      },
      { command: "echo 'message(STATUS \"rm -rf /\")' > x.cmake; cmake -P x.cmake", actions: ["fs:delete"] },
      { command: "cmake -S . -B build", actions: ["shell:opaque"] },
    ],
  },
  judge(invocation, scope) {
    if (scope.elsewhere !== undefined || scope.cwd === undefined) {
      return;
    }
    if (invocation.program === "cmake") {
      judgeCmake(invocation, scope);
    } else {
      judgeNinja(invocation, scope);
    }
  },
};

function textOf(scope: Scope, path: string | undefined): string {
  const held = path === undefined ? undefined : scope.writtenFile(path);
  const file =
    held ?? (path === undefined || scope.lookups.kind(path) !== "file" ? undefined : scope.readInput(path));
  return file?.kind === "text" && file.text.length <= maximumText ? file.text : "";
}

function judgeNinja(invocation: Invocation, scope: Scope): void {
  const args = readArguments(invocation.words, optionSpec("-C -f -j -k -l -d -t -w"));
  if (args.values.has("-t") || args.flags.has("-n")) {
    return;
  }
  const folder = args.values.get("-C");
  const base = folder === undefined ? scope.cwd : scope.resolvePath(folder);
  const path = base === undefined ? undefined : joinPath(base, args.values.get("-f")?.text ?? "build.ninja");
  for (const [, command = ""] of [
    ...textOf(scope, path).matchAll(/^[ \t]+command[ \t]*=[ \t]*(.+)$/gm),
  ].slice(0, maximumCommands)) {
    scope.shell(command.replaceAll("$$", "$"), "ninja", scope.evidence(invocation));
  }
}

function judgeCmake(invocation: Invocation, scope: Scope): void {
  if (invocation.words[1]?.text === "-E" && /^remove(?:_directory)?$/.test(invocation.words[2]?.text ?? "")) {
    const rm = ["rm", "-rf"].map((text) => knownWord(text, invocation.start, invocation.end));
    scope.command([...rm, ...invocation.words.slice(3).filter((word) => word.text !== "-f")], inherited);
    return;
  }
  const at = invocation.words.findIndex((word) => word.text === "-P");
  const script = at < 0 ? undefined : invocation.words[at + 1];
  if (script === undefined) {
    return;
  }
  const calls = [
    ...textOf(scope, scope.resolvePath(script)).matchAll(
      /^[ \t]*(file|execute_process)[ \t]*\(((?:"(?:[^"\\]|\\.)*"|[^")])*)\)/gim,
    ),
  ].slice(0, maximumCommands);
  for (const [, name = "", given = ""] of calls) {
    const words = wordsOf(given, scope);
    if (name.toLowerCase() === "execute_process") {
      runProcesses(words, invocation, scope);
    } else if (/^REMOVE(?:_RECURSE)?$/.test(words[0] ?? "")) {
      for (const path of words.slice(1).filter((text) => !text.includes("${"))) {
        reportDeletion(scope, knownWord(path, invocation.start, invocation.end), invocation, {
          recursive: words[0] === "REMOVE_RECURSE",
          how: "a script of `cmake`",
        });
      }
    }
  }
}

function wordsOf(text: string, scope: Scope): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|[^\s"]+/g)].map((match) =>
    (match[1] ?? match[0]).replaceAll(/\\(["\\$])/g, "$1").replaceAll("$ENV{HOME}", scope.lookups.home),
  );
}

/** `COMMAND a b COMMAND c`: up to the next word of `execute_process` itself. */
function runProcesses(words: readonly string[], invocation: Invocation, scope: Scope): void {
  let current: string[] | undefined;
  const all: string[][] = [];
  for (const word of words) {
    if (word === "COMMAND") {
      current = [];
      all.push(current);
    } else if (
      /^(?:WORKING_DIRECTORY|TIMEOUT|(?:RESULTS?|OUTPUT|ERROR)_\w+|INPUT_FILE|COMMAND_\w+|ENCODING)$/.test(
        word,
      )
    ) {
      current = undefined;
    } else {
      current?.push(word);
    }
  }
  for (const command of all) {
    scope.command(
      command.map((text) => knownWord(text, invocation.start, invocation.end)),
      inherited,
    );
  }
}
