import { hasOption, optionSpec, readArguments, type Arguments, type OptionSpec } from "../options.ts";
import {
  decodeBase32,
  changesLetters,
  decodeBase64,
  decodeHex,
  reverseLines,
  reverseOrder,
  translate,
} from "./decoders.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { isWithin } from "../paths.ts";
import { addressOf, suspicion } from "./fetched-address.ts";
import { echo, marked, printf, text } from "./echoed.ts";
import { filteredLists, listedFiles, withLists } from "./file-lists.ts";
import { editStream } from "./stream-editor.ts";
import {
  findNames,
  folderOf,
  git,
  joinedTexts,
  listProcesses,
  locations,
  mktemp,
  pathPiece,
} from "./output-names.ts";
import { filesOf, inherited, isFromNetwork, joinFlows, originOf, unknownFlow } from "./word.ts";

/** What a command prints, as far as that follows from its words and its input. */
export function outputOf(machine: Machine, invocation: Invocation): Stdin {
  const rule = printers.get(invocation.program);
  const { program } = invocation;
  return rule === undefined
    ? unknownFlow(`output of \`${program}\``, undefined, program)
    : rule(machine, invocation);
}

type Printer = (machine: Machine, invocation: Invocation) => Stdin;

const nothing = optionSpec("");
const base64Options = optionSpec("-w --wrap -i -o --input --output");
const headOptions = optionSpec("-n --lines -c --bytes");

const silent: Printer = () => inherited;
const network: Printer = (_machine, { program, words }) => {
  const address = addressOf(words);
  const because = `what \`${program}\` receives from the network`;
  return {
    kind: "unknown",
    because,
    fromNetwork: true,
    ...(address === undefined ? {} : { address }),
    ...suspicion(words),
  };
};

const printEnvironment = (): Stdin => unknownFlow("the environment", ["/proc/self/environ"]);

