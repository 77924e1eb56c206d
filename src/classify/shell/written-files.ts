import { isJsonObject, objectField, parseJson, type JsonObject, type JsonValue } from "../../base/json.ts";
import { optionSpec, readArguments } from "../options.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { contentOf, outputOf } from "./output.ts";
import { eitherFlow } from "./state.ts";
import { knownWord, unknownFlow } from "./word.ts";

type Tracker = (machine: Machine, invocation: Invocation) => void;

/** Programs whose own language, or an option, names files that they write. */
export const writers: ReadonlyMap<string, Tracker> = new Map<string, Tracker>([
  ["awk", printedByAwk],
  ["gawk", printedByAwk],
  ["mawk", printedByAwk],
  ["perl", editedInPlace],
  ["ruby", editedInPlace],
  ["ed", editedByName],
  ["ex", editedByName],
  ["patch", patched],
  ["find", printedByFind],
  ["git", applied],
  ["openssl", intoOption],
  ["xxd", intoOperand],
  ["npm", packageField],
  ["split", intoPieces],
  ["csplit", intoPieces],
]);

function write(machine: Machine, name: Word, content: Stdin): void {
  const path = machine.scope.resolvePath(name);
  if (path !== undefined && !path.startsWith("/dev/")) {
    machine.state.write(path, content);
  }
}

/** `sed 'w FILE'` and `sed 's/a/b/w FILE'`. */
export function writtenBySed(machine: Machine, { words, stdin }: Invocation): void {
  for (const word of words.slice(1)) {
    for (const [, before = "", name = ""] of word.text.matchAll(
      /(^|[;{}\n/|,]|\d|\$)[gpI0-9]*w[ \t]+([^\s;}]+)/g,
    )) {
      const whole = before === "" && word.text === `w ${name}`;
      write(
        machine,
        at(word, name),
        whole ? contentOf(machine, stdin) : unknownFlow("what `sed` writes to a file"),
      );
    }
  }
}

/** `print > "FILE"`. */
function printedByAwk(machine: Machine, { words }: Invocation): void {
  for (const word of words.slice(1)) {
    for (const [, name = ""] of word.text.matchAll(/>\s*"([^"\s]+)"/g)) {
      write(machine, at(word, name), unknownFlow("what `awk` writes to a file"));
    }
  }
}

/** `find -fprintf FILE FORMAT`, `-fprint FILE`. */
function printedByFind(machine: Machine, { words }: Invocation): void {
  for (const [index, word] of words.entries()) {
    const name = words[index + 1];
    if (name !== undefined && /^-f(?:print(?:f|0)?|ls)$/.test(word.text)) {
      write(machine, name, unknownFlow("what `find` writes to a file"));
    }
  }
}

/** `perl -pi -e`: files that the line itself wrote hold something else from now on. */
function editedInPlace(machine: Machine, { words, program }: Invocation): void {
  if (!words.some((word) => word.known && /^-[a-z0-9]*i(?:\.\w+)?[a-z]*$/.test(word.text))) {
    return;
  }
  for (const word of words.slice(1)) {
    const path = machine.scope.resolvePath(word);
    if (path !== undefined && machine.state.files.has(path)) {
      machine.state.write(path, unknownFlow(`what \`${program} -i\` makes of a file`));
    }
  }
}

function editedByName(machine: Machine, { words, stdin, program }: Invocation): void {
  const file = readArguments(words, optionSpec("-p -c")).operands[0];
  if (file !== undefined && stdin.kind !== "inherited") {
    write(machine, file, unknownFlow(`what \`${program}\` makes of a file`));
  }
}

function patched(machine: Machine, { words, stdin }: Invocation): void {
  const args = readArguments(
    words,
    optionSpec("-i -o -d -p -D -F -r -B -V -z -Y --input --output --directory --strip"),
  );
  const input = args.values.get("-i") ?? args.values.get("--input");
  const flow = contentOf(machine, input === undefined ? stdin : { kind: "file", path: input });
  takePatch(machine, flow, args.values.get("-o") ?? args.values.get("--output") ?? args.operands[0]);
}

function applied(machine: Machine, { words, stdin }: Invocation): void {
  const args = readArguments(
    words,
    optionSpec("-C -c --git-dir --work-tree --directory --exclude --include -p"),
  );
  const [verb, file] = args.operands;
  if (verb?.text === "apply" || verb?.text === "am") {
    takePatch(
      machine,
      contentOf(machine, file === undefined ? stdin : { kind: "file", path: file }),
      undefined,
    );
  }
}

