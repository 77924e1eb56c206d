import { optionSpec, readArguments } from "../options.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";

/** `awk`'s `system()` and pipes, `sed`'s `e`, `vim -c ':!'`, `tar --checkpoint-action`, and other doors to a shell. */
export const shellDoors: ProgramRule = {
  programs: [
    "awk",
    "gawk",
    "mawk",
    "nawk",
    "sed",
    "gsed",
    "vim",
    "vi",
    "nvim",
    "ex",
    "view",
    "tar",
    "gtar",
    "bsdtar",
    "zip",
    "man",
    "less",
    "gdb",
    "expect",
    "ed",
    "emacs",
    "screen",
    "tmux",
    "rsync",
    "make",
    "gmake",
    "sqlite3",
    "split",
    "sort",
    "xterm",
    "gnome-terminal",
    "open",
    "start",
  ],
  examples: {
    matches: [
      { command: "awk 'BEGIN { system(\"rm -rf /\") }'", actions: ["fs:delete"] },
      { command: "awk '{ system($0) }' list", actions: ["shell:opaque"] },
      { command: "vim -c ':!rm -rf /' -c q", actions: ["fs:delete"] },
      {
        command: "tar cf a.tar x --checkpoint=1 --checkpoint-action=exec='rm -rf /'",
        actions: ["fs:delete"],
      },
      { command: "sed '1e rm -rf /' file", actions: ["fs:delete"] },
      { command: "tmux new -d 'rm -rf /'", actions: ["fs:delete"] },
    ],
    misses: [
      { command: "awk '{ print $1 }' file", actions: ["shell:opaque"] },
      { command: "sed -e 's/e/x/' file", actions: ["shell:opaque", "fs:delete"] },
      { command: "tar czf a.tgz src", actions: ["shell:opaque"] },
      { command: "awk '/rm -rf/ {print}' log.txt", actions: ["fs:delete"] },
    ],
  },
  judge(invocation, scope) {
    const { program } = invocation;
    for (const [index, word] of invocation.words.entries()) {
      if (index > 0) {
        judgeDoor(invocation, scope, { word, before: invocation.words[index - 1]?.text ?? "", program });
      }
    }
    if (program === "ed" && invocation.stdin.kind === "text") {
      for (const line of invocation.stdin.text.split("\n").filter((text) => text.startsWith("!"))) {
        scope.shell(line.slice(1), program, scope.evidence(invocation));
      }
    }
    if (program === "tmux" || program === "screen") {
      judgeMultiplexer(invocation, scope);
    }
  },
};

interface Door {
  readonly word: Word;
  readonly before: string;
  readonly program: string;
}

function judgeDoor(invocation: Invocation, scope: Scope, door: Door): void {
  const { word, program } = door;
  const named = /^(?:-f|--file)$/.test(door.before) && /awk$|sed$/.test(program);
  const text =
    (named ? scriptText(scope, word) : undefined) ?? (word.known ? word.text : (word.template ?? word.text));
  if (program.endsWith("awk")) {
    judgeAwk(text, invocation, scope);
  } else if (program.endsWith("sed")) {
    for (const line of text.split("\n").slice(0, 100)) {
      judgeSed(line, invocation, scope);
    }
  } else {
    const command = doorOf(program)?.(text, door.before);
    if (command !== undefined) {
      scope.shell(command, program, scope.evidence(invocation));
    }
  }
}

/** A program in a file: what the line itself wrote there, or what is there. */
function scriptText(scope: Scope, word: Word): string | undefined {
  const path = scope.resolvePath(word);
  if (path === undefined) {
    return undefined;
  }
  const written = scope.writtenFile(path);
  const file = written === undefined && scope.elsewhere === undefined ? scope.readInput(path) : written;
  return file?.kind === "text" ? file.text : undefined;
}

/** The command in one word, given the word before it. */
type DoorReader = (text: string, before: string) => string | undefined;