const printers: ReadonlyMap<string, Printer> = new Map<string, Printer>([
  ["echo", (_machine, invocation) => echo(invocation)],
  ["printf", (_machine, invocation) => printf(invocation)],
  ["cat", (machine, invocation) => files(machine, invocation, nothing)],
  ["zcat", opaqueFilter],
  ["tee", (_machine, invocation) => invocation.stdin],
  ["base64", (machine, invocation) => decode(machine, invocation, base64Options, decoder64)],
  ["gbase64", (machine, invocation) => decode(machine, invocation, base64Options, decoder64)],
  ["base32", (machine, invocation) => decode(machine, invocation, base64Options, decoder32)],
  ["xxd", (machine, invocation) => decode(machine, invocation, optionSpec("-g -c -l -s -o"), decoderHex)],
  ["rev", (machine, invocation) => recoded(hidden(files(machine, invocation, nothing), "rev"), reverseLines)],
  ["tac", (machine, invocation) => mapped(hidden(files(machine, invocation, nothing), "tac"), reverseOrder)],
  ["tr", (_machine, invocation) => tr(invocation)],
  ["openssl", (machine, invocation) => openssl(machine, invocation)],
  ["head", (machine, invocation) => lines(machine, invocation)],
  ["tail", (machine, invocation) => lines(machine, invocation)],
  ["mktemp", (_machine, invocation) => mktemp(invocation)],
  [
    "pwd",
    (machine) => (machine.state.cwd === undefined ? unknownFlow("pwd") : text(`${machine.state.cwd}\n`)),
  ],
  ["sed", sed],
  ["gsed", sed],
  ["which", (_machine, invocation) => locations(invocation, 1)],
  ["type", (_machine, invocation) => locations(invocation, 2)],
  ["command", (_machine, invocation) => locations(invocation, 2)],
  ["true", silent],
  ["false", silent],
  [":", silent],
  ["cd", silent],
  ["set", silent],
  ["mkdir", silent],
  ["rm", silent],
  ["sleep", silent],
  [
    "basename",
    (_machine, invocation) => pathPiece(invocation, (path) => path.slice(path.lastIndexOf("/") + 1)),
  ],
  ["dirname", (_machine, invocation) => pathPiece(invocation, folderOf)],
  ["realpath", (_machine, invocation) => pathPiece(invocation, (path) => path)],
  ["readlink", (_machine, invocation) => pathPiece(invocation, (path) => path)],
  ["git", (machine, invocation) => withLists(git(machine, invocation), listedFiles(invocation))],
  [
    "env",
    (_machine, { words }) =>
      /^-i?$/.test(words[1]?.text ?? "") && words.length === 2 ? text("") : printEnvironment(),
  ],
  ["printenv", printEnvironment],
  ["export", printEnvironment],
  ["find", (_machine, invocation) => withLists(findNames(invocation), listedFiles(invocation))],
  ...["ls", "fd", "fdfind"].map((name): [string, Printer] => [
    name,
    (_machine, invocation) => withLists(unknownFlow("names of files"), listedFiles(invocation)),
  ]),
  ["history", (machine) => unknownFlow("the history", [`${machine.lookups.home}/.bash_history`])],
  ["whoami", () => unknownFlow("whoami")],
  ...["pgrep", "pidof", "ps", "lsof", "fuser", "ss", "netstat"].map((name): [string, Printer] => [
    name,
    listProcesses,
  ]),
  ...[
    "awk",
    "gawk",
    "mawk",
    "perl",
    "python",
    "python3",
    "node",
    "cut",
    "sort",
    "uniq",
    "jq",
    "yq",
    "grep",
    "egrep",
    "fgrep",
    "rg",
    "iconv",
    "fold",
    "paste",
    "nl",
    "strings",
    "od",
    "hexdump",
    "envsubst",
    "pv",
    "dd",
    "less",
    "more",
    "column",
    "zip",
    "tar",
    "gzip",
    "gunzip",
    "xz",
    "unxz",
    "bzip2",
    "bunzip2",
    "zstd",
    "lz4",
    "gpg",
    "age",
    "split",
    "comm",
    "diff",
    "wc",
  ].map((name): [string, Printer] => [name, opaqueFilter]),
  ...[
    "curl",
    "wget",
    "http",
    "https",
    "xh",
    "nc",
    "ncat",
    "netcat",
    "aria2c",
    "lynx",
    "w3m",
    "links",
    "fetch",
    "telnet",
    "socat",
    "dig",
    "ftp",
    "lwp-request",
    "GET",
    "axel",
  ].map((name): [string, Printer] => [name, network]),
]);

/** Programs whose operands are files and folders, whatever they look like. */
const packs = new Set(["tar", "zip", "gzip", "xz", "bzip2", "zstd"]);

/** A program that makes something else of its input and files: where the content comes from is kept, and which files it names. */
function opaqueFilter(machine: Machine, invocation: Invocation): Stdin {
  return withLists(filtered(machine, invocation), filteredLists(invocation));
}

function filtered(machine: Machine, invocation: Invocation): Stdin {
  const { program, stdin } = invocation;
  if (stdin.kind === "unknown" && stdin.processes !== undefined) {
    return { ...stdin, processes: `${stdin.processes} ${joinedTexts(invocation.words)}` };
  }
  const named = invocation.words
    .slice(1)
    .filter(
      (word) => word.known && !word.text.startsWith("-") && (packs.has(program) || /[./]/.test(word.text)),
    )
    .map((word) => machine.scope.resolvePath(word))
    .filter((path) => path !== undefined);
  const because = `what \`${program}\` makes of its input`;
  const through = [...filesOf(stdin), ...named.flatMap((path) => originsOf(machine, path))];
  return isFromNetwork(stdin) ||
    named.some((path) => isFromNetwork(machine.state.files.get(path) ?? inherited))
    ? {
        kind: "unknown",
        because,
        fromNetwork: true,
        files: through,
        ...(stdin.kind === "unknown" && stdin.suspect === true ? { suspect: true } : {}),
      }
    : unknownFlow(because, through, originOf(stdin));
}

