import { hasOption, optionSpec, readArguments } from "../options.ts";
import { isBrokerProcess, meansBroker } from "../processes.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";

/** Signals. One process by its number, or a development server by its name, is everyday work. */
export const killing: ProgramRule = {
  programs: ["kill", "pkill", "killall", "killall5", "skill", "fuser", "xkill", "taskkill"],
  examples: {
    matches: [
      { command: "kill -9 -1", actions: ["process:kill"] },
      { command: "pkill -f signalbox", actions: ["process:kill"] },
      { command: "killall -9 -u dev", actions: ["process:kill"] },
      { command: "pkill -9 .", actions: ["process:kill"] },
      { command: "kill -STOP $(pgrep -f broker.js)", actions: ["process:kill"] },
      { command: "pgrep -f signalbox | xargs kill", actions: ["process:kill"] },
      { command: "killall node", actions: ["process:kill"] },
      { command: "fuser -k 40123/tcp", actions: ["process:kill"] },
      { command: "fuser -km /home", actions: ["process:kill"] },
      { command: "fuser -k 22/tcp", actions: ["process:kill"] },
      { command: "kill 1", actions: ["process:kill"] },
      { command: "kill -9 $(ps aux | awk '{print $2}')", actions: ["process:kill"] },
      { command: "kill -9 $(pidof systemd)", actions: ["process:kill"] },
      { command: "kill $(pgrep -u dev)", actions: ["process:kill"] },
    ],
    misses: [
      { command: "kill 1234", actions: ["process:kill"] },
      { command: "kill %1", actions: ["process:kill"] },
      { command: "kubectl exec web-0 -- kill 1", actions: ["process:kill"] },
      { command: "pkill -f 'vite dev'", actions: ["process:kill"] },
      { command: "pkill -f message-broker", actions: ["process:kill"] },
      { command: "kill $(lsof -t -i:3000)", actions: ["process:kill"] },
      { command: "fuser -k 3000/tcp", actions: ["process:kill"] },
      { command: "fuser 40123/tcp", actions: ["process:kill"] },
      { command: "kill -l", actions: ["process:kill"] },
    ],
  },
  judge(invocation, scope) {
    if (invocation.words[1]?.text === "-0") {
      // Only asks whether the process is there.
      return;
    }
    const words = invocation.words.filter((word) => !/^-(?:SIG)?[A-Z]{3,}\d*$/.test(word.text));
    const args = readArguments(words, signalOptions(invocation.program));
    const texts = args.operands.map(pickedBy);
    const tampering = isHere(scope) && texts.some((text) => meansUs(text, scope));
    const many = tampering
      ? undefined
      : reasonForMany(invocation, texts, {
          selected: hasOption(args, "-u", "-U", "--user", "-v", "--inverse"),
          here: scope.elsewhere === undefined,
        });
    if (tampering || many !== undefined) {
      report(scope, invocation, {
        action: "process:kill",
        effects: tampering ? ["governance_tampering", "process_kill"] : ["process_kill"],
        target: args.operands.map((word) => word.text).join(" ") || "processes",
        because: tampering
          ? "it stops Signalbox itself"
          : `\`${invocation.program}\` ends ${many ?? "processes"}`,
      });
    }
  },
};

/** `pgrep`'s `-n` is a flag of `pkill`, and a signal's number for `kill`. */
function signalOptions(program: string): ReturnType<typeof optionSpec> {
  return optionSpec(
    program === "kill" ? "-s --signal -n" : "-s --signal -u -U --user -t --terminal -g -G -P --parent",
  );
}

/** Programs that take hold of a running process: what they do to the broker is as good as a signal. */
export const holding: ProgramRule = {
  programs: ["gdb", "lldb", "renice", "ionice", "chrt", "taskset", "prlimit", "cpulimit", "criu", "reptyr"],
  examples: {
    matches: [
      { command: "gdb -p $(pgrep -f broker.js) -batch -ex 'call exit(0)'", actions: ["process:hold"] },
      { command: "renice 19 -p $(pgrep -f signalbox)", actions: ["process:hold"] },
    ],
    misses: [
      { command: "gdb -p $(pgrep -f server) -batch -ex bt", actions: ["process:hold"] },
      { command: "gdb ./broker", actions: ["process:hold"] },
      { command: "renice 10 -p 1234", actions: ["process:hold"] },
    ],
  },
  judge(invocation, scope) {
    const held = invocation.words.slice(1).filter((word) => !word.known || /^\d+$/.test(word.text));
    if (isHere(scope) && held.some((word) => meansUs(pickedBy(word), scope))) {
      report(scope, invocation, {
        action: "process:hold",
        effects: ["governance_tampering"],
        target: held.map((word) => word.text).join(" "),
        because: `\`${invocation.program}\` takes hold of Signalbox itself`,
      });
    }
  },
};

