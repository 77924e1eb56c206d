import { hasOption, optionSpec, readArguments } from "../options.ts";
import { isVendorInstaller } from "../installers.ts";
import { reportOwnProgram } from "../programs/own-doors.ts";
import { reportPathRead } from "../file-actions.ts";
import { isSecretFile } from "../paths.ts";
import { report } from "../report.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import type { Machine, TextOptions } from "./machine.ts";
import { contentOf } from "./output.ts";
import { heldBy } from "./unpacked.ts";
import { filesOf, inherited, isFromNetwork, joinFlows, writtenName } from "./word.ts";

/** Programs that read shell text, and `cmd`-like ones that are close enough to be judged the same way. */
export const shellPrograms: ReadonlySet<string> = new Set([
  "sh",
  "bash",
  "dash",
  "ash",
  "zsh",
  "ksh",
  "ksh93",
  "mksh",
  "fish",
  "rbash",
  "csh",
  "tcsh",
  "yash",
  "elvish",
  "nu",
  "xonsh",
  "hush",
  "posh",
  "lksh",
  "oksh",
  "loksh",
  "pdksh",
  "sash",
  "osh",
  "ysh",
  "bash-static",
  "zsh-static",
  "bash4",
  "bash5",
  "sh.distrib",
]);

const shellOptions = optionSpec("-O -o +O --rcfile --init-file --init-command -C", { stopAtOperand: true });

/** `bash -c TEXT`, `bash FILE`, `bash < FILE`, `… | bash`. */
export function runShell(machine: Machine, invocation: Invocation, wanted: boolean): Stdin {
  // `+x` switches an option off, as `-x` switches it on.
  const words = invocation.words.filter(
    ({ text }, index) =>
      index === 0 || !/^\+[a-zA-NP-Z]+$/.test(text) || invocation.words[index - 1]?.text === "-c",
  );
  const args = readArguments(words, shellOptions);
  const operands = args.operands;
  if (hasOption(args, "-n", "--version", "--help")) {
    return inherited;
  }
  const startUp = args.values.get("--rcfile") ?? args.values.get("--init-file");
  if (startUp !== undefined) {
    runFile(machine, startUp, invocation, wanted);
  }
  if (hasOption(args, "-c", "--command", "--commands")) {
    const [text, zero, ...positional] = operands;
    if (zero !== undefined) {
      machine.state.variables.set("0", { kind: "word", word: zero });
    }
    return text === undefined
      ? inherited
      : runWord(
          machine,
          { word: text, invocation, positional, stdin: invocation.stdin, via: `${invocation.program} -c` },
          wanted,
        );
  }
  const file = operands[0];
  if (file !== undefined && !hasOption(args, "-s") && !isStandardInput(file)) {
    machine.state.positional = operands.slice(1);
    return file.printed === undefined
      ? runFile(machine, file, invocation, wanted)
      : runFlow(machine, file.printed, invocation, wanted);
  }
  return runFlow(machine, invocation.stdin, invocation, wanted);
}

/** `-`, `/dev/stdin`, `/proc/self/fd/0`: what a shell is fed with. */
export function isStandardInput({ known, text }: Word): boolean {
  return known && /^(?:-|\/dev\/stdin|\/(?:dev|proc\/(?:self|thread-self|\d+))\/fd\/0)$/.test(text);
}

/** A word that a shell reads as its program, and what that program reads. */
export interface TextWord {
  readonly word: Word;
  readonly stdin?: Stdin;
  readonly invocation: Pick<Invocation, "start" | "end">;
  readonly positional?: readonly Word[];
  readonly via: string;
}

/** Runs a word as shell text. What is not known in it stays unknown inside. */
export function runWord(machine: Machine, parts: TextWord, wanted: boolean): Stdin {
  const { word, invocation, via } = parts;
  if (!word.known && word.prefix === "" && word.suffix === "") {
    if (word.printed !== undefined) {
      return runFlow(machine, word.printed, { ...invocation, program: via }, wanted);
    }
    if (word.choices !== undefined) {
      return runChoices(machine, word.choices, { stdin: parts.stdin ?? inherited, via, wanted });
    }
    if (!/\s/.test((word.template ?? word.text).trim())) {
      machine.opaque(`\`${via}\` runs text that is not known before it runs: \`${word.text}\``, invocation);
      return inherited;
    }
  }
  refuseEncoded(machine, word, { ...invocation, program: via });
  const saved = machine.state.save();
  machine.state.positional = parts.positional ?? [];
  const flow = machine.text(word.known ? word.text : (word.template ?? word.text), {
    stdin: parts.stdin ?? inherited,
    via,
    wanted,
  });
  machine.state.restore(saved);
  return flow;
}