/** A path, and what earlier commands put there or below it. */
function originsOf(machine: Machine, path: string): readonly string[] {
  const origins = [path];
  for (const [written, flow] of machine.state.files) {
    if (isWithin(written, path)) {
      origins.push(written, ...filesOf(flow));
    }
  }
  return origins;
}

/** Content of the operands, or of the input where there are none. */
function files(machine: Machine, invocation: Invocation, spec: OptionSpec): Stdin {
  return contents(machine, readArguments(invocation.words, spec).operands, invocation.stdin);
}

function contents(machine: Machine, operands: readonly Word[], stdin: Stdin): Stdin {
  if (operands.length === 0) {
    return contentOf(machine, stdin);
  }
  let flow: Stdin = inherited;
  for (const operand of operands) {
    const next: Stdin =
      operand.known && operand.text === "-" ? stdin : (operand.printed ?? { kind: "file", path: operand });
    flow = joinFlows(flow, contentOf(machine, next));
  }
  return flow;
}

/** The text behind a file, where an earlier command of the line wrote it; otherwise which file it is. */
export function contentOf(machine: Machine, flow: Stdin): Stdin {
  if (flow.kind !== "file") {
    return flow;
  }
  const opened = descriptorBehind(machine, flow.path);
  if (opened !== undefined) {
    return opened;
  }
  const path = machine.scope.resolvePath(flow.path);
  if (path === undefined) {
    const names = flow.path.known ? [flow.path.text] : [];
    return unknownFlow("a file that is not known before it runs", names);
  }
  if (path.startsWith("/dev/tcp/") || path.startsWith("/dev/udp/")) {
    return { kind: "unknown", because: "what the network sends", fromNetwork: true };
  }
  return machine.state.files.get(path) ?? unknownFlow(`content of \`${flow.path.text}\``, [path]);
}

/** `/dev/fd/3` and `/proc/self/fd/3`: what was opened under that number. */
function descriptorBehind(machine: Machine, path: Word): Stdin | undefined {
  if (path.text === "/dev/stdin") {
    return inherited;
  }
  const number = /^\/(?:dev|proc\/(?:self|\$\$|\d+))\/fd\/(\w+)$/.exec(path.text)?.[1];
  return number === undefined ? undefined : (machine.state.descriptors.get(number) ?? inherited);
}

function mapped(flow: Stdin, change: (text: string) => string | undefined): Stdin {
  if (flow.kind !== "text") {
    return flow;
  }
  const changed = change(flow.text);
  return changed === undefined || /[\u0000-\u0008\u000e-\u001a\ufffd]/.test(changed)
    ? unknownFlow("text that does not decode")
    : marked(text(changed), flow.encoded);
}

/** The same for programs that bring a text into a form, or out of one, in which its letters cannot be seen. */
function recoded(flow: Stdin, change: (text: string) => string | undefined): Stdin {
  const changed = mapped(flow, change);
  return flow.kind === "text" && changed.kind === "text" && changesLetters(flow.text, changed.text)
    ? marked(changed, true)
    : changed;
}

/** Keeps the origin of what is decoded, but says that its content is not the file's own any more. */
function hidden(flow: Stdin, program: string): Stdin {
  return flow.kind === "text" || isFromNetwork(flow)
    ? flow
    : unknownFlow(`what \`${program}\` makes of its input`, filesOf(flow), originOf(flow));
}

type Decoder = (args: Arguments) => ((text: string) => string | undefined) | undefined;

const decoder64: Decoder = (args) => (hasOption(args, "-d", "-D", "--decode") ? decodeBase64 : undefined);
const decoder32: Decoder = (args) => (hasOption(args, "-d", "--decode") ? decodeBase32 : undefined);
const decoderHex: Decoder = (args) =>
  hasOption(args, "-r", "-revert")
    ? (value) => decodeHex(value, hasOption(args, "-p", "-ps", "-plain"))
    : undefined;

