import { foundPath } from "./carriers.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { unknownFlow } from "./word.ts";

/** What programs print that name something: paths, programs, processes. */

function text(value: string): Stdin {
  return { kind: "text", text: value };
}

/** Numbers of processes, with the text that picks them. */
export function listProcesses(_machine: Machine, { program, words }: Invocation): Stdin {
  const because = `numbers that \`${program}\` lists`;
  return { kind: "unknown", because, fromNetwork: false, processes: joinedTexts(words) };
}

export function joinedTexts(words: readonly Word[]): string {
  return words.map((word) => word.text).join(" ");
}

/** `which rm`, `type -P rm`, `command -v rm`: where the program is, with its own name at the end. */
export function locations({ words }: Invocation, from: number): Stdin {
  const names = words.slice(from).filter((word) => !word.text.startsWith("-"));
  const option = words[1]?.text ?? "";
  if ((from === 2 && !/^-[vpPa]+$/.test(option)) || names.length === 0 || names.some((word) => !word.known)) {
    return unknownFlow("where a program is");
  }
  return text(names.map(({ text: name }) => `${name.includes("/") ? name : `/usr/bin/${name}`}\n`).join(""));
}

/** The names that `find` prints, as one pattern below where it starts. */
export function findNames(invocation: Invocation): Stdin {
  const word = foundPath(invocation);
  const because = "names that `find` prints";
  return word.known
    ? { kind: "unknown", because, fromNetwork: false, names: [word.text] }
    : unknownFlow(because);
}

export function mktemp({ words }: Invocation): Stdin {
  const template = words.find((word, index) => index > 0 && word.known && word.text.startsWith("/"));
  return text(`${template?.text ?? "/tmp/tmp.XXXXXXXXXX"}\n`);
}

export function pathPiece({ words }: Invocation, piece: (path: string) => string): Stdin {
  const operand = words.find((word, index) => index > 0 && !word.text.startsWith("-"));
  return operand?.known === true && words.length <= 3
    ? text(`${piece(operand.text.replace(/(?<=.)\/+$/, ""))}\n`)
    : unknownFlow("a path");
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash);
}

/** `git rev-parse --show-toplevel` is the workspace as far as is known. */
export function git(machine: Machine, { words }: Invocation): Stdin {
  return words[1]?.text === "rev-parse" && words[2]?.text === "--show-toplevel"
    ? text(`${machine.scope.workspace}\n`)
    : unknownFlow("output of `git`");
}
