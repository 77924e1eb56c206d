import { isWithin } from "../paths.ts";
import { optionSpec, readArguments } from "../options.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { contentOf } from "./output.ts";
import { isSuspectAddress } from "./fetched-address.ts";
import { knownWord } from "./word.ts";

/** What a file holds by what the line did before; undefined where the line did not touch it. */
export function heldBy(machine: Machine, path: string): Stdin | undefined {
  const written = machine.state.files.get(path);
  if (written !== undefined || machine.state.unpacked.length === 0) {
    return written;
  }
  return machine.lookups.kind(path) === "missing" &&
    machine.state.unpacked.some((folder) => isWithin(path, folder))
    ? { kind: "unknown", because: `what was unpacked into \`${path}\``, fromNetwork: true }
    : undefined;
}

/**
 * Archives and repositories fetched without TLS, from a bare number or from where anybody leaves texts: what is run from
 * them later on the line is code from the network. Those of a named host over TLS are everyday work.
 */
export function trackUnpacking(machine: Machine, invocation: Invocation): void {
  const folder = unpackers.get(invocation.program)?.(machine, invocation);
  const path = folder === undefined ? undefined : machine.scope.resolvePath(folder);
  if (path !== undefined) {
    machine.state.unpacked.push(path);
  }
}

/** The folder that something suspect goes into. */
type Unpacker = (machine: Machine, invocation: Invocation) => Word | undefined;

const unpackers: ReadonlyMap<string, Unpacker> = new Map<string, Unpacker>([
  ["tar", untar],
  ["gtar", untar],
  ["bsdtar", untar],
  [
    "cpio",
    (machine, { stdin, start, end }) => (isSuspect(machine, stdin) ? knownWord(".", start, end) : undefined),
  ],
  ["unzip", (machine, invocation) => ofArchive(machine, invocation, "-d")],
  ["7z", (machine, invocation) => ofArchive(machine, invocation, "-o")],
  ["git", cloned],
]);

function isSuspect(machine: Machine, flow: Stdin): boolean {
  const held = contentOf(machine, flow);
  return held.kind === "unknown" && held.suspect === true;
}

function untar(machine: Machine, invocation: Invocation): Word | undefined {
  const { words, stdin, start, end } = invocation;
  const args = readArguments(words, optionSpec("-f --file -C --directory --strip-components --exclude -T"));
  const archive = [...args.values.values(), ...args.operands];
  return isSuspect(machine, stdin) || archive.some((path) => isSuspect(machine, { kind: "file", path }))
    ? (args.values.get("-C") ?? args.values.get("--directory") ?? knownWord(".", start, end))
    : undefined;
}

function ofArchive(machine: Machine, { words, start, end }: Invocation, into: string): Word | undefined {
  const args = readArguments(words, optionSpec(`${into} -x -P`));
  return args.operands.some((path) => isSuspect(machine, { kind: "file", path }))
    ? (args.values.get(into) ?? knownWord(".", start, end))
    : undefined;
}

function cloned(_machine: Machine, { words, start, end }: Invocation): Word | undefined {
  const args = readArguments(
    words,
    optionSpec("-C -c -b --branch -o --origin --depth -j --reference --separate-git-dir --template"),
  );
  const [verb, address, folder] = args.operands;
  if (verb?.text !== "clone" || address === undefined || !isSuspectAddress(address.text)) {
    return undefined;
  }
  const name = /([^/]+?)(?:\.git)?\/*$/.exec(address.text)?.[1] ?? ".";
  return folder ?? knownWord(name, start, end);
}