/** What a patch adds is in the file from now on, beside what was there. */
function takePatch(machine: Machine, patch: Stdin, only: Word | undefined): void {
  if (patch.kind !== "text") {
    return;
  }
  for (const part of patch.text.split(/^(?=--- )/m).slice(0, 16)) {
    const named = /^\+\+\+ (?:b\/)?(\S+)/m.exec(part)?.[1];
    const name = only ?? (named === undefined ? undefined : knownWord(named, 0, 0));
    const path = name === undefined ? undefined : machine.scope.resolvePath(name);
    if (path === undefined) {
      continue;
    }
    const added = part
      .split("\n")
      .filter((line) => /^\+(?!\+\+ )/.test(line))
      .map((line) => line.slice(1))
      .join("\n");
    const disk = machine.scope.readInput(path);
    const before: Stdin | undefined =
      machine.state.files.get(path) ?? (disk.kind === "text" ? { kind: "text", text: disk.text } : undefined);
    const content: Stdin = { kind: "text", text: `${added}\n` };
    machine.state.write(path, before === undefined ? content : eitherFlow(before, content));
  }
}

/** `openssl base64 -d -in a -out b`. */
function intoOption(machine: Machine, invocation: Invocation): void {
  const index = invocation.words.findIndex((word) => word.text === "-out");
  const name = index < 0 ? undefined : invocation.words[index + 1];
  if (name !== undefined) {
    write(machine, name, outputOf(machine, invocation));
  }
}

/** `xxd -r -p a b`. */
function intoOperand(machine: Machine, invocation: Invocation): void {
  const [, name] = readArguments(invocation.words, optionSpec("-g -c -l -s -o")).operands;
  if (name !== undefined) {
    const words = invocation.words.filter((word) => word !== name);
    write(machine, name, outputOf(machine, { ...invocation, words }));
  }
}

/** `split - PREFIX`: any of the pieces may hold any part. */
function intoPieces(machine: Machine, { program, words, stdin }: Invocation): void {
  const args = readArguments(words, optionSpec("-a -b -C -l -n -t -f -k --filter --prefix"));
  const named = program === "split" ? args.operands[1]?.text : args.values.get("-f")?.text;
  const prefix = named ?? (program === "split" ? "x" : "xx");
  const [input] = args.operands;
  const flow = input === undefined || input.text === "-" ? stdin : ({ kind: "file", path: input } as const);
  for (const piece of program === "split" ? ["aa", "ab"] : ["00", "01"]) {
    write(machine, knownWord(prefix + piece, 0, 0), contentOf(machine, flow));
  }
}

function at(word: Word, text: string): Word {
  return knownWord(text, word.start, word.end);
}

/** `npm pkg set scripts.NAME=COMMAND`, `npm set-script NAME COMMAND`: what `npm run NAME` runs from now on. */
function packageField(machine: Machine, { words }: Invocation): void {
  const [npm, verb, ...rest] = words;
  const sets = verb?.text === "set-script" || (verb?.text === "pkg" && rest[0]?.text === "set");
  if (npm === undefined || verb === undefined || !sets) {
    return;
  }
  const name = knownWord("package.json", npm.start, npm.end);
  const before = jsonAt(machine, machine.scope.resolvePath(name));
  const scripts: Record<string, JsonValue> = { ...objectField(before, "scripts") };
  const texts = rest.map((word) => word.template ?? word.text);
  if (verb.text === "set-script") {
    scripts[texts[0] ?? ""] = texts[1] ?? "";
  }
  for (const field of texts) {
    const [, dotted, bracketed, value = ""] =
      /^scripts(?:\.([\w:.-]+)|\[([^\]]+)\])=([^]*)$/.exec(field) ?? [];
    const script = dotted ?? bracketed;
    if (script !== undefined) {
      scripts[script] = value;
    }
  }
  write(machine, name, { kind: "text", text: JSON.stringify({ ...before, scripts }) });
}

/** A file as an object of JSON, as the line left it; empty where it is none. */
function jsonAt(machine: Machine, path: string | undefined): JsonObject {
  const held =
    path === undefined ? undefined : (machine.state.files.get(path) ?? machine.scope.readInput(path));
  const parsed = held?.kind === "text" ? parseJson(held.text) : undefined;
  return parsed?.ok === true && isJsonObject(parsed.value) ? parsed.value : {};
}