function decode(machine: Machine, invocation: Invocation, spec: OptionSpec, pick: Decoder): Stdin {
  const args = readArguments(invocation.words, spec);
  const decoder = pick(args);
  const flow = contents(machine, args.operands, invocation.stdin);
  const readable = flow.kind === "unknown" && flow.files?.length === 1 ? readable1(machine, flow) : flow;
  return decoder === undefined
    ? unknownFlow(`what \`${invocation.program}\` makes of its input`, filesOf(flow), originOf(flow))
    : recoded(hidden(readable, invocation.program), decoder);
}

/** An encoded file is read, so that what it decodes to can be judged. */
function readable1(machine: Machine, flow: Stdin): Stdin {
  const path = filesOf(flow)[0];
  const file = path === undefined ? undefined : machine.scope.readInput(path);
  return file?.kind === "text" ? text(file.text) : flow;
}

function tr(invocation: Invocation): Stdin {
  const args = readArguments(invocation.words, nothing);
  const { stdin } = invocation;
  if (stdin.kind !== "text") {
    return hidden(stdin, "tr");
  }
  if (
    hasOption(args, "-c", "-C", "-s", "--complement", "--squeeze-repeats") ||
    args.operands.some((word) => !word.known)
  ) {
    return unknownFlow("what `tr` makes of its input");
  }
  const sets = args.operands.map((word) => word.text);
  return recoded(stdin, (value) => translate(value, sets, hasOption(args, "-d", "--delete")));
}

function openssl(machine: Machine, invocation: Invocation): Stdin {
  const names = invocation.words.slice(1).map((word) => word.text);
  const decodes =
    names.includes("-d") && (names[0] === "base64" || names.includes("-base64") || names.includes("-a"));
  const at = names.indexOf("-in");
  const input = at < 0 ? undefined : invocation.words[at + 2];
  const flow = input === undefined ? invocation.stdin : contentOf(machine, { kind: "file", path: input });
  const ciphered = names.some((name) => /^-(?:aes|des|k|pass|pbkdf2|camellia|chacha)/.test(name));
  return decodes && !ciphered
    ? recoded(hidden(flow, "openssl"), decodeBase64)
    : unknownFlow("what `openssl` prints", filesOf(flow), originOf(flow));
}

function lines(machine: Machine, invocation: Invocation): Stdin {
  const args = readArguments(invocation.words, headOptions);
  const flow = contents(machine, args.operands, invocation.stdin);
  const count = args.values.get("-n") ?? args.values.get("--lines");
  const number = Number(count?.text ?? "10");
  if (flow.kind !== "text" || hasOption(args, "-c", "--bytes")) {
    return flow.kind === "text" ? unknownFlow("a part of a text") : flow;
  }
  if (invocation.program === "tail" && count?.text.startsWith("+") === true) {
    const rest = flow.text
      .split("\n")
      .slice(number - 1)
      .join("\n");
    return marked(text(rest), flow.encoded);
  }
  if (!Number.isInteger(number) || number < 0) {
    return unknownFlow("a part of a text");
  }
  const all = flow.text.replace(/\n$/, "").split("\n");
  const kept =
    invocation.program === "tail" ? all.slice(Math.max(0, all.length - number)) : all.slice(0, number);
  return marked(text(`${kept.join("\n")}\n`), flow.encoded);
}

const sedOptions = optionSpec("-e -f -l --expression --file --line-length");

function sed(machine: Machine, invocation: Invocation): Stdin {
  const args = readArguments(invocation.words, sedOptions);
  const given = args.values.get("-e") ?? args.values.get("--expression");
  const script = given ?? args.operands[0];
  const flow = contents(machine, args.operands.slice(given === undefined ? 1 : 0), invocation.stdin);
  const plain = script?.known === true && flow.kind === "text" && !hasOption(args, "-f", "-E", "-r", "-z");
  const edited = plain ? editStream(script.text, flow.text, hasOption(args, "-n", "--quiet")) : undefined;
  return edited === undefined
    ? opaqueFilter(machine, invocation)
    : marked(text(edited), flow.kind === "text" && flow.encoded);
}
