import type { Redirection } from "unbash";
import { isWatchedText, reportText } from "../watched-texts.ts";
import { reportRead, reportWrite } from "../file-actions.ts";
import { report } from "../report.ts";
import { expandParts, expandText } from "./expand.ts";
import type { Redirect, Stdin, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { isDelimiter } from "./malformed.ts";
import { contentOf } from "./output.ts";
import { filesOf, joinFlows, knownWord, unknownFlow, writtenName } from "./word.ts";

/** What the redirections of one command come to. */
export interface Redirected {
  readonly stdin: Stdin;
  readonly redirects: readonly Redirect[];
  /** Files that receive standard output, with whether they are appended to. */
  readonly outputs: readonly { readonly word: Word; readonly append: boolean }[];
  /** Descriptors other than 0, 1 and 2 that were opened. */
  readonly opened: ReadonlyMap<string, Stdin>;
}

const none: ReadonlyMap<string, Stdin> = new Map();

/** Evaluates redirections in order; reads and writes of files are reported. */
export function applyRedirects(machine: Machine, nodes: readonly Redirection[], stdin: Stdin): Redirected {
  if (nodes.length === 0) {
    return { stdin, redirects: [], outputs: [], opened: none };
  }
  const result = {
    stdin,
    redirects: [] as Redirect[],
    outputs: [] as Redirected["outputs"][number][],
    opened: new Map<string, Stdin>(),
  };
  for (const node of nodes) {
    machine.tick();
    const descriptor = descriptorOf(machine, node);
    const flow = node.type === "Redirect" ? fileRedirect(machine, node, result) : textOf(machine, node);
    if (flow === undefined) {
      continue;
    }
    if (descriptor === "0") {
      result.stdin = flow;
    } else {
      result.opened.set(descriptor, flow);
    }
  }
  return result;
}

/** The number of the descriptor; `{name}>` stores one of the shell's choice in a variable, here the name itself. */
function descriptorOf(machine: Machine, node: Redirection): string {
  const descriptor = node.descriptor;
  if (descriptor === undefined) {
    return node.type === "Redirect" && !node.operator.startsWith("<") ? "1" : "0";
  }
  if (descriptor.type === "FileDescriptor") {
    return String(descriptor.value);
  }
  const name = `fd_${descriptor.name}`;
  machine.state.variables.set(descriptor.name, {
    kind: "word",
    word: { text: name, known: true, prefix: name, suffix: name, start: node.pos, end: node.end },
  });
  return name;
}

/** `< 3<`, `> {fd}>`: digits or a name in braces in front of a redirection belong to that one. */
function isDescriptor(
  machine: Machine,
  word: { readonly text: string; readonly pos: number; readonly end: number },
): boolean {
  if (/^\w+(?:\[[^\]]*\])?\+?=\(/.test(machine.source.slice(word.pos, word.end + 1))) {
    // Nor can a list be a target.
    return true;
  }
  return /^(?:\d+|\{[A-Za-z_]\w*\})$/.test(word.text) && /[<>]/.test(machine.source.charAt(word.end));
}

/** Here-documents and here-strings. */
function textOf(machine: Machine, node: Exclude<Redirection, { type: "Redirect" }>): Stdin | undefined {
  if (node.type === "HereString") {
    if (node.target !== undefined && isDescriptor(machine, node.target)) {
      machine.opaque("it cannot be parsed: a here-string without a text", { start: node.pos, end: node.end });
    }
    const word = node.target === undefined ? undefined : expandText(machine, node.target);
    return word === undefined ? undefined : flowOfWord(word, "\n");
  }
  const body = node.body;
  if (
    node.delimiter !== undefined &&
    (!isDelimiter(node.delimiter.text) || isDescriptor(machine, node.delimiter))
  ) {
    machine.opaque("it cannot be parsed: a quote without an end", { start: node.pos, end: node.end });
  }
  if (node.closing === undefined) {
    return { kind: "unknown", because: "a here-document that is not closed", fromNetwork: false };
  }
  if (body.parts === undefined || node.delimiter?.quoted === true) {
    return { kind: "text", text: body.text };
  }
  return flowOfWord(expandParts(machine, body.parts), "");
}

/** Text with holes is still judged: what is not known stays a variable in it. */
function flowOfWord(word: Word, end: string): Stdin {
  if (word.known) {
    return { kind: "text", text: word.text + end, ...(word.encoded === true ? { encoded: true } : {}) };
  }
  return word.prefix === "" && word.suffix === ""
    ? (word.printed ?? { kind: "text", text: (word.template ?? word.text) + end })
    : { kind: "text", text: (word.template ?? word.text) + end };
}

interface Collected {
  redirects: Redirect[];
  outputs: Redirected["outputs"][number][];
}

function fileRedirect(
  machine: Machine,
  node: Extract<Redirection, { type: "Redirect" }>,
  collected: Collected,
): Stdin | undefined {
  if (node.target === undefined) {
    return undefined;
  }
  const target = expandText(machine, node.target);
  if (isDescriptor(machine, node.target)) {
    machine.opaque("it cannot be parsed: a redirection without a target", { start: node.pos, end: node.end });
  }
  const { operator } = node;
  collected.redirects.push({
    operator,
    target,
    ...(node.descriptor?.type === "FileDescriptor" ? { descriptor: node.descriptor.value } : {}),
  });
  if (operator === "<" || operator === "<>") {
    reportOverwriting(machine, node, target);
    return readFrom(machine, node, target);
  }
  if (operator === "<&") {
    return duplicated(machine, target);
  }
  if (operator === ">&" && target.known && /^(?:\d+-?|-)$/.test(target.text)) {
    collected.outputs.push(...keptOpen(machine, node, target));
    return undefined;
  }
  const descriptor = node.descriptor?.type === "FileDescriptor" ? node.descriptor.value : 1;
  if (descriptor === 1 || node.descriptor?.type === "FileDescriptorVariable") {
    collected.outputs.push({ word: target, append: operator === ">>" || operator === "&>>" });
  }
  if (isNetworkPath(target)) {
    reportConnection(machine, node, target);
    return { kind: "unknown", because: "what the network sends", fromNetwork: true };
  }
  reportWrite(machine.scope, target, { start: node.pos, end: node.end }, "a redirection");
  return undefined;
}

/** `1<> file` writes over what the file holds, from its start. */
function reportOverwriting(
  machine: Machine,
  node: Extract<Redirection, { type: "Redirect" }>,
  target: Word,
): void {
  if (
    node.operator === "<>" &&
    node.descriptor?.type === "FileDescriptor" &&
    /^[12]$/.test(String(node.descriptor.value))
  ) {
    reportWrite(machine.scope, target, { start: node.pos, end: node.end }, "a redirection");
  }
}

/** `>&3` after `exec 3> file`: what is printed goes to that file. */
function keptOpen(machine: Machine, node: Redirection, target: Word): Collected["outputs"] {
  const sink = machine.state.sinks.get(target.text);
  const prints = node.descriptor === undefined || descriptorOf(machine, node) === "1";
  return sink !== undefined && prints ? [{ word: sink, append: true }] : [];
}

function readFrom(
  machine: Machine,
  node: { pos: number; end: number; operator: string },
  target: Word,
): Stdin {
  if (target.printed !== undefined) {
    return target.printed;
  }
  if (isNetworkPath(target)) {
    reportConnection(machine, node, target, node.operator === "<");
    return { kind: "unknown", because: "what the network sends", fromNetwork: true };
  }
  reportRead(machine.scope, target, { start: node.pos, end: node.end }, "a redirection reads it");
  return { kind: "file", path: target };
}

/** `<&3`, `<&$fd`: what was opened under that number. */
function duplicated(machine: Machine, target: Word): Stdin | undefined {
  if (!target.known) {
    return machine.state.descriptors.size > 0 ? joinAll(machine) : unknownFlow("another descriptor");
  }
  const number = target.text.replace(/-$/, "");
  return number === "" || number === "0"
    ? undefined
    : (machine.state.descriptors.get(number) ?? unknownFlow("another descriptor"));
}

function joinAll(machine: Machine): Stdin {
  for (const flow of machine.state.descriptors.values()) {
    if (flow.kind === "unknown" && flow.fromNetwork) {
      return flow;
    }
  }
  return unknownFlow("another descriptor");
}

/** bash opens connections for these paths. */
export function isNetworkPath(word: Word): boolean {
  return /^\/dev\/(?:tcp|udp)\//.test(word.known ? word.text : word.prefix);
}

/** Whether a port answers is asked by reading from it; a shell that reads what comes is found by what it reads. */
function reportConnection(
  machine: Machine,
  node: { pos: number; end: number },
  target: Word,
  readsOnly: boolean = false,
): void {
  const host = /^\/dev\/(?:tcp|udp)\/([^/]+)/.exec(target.text)?.[1] ?? target.text;
  const own = /^(?:localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0)$/.test(host);
  report(
    machine.scope,
    { start: node.pos, end: node.end },
    {
      action: "network:raw_connection",
      effects: readsOnly || own ? [] : ["data_exfiltration"],
      target: { display: target.text, host },
      because: `\`${target.text}\` opens a raw connection`,
      access: readsOnly ? "read" : "unknown",
      reach: "remote",
    },
  );
}

/** `printf FLUSHALL > /dev/tcp/HOST/PORT` sends what `| nc HOST PORT` would. */
function sendToSocket(machine: Machine, word: Word, printed: Stdin): void {
  const [, host, port] = /^\/dev\/tcp\/([^/]+)\/(\w+)$/.exec(word.known ? word.text : "") ?? [];
  if (host !== undefined && port !== undefined && printed.kind === "text") {
    const words = ["nc", host, port].map((text) => knownWord(text, word.start, word.end));
    machine.words(words, printed, false);
  }
}

/** Remembers what was written to files, so that running or sending them later on the same line is understood. */
export function rememberOutputs(machine: Machine, outputs: Redirected["outputs"], printed: Stdin): void {
  for (const { word, append } of outputs) {
    sendToSocket(machine, word, printed);
    const path = machine.scope.resolvePath(word) ?? writtenName(word);
    if (path === undefined || path.startsWith("/dev/")) {
      continue;
    }
    if (isWatchedText(path)) {
      reportText(machine.scope, path, contentOf(machine, printed), word);
    }
    const before = append ? machine.state.files.get(path) : undefined;
    if (before?.kind === "text" && printed.kind === "text") {
      machine.state.write(path, joinFlows(before, printed));
    } else if (!append || before === undefined || filesOf(printed).length > 0 || printed.kind === "unknown") {
      machine.state.write(path, contentOf(machine, printed));
    }
  }
}