const editor: DoorReader = (text, before) =>
  before.startsWith("-c") || before === "--cmd" || before === "-ex" || text.startsWith("+") || before === "+"
    ? /^(?:[-+]c?\s*)?:?\s*(?:!|shell\s|sh\s|call system\(['"]|silent\s*!)\s*(.+?)(?:['"]\))?$/
        .exec(text)?.[1]
        ?.replaceAll(/\\([!%#|])/g, "$1")
    : undefined;

const archiver: DoorReader = (text, before) =>
  /^--(?:checkpoint-action=exec|to-command|use-compress-program|rsh-command|info-script|new-volume-script)=(.*)$/.exec(
    text,
  )?.[1] ?? (/^(?:-I|--use-compress-program|--to-command)$/.test(before) ? text : undefined);

const doorReaders: ReadonlyMap<string, DoorReader> = new Map<string, DoorReader>([
  ...["vim", "vi", "nvim", "ex", "view", "gdb"].map((name): [string, DoorReader] => [name, editor]),
  ...["tar", "gtar", "bsdtar"].map((name): [string, DoorReader] => [name, archiver]),
  ["less", (text) => (/^\++!/.test(text) ? text.replace(/^\++!/, "") : undefined)],
  [
    "man",
    (text, before) => (before === "-P" || before === "--pager" ? text : /^--pager=(.*)$/.exec(text)?.[1]),
  ],
  ["zip", (text, before) => (before === "-TT" || before === "--unzip-command" ? text : undefined)],
  [
    "sort",
    (text, before) =>
      before === "--compress-program"
        ? text
        : text.startsWith("--compress-program=")
          ? text.slice(19)
          : undefined,
  ],
  ["split", (text) => (text.startsWith("--filter=") ? text.slice(9) : undefined)],
]);

function doorOf(program: string): DoorReader | undefined {
  return doorReaders.get(program);
}

function judgeAwk(text: string, invocation: Invocation, scope: Scope): void {
  if (!/system\s*\(|\|\s*getline|\|\s*["$&a-z]|@load/.test(text)) {
    return;
  }
  for (const match of text.matchAll(/system\s*\(\s*(?:"((?:[^"\\]|\\.)*)"\s*\)|([^)]*))/g)) {
    if (match[1] !== undefined) {
      scope.shell(unescaped(match[1]), "awk", scope.evidence(invocation));
    } else {
      scope.opaque(
        `\`awk\` runs what its input holds: \`system(${(match[2] ?? "").slice(0, 60)})\``,
        scope.evidence(invocation),
      );
    }
  }
  for (const match of text.matchAll(
    /"((?:[^"\\]|\\.)*)"\s*\|\s*(?:getline|&)|(?:print|printf)\b(?:"(?:[^"\\]|\\.)*"|[^|{};"])*\|\s*"((?:[^"\\]|\\.)*)"/g,
  )) {
    const command = unescaped(match[1] ?? match[2] ?? "");
    if (match[1] === undefined && /^\s*(?:\S*\/)?(?:ba|da|k|z|a)?sh(?:\s+-[^c\s]*)*\s*$/.test(command)) {
      judgePrinted(match[0], invocation, scope);
    } else {
      scope.shell(command, "awk", scope.evidence(invocation));
    }
  }
}

/** `print "…" | "sh"`: what is printed is the program. */
function judgePrinted(statement: string, invocation: Invocation, scope: Scope): void {
  const literal = /^printf?\s*\(?\s*"((?:[^"\\]|\\.)*)"\s*\)?\s*\|/.exec(statement)?.[1];
  if (literal === undefined) {
    scope.opaque("`awk` hands its input to a shell as commands", scope.evidence(invocation));
  } else {
    scope.shell(unescaped(literal), "awk", scope.evidence(invocation));
  }
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(["\\])/g, "$1");
}

function judgeSed(text: string, invocation: Invocation, scope: Scope): void {
  const command = /^(?:\d+|\$|\/[^/]*\/)?\s*e\s+(\S.*)$/.exec(text)?.[1];
  if (command !== undefined) {
    scope.shell(command.replaceAll("\\\\", "\\"), "sed", scope.evidence(invocation));
  } else if (
    /(?:^|[;{}\s])s([^\w\s\\])(?:\\.|(?!\1)[^\\])*\1(?:\\.|(?!\1)[^\\])*\1[gpI0-9]*e[gpI]*(?:$|[;}\s])/.test(
      text,
    )
  ) {
    scope.opaque("`sed s///e` runs what its input holds", scope.evidence(invocation));
  }
}

function judgeMultiplexer(invocation: Invocation, scope: Scope): void {
  if (invocation.program === "screen") {
    const options = optionSpec("-c -e -h -p -s -S -t -T -x -X", { stopAtOperand: true });
    const { operands, values } = readArguments(invocation.words, options);
    if (values.get("-X")?.text === "stuff") {
      scope.shell(operands.map((word) => word.text).join(" "), "screen", scope.evidence(invocation));
    } else {
      scope.command(operands, invocation.stdin);
    }
    return;
  }
  const popup = invocation.words.some((word) => word.text.endsWith("popup"));
  const args = readArguments(
    invocation.words,
    optionSpec(`-L -S -f -t -s -n -c -x -y -e -T -p -F -l ${popup ? "-h -w" : ""}`),
  );
  const [verb, ...rest] = args.operands;
  if (
    /^(?:new|new-session|new-window|neww|split-window|splitw|run|run-shell|respawn-pane|popup|display-popup|if-shell)$/.test(
      verb?.text ?? "",
    )
  ) {
    scope.shell(rest.map((word) => word.text).join(" "), "tmux", scope.evidence(invocation));
  } else if (/^(?:send|send-keys)$/.test(verb?.text ?? "")) {
    scope.shell(
      rest
        .map((word) => word.text)
        .filter((text) => !/^(?:Enter|C-m|C-c)$/.test(text))
        .join(" "),
      "tmux",
      scope.evidence(invocation),
    );
  }
}
