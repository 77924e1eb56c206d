import {
  parse,
  type Word as WordNode,
  type WordPart,
  type ParameterExpansionPart,
  type ParsedScript,
} from "unbash";
import { walkArithmetic } from "./arithmetic.ts";
import { expandBraces } from "./braces.ts";
import { hidesLetters } from "./decoders.ts";
import { Fields } from "./fields.ts";
import type { Stdin, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { leavesOpen } from "./malformed.ts";
import { expandParameter } from "./parameters.ts";
import { knownWord, unknownWord } from "./word.ts";
import { fieldsOfName, separatorsOf, specialValue, valueOf } from "./variables.ts";

/** The fields that a word of a command becomes: none for an empty variable, several for lists and braces. */
export function expandWord(machine: Machine, node: WordNode): readonly Word[] {
  const parts = node.parts;
  if (parts === undefined) {
    return [plainWord(machine, node)];
  }
  if (parts.some((part) => part.type === "BraceExpansion")) {
    return expandBraceWord(machine, node);
  }
  const fields = new Fields(node.pos, node.end);
  addParts(machine, fields, parts, false);
  fields.flush();
  return fields.done;
}

/** The text of a word where the shell does not split: assignments, redirections, here-strings, `case`. */
export function expandText(machine: Machine, node: WordNode): Word {
  const parts = node.parts;
  if (parts === undefined) {
    return plainWord(machine, node);
  }
  const fields = new Fields(node.pos, node.end);
  addParts(machine, fields, parts, true);
  return fields.single();
}

/** Text of parts that stand in a here-document. */
export function expandParts(machine: Machine, parts: readonly WordPart[]): Word {
  const fields = new Fields(parts[0]?.pos ?? 0, parts.at(-1)?.end ?? 0);
  addParts(machine, fields, parts, true);
  return fields.single();
}

function plainWord(machine: Machine, node: WordNode): Word {
  if (node.text.includes("$[")) {
    refuseOpenEnd(machine, node, openArithmetic);
  }
  return knownWord(withHomes(machine, node), node.pos, node.end);
}

/** A word, or its beginning, with the home folders put in: in front, and as bash does it in words like `of=~/x:~/y`. */
function withHomes(
  machine: Machine,
  { text, value }: { readonly text: string; readonly value: string },
): string {
  if (text.startsWith("~")) {
    return withHome(machine, value);
  }
  // With a backslash in it the text and its value are not the same, and which tilde was meant is not told.
  return /^[A-Za-z_]\w*=(?:[^~]*:)?~/.test(text) && text === value
    ? value.replaceAll(/(?<=[=:])~[^:]*/g, (found) => withHome(machine, found))
    : value;
}

/** `~`, `~/x`, `~user/x`, `~+`. Other people's homes are assumed beside the user's own. */
function withHome(machine: Machine, text: string): string {
  const slash = text.indexOf("/");
  const name = slash < 0 ? text.slice(1) : text.slice(1, slash);
  const rest = slash < 0 ? "" : text.slice(slash);
  const home = machine.lookups.home;
  if (name === "") {
    const moved = machine.state.variables.get("HOME");
    return (moved?.kind === "word" && moved.word.known ? moved.word.text : home) + rest;
  }
  if (name === "+") {
    return (machine.state.cwd ?? "~+") + rest;
  }
  if (!/^[\w.-]+$/.test(name)) {
    return text;
  }
  return (name === "root" ? "/root" : `${home.slice(0, home.lastIndexOf("/"))}/${name}`) + rest;
}

function expandBraceWord(machine: Machine, node: WordNode): readonly Word[] {
  const texts = expandBraces(node.text);
  if (texts === undefined) {
    return [unknownWord(node.text, node.pos, node.end)];
  }
  const words: Word[] = [];
  for (const text of texts) {
    machine.tick();
    const reparsed = firstArgument(text);
    if (reparsed === undefined) {
      continue;
    }
    const braceless = reparsed.parts?.filter((part) => part.type !== "BraceExpansion");
    const expanded =
      braceless?.length === reparsed.parts?.length
        ? expandWord(machine, reparsed)
        : [knownWord(reparsed.value, node.pos, node.end)];
    for (const word of expanded) {
      words.push({ ...word, start: node.pos, end: node.end });
    }
  }
  return words;
}

function firstArgument(text: string): WordNode | undefined {
  const command = parse(`: ${text}`).commands[0]?.command;
  const argument = command?.type === "Command" ? command.suffix[0] : undefined;
  return argument?.type === "Word" ? argument : undefined;
}

/** Expansions that bash takes for unfinished, and the parser for text. */
function refuseOpenEnd(
  machine: Machine,
  part: { readonly text: string; readonly pos: number; readonly end: number },
  open: RegExp,
): void {
  if (open.test(part.text)) {
    machine.opaque("it cannot be parsed: an expansion without an end", { start: part.pos, end: part.end });
  }
}

const openArithmetic = /(?<!\\)\$\[[^\]]*$/;

function addParts(machine: Machine, fields: Fields, parts: readonly WordPart[], quoted: boolean): void {
  for (const [index, part] of parts.entries()) {
    if (
      (part.type === "ExtendedGlob" && parts[index - 1]?.text.endsWith("\\") === true) ||
      (part.type === "Glob" && /(?<!\\)[()|&;<>]/.test(part.text))
    ) {
      machine.opaque("it cannot be parsed: unexpected `(`", { start: part.pos, end: part.end });
    }
    addPart(machine, fields, part, { quoted, first: index === 0 });
  }
}

interface Position {
  readonly quoted: boolean;
  readonly first: boolean;
}

function addPart(machine: Machine, fields: Fields, part: WordPart, at: Position): void {
  switch (part.type) {
    case "Literal":
      refuseOpenEnd(machine, part, openArithmetic);
      fields.literal(at.first ? withHomes(machine, part) : part.value);
      return;
    case "Glob":
      fields.pattern(part.text);
      return;
    case "ExtendedGlob":
      fields.pattern(part.text);
      return;
    case "AnsiCQuoted":
      markEncoded(fields, hidesLetters(part.text));
      fields.literal(part.value);
      return;
    case "SingleQuoted":
      fields.literal(part.value);
      return;
    case "DoubleQuoted":
    case "LocaleString":
      fields.literal("");
      for (const child of part.parts) {
        addPart(machine, fields, child, { quoted: true, first: false });
      }
      return;
    case "SimpleExpansion":
      addVariable(machine, fields, part.text.slice(1), { raw: part.text, quoted: at.quoted });
      return;
    case "ParameterExpansion":
      addParameter(machine, fields, part, at.quoted);
      return;
    case "CommandExpansion":
      refuseOpenEnd(machine, part, /^\$\{[^]*[^}]$/);
      addOutput(fields, substitute(machine, part), part.text, at.quoted);
      return;
    case "ArithmeticExpansion":
      walkArithmetic(machine, part.expression);
      fields.unknown(part.text);
      return;
    case "ProcessSubstitution":
      addProcess(machine, fields, part);
      return;
    case "BraceExpansion":
      fields.literal(part.text);
      return;
    default:
      fields.unknown("");
  }
}

function addVariable(
  machine: Machine,
  fields: Fields,
  name: string,
  at: { raw: string; quoted: boolean },
): void {
  if (name === "@" || name === "*") {
    addList(machine, fields, machine.state.positional, { quoted: at.quoted, joined: name === "*" });
    return;
  }
  const list = machine.dialect === "zsh" && !at.quoted ? valueOf(machine, name) : undefined;
  if (list?.kind === "list") {
    // In zsh, the name of a list stands for all of it.
    addList(machine, fields, list.words, { quoted: true, joined: false });
    return;
  }
  const value = specialValue(machine, name);
  if (value === undefined) {
    fields.unknown(at.raw);
  } else {
    addValue(machine, fields, value, at.quoted);
  }
}

function markEncoded(fields: Fields, encoded: boolean | undefined): void {
  if (encoded === true) {
    fields.encode();
  }
}

function addValue(machine: Machine, fields: Fields, value: Word, quoted: boolean): void {
  markEncoded(fields, value.encoded);
  fields.list(value.listed);
  if (value.known && !quoted) {
    fields.split(value.text, separatorsOf(machine));
  } else {
    fields.word(value, true);
  }
}

function addList(
  machine: Machine,
  fields: Fields,
  words: readonly Word[],
  { quoted, joined }: { readonly quoted: boolean; readonly joined: boolean },
): void {
  // Lists can double with every assignment: what they cost is counted by their length.
  machine.tick(words.length >> 4);
  if (joined && quoted) {
    for (const [index, word] of words.entries()) {
      if (index > 0) {
        fields.literal(" ");
      }
      fields.word(word, true);
    }
    return;
  }
  for (const [index, word] of words.entries()) {
    if (index > 0) {
      fields.flush();
    }
    addValue(machine, fields, word, quoted);
  }
}

function addParameter(machine: Machine, fields: Fields, part: ParameterExpansionPart, quoted: boolean): void {
  const list = fieldsOfName(machine, part);
  if (list !== undefined) {
    addList(machine, fields, list, { quoted, joined: part.index?.value === "*" });
    return;
  }
  if (part.parameter === "" && part.operation?.type === "Default") {
    // `${=x}` splits in zsh, and means nothing in bash.
    fields.unknown(part.text);
    return;
  }
  if (leavesOpen(part.text)) {
    refuseOpenEnd(machine, part, /^/);
  }
  if (part.operation?.type === "Unknown") {
    refuseOpenEnd(machine, part, /[({`'"<>]./);
  }
  const value = expandParameter(machine, part, expandText);
  if (value === undefined) {
    fields.unknown(part.text);
  } else {
    addValue(machine, fields, value, quoted);
  }
}

function substitute(machine: Machine, part: { readonly script: ParsedScript | undefined }): Stdin {
  if (part.script === undefined) {
    return { kind: "unknown", because: "a substitution that cannot be read", fromNetwork: false };
  }
  machine.tick(4);
  const saved = machine.state.save();
  const source = machine.source;
  machine.source = part.script.source ?? source;
  const flow = machine.script(part.script, { kind: "inherited" }, true);
  machine.source = source;
  machine.state.restore(saved);
  return flow;
}

function addOutput(fields: Fields, flow: Stdin, raw: string, quoted: boolean): void {
  if (flow.kind === "inherited") {
    return;
  }
  if (flow.kind !== "text") {
    fields.unknown(raw, flow);
    return;
  }
  markEncoded(fields, flow.encoded);
  const text = flow.text.replace(/\n+$/, "");
  if (quoted) {
    fields.literal(text);
  } else {
    fields.split(text);
  }
}

function addProcess(
  machine: Machine,
  fields: Fields,
  part: Extract<WordPart, { type: "ProcessSubstitution" }>,
): void {
  if (part.operator === "<") {
    fields.unknown(part.text, substitute(machine, part));
    return;
  }
  if (part.script !== undefined) {
    const saved = machine.state.save();
    machine.script(
      part.script,
      { kind: "unknown", because: "output of another command", fromNetwork: false },
      false,
    );
    machine.state.restore(saved);
  }
  fields.unknown(part.text);
}
