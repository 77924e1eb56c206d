import type { FileList, Stdin, Word } from "./invocation.ts";

/** A word whose text is known. */
export function knownWord(text: string, start: number, end: number): Word {
  return { text, known: true, prefix: text, suffix: text, start, end };
}

/** A word of which nothing is known; `raw` is how it is written. */
export function unknownWord(raw: string, start: number, end: number): Word {
  return { text: raw, known: false, prefix: "", suffix: "", start, end, template: raw };
}

/** The part of a word behind its first `count` characters: the value of `--file=VALUE` or `-fVALUE`. */
export function wordAfter(word: Word, count: number): Word {
  if (word.known) {
    const rest = knownWord(word.text.slice(count), word.start, word.end);
    return word.glob === true ? { ...rest, glob: true } : rest;
  }
  const template = (word.template ?? word.text).slice(count);
  return { ...word, text: template, template, prefix: word.prefix.slice(count) };
}

/** The program that a first word names: no folder, no `.exe`; empty where it is not known. */
export function programOf(word: Word | undefined): string {
  if (word === undefined) {
    return "";
  }
  const text = word.known ? word.text : word.suffix.includes("/") ? word.suffix : "";
  const slash = Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\"));
  const base = slash >= 0 ? text.slice(slash + 1) : text;
  return base.length > 4 && base.toLowerCase().endsWith(".exe") ? base.slice(0, -4) : base;
}

/** What stands for the path of a file whose name is not known, but written in the same way where it is used again. */
export function writtenName({ known, prefix, template }: Word): string | undefined {
  return known || template === undefined || (prefix === "" && !template.includes("/"))
    ? undefined
    : `?${template}`;
}

export const inherited: Stdin = { kind: "inherited" };

/** What a command prints where nothing is known of it. `origin` is the program that printed it first. */
export function unknownFlow(because: string, files?: readonly string[], origin?: string): Stdin {
  return {
    kind: "unknown",
    because,
    fromNetwork: false,
    ...(files === undefined || files.length === 0 ? {} : { files }),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** The program that printed a flow before any filter; undefined where that is not known. */
export function originOf(flow: Stdin): string | undefined {
  return flow.kind === "unknown" ? flow.origin : undefined;
}

export const throughPipe = "what comes through a named pipe";

/** What a pipe holds is what is written to it, later on the line as well: it never takes the place of that. */
export function isPipe(flow: Stdin): boolean {
  return flow.kind === "unknown" && flow.because === throughPipe;
}

/** Output of commands that run one after the other. */
export function joinFlows(first: Stdin, second: Stdin): Stdin {
  if (first.kind === "inherited") {
    return second;
  }
  if (second.kind === "inherited") {
    return first;
  }
  if (
    first.kind === "text" &&
    second.kind === "text" &&
    first.text.length + second.text.length <= 64 * 1024
  ) {
    const encoded = first.encoded === true || second.encoded === true;
    return { kind: "text", text: first.text + second.text, ...(encoded ? { encoded } : {}) };
  }
  const files = [...filesOf(first), ...filesOf(second)];
  const fromNetwork = isFromNetwork(first) || isFromNetwork(second);
  const because =
    second.kind === "unknown" ? second.because : first.kind === "unknown" ? first.because : "files";
  const origin = originOf(first) ?? originOf(second);
  const processes = [first, second].map(processesOf).filter((text) => text !== "");
  return {
    kind: "unknown",
    because,
    fromNetwork,
    ...(files.length > 0 ? { files } : {}),
    ...(origin === undefined ? {} : { origin }),
    ...(processes.length > 0 ? { processes: processes.join(" ") } : {}),
    ...listedBy(first, second),
  };
}

function listedBy(...flows: readonly Stdin[]): { readonly listed?: readonly FileList[] } {
  const listed = flows.flatMap((flow) => (flow.kind === "unknown" ? (flow.listed ?? []) : []));
  return listed.length === 0 ? {} : { listed };
}

/** The text that picked the processes whose numbers are in the flow; empty where there are none. */
function processesOf(flow: Stdin): string {
  return flow.kind === "unknown" ? (flow.processes ?? "") : "";
}

/** Absolute paths of the files whose content is in the flow, where known. */
export function filesOf(flow: Stdin): readonly string[] {
  if (flow.kind === "file") {
    return flow.path.known ? [flow.path.text] : [];
  }
  return flow.kind === "unknown" ? (flow.files ?? []) : [];
}

export function isFromNetwork(flow: Stdin): boolean {
  return flow.kind === "unknown" && flow.fromNetwork;
}

/** Shell quoting that keeps a text one literal word. */
function quoteWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Words as shell text that expands to the same words. */
export function wordsToText(words: readonly Word[]): string {
  return words.map((word) => (word.known ? quoteWord(word.text) : (word.template ?? word.text))).join(" ");
}