/** A text that a branch decided: each of them may run. */
export function runChoices(machine: Machine, choices: readonly string[], options: TextOptions): Stdin {
  let flow: Stdin = inherited;
  for (const choice of choices) {
    const saved = machine.state.save();
    flow = joinFlows(flow, machine.text(choice, options));
    machine.state.restore(saved);
  }
  return flow;
}

type Runner = Pick<Invocation, "start" | "end" | "program">;

/** A shell (or `eval`, `source`) takes what a command printed. */
export function runFlow(machine: Machine, input: Stdin, runner: Runner, wanted: boolean): Stdin {
  const flow = contentOf(machine, input);
  switch (flow.kind) {
    case "inherited":
    case "file":
      return inherited;
    case "text":
      refuseEncoded(machine, flow, runner);
      return machine.text(flow.text, { stdin: inherited, via: runner.program, wanted });
    case "unknown":
      return runUnknown(machine, flow, runner, wanted);
  }
}

/** What it decodes to is judged as well; but nobody encodes a text for a shell that others may read. */
export function refuseEncoded(machine: Machine, text: { readonly encoded?: boolean }, runner: Runner): void {
  if (text.encoded === true) {
    machine.opaque(`\`${runner.program}\` runs text that was encoded: a reader cannot see what runs`, runner);
  }
}

function runUnknown(
  machine: Machine,
  flow: Extract<Stdin, { kind: "unknown" }>,
  runner: Runner,
  wanted: boolean,
): Stdin {
  if (flow.fromNetwork) {
    reportRemoteCode(machine, runner, flow);
    return inherited;
  }
  const [path, ...more] = filesOf(flow);
  if (path !== undefined && more.length === 0 && flow.because.startsWith("content of")) {
    return machine.elsewhere === undefined
      ? runPath(machine, path, runner, wanted)
      : runFedIn(machine, path, runner, wanted);
  }
  machine.opaque(`\`${runner.program}\` runs text that is not known before it runs: ${flow.because}`, runner);
  return inherited;
}

/** `ssh host bash < script.sh`: the script lies here, and what it does happens there. */
function runFedIn(machine: Machine, path: string, runner: Runner, wanted: boolean): Stdin {
  const content = machine.scope.readInput(path);
  if (content.kind === "unreadable") {
    machine.opaque(`\`${path}\` is run but cannot be read: ${content.reason}`, runner);
  }
  return content.kind === "text"
    ? machine.text(content.text, { stdin: inherited, via: path, wanted })
    : inherited;
}

export function reportRemoteCode(
  machine: Machine,
  runner: Runner,
  flow: Extract<Stdin, { kind: "unknown" }>,
): void {
  const { because, address } = flow;
  if (isVendorInstaller(address)) {
    report(machine.scope, runner, {
      action: "shell:run_installer",
      effects: [],
      target: address ?? runner.program,
      because: `\`${runner.program}\` runs the installer that its vendor documents`,
    });
    return;
  }
  report(machine.scope, runner, {
    action: "shell:run_remote_code",
    effects: ["remote_code_execution"],
    target: runner.program,
    because: `\`${runner.program}\` runs ${because}`,
  });
}

/** A script file by name. One that does not exist hides nothing. */
export function runFile(machine: Machine, file: Word, runner: Runner, wanted: boolean): Stdin {
  const path = machine.scope.resolvePath(file);
  if (path === undefined) {
    const name = writtenName(file);
    const written = name === undefined ? undefined : machine.state.files.get(name);
    return written === undefined ? inherited : runFlow(machine, written, runner, wanted);
  }
  if (/^\/(?:dev|proc\/\w+)\/fd\//.test(path)) {
    return runFlow(machine, { kind: "file", path: file }, runner, wanted);
  }
  return runPath(machine, path, runner, wanted);
}

export function runPath(machine: Machine, path: string, runner: Runner, wanted: boolean): Stdin {
  const written = heldBy(machine, path);
  if (written !== undefined && written.kind !== "inherited") {
    return isFromNetwork(written) || written.kind === "text" || filesOf(written)[0] !== path
      ? runFlow(machine, written, { ...runner, program: runner.program }, wanted)
      : inherited;
  }
  if (machine.elsewhere !== undefined || machine.running.has(path)) {
    return inherited;
  }
  reportOwnProgram(path, runner, machine.scope);
  if (isSecretFile(machine.lookups.realPath(path))) {
    // A file of variables is no script: its lines are shown while they run, and in complaints.
    reportPathRead(machine.scope, path, runner, `\`${runner.program}\` shows what it cannot run`);
  }
  const content = machine.scope.readInput(path);
  if (content.kind === "unreadable") {
    machine.opaque(`\`${path}\` is run but cannot be read: ${content.reason}`, runner);
  }
  if (content.kind !== "text") {
    return inherited;
  }
  machine.running.add(path);
  const flow = machine.scope.script(path, content.text, runner);
  machine.running.delete(path);
  return wanted ? flow : inherited;
}
