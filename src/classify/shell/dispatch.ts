import { BugError } from "../../base/result.ts";
import { providerCommand } from "../provider-command.ts";
import { judgeUnguarded } from "../programs/governance.ts";
import { packageAddresses } from "../programs/package-addresses.ts";
import { timers } from "../programs/processes.ts";
import { projectTasks } from "../programs/project-tasks.ts";
import { rulesFor } from "../programs/registry.ts";
import { builtinOf } from "./builtins.ts";
import { carried } from "./carriers.ts";
import { baseName, expandGlob, normalizePath } from "../paths.ts";
import type { ProgramRule } from "../scope.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import { judgeConsole } from "./consoles.ts";
import { checkExecutingVariable } from "./executing.ts";
import { LimitError, type Machine } from "./machine.ts";
import { contentOf, outputOf } from "./output.ts";
import {
  refuseEncoded,
  reportRemoteCode,
  runChoices,
  runPath,
  runShell,
  runWord,
  shellPrograms,
  type TextWord,
} from "./shells.ts";
import { trackFiles } from "./tracked-files.ts";
import { otherWords } from "./other-names.ts";
import { heldBy } from "./unpacked.ts";
import { judgeEcho } from "./shown-variables.ts";
import { isKnownProgram, judgeUnknown } from "./unknown-program.ts";
import {
  filesOf,
  inherited,
  joinFlows,
  knownWord,
  programOf,
  wordAfter,
  wordsToText,
  unknownFlow,
} from "./word.ts";
import { runUnknownWrapper } from "./unknown-wrappers.ts";
import { isWrapper, peel, type Carried, type Elsewhere } from "./wrappers.ts";

/** Finds out what the words of a command start, and judges that. */
export function dispatch(machine: Machine, invocation: Invocation, wanted: boolean): Stdin {
  machine.tick();
  const first = invocation.words[0];
  if (first === undefined) {
    return inherited;
  }
  if (first.known && invocation.program === "") {
    return inherited;
  }
  const open = invocation.words.findIndex((word, index) => index > 0 && isOpen(machine, word));
  if (open > 0) {
    return eachChoice(machine, invocation, open, wanted);
  }
  refuseEncoded(machine, first, { ...invocation, program: "the shell" });
  if (first.glob === true || invocation.program === "" || hidesName(first)) {
    return unknownProgram(machine, invocation, wanted);
  }
  // `A-B=2 git clean -f`: no assignment to bash, which finds no such program; one to other shells, and for who wraps it.
  if (first.known && /^[\w.+-]+=/.test(first.text)) {
    machine.words(invocation.words.slice(1), invocation.stdin, false);
  }
  const other = otherWords(first);
  if (other !== undefined) {
    const words = [...other, ...invocation.words.slice(1)];
    return dispatch(machine, { ...invocation, words, program: programOf(words[0]) }, wanted);
  }
  const renamed = first.known && !isOwnOfShell(first.text) ? machine.state.hashed.get(first.text) : undefined;
  if (renamed !== undefined) {
    return dispatch(machine, withFirst(invocation, knownWord(renamed, first.start, first.end)), wanted);
  }
  if (machine.state.holdsFiles() && ranWhatWasWritten(machine, invocation, wanted)) {
    return inherited;
  }
  judgeConsole(machine, invocation);
  runOwnScript(machine, invocation, wanted);
  return byShell(machine, invocation, wanted) ?? byProgram(machine, invocation, wanted);
}

