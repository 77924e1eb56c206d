import { hasOption, optionSpec, readArguments } from "../options.ts";
import { joinPath, normalizePath } from "../paths.ts";
import { reportRead } from "../file-actions.ts";
import { limitsVariable } from "../programs/agent-environment.ts";
import { report } from "../report.ts";
import { playIndices } from "./arithmetic.ts";
import { checkExecutingVariable } from "./executing.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { bindKey, completion } from "./completion.ts";
import { formatPrintf } from "./decoders.ts";
import { contentOf } from "./output.ts";
import {
  isStandardInput,
  refuseEncoded,
  runChoices,
  runFile,
  runFlow,
  runWord,
  type TextWord,
} from "./shells.ts";
import { separatorsOf } from "./variables.ts";
import { setShellOption } from "./shell-options.ts";
import { inherited, knownWord, unknownWord, wordAfter } from "./word.ts";

type Builtin = (machine: Machine, invocation: Invocation, wanted: boolean) => Stdin;

/** What the shell does itself. Undefined where the word is not one of its commands. */
export function builtinOf(program: string): Builtin | undefined {
  return builtins.get(program);
}

const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ["cd", changeFolder],
  ["pushd", changeFolder],
  [
    "popd",
    (machine) => {
      machine.state.cwd = undefined;
      return inherited;
    },
  ],
  ["eval", evaluate],
  ["source", sourceFile],
  [".", sourceFile],
  ["export", declare],
  ["declare", declare],
  ["typeset", declare],
  ["local", declare],
  ["readonly", declare],
  ["alias", alias],
  [
    "unalias",
    (machine, { words }) => {
      for (const word of words) {
        machine.state.aliases.delete(word.text);
      }
      return inherited;
    },
  ],
  ["unset", unset],
  ["read", read],
  ["mapfile", mapfile],
  ["readarray", mapfile],
  ["trap", trap],
  ["set", setPositional],
  [
    "shift",
    (machine, { words }) => {
      machine.state.positional = machine.state.positional.slice(Number(words[1]?.text ?? 1) || 1);
      return inherited;
    },
  ],
  ["hash", hash],
  ["printf", printfTo],
  ["let", evaluateIndices],
  ["test", evaluateIndices],
  ["[", evaluateIndices],
  [
    "getopts",
    (machine, { words }) => {
      forget(machine, words[2]);
      return inherited;
    },
  ],
  ["enable", enable],
  ["shopt", setShellOption],
  ["setopt", setShellOption],
  ["complete", completion],
  ["compgen", completion],
  ["bind", bindKey],
  ["ulimit", limit],
]);

function changeFolder(machine: Machine, invocation: Invocation): Stdin {
  const target = readArguments(invocation.words, optionSpec("")).operands[0];
  const { state } = machine;
  if (state.cwd !== undefined) {
    state.variables.set("OLDPWD", { kind: "word", word: knownWord(state.cwd, 0, 0) });
  }
  if (target === undefined) {
    state.cwd = invocation.program === "cd" ? machine.lookups.home : undefined;
  } else if (!target.known || target.text === "-" || target.glob === true) {
    state.cwd = target.known && target.text === "-" ? undefined : folderOfPrefix(target);
  } else if (target.text.startsWith("/")) {
    state.cwd = normalizePath(target.text);
  } else {
    state.cwd = state.cwd === undefined ? undefined : joinPath(state.cwd, target.text);
  }
  return inherited;
}

function folderOfPrefix(_target: Word): undefined {
  return undefined;
}

/**
 * Limits on what is started from here on, where they are set and so low that programs fail: anything but a generous
 * number of open files, the size of core files, or none.
 */
function limit(machine: Machine, { words }: Invocation): Stdin {
  const [option = "", value = ""] = words.slice(1).map((word) => word.text);
  const lowers = /^-[HS]*[vmsdtufin]/.test(option) && value !== "" && value !== "unlimited";
  const generous = Number(value) >= (/[vmd]/.test(option) ? 4_000_000 : /[t]/.test(option) ? 60 : 1024);
  if (lowers && !generous) {
    machine.state.variables.set(limitsVariable, {
      kind: "word",
      word: knownWord(value, words[0]?.start ?? 0, words[0]?.end ?? 0),
    });
  }
  return inherited;
}