/** The text that says which processes are meant: the word itself, or what the numbers in it were picked by. */
function pickedBy(word: Word): string {
  if (word.known) {
    return word.text;
  }
  const flow = word.printed;
  return flow?.kind === "unknown" && flow.processes !== undefined
    ? flow.processes
    : (word.template ?? word.text);
}

/** By a name or a pattern, or by the number of a process that runs. */
function meansUs(text: string, scope: Scope): boolean {
  return (
    (!/^\d+$/.test(text) && meansBroker(text)) ||
    isBrokerProcess(text.replace(/^-/, ""), (path) => scope.lookups.readFile(path))
  );
}

function isHere(scope: Scope): boolean {
  const place = scope.elsewhere;
  return (
    place === undefined ||
    (place.kind === "host" && /(?:^|@)(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/.test(place.name))
  );
}

const vital =
  /^(?:init|systemd|launchd|sshd|ssh|bash|zsh|sh|fish|Xorg|gnome-shell|gdm|WindowServer|Finder|loginwindow|dockerd|containerd|cursor|code|codium|claude|postgres|mysqld|mongod|nginx|kubelet)$/i;

/** Every program that runs on node goes by this name, the broker and the editor's server among them. */
const everyNode =
  /^(?:node|nodejs|code-server|\^?node\$?)$|(?:^|\s)(?:pgrep|pidof)(?:\s+-\S+)*\s+(?:node|nodejs)$/;

/** Lists of processes that nothing narrows: all of a user's, or all of `ps`. */
const everyProcess =
  /^pgrep(?:\s+-\w+)*\s+-[uU]\s*\S+$|^pgrep\s+(?:-\w+\s+)*\.\*?$|^ps\s(?!.*(?:grep|--ppid|--pid|\s-[pCt]\s|\/\w|==|~|index\(|match\(|head|tail|sed -n))/;

function reasonForMany(
  invocation: Invocation,
  names: readonly string[],
  { selected, here }: { readonly selected: boolean; readonly here: boolean },
): string | undefined {
  const { program, words } = invocation;
  if (program === "kill") {
    const targets = words
      .slice(1)
      .filter((word) => !/^-(?:\d{1,2}|[A-Z]+\d*|s|l|L|n)$/.test(word.text) || word === words.at(-1));
    // The first process of a container is its own program, and the container starts it again.
    return (words.length === 2 && words[1]?.text === "1" && here) ||
      (words.length > 2 &&
        targets.some((word) => word.text === "-1" || word.text === "1" || word.text === "0"))
      ? "every process it may"
      : reasonForPicked(names);
  }
  if (program === "killall5") {
    return "every process";
  }
  if (program === "fuser") {
    return words.some((word) => /^-\w*k|^--kill$/.test(word.text))
      ? reasonForHeld(
          names,
          words.some((word) => /^-\w*[mMc]|^--(?:mount|ismountpoint)$/.test(word.text)),
        )
      : undefined;
  }
  if (program === "xkill") {
    return undefined;
  }
  if (selected && names.length === 0) {
    return "every process of a user";
  }
  if (names.some((name) => /^(?:\.|\.\*|\^?\.?\*?|\*|-1)$/.test(name))) {
    return "every process";
  }
  const important = names.find((name) => vital.test(name));
  return important === undefined ? reasonForPicked(names) : `\`${important}\`, which others depend on`;
}

/** `fuser -k`: who holds a port or a file, or, with `-m`, anything of a whole file system. */
function reasonForHeld(names: readonly string[], mounted: boolean): string | undefined {
  if (names.some(isHandedOut)) {
    return "what holds a port that the system hands out, as the broker does";
  }
  if (names.some((name) => /^22(?:\/tcp)?$|^ssh(?:\/tcp)?$/.test(name))) {
    return "the way into this machine";
  }
  return mounted || names.includes("/") ? "whatever uses a whole file system" : undefined;
}

function reasonForPicked(names: readonly string[]): string | undefined {
  if (names.some((name) => everyNode.test(name.trim()))) {
    return "every program that runs on node, the editor's server and the broker among them";
  }
  const picked = names.flatMap(
    (name) => /^(?:pidof|pgrep)(?:\s+-\S+)*\s+(\S+)$/.exec(name.trim())?.[1] ?? [],
  );
  const important = picked.find((name) => vital.test(name));
  if (important !== undefined) {
    return `\`${important}\`, which others depend on`;
  }
  return names.some((name) => everyProcess.test(name.trim())) ? "every process it may" : undefined;
}

/** A port of the range that systems hand out to those who ask for any: the broker's is one of them. */
function isHandedOut(name: string): boolean {
  const port = Number(/^(\d+)\/tcp$/.exec(name)?.[1] ?? "0");
  return port >= 32768;
}