/** A word that a branch decided. Where its texts would still be split, it stays what it is: not known. */
function isOpen(machine: Machine, word: Word): boolean {
  return (
    word.choices !== undefined &&
    (machine.source.charAt(word.start) === '"' || !word.choices.some((choice) => /[\s*?[]/.test(choice)))
  );
}

/** The command with each text that one of its words may be; what it changes is certain where all of them agree. */
function eachChoice(machine: Machine, invocation: Invocation, at: number, wanted: boolean): Stdin {
  const before = machine.state.save();
  let flow: Stdin = inherited;
  for (const [turn, choice] of (invocation.words[at]?.choices ?? []).entries()) {
    const earlier = turn === 0 ? undefined : machine.state.save();
    if (earlier !== undefined) {
      machine.state.restore(before.save());
    }
    const words = invocation.words.map((word, index) =>
      index === at ? knownWord(choice, word.start, word.end) : word,
    );
    flow = joinFlows(flow, dispatch(machine, { ...invocation, words }, wanted));
    if (earlier !== undefined) {
      machine.state.merge(earlier);
    }
  }
  return flow;
}

/** What the shell does itself comes before what it remembers of the PATH. */
function isOwnOfShell(name: string): boolean {
  return (
    /^(?:echo|test|\[|pwd|true|false|kill|wait|jobs|type|command|exec|times|umask|:)$/.test(name) ||
    builtinOf(name) !== undefined
  );
}

/** A file that an earlier command of the line wrote is run for what it holds, whatever it is called. */
function ranWhatWasWritten(machine: Machine, invocation: Invocation, wanted: boolean): boolean {
  const first = invocation.words[0];
  const path = first === undefined ? undefined : pathOfProgram(machine, first);
  const written = path === undefined ? undefined : heldBy(machine, path);
  if (path === undefined || first === undefined || written === undefined) {
    return false;
  }
  const [origin] = filesOf(written);
  if (origin !== undefined && origin !== path && isProgram(origin)) {
    dispatch(machine, withFirst(invocation, knownWord(origin, first.start, first.end)), wanted);
    return true;
  }
  runPath(machine, path, { ...invocation, program: first.text }, wanted);
  return true;
}

/** Where a program is found: by its path, or in a folder that the line itself put on the PATH. */
function pathOfProgram(machine: Machine, first: Word): string | undefined {
  if (first.text.includes("/")) {
    return machine.scope.resolvePath(first);
  }
  const search = machine.state.variables.get("PATH");
  const text = search?.kind === "word" ? (search.word.known ? search.word.text : search.word.prefix) : "";
  return text
    .split(":")
    .map((folder) => machine.scope.resolvePath(knownWord(`${folder || "."}/${first.text}`, 0, 0)) ?? "")
    .find((path) => machine.state.files.has(path));
}

/** A copy of what lies where programs are installed, or of anything that goes by a program's name. */
function isProgram(path: string): boolean {
  return installed.test(path) || isKnownProgram(baseName(path));
}

/** Where programs are installed for everybody. */
const installed = /^\/(?:usr\/(?:local\/)?)?s?bin\/[^/]+$/;

/** Characters that a reader does not see, or takes for others. */
function hidesName(word: Word): boolean {
  // A quoted text of several lines is no disguise.
  const name = word.text.slice(word.text.lastIndexOf("/") + 1).replaceAll(/[\t\n]/g, " ");
  return /[^ -~]/.test(name) && (hiding.test(name) || mixing.test(name));
}

/** Control characters, spaces that are none to a shell, marks without a width of their own, letters in full width. */
const hiding =
  /[\p{Cc}\p{Cf}\p{Cs}\p{M}\p{Zl}\p{Zp}\u00a0\u2000-\u200a\u202f\u205f\u3000\u3164\uff01-\uff5e\u{1d400}-\u{1d7ff}]/u;

/** A Latin letter beside one of an alphabet that has look-alikes of it, as `g\u0456t` with a Cyrillic `\u0456`. */
const mixing =
  /[A-Za-z][\u0251\u0261\u026a\u0370-\u03ff\u0400-\u058f\u13a0-\u13ff\u2c80-\u2cff]|[\u0251\u0261\u026a\u0370-\u03ff\u0400-\u058f\u13a0-\u13ff\u2c80-\u2cff][A-Za-z]/;

function withFirst(invocation: Invocation, first: Word): Invocation {
  return { ...invocation, words: [first, ...invocation.words.slice(1)], program: programOf(first) };
}

function unknownProgram(machine: Machine, invocation: Invocation, wanted: boolean): Stdin {
  const [first, ...rest] = invocation.words;
  if (first === undefined) {
    return inherited;
  }
  if (first.glob === true && first.known) {
    const matches = expandGlob(first.text, (folder) => machine.lookups.list(folder));
    const [only] = matches;
    if (matches.length === 1 && only !== undefined && only !== first.text) {
      return dispatch(machine, withFirst(invocation, knownWord(only, first.start, first.end)), wanted);
    }
  }
  if (first.choices !== undefined) {
    const tail = wordsToText(rest);
    const choices = first.choices.map((choice) => `${choice} ${tail}`);
    return runChoices(machine, choices, { stdin: invocation.stdin, via: first.text, wanted });
  }
  if (first.printed?.kind === "unknown" && first.printed.fromNetwork) {
    reportRemoteCode(machine, { ...invocation, program: "the shell" }, first.printed);
  } else if (hidesName(first)) {
    machine.opaque("the name of the command holds characters that cannot be told apart by eye", invocation);
  } else {
    judgeUnknown(machine, invocation);
  }
  const flow = rest.length === 0 ? inherited : machine.words(rest, invocation.stdin, wanted);
  return wanted && flow.kind === "inherited" ? unknownFlow(`output of \`${first.text}\``) : flow;
}

/** Rules that a program counts for beside the command which it starts. */
const alsoWrapped: readonly ProgramRule[] = [packageAddresses, projectTasks, timers];

/** Functions, aliases, builtins, other shells, and programs that start what their words say. */
function byShell(machine: Machine, invocation: Invocation, wanted: boolean): Stdin | undefined {
  const [first] = invocation.words;
  const { state } = machine;
  const body = first === undefined ? undefined : state.functions.get(first.text);
  if (body !== undefined && !machine.running.has(`function ${invocation.program}`)) {
    return callFunction(machine, invocation, wanted);
  }
  const alias = first === undefined ? undefined : state.aliases.get(first.text);
  if (alias !== undefined && !machine.running.has(`alias ${invocation.program}`)) {
    return runAlias(machine, alias, invocation, wanted);
  }
  // `./test` is a file, whatever the shell does itself under that name.
  const builtin = first?.text.includes("/") === true ? undefined : builtinOf(invocation.program);
  if (builtin !== undefined) {
    const flow = builtin(machine, invocation, wanted);
    return wanted && flow.kind === "inherited" ? outputOf(machine, invocation) : flow;
  }
  if (shellPrograms.has(invocation.program)) {
    return runShell(machine, invocation, wanted);
  }
  const inner = peel(invocation);
  if (inner !== undefined) {
    for (const rule of alsoWrapped) {
      if (rule.programs.includes(invocation.program)) {
        guarded(machine, invocation, () => rule.judge(invocation, machine.scope));
      }
    }
  }
  return inner === undefined || inner.kind === "nothing"
    ? undefined
    : withEnvironment(machine, invocation, inner, () => runCarried(machine, invocation, inner, wanted));
}

/** `env NAME=value COMMAND`: the value is there for the command, and some values are run. */
function withEnvironment(machine: Machine, invocation: Invocation, inner: Carried, run: () => Stdin): Stdin {
  const command = inner.kind === "words" ? inner.words[0] : undefined;
  const end = command === undefined ? -1 : invocation.words.indexOf(command);
  const assignments = invocation.words
    .slice(1, Math.max(1, end))
    .filter((word) => /^[A-Za-z_]\w*=/.test(word.text));
  const exported = invocation.words
    .slice(1, Math.max(1, end))
    .find((word) => /^BASH_FUNC_[^=]+%%=/.test(word.text));
  if (exported !== undefined) {
    machine.opaque(`\`${exported.text.slice(0, 40)}\` gives every shell a function`, invocation);
  }
  const dropped = droppedVariables(invocation, end);
  if (assignments.length === 0 && dropped.length === 0) {
    return run();
  }
  const saved = machine.state.save();
  for (const name of dropped) {
    machine.state.variables.set(name, {
      kind: "word",
      word: knownWord("", invocation.start, invocation.end),
    });
  }
  for (const word of assignments) {
    const equals = word.text.indexOf("=");
    const value = wordAfter(word, equals + 1);
    checkExecutingVariable(machine, word.text.slice(0, equals), value, invocation);
    machine.state.variables.set(word.text.slice(0, equals), { kind: "word", word: value });
  }
  const flow = run();
  machine.state.restore(saved);
  return flow;
}

/** What `env -i` and `env -u NAME` take away, as far as anybody asks for it. */
function droppedVariables({ program, words }: Invocation, end: number): readonly string[] {
  const options = program === "env" ? words.slice(1, Math.max(1, end)).map((word) => word.text) : [];
  const named = options.flatMap((option, index) =>
    option === "-u" || option === "--unset"
      ? [options[index + 1] ?? ""]
      : (/^(?:-u|--unset=)(\w+)$/.exec(option)?.slice(1) ?? []),
  );
  return options.some((option) => /^(?:-|-\w*i\w*|--ignore-environment)$/.test(option))
    ? ["HOME", ...named]
    : named;
}

function callFunction(machine: Machine, invocation: Invocation, wanted: boolean): Stdin {
  const called =
    machine.state.functions.get(invocation.program) ??
    machine.state.functions.get(invocation.words[0]?.text ?? "");
  const key = `function ${invocation.program}`;
  const { positional, locals } = machine.state;
  const { source } = machine;
  let flow: Stdin = inherited;
  machine.running.add(key);
  for (const { body, source: own } of called ?? []) {
    machine.state.positional = invocation.words.slice(1);
    machine.state.locals = new Map();
    machine.source = own;
    flow = joinFlows(flow, machine.node(body, invocation.stdin, wanted));
    machine.state.leaveFunction();
  }
  machine.source = source;
  machine.state.positional = positional;
  machine.state.locals = locals;
  machine.running.delete(key);
  return flow;
}

function runAlias(machine: Machine, alias: string, invocation: Invocation, wanted: boolean): Stdin {
  const key = `alias ${invocation.program}`;
  machine.running.add(key);
  const text = `${alias} ${wordsToText(invocation.words.slice(1))}`;
  const flow = machine.text(text, { stdin: invocation.stdin, via: "alias", wanted });
  machine.running.delete(key);
  return flow;
}

function textOf(invocation: Invocation, inner: Extract<Carried, { kind: "text" }>): TextWord {
  const { word, stdin = inherited } = inner;
  return { word, invocation, stdin, via: invocation.program };
}

function runCarried(machine: Machine, invocation: Invocation, inner: Carried, wanted: boolean): Stdin {
  if (inner.kind === "nothing") {
    return inherited;
  }
  if (inner.kind === "hidden") {
    machine.opaque(inner.because, invocation);
    return inherited;
  }
  if (inner.elsewhere === undefined) {
    return inner.kind === "words"
      ? machine.words(inner.words, inner.stdin, wanted)
      : runWord(machine, textOf(invocation, inner), wanted);
  }
  const { elsewhere } = machine;
  const saved = machine.state.save();
  // A file that is fed in lies on this machine, wherever it is read.
  const stdin = contentOf(machine, inner.stdin ?? inherited);
  machine.elsewhere = placeOf(machine, inner.elsewhere);
  machine.state.cwd = inner.elsewhere.folder;
  const flow =
    inner.kind === "words"
      ? machine.words(inner.words, stdin, wanted)
      : runWord(machine, textOf(invocation, { ...inner, stdin }), wanted);
  machine.state.restore(saved);
  machine.elsewhere = elsewhere;
  // Its files are not those of this machine, where what it prints may be run.
  return flow.kind === "unknown" && !flow.fromNetwork && flow.files !== undefined
    ? { ...flow, because: `output of a command on \`${inner.elsewhere.name}\`` }
    : flow;
}

/** Programs that are looked up on the PATH: the catalogue's first, then our own knowledge, then scripts by path. */
function byProgram(machine: Machine, invocation: Invocation, wanted: boolean): Stdin {
  const flows = carried(invocation)?.map((inner) => runCarried(machine, invocation, inner, wanted));
  if (!machine.lookups.caseSensitive && invocation.program !== invocation.program.toLowerCase()) {
    return byProgram(machine, { ...invocation, program: invocation.program.toLowerCase() }, wanted);
  }
  const known = guarded(machine, invocation, () => providerCommand(invocation, machine.scope)) === true;
  const rules = rulesFor(invocation.program);
  for (const rule of rules) {
    guarded(machine, invocation, () => rule.judge(invocation, machine.scope));
  }
  if (!known && rules.length === 0) {
    guarded(machine, invocation, () => judgeUnguarded(invocation, machine.scope));
  }
  if (!known && flows === undefined) {
    runUnknownWrapper(machine, invocation, rules.length === 0 || isWrapper(invocation.program));
  }
  trackFiles(machine, invocation);
  if (!wanted && invocation.program === "echo") {
    judgeEcho(machine, invocation);
  }
  return wanted ? (flows?.[0] ?? outputOf(machine, invocation)) : inherited;
}

/** A place with its folders as they are called on this machine. */
function placeOf(machine: Machine, { kind, name, mounts = [] }: Elsewhere): Machine["elsewhere"] {
  const found = mounts.flatMap(({ source, target }) => {
    const path = machine.scope.resolvePath(source);
    return path === undefined ? [] : [{ source: path, target: normalizePath(target) }];
  });
  return { kind, name, ...(found.length === 0 ? {} : { mounts: found }) };
}

/** INVARIANT: a bug in the knowledge about one program is an opaque action, never silence. */
function guarded<T>(machine: Machine, invocation: Invocation, judge: () => T): T | undefined {
  try {
    return judge();
  } catch (error) {
    if (LimitError.is(error)) {
      throw error;
    }
    const what = BugError.is(error) ? error.message : error instanceof Error ? error.name : "an error";
    machine.opaque(
      `\`${invocation.program}\` could not be judged because of a defect of Signalbox (${what})`,
      invocation,
    );
    return undefined;
  }
}

/** `./script.sh`, `./git`: read and judged where it is there, whatever program has the same name. */
function runOwnScript(machine: Machine, invocation: Invocation, wanted: boolean): void {
  const first = invocation.words[0];
  if (first === undefined || !first.text.includes("/") || installed.test(first.text)) {
    return;
  }
  if (/^(?:git\+)?https?:\/\//.test(first.text)) {
    reportRemoteCode(machine, invocation, {
      kind: "unknown",
      because: `what \`${first.text}\` serves`,
      fromNetwork: true,
    });
    return;
  }
  const path = machine.scope.resolvePath(first);
  if (path !== undefined) {
    const { positional } = machine.state;
    machine.state.positional = invocation.words.slice(1);
    runPath(machine, path, { ...invocation, program: first.text }, wanted);
    machine.state.positional = positional;
  }
}