/** `eval` joins its words with spaces and runs the text. */
function evaluate(machine: Machine, invocation: Invocation, wanted: boolean): Stdin {
  const from = invocation.words[1]?.text === "--" ? 2 : 1;
  const words = invocation.words.slice(from);
  const first = words[0];
  if (first === undefined) {
    return inherited;
  }
  if (words.length === 1 && first.printed !== undefined && first.prefix === "" && first.suffix === "") {
    if (isEnvironmentHook(machine.source.slice(first.start, first.end))) {
      return inherited;
    }
    return runFlow(machine, first.printed, invocation, wanted);
  }
  if (words.length === 1 && first.choices !== undefined) {
    return runChoices(machine, first.choices, { stdin: invocation.stdin, via: "eval", wanted });
  }
  if (words.length === 1 && !first.known && first.prefix === "" && !/\s/.test(first.template ?? first.text)) {
    machine.opaque(`\`eval\` runs text that is not known before it runs: \`${first.text}\``, invocation);
    return inherited;
  }
  const text = words.map((word) => (word.known ? word.text : (word.template ?? word.text))).join(" ");
  for (const word of words) {
    refuseEncoded(machine, word, invocation);
  }
  return machine.text(text, { stdin: invocation.stdin, via: "eval", wanted });
}

/** Tools whose documented set-up is `eval "$(tool …)"`: what they print is their own. */
const hooks =
  /^["']?(?:\$\(|`)\s*(?:\S*\/)?(?:(?:ssh-agent|dircolors|gpg-agent|keychain|resize|lesspipe)\b|(?:direnv|pyenv|rbenv|nodenv|goenv|jenv|plenv|nodenv|phpenv|asdf|mise|rtx|fnm|nvm|volta|brew|conda|mamba|micromamba|starship|zoxide|atuin|thefuck|register-python-argcomplete|opam|luarocks|minikube|docker-machine|npm|pnpm|kubectl|helm|gh|railway|supabase|fly|flyctl|op|poetry|pipx|uv|uvx|hatch|pixi|rustup|deno|bun|task|just|kind|k3d|argocd|flux|eksctl|doctl|stern|skaffold|terraform|aws|gcloud|az|vercel|wrangler|turbo|gt|chezmoi|mcfly|sheldon|antidote|fzf|bat|rg|fd|delta|codex|claude|gemini|cursor-agent)\s(?:[^|;&$`]*\s)?(?:hook|init|shellenv|completions?|completion-script|env|activate|shell|docker-env|podman-env|setup|-|--path|--shell|virtualenv-init|shell\.\w+|path|gen-completions|generate-shell-completion|--init|--zsh|--bash|config env|bash|zsh)\b)[^|;&$`]*[)`]["']?$/;

function isEnvironmentHook(text: string): boolean {
  return text.length < 200 && hooks.test(text);
}

function sourceFile(machine: Machine, invocation: Invocation, wanted: boolean): Stdin {
  const from = invocation.words[1]?.text === "--" ? 2 : 1;
  const file = invocation.words[from];
  if (file === undefined) {
    return inherited;
  }
  if (file.printed !== undefined) {
    return isEnvironmentHook(machine.source.slice(file.start, file.end).replace(/^</, "$"))
      ? inherited
      : runFlow(machine, file.printed, invocation, wanted);
  }
  if (isStandardInput(file)) {
    return runFlow(machine, invocation.stdin, invocation, wanted);
  }
  reportRead(machine.scope, file, invocation, `\`${invocation.program}\` reads it into the shell`);
  return runFile(machine, file, invocation, wanted);
}

/** `export A=b`, `declare -n a=b`, `local x`. */
function declare(machine: Machine, invocation: Invocation): Stdin {
  const args = readArguments(invocation.words, optionSpec(""));
  if (args.operands.length === 0) {
    if (invocation.program === "export" || invocation.program === "declare") {
      reportEnvironment(machine, invocation, args.flags);
    }
    return inherited;
  }
  for (const operand of args.operands) {
    const equals = operand.text.indexOf("=");
    const name = (equals < 0 ? operand.text : operand.text.slice(0, equals)).replace(/\+$/, "");
    noteScope(machine, invocation.program, name, args.flags);
    if (equals < 0) {
      continue;
    }
    const value = wordAfter(operand, equals + 1);
    if (hasOption(args, "-n") && value.known) {
      machine.state.variables.set(name, { kind: "reference", name: value.text });
      continue;
    }
    if (machine.state.variables.get(name)?.kind !== "list" || value.text !== "()") {
      const word = hasOption(args, "-l", "-u") && value.known ? inCase(value, args.flags) : value;
      machine.state.variables.set(name, { kind: "word", word });
    }
    if (hasOption(args, "-i")) {
      playIndices(machine, value);
    }
    checkExecutingVariable(machine, name, value, invocation);
  }
  return inherited;
}

/** Inside a function, what is declared is local to it; what is read-only keeps its value. */
function noteScope(machine: Machine, program: string, name: string, flags: ReadonlySet<string>): void {
  if (program === "local" || (/^(?:declare|typeset)$/.test(program) && !flags.has("-g"))) {
    machine.state.keepLocal(name);
  }
  if (program === "readonly" || flags.has("-r")) {
    machine.state.fixed.add(name);
  }
}

/** `declare -l` and `declare -u` change what is assigned. */
function inCase(value: Word, flags: ReadonlySet<string>): Word {
  const text = flags.has("-u") ? value.text.toUpperCase() : value.text.toLowerCase();
  return knownWord(text, value.start, value.end);
}

function reportEnvironment(machine: Machine, invocation: Invocation, flags: ReadonlySet<string>): void {
  if (
    flags.has("-f") ||
    flags.has("-F") ||
    (invocation.program === "declare" && !flags.has("-x") && !flags.has("-p"))
  ) {
    return;
  }
  report(machine.scope, invocation, {
    action: "process:print_environment",
    effects: ["credential_access"],
    target: "the whole environment",
    because: `\`${invocation.program}\` prints the whole environment, with the credentials in it`,
    access: "read",
  });
}

function alias(machine: Machine, invocation: Invocation): Stdin {
  const suffix = invocation.words[1]?.text === "-s";
  for (const word of invocation.words.slice(1)) {
    const equals = word.text.indexOf("=");
    if (equals > 0) {
      const value = wordAfter(word, equals + 1);
      if (suffix) {
        // zsh runs it for every file that ends so.
        runWord(machine, { word: value, invocation, via: "alias -s" }, false);
      }
      machine.state.aliases.set(
        word.text.slice(0, equals),
        value.known ? value.text : (value.template ?? value.text),
      );
    }
  }
  return inherited;
}

function unset(machine: Machine, { words }: Invocation): Stdin {
  const functions = words[1]?.text === "-f";
  for (const word of words.slice(1)) {
    playIndices(machine, word);
    if (functions) {
      machine.state.functions.delete(word.text);
    } else {
      machine.state.variables.set(word.text, { kind: "word", word: knownWord("", word.start, word.end) });
    }
  }
  return inherited;
}

function forget(machine: Machine, name: Word | undefined): void {
  if (name?.known === true) {
    machine.state.variables.set(name.text, {
      kind: "word",
      word: unknownWord(`$${name.text}`, name.start, name.end),
    });
  }
}

const readOptions = optionSpec("-a -d -i -n -N -p -t -u");

/** `read` takes a line of its input, or of a descriptor that was opened earlier. */
function read(machine: Machine, invocation: Invocation): Stdin {
  const args = readArguments(invocation.words, readOptions);
  const flow = contentOf(machine, descriptorFlow(machine, args.values.get("-u"), invocation.stdin));
  const array = args.values.get("-a");
  const names = array === undefined ? args.operands : [array];
  for (const name of names) {
    playIndices(machine, name);
  }
  const line = flow.kind === "text" ? (flow.text.split("\n")[0] ?? "") : undefined;
  for (const [index, name] of names.entries()) {
    if (line === undefined) {
      const word = {
        ...unknownWord(`$${name.text}`, name.start, name.end),
        ...(flow.kind === "unknown" ? { printed: flow } : {}),
      };
      machine.state.variables.set(name.text, { kind: "word", word });
      continue;
    }
    const pieces = line.trim().split(separatorsOf(machine) ?? /\s+/);
    const rest = names.length === 1 ? line.trim() : pieces.slice(index).join(" ");
    const words = (index === names.length - 1 ? [rest] : [pieces[index] ?? ""]).map((text) =>
      knownWord(text, 0, 0),
    );
    machine.state.variables.set(
      name.text,
      array === undefined
        ? { kind: "word", word: words[0] ?? knownWord("", 0, 0) }
        : { kind: "list", words: pieces.map((text) => knownWord(text, 0, 0)) },
    );
  }
  return inherited;
}

function descriptorFlow(machine: Machine, descriptor: Word | undefined, stdin: Stdin): Stdin {
  return descriptor === undefined ? stdin : (machine.state.descriptors.get(descriptor.text) ?? stdin);
}

function mapfile(machine: Machine, invocation: Invocation, wanted: boolean): Stdin {
  const args = readArguments(invocation.words, optionSpec("-d -n -O -s -u -C -c"));
  const flow = contentOf(machine, descriptorFlow(machine, args.values.get("-u"), invocation.stdin));
  const name = args.operands[0]?.text ?? "MAPFILE";
  const callback = args.values.get("-C");
  if (callback !== undefined) {
    runWord(machine, { word: callback, invocation, via: "mapfile -C" }, wanted);
  }
  if (flow.kind === "text") {
    const given = args.values.get("-d");
    const delimiter = given === undefined ? "\n" : given.text === "" ? "\0" : given.text.charAt(0);
    const pieces = flow.text.split(delimiter);
    const words = (pieces.at(-1) === "" ? pieces.slice(0, -1) : pieces)
      .slice(0, 256)
      .map((line) => knownWord(line, 0, 0));
    machine.state.variables.set(name, { kind: "list", words });
  } else {
    const item = unknownWord(`$${name}`, invocation.start, invocation.end);
    const words = [flow.kind === "unknown" ? { ...item, printed: flow } : item];
    machine.state.variables.set(name, { kind: "list", words });
  }
  return inherited;
}

/** What a trap runs is judged where it is set, or for the end of the shell, with what is known there. */
function trap(machine: Machine, invocation: Invocation, wanted: boolean): Stdin {
  const { operands } = readArguments(invocation.words, optionSpec(""));
  const text = operands[0];
  if (text === undefined || operands.length < 2 || text.text === "-" || text.text === "") {
    return inherited;
  }
  const word: TextWord = { word: text, invocation, via: "trap" };
  if (operands.slice(1).some((signal) => /^(?:(?:SIG)?EXIT|0)$/i.test(signal.text))) {
    machine.exits.push(word);
    return inherited;
  }
  return runWord(machine, word, wanted);
}

function setPositional(machine: Machine, invocation: Invocation): Stdin {
  const { words } = invocation;
  if (words.length === 1) {
    reportEnvironment(machine, invocation, new Set());
  }
  const dashes = words.findIndex((word, index) => index > 0 && word.text === "--");
  const plain = words[1] !== undefined && !/^[-+]/.test(words[1].text);
  if (dashes > 0 || plain) {
    machine.state.positional = words.slice(plain ? 1 : dashes + 1);
  }
  return inherited;
}

/** `let`, `test -v` and `test -eq` evaluate their words, with the substitutions in them. */
function evaluateIndices(machine: Machine, invocation: Invocation): Stdin {
  for (const word of invocation.words) {
    playIndices(machine, word);
  }
  return inherited;
}

/** `enable -n echo`: from now on a program of that name is run, by the path that `hash` gave it. */
function enable(machine: Machine, { words }: Invocation): Stdin {
  if (words[1]?.text === "-n") {
    for (const { text } of words.slice(2)) {
      const path = machine.state.hashed.get(text);
      if (path !== undefined) {
        machine.state.aliases.set(text, path);
      }
    }
  }
  return inherited;
}

/** `hash -p PATH NAME` gives a program another name. */
function hash(machine: Machine, invocation: Invocation): Stdin {
  const args = readArguments(invocation.words, optionSpec("-p"));
  const path = args.values.get("-p");
  const name = args.operands[0];
  if (path !== undefined && name !== undefined) {
    if (path.known) {
      machine.state.hashed.set(name.text, path.text);
    } else {
      machine.opaque(`\`${name.text}\` becomes another name of a program that is not known`, invocation);
    }
  }
  return inherited;
}

/** `printf -v NAME`. Without `-v` the words decide only what is printed. */
function printfTo(machine: Machine, { words }: Invocation): Stdin {
  if (words[1]?.text !== "-v" || words[2] === undefined) {
    return inherited;
  }
  playIndices(machine, words[2]);
  const [format, ...values] = words.slice(words[3]?.text === "--" ? 4 : 3);
  const known = format?.known === true && values.every((word) => word.known);
  const text = known
    ? formatPrintf(
        format.text,
        values.map((word) => word.text),
      )
    : undefined;
  if (text === undefined) {
    forget(machine, words[2]);
  } else {
    machine.state.variables.set(words[2].text, { kind: "word", word: knownWord(text, 0, 0) });
  }
  return inherited;
}
