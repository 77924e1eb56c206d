import { rulesFor } from "../programs/registry.ts";
import { builtinOf } from "./builtins.ts";
import type { Invocation, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { runWord, shellPrograms } from "./shells.ts";
import { knownWord, programOf, wordAfter } from "./word.ts";
import { isWrapper } from "./wrappers.ts";

/** Programs that tell about the commands that they are given, or keep them for later reading. */
const telling: ReadonlySet<string> = new Set(
  "man getent tldr cheat help info apropos whatis whereis which type explain howdoi navi echo printf true false test complete compgen abbr fc jrnl todo notify-send say terminal-notifier logger figlet cowsay toilet banner".split(
    " ",
  ),
);

const maximumTried = 4;

/**
 * A program of which nothing is known may start what its words say: `retry -t 3 -- terraform destroy`,
 * `cpulimit -l 50 rm -rf ~`, `lftp -c '!rm -rf ~'`. What stands behind it counts where it would do harm as a command of
 * its own; anything else is taken for what most operands are, names and numbers.
 */
export function runUnknownWrapper(machine: Machine, invocation: Invocation, unknown: boolean): void {
  if (telling.has(invocation.program) || invocation.words.length < 2) {
    return;
  }
  if (unknown) {
    runOptionTexts(machine, invocation);
    runEscapes(machine, invocation);
  }
  runTail(machine, invocation, unknown);
}

/** What a program of which something is known says before it starts another. */
const startingVerb =
  /^(?:run|exec|x|shell|ssh|start|spawn|do|cmd|env|time|chdir|lock|watch|with|asuser|submit|command|-E|--)$/;

function runTail(machine: Machine, invocation: Invocation, unknown: boolean): void {
  const { words, stdin } = invocation;
  const verb = words.findIndex((word, index) => index > 0 && word.known && startingVerb.test(word.text));
  if (!unknown && verb < 0) {
    return;
  }
  let tried = 0;
  for (let index = unknown ? 1 : verb + 1; index < words.length && tried < maximumTried; index += 1) {
    if (!standsForCommand(machine, words, index)) {
      continue;
    }
    const tail = words.slice(index);
    const fed = tail.length === 1 && shellPrograms.has(programOf(tail[0])) && stdin.kind !== "inherited";
    if (fed || (tail.length > 1 && machine.scope.wouldHarm(tail))) {
      machine.words(tail, stdin, false);
      return;
    }
    tried += 1;
  }
}

/** Whether the word at an index may be the first one of a command. */
function standsForCommand(machine: Machine, words: readonly Word[], index: number): boolean {
  const word = words[index];
  if (word?.known !== true || (index === 1 && ownVerb.test(word.text))) {
    return false;
  }
  return words[index - 1]?.text === "--" ? programName.test(word.text) : startsCommand(machine, word.text);
}

const programName = /^[\w./][\w./+-]*$/;

/** Names of programs that are verbs of many others as well: `ruff format`, `pueue kill`. */
const ownVerb =
  /^(?:format|start|stop|kill|shutdown|reboot|halt|poweroff|mount|umount|at|open|install|history|env|exec|set|export)$/;

/** Whether a word is the name of a program that is known here. */
function startsCommand(machine: Machine, text: string): boolean {
  if (!programName.test(text)) {
    return false;
  }
  const program = programOf(knownWord(text, 0, 0));
  return (
    shellPrograms.has(program) ||
    isWrapper(program) ||
    builtinOf(program) !== undefined ||
    rulesFor(program).length > 0 ||
    machine.scope.catalogue.providerByProgram(program) !== undefined
  );
}

const textOptions =
  /^--?(?:c|e|x|C|cmd|commands?|exec|execute|eval|evaluate|expr|run|shell|script|scripts|command-line|run-command|shell-command|exec-command|ssh-command|eval-command|call|do|hook|prepare|setup|cleanup|on-change|[\w.]*\.cmd)(?:=|$)/;

/** `-c TEXT`, `--exec=TEXT`: what the option holds is run, if not as shell text, then as code that starts it. */
function runOptionTexts(machine: Machine, invocation: Invocation): void {
  for (const [index, word] of invocation.words.entries()) {
    const option = index > 0 && word.known ? textOptions.exec(word.text)?.[0] : undefined;
    const value =
      option === undefined
        ? undefined
        : option.endsWith("=")
          ? wordAfter(word, option.length)
          : invocation.words[index + 1];
    if (value?.known !== true || !/\s/.test(value.text)) {
      continue;
    }
    for (const text of [value.text, ...literals(value.text)]) {
      runIfHarmful(machine, invocation, value, text);
    }
  }
}

/** Literals in code of whatever language, where it calls something: `(shell-command "…")`, `os:cmd("…")`, `:! …`. */
function literals(code: string): readonly string[] {
  const quoted = [
    ...code.matchAll(/(?<=[\s([{,=|`]|^)(?:~c)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)/g),
  ].slice(0, 8);
  return [
    ...quoted.map(([, literal = ""]) => literal.slice(1, -1).replaceAll(/\\(["'\\])/g, "$1")),
    ...(escape.exec(code)?.slice(1) ?? []),
  ].filter((text) => /\S\s+\S/.test(text));
}

/** How programs with a command line of their own start one of the shell: `!rm -rf ~`, `:! …`, `shell …`. */
const escape = /^\s*(?::?!|\\!|:?sh(?:ell)?\s|platform shell\s|\.(?:shell|system)\s)\s*(\S.*)$/m;

function runEscapes(machine: Machine, invocation: Invocation): void {
  if (invocation.stdin.kind !== "text") {
    return;
  }
  for (const line of invocation.stdin.text.split("\n").slice(0, 50)) {
    const text = escape.exec(line)?.[1];
    if (text !== undefined) {
      runIfHarmful(machine, invocation, invocation.words[0], text);
    }
  }
}

function runIfHarmful(machine: Machine, invocation: Invocation, word: Word | undefined, text: string): void {
  const first = /^\s*(\S+)/.exec(text)?.[1] ?? "";
  if (word !== undefined && startsCommand(machine, first) && machine.scope.wouldHarm(text)) {
    const own = { ...word, text, known: true, prefix: text, suffix: text };
    runWord(machine, { word: own, invocation, via: invocation.program }, false);
  }
}
