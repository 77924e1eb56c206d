import { reportDeletion } from "../file-actions.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { filesOf, knownWord } from "../shell/word.ts";
import { judgeMultiplexer } from "./multiplexers.ts";
import { judgeAwk, judgeSed } from "./stream-programs.ts";

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
    "byobu",
    "emacsclient",
    "lldb",
    "m4",
    "lftp",
    "ftp",
    "sftp",
    "dc",
    "gnuplot",
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
      { command: "tmux bind-key x run-shell 'git reset --hard'", actions: ["git:reset_hard"] },
      { command: "printf 'r !git reset --hard\\n' | ed -s", actions: ["git:reset_hard"] },
      { command: 'vim -es -c \'call delete(expand("~"),"rf")\' -c q', actions: ["fs:delete"] },
      { command: "vim -c '%!git reset --hard' x", actions: ["git:reset_hard"] },
      { command: "emacs --batch --eval '(shell-command \"git reset --hard\")'", actions: ["git:reset_hard"] },
      { command: "gdb -batch -ex 'shell git reset --hard'", actions: ["git:reset_hard"] },
      { command: "echo 'syscmd(git reset --hard)' | m4", actions: ["git:reset_hard"] },
      { command: "sqlite3 x.db <<< '.shell git reset --hard'", actions: ["git:reset_hard"] },
      { command: "sed '1!d;e git reset --hard' x", actions: ["git:reset_hard"] },
      { command: "awk 'BEGIN { c = \"git reset --hard\"; c | getline }'", actions: ["git:reset_hard"] },
    ],
    misses: [
      { command: "awk '{ print $1 }' file", actions: ["shell:opaque"] },
      { command: "sed -e 's/e/x/' file", actions: ["shell:opaque", "fs:delete"] },
      { command: "tar czf a.tgz src", actions: ["shell:opaque"] },
      { command: "vim -c '%s/rm -rf/x/g' -c wq notes.md", actions: ["fs:delete", "shell:opaque"] },
      { command: "sed -n '1,20p;/e /d' notes.md", actions: ["shell:opaque"] },
      { command: "tmux bind-key r source-file ~/.tmux.conf", actions: ["shell:opaque"] },
      { command: "gdb -batch -ex 'bt full' ./app core", actions: ["shell:opaque"] },
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
    if (readsCommands.has(program)) {
      judgeInput(invocation, scope);
    }
    if (program === "tmux" || program === "byobu" || program === "screen") {
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
    (named ? programText(invocation, scope, word) : undefined) ??
    (word.known ? word.text : (word.template ?? word.text));
  if (program.endsWith("awk")) {
    judgeAwk(text, invocation, scope);
  } else if (program.endsWith("sed")) {
    judgeSed(text, invocation, scope);
  } else if (editors.has(program)) {
    judgeEditor(invocation, scope, door, text);
  } else {
    const command = doorReaders.get(program)?.(text, door.before);
    if (command !== undefined && program === "split") {
      // The pieces of its input are what the command reads.
      const words = ["sh", "-c", command].map((part) => knownWord(part, word.start, word.end));
      scope.command(words, invocation.stdin);
    } else if (command !== undefined) {
      scope.shell(command, program, scope.evidence(invocation));
    }
  }
}

/** Programs whose options hold commands of their own, among them one that starts a shell. */
const editors: ReadonlySet<string> = new Set([
  "vim",
  "vi",
  "nvim",
  "ex",
  "view",
  "gdb",
  "lldb",
  "emacs",
  "emacsclient",
  "lftp",
  "dc",
  "gnuplot",
]);

/** Programs that read such commands from their input as well. */
const readsCommands: ReadonlySet<string> = new Set([...editors, "ed", "sqlite3", "ftp", "sftp", "m4"]);

const commandOptions =
  /^(?:-[a-zA-Z]*c|-[iI]?ex|--cmd|-o|-O|--one-line(?:-before-file)?|--eval-command|--init-eval-command|--?eval|-e|--execute|--command)$/;

function judgeEditor(invocation: Invocation, scope: Scope, door: Door, text: string): void {
  const attached = /^--?(?:cmd|eval-command|init-eval-command|eval|execute|command|one-line)=([^]*)$/.exec(
    text,
  )?.[1];
  const script =
    attached ??
    (text.startsWith("+") ? text.slice(1) : commandOptions.test(door.before) ? text : undefined) ??
    (/^(?:-S|-x|-s|--script|-l|--load|--command|--source)$/.test(door.before)
      ? scriptOf(scope, door.word)
      : undefined);
  if (script !== undefined) {
    judgeCommands(script, invocation, scope);
  }
}

/** The program of `awk -f` and `sed -f`, where `-` is the input. */
function programText({ program, stdin, ...at }: Invocation, scope: Scope, word: Word): string | undefined {
  if (word.text !== "-") {
    return scriptOf(scope, word);
  }
  if (stdin.kind === "unknown" && stdin.fromNetwork) {
    scope.opaque(`\`${program}\` takes its program from the network`, scope.evidence(at));
  }
  return stdin.kind === "text" ? stdin.text : undefined;
}

/** A script by name, or as the output of another command. */
function scriptOf(scope: Scope, word: Word): string | undefined {
  return word.printed?.kind === "text" ? word.printed.text : word.known ? scriptText(scope, word) : undefined;
}

function judgeInput(invocation: Invocation, scope: Scope): void {
  const { stdin, program, words } = invocation;
  const printed = words.find((word) => word.printed?.kind === "text")?.printed;
  const text =
    stdin.kind === "text"
      ? stdin.text
      : printed?.kind === "text" && program === "m4"
        ? printed.text
        : undefined;
  if (text !== undefined) {
    judgeCommands(text, invocation, scope);
  } else if (stdin.kind === "unknown" && stdin.fromNetwork && program !== "sqlite3") {
    scope.opaque(`\`${program}\` takes its commands from the network`, scope.evidence(invocation));
  } else if (filesOf(stdin).length === 1 && stdin.kind === "file") {
    judgeCommands(scriptText(scope, stdin.path) ?? "", invocation, scope);
  }
}

/** One line of such a program that starts a shell: `:!rm`, `%!sort`, `r !date`, `.shell ls`, `platform shell ls`. */
const startsShell =
  /^[:\s]*(?:(?:sil(?:ent)?!?|noautocmd|keepalt|exe(?:cute)?|normal!?)\s+["':]*)*(?:[%\d,.$'<>]*)(?:(?:r(?:ead)?|w(?:rite)?|e)!?\s*)?(?:!+|(?:platform\s+)?shell\s+|sh\s+|ter(?:m(?:inal)?)?!?\s+|\.(?:shell|system)\s+|\.(?:output|once|import)\s+["']?\|)\s*(\S.*)$/;

const startsInCode =
  /\b(?:system|systemlist|popen|execute|shell-command|call-process\S*|start-process\S*|async-shell-command|syscmd|esyscmd|jobstart|termopen|spawn|run)\b/;

function judgeCommands(script: string, invocation: Invocation, scope: Scope): void {
  const { program } = invocation;
  for (const line of script.split("\n").slice(0, 100)) {
    const command = startsShell.exec(line)?.[1];
    if (command !== undefined) {
      const text = command
        .replaceAll(/\\([!%#|])/g, "$1")
        .replace(/["']$/, (mark) => (/^[^"']*["']$/.test(command) ? "" : mark));
      scope.shell(text, program, scope.evidence(invocation));
    } else {
      if (startsInCode.test(line)) {
        judgeCalls(line, invocation, scope);
      }
      judgeDeletes(line, invocation, scope);
    }
  }
}

/** `call delete(expand("~/x"), "rf")` of Vim. */
function judgeDeletes(line: string, invocation: Invocation, scope: Scope): void {
  for (const [, name = "", how = ""] of [
    ...line.matchAll(
      /\bdelete\(\s*(?:(?:expand|fnameescape|simplify)\(\s*)?["']([^"'\n]+)["']\s*\)?\s*(?:,\s*["'](r?f?d?)["'])?\s*\)/g,
    ),
  ].slice(0, 8)) {
    const path = name.replace(/^(?:~|\$HOME)(?=\/|$)/, () => scope.lookups.home);
    reportDeletion(scope, knownWord(path, invocation.start, invocation.end), invocation, {
      recursive: how.includes("r"),
      how: `\`${invocation.program}\``,
    });
  }
}

/** `(shell-command "…")`, `lua os.execute("…")`, `syscmd(…)`: what is called with a text. */
function judgeCalls(line: string, invocation: Invocation, scope: Scope): void {
  const plain = /\be?syscmd\(\s*[`']*([^)`']+)/.exec(line)?.[1];
  const quoted = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g)].slice(0, 8);
  const texts = [
    ...(plain === undefined ? [] : [plain]),
    ...quoted.map((match) => match[1] ?? match[2] ?? ""),
  ];
  for (const text of texts) {
    scope.shell(text.replaceAll(/\\(["'\\])/g, "$1"), invocation.program, scope.evidence(invocation));
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

const archiver: DoorReader = (text, before) =>
  /^--(?:checkpoint-a\S*?=exec|to-c[\w-]*|use-c[\w-]*|rsh-c[\w-]*|info-s[\w-]*|new-v[\w-]*)=(.*)$/.exec(
    text,
  )?.[1] ??
  (before.startsWith("--checkpoint-a") ? /^exec=(.*)$/.exec(text)?.[1] : undefined) ??
  (/^(?:-I|-F|--use-c[\w-]*|--to-c[\w-]*|--info-s[\w-]*|--new-v[\w-]*|--rsh-c[\w-]*)$/.test(before)
    ? text
    : undefined);

const doorReaders: ReadonlyMap<string, DoorReader> = new Map<string, DoorReader>([
  ...["tar", "gtar", "bsdtar"].map((name): [string, DoorReader] => [name, archiver]),
  ["less", (text) => (/^\++!/.test(text) ? text.replace(/^\++!/, "") : undefined)],
  [
    "man",
    (text, before) =>
      /^(?:-P|--pager|-H|--html)$/.test(before) ? text : /^(?:--pager=|--html=|-P|-H)(.+)$/.exec(text)?.[1],
  ],
  [
    "zip",
    (text, before) =>
      before === "-TT" || before === "--unzip-command"
        ? text
        : /^(?:-TT=?|--unzip-command=)(.+)$/.exec(text)?.[1],
  ],
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
