import type { Assignment, Command, CommandArgument } from "unbash";
import { expandText, expandWord } from "./expand.ts";
import { checkExecutingVariable } from "./executing.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { applyRedirects, isNetworkPath, rememberOutputs } from "./redirects.ts";
import type { Value } from "./state.ts";
import { valueOf } from "./variables.ts";
import { inherited, knownWord, programOf, unknownWord } from "./word.ts";

const noAssignments: ReadonlyMap<string, Word> = new Map();

/** Plays one simple command: assignments, words, redirections, and then whatever the words name. */
export function runCommand(machine: Machine, node: Command, stdin: Stdin, wanted: boolean): Stdin {
  const words: Word[] = [];
  if (node.name !== undefined) {
    words.push(...expandWord(machine, node.name));
  }
  playLinesOfName(machine, node);
  refuseParenthesis(machine, node);
  for (const argument of node.args) {
    pushArgument(machine, words, argument, words[0]?.text ?? "");
  }
  const redirected = applyRedirects(machine, node.redirects, stdin);
  const assignments = evaluateAssignments(machine, node);
  if (words.length === 0) {
    return withoutCommand(machine, { node, assignments, redirected }, wanted);
  }
  const invocation: Invocation = {
    words,
    program: programOf(words[0]),
    stdin: redirected.stdin,
    redirects: redirected.redirects,
    assignments,
    start: node.pos,
    end: node.end,
  };
  if (invocation.program === "exec" && words.length === 1) {
    keepDescriptors(machine, redirected);
    for (const { operator, target, descriptor = 1 } of redirected.redirects) {
      if (operator.startsWith(">") && target.known && !/^[\d-]+$/.test(target.text)) {
        machine.state.sinks.set(String(descriptor), target);
        rememberOutputs(machine, [{ word: target, append: operator === ">>" }], { kind: "text", text: "" });
      }
    }
    return inherited;
  }
  for (const [descriptor, opened] of redirected.opened) {
    machine.state.descriptors.set(descriptor, opened);
  }
  const outputs = redirected.outputs.length > 0 ? redirected.outputs : standingOutput(machine, wanted);
  const writes = outputs.length > 0;
  const flow = runWithAssignments(machine, invocation, wanted || writes);
  rememberOutputs(machine, outputs, flow);
  return writes && !outputs.every(({ word }) => isNetworkPath(word)) ? inherited : flow;
}

/** After `exec > file`, what nobody else reads goes there. */
function standingOutput(machine: Machine, wanted: boolean): RedirectedParts["outputs"] {
  const file = wanted ? undefined : machine.state.sinks.get("1");
  return file === undefined ? [] : [{ word: file, append: true }];
}

