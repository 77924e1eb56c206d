import { report } from "../report.ts";
import { playIndices } from "./arithmetic.ts";
import type { Invocation, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { runFile, runWord } from "./shells.ts";
import { knownWord, wordAfter } from "./word.ts";

/** Variables whose value another program runs as shell text. */
const commands =
  /^(?:GIT_SSH_COMMAND|GIT_EXTERNAL_DIFF|GIT_PAGER|GIT_EDITOR|GIT_SEQUENCE_EDITOR|GIT_ASKPASS|GIT_PROXY_COMMAND|GIT_SSH|SSH_ASKPASS|SUDO_ASKPASS|PROMPT_COMMAND|PAGER|MANPAGER|EDITOR|VISUAL|BROWSER|LESSOPEN|LESSCLOSE|PS0|PS1|PS4|RSYNC_RSH|CVS_RSH|MAKESHELL|npm_config_script_shell|RUSTC_WRAPPER|RSYNC_CONNECT_PROG|FCEDIT|SVN_SSH|DIFFPROG|[A-Z]+_?(?:PAGER|EDITOR|BROWSER))$/;

/** Variables that name a file which a shell or interpreter runs when it starts. */
const scripts =
  /^(?:BASH_ENV|ENV|ZDOTDIR|PYTHONSTARTUP|PERL5DB|RUBYOPT|PERL5OPT|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|TAR_OPTIONS|MAKEFLAGS|LESS|MANOPT|GIT_CONFIG_PARAMETERS)$/;

/** Variables that put other code in front of what a program names. */
const loaders = /^(?:LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH|DYLD_INSERT_LIBRARIES|DYLD_LIBRARY_PATH)$/;

/** Judges an assignment whose value will be executed; everything else is data. */
export function checkExecutingVariable(
  machine: Machine,
  name: string,
  value: Word,
  at: Pick<Invocation, "start" | "end">,
): void {
  if (
    !/^[A-Zn_]/.test(name) ||
    value.text === "" ||
    value.text === "cat" ||
    value.text === "less" ||
    value.text === "true"
  ) {
    return;
  }
  if (commands.test(name) || /^GIT_CONFIG_VALUE_\d+$/.test(name)) {
    runValue(machine, name, value, at);
  } else if (name === "BASH_ENV" || name === "ENV") {
    checkStartUp(machine, name, value, at);
  } else if (name === "NODE_OPTIONS") {
    for (const match of value.text.matchAll(
      /(?:^|\s)(?:-r|--require|--import|--loader)[= ](\.{0,2}\/\S+)/g,
    )) {
      runFile(machine, knownWord(match[1] ?? "", at.start, at.end), { ...at, program: name }, false);
    }
  } else if (/^R?PROMPT\d?$|^RPS\d$|^PS[23]$/.test(name)) {
    // A prompt is text, in which substitutions run.
    playIndices(machine, value);
  } else if (scripts.test(name)) {
    checkOptions(machine, name, value, at);
  } else if (loaders.test(name) && !name.endsWith("LIBRARY_PATH")) {
    machine.opaque(`\`${name}\` loads \`${value.text}\` into every program that is started`, at);
  }
}

/** Runs what a variable holds, where that is a command and not data of another kind. */
function runValue(machine: Machine, name: string, value: Word, at: Pick<Invocation, "start" | "end">): void {
  // `|program %s` is a filter; a mark, a name or a path pattern in a setting of git is data.
  const filter = name.startsWith("LESS") ? (/^[|-]+/.exec(value.text)?.[0].length ?? 0) : 0;
  if (!name.startsWith("GIT_CONFIG") || !/^[*\w@:.-]+$/.test(value.text)) {
    runWord(machine, { word: wordAfter(value, filter), invocation: at, via: name }, false);
  }
}

/** A file that a shell runs when it starts. */
function checkStartUp(
  machine: Machine,
  name: string,
  value: Word,
  at: Pick<Invocation, "start" | "end">,
): void {
  if (/^\/(?:dev|proc)\//.test(value.text)) {
    machine.opaque(`\`${name}\` makes a shell run what comes through \`${value.text}\``, at);
    return;
  }
  runFile(machine, value, { ...at, program: name }, false);
  if (machine.scope.resolvePath(value) === undefined && !value.known) {
    machine.opaque(`\`${name}\` names a file that runs, and is not known before`, at);
  }
}

const loadsCode: ReadonlyMap<string, RegExp> = new Map([
  ["RUBYOPT", /-r/],
  ["PERL5OPT", /-[MmI]/],
  ["PERL5DB", /./],
  ["PYTHONSTARTUP", /./],
  ["JAVA_TOOL_OPTIONS", /-(?:agentlib|agentpath|javaagent)/],
  ["_JAVA_OPTIONS", /-(?:agentlib|agentpath|javaagent)/],
  ["MAKEFLAGS", /--eval|SHELL=/],
  ["LESS", /\+{1,2}!/],
  ["MANOPT", /-P|--pager/],
  [
    "GIT_CONFIG_PARAMETERS",
    /(?:alias|pager)\.|core\.(?:sshcommand|pager|editor|fsmonitor|hookspath|askpass)|(?:diff\.external|textconv|command|helper|program|cmd)'?=/i,
  ],
]);

function checkOptions(
  machine: Machine,
  name: string,
  value: Word,
  at: Pick<Invocation, "start" | "end">,
): void {
  const text = value.known ? value.text : (value.template ?? value.text);
  if (name === "TAR_OPTIONS") {
    checkTarOptions(machine, text, at);
  } else if (loadsCode.get(name)?.test(text) === true && machine.elsewhere === undefined) {
    report(machine.scope, at, {
      action: "process:preload_code",
      effects: ["opaque"],
      target: name,
      because: `\`${name}\` loads other code into the programs that are started`,
      access: "unknown",
    });
  }
}

/** Options of `tar` that run a program or send the archive to a host. */
function checkTarOptions(machine: Machine, text: string, at: Pick<Invocation, "start" | "end">): void {
  if (/checkpoint-action=exec|--to-command|use-compress-program|-I\b|--rsh-command/.test(text)) {
    machine.opaque("`TAR_OPTIONS` runs another program", at);
  } else if (/--file=[^/\s]+:/.test(text)) {
    report(machine.scope, at, {
      action: "network:upload",
      effects: ["data_exfiltration"],
      target: text,
      because: "`TAR_OPTIONS` sends the archive to another host",
      reach: "remote",
    });
  }
}