/** `name (words`: bash refuses it, while the parser passes over the parenthesis without a word. */
function refuseParenthesis(machine: Machine, { name, pos, end }: Command): void {
  if (name !== undefined && /^(?:[ \t]|\\\n)*\(/.test(machine.source.slice(name.end, name.end + 200))) {
    machine.opaque("it cannot be parsed: unexpected `(`", { start: pos, end });
  }
}

/** `$(printf 'a\nb')` as a command: a reader, and some shells, take every line for a command of its own. */
function playLinesOfName(machine: Machine, node: Command): void {
  const part = node.name?.parts?.length === 1 ? node.name.parts[0] : undefined;
  if (part?.type !== "CommandExpansion" || part.script === undefined) {
    return;
  }
  const saved = machine.state.save();
  const flow = machine.script(part.script, inherited, true);
  machine.state.restore(saved);
  if (flow.kind === "text" && flow.text.trim().includes("\n")) {
    machine.text(flow.text, { stdin: inherited, via: "a substitution", wanted: false });
  }
}

type RedirectedParts = ReturnType<typeof applyRedirects>;

function pushArgument(machine: Machine, words: Word[], argument: CommandArgument, program: string): void {
  if (argument.type === "Word") {
    words.push(...expandWord(machine, argument));
    return;
  }
  const { value } = argument;
  if (value.type === "ArrayValue") {
    const elements = value.elements.flatMap((element) => expandWord(machine, element));
    if (/^(?:declare|typeset|local|readonly|export)$/.test(program)) {
      if (program === "local") {
        machine.state.keepLocal(argument.name);
      }
      machine.state.variables.set(argument.name, { kind: "list", words: elements });
    }
    words.push(knownWord(`${argument.name}=()`, argument.pos, argument.end));
    return;
  }
  const head = argument.text.slice(0, argument.text.indexOf("=") + 1);
  const word = expandText(machine, value);
  words.push(withHead(head, word, argument));
}

function withHead(head: string, word: Word, at: { readonly pos: number; readonly end: number }): Word {
  if (word.known) {
    return knownWord(head + word.text, at.pos, at.end);
  }
  const template = head + (word.template ?? word.text);
  return { ...word, text: template, template, prefix: head + word.prefix, start: at.pos, end: at.end };
}

/** Assignments in front of a command, or on their own; on their own they stay. */
function evaluateAssignments(machine: Machine, node: Command): ReadonlyMap<string, Word> {
  if (node.prefix.length === 0) {
    return noAssignments;
  }
  const values = new Map<string, Word>();
  for (const part of node.prefix) {
    if (part.type !== "Assignment") {
      continue;
    }
    const value = assignedValue(machine, part);
    if (value.kind === "word") {
      values.set(part.name, value.word);
      checkExecutingVariable(machine, part.name, value.word, { start: node.pos, end: node.end });
    }
    if (node.name === undefined && !machine.state.fixed.has(part.name)) {
      machine.state.variables.set(part.name, value);
    }
  }
  return values;
}

function assignedValue(machine: Machine, part: Assignment): Value {
  const before = valueOf(machine, part.name);
  if (part.value.type === "ArrayValue") {
    const words = part.value.elements.flatMap((element) => expandWord(machine, element));
    return {
      kind: "list",
      words: part.append === true && before?.kind === "list" ? [...before.words, ...words] : words,
    };
  }
  const word = expandText(machine, part.value);
  if (part.index?.parts !== undefined) {
    expandText(machine, part.index);
  }
  const index = part.index === undefined ? undefined : Number(part.index.value);
  if (index !== undefined && Number.isInteger(index) && index >= 0 && index < 256) {
    const words = before?.kind === "list" ? [...before.words] : [];
    words[index] = word;
    return { kind: "list", words: Array.from(words, (element) => element ?? knownWord("", 0, 0)) };
  }
  if (part.append === true && before?.kind === "word") {
    return { kind: "word", word: concatenated(before.word, word) };
  }
  return { kind: "word", word };
}

function concatenated(first: Word, second: Word): Word {
  if (first.text.length + second.text.length > 32 * 1024) {
    return unknownWord("$__long", second.start, second.end);
  }
  const encoded = first.encoded === true || second.encoded === true ? { encoded: true } : undefined;
  if (first.known && second.known) {
    return { ...knownWord(first.text + second.text, second.start, second.end), ...encoded };
  }
  const template = (first.template ?? first.text) + (second.template ?? second.text);
  return {
    text: template,
    known: false,
    template,
    prefix: first.known ? first.text + second.prefix : first.prefix,
    suffix: second.known ? first.suffix + second.text : second.suffix,
    start: second.start,
    end: second.end,
  };
}

interface Bare {
  readonly node: Command;
  readonly assignments: ReadonlyMap<string, Word>;
  readonly redirected: RedirectedParts;
}

/** Only assignments and redirections: `> file` empties it, `$(< file)` prints it. */
function withoutCommand(machine: Machine, bare: Bare, wanted: boolean): Stdin {
  const { redirected } = bare;
  rememberOutputs(machine, redirected.outputs, { kind: "text", text: "" });
  return wanted && redirected.stdin.kind !== "inherited" && bare.node.redirects.length > 0
    ? machine.words([knownWord("cat", bare.node.pos, bare.node.end)], redirected.stdin, true)
    : inherited;
}

/** `exec 3< file`: what a descriptor gives from now on. */
function keepDescriptors(machine: Machine, redirected: RedirectedParts): void {
  for (const [descriptor, flow] of redirected.opened) {
    machine.state.descriptors.set(descriptor, flow);
  }
  if (redirected.stdin.kind !== "inherited") {
    machine.state.descriptors.set("0", redirected.stdin);
  }
}

/** Assignments in front of a command hold while it runs. */
function runWithAssignments(machine: Machine, invocation: Invocation, wanted: boolean): Stdin {
  if (invocation.assignments.size === 0) {
    return machine.invocation(invocation, wanted);
  }
  const before = new Map<string, Value | undefined>();
  for (const [name, word] of invocation.assignments) {
    before.set(name, machine.state.variables.get(name));
    machine.state.variables.set(name, { kind: "word", word });
  }
  const flow = machine.invocation(invocation, wanted);
  for (const [name, value] of before) {
    if (value === undefined) {
      machine.state.variables.delete(name);
    } else {
      machine.state.variables.set(name, value);
    }
  }
  return flow;
}
