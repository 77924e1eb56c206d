import { optionSpec, readArguments, type Arguments } from "../options.ts";
import { baseName } from "../paths.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { addressOf, suspicion } from "./fetched-address.ts";
import { contentOf } from "./output.ts";
import { editStream } from "./stream-editor.ts";
import { inherited, isPipe, knownWord, originOf, throughPipe, unknownFlow } from "./word.ts";
import { trackUnpacking } from "./unpacked.ts";
import { writers, writtenBySed } from "./written-files.ts";

/** Follows which files hold what: a download that is moved, copied or linked is still a download. */
export function trackFiles(machine: Machine, invocation: Invocation): void {
  trackers.get(invocation.program)?.(machine, invocation);
  writers.get(invocation.program)?.(machine, invocation);
  trackUnpacking(machine, invocation);
}

type Tracker = (machine: Machine, invocation: Invocation) => void;

const curlOptions = optionSpec(
  "-o --output -H --header -d --data --data-raw --data-binary --data-urlencode -X --request -u --user -A --user-agent -e --referer -F --form -b --cookie -c --cookie-jar -T --upload-file -K --config -x --proxy -m --max-time --connect-timeout --retry --retry-delay -w --write-out --output-dir -C --cacert --cert --key --url -r --range -Q --quote -E --resolve --connect-to --json",
);
const wgetOptions = optionSpec(
  "-O --output-document -P --directory-prefix -o --output-file -a -t --tries -T --timeout -U --user-agent --header --post-data --post-file --body-data --body-file --method -e -w --wait -Q --user --password -i --input-file -l -A -R -D -I -X",
);
const copyOptions = optionSpec(
  "-t --target-directory -S --suffix -m --mode -o --owner -g --group -e --rsh --exclude --include --filter",
);

const trackers: ReadonlyMap<string, Tracker> = new Map<string, Tracker>([
  ["curl", download(curlOptions, ["-o", "--output"], ["-O", "--remote-name", "-J", "--remote-header-name"])],
  ["wget", download(wgetOptions, ["-O", "--output-document"], undefined)],
  [
    "http",
    download(optionSpec("-o --output -a --auth -A --session"), ["-o", "--output"], ["-d", "--download"]),
  ],
  ["xh", download(optionSpec("-o --output -a --auth"), ["-o", "--output"], ["-d", "--download"])],
  ["aria2c", download(optionSpec("-o --out -d --dir -x -s -j"), ["-o", "--out"], undefined)],
  ["cp", copy],
  ["gcp", copy],
  ["mv", copy],
  ["ln", copy],
  ["install", copy],
  ["ditto", copy],
  ["dd", copyByName],
  ["tee", tee],
  ["gzip", compress(".gz")],
  ["xz", compress(".xz")],
  ["bzip2", compress(".bz2")],
  ["zstd", compress(".zst")],
  ["zip", archive],
  ["tar", archive],
  ["scp", fetchRemote],
  ["rsync", fetchRemote],
  ["mkfifo", pipe],
  ["sed", editInPlace],
  ["gsed", editInPlace],
]);

function remember(machine: Machine, word: Word | undefined, flow: Stdin): void {
  const path = word === undefined ? undefined : machine.scope.resolvePath(word);
  if (path !== undefined && !path.startsWith("/dev/") && !(isPipe(flow) && machine.state.files.has(path))) {
    machine.state.write(path, flow);
  }
}

/** Files that a download is stored in: the named one, or the last part of each address. */
function download(
  spec: ReturnType<typeof optionSpec>,
  outputs: readonly string[],
  byAddress: readonly string[] | undefined,
): Tracker {
  return (machine, invocation) => {
    const args = readArguments(invocation.words, spec);
    const address = addressOf(invocation.words);
    const flow: Stdin = {
      kind: "unknown",
      because: `what \`${invocation.program}\` downloaded`,
      fromNetwork: true,
      ...(address === undefined ? {} : { address }),
      ...suspicion(invocation.words),
    };
    const named = outputs.map((name) => args.values.get(name)).find((word) => word !== undefined);
    if (named !== undefined) {
      if (named.text !== "-") {
        remember(machine, named, flow);
      }
      return;
    }
    if (byAddress === undefined || byAddress.some((name) => args.flags.has(name))) {
      const folder =
        args.values.get("-P") ?? args.values.get("--directory-prefix") ?? args.values.get("--output-dir");
      for (const operand of args.operands) {
        remember(machine, addressFile(operand, folder), flow);
      }
    }
  };
}

function addressFile(address: Word, folder: Word | undefined): Word | undefined {
  const path = (address.known ? address.text : address.suffix)
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/[?#].*$/, "");
  const name = path.includes("/") ? path.slice(path.lastIndexOf("/") + 1) : "";
  const into = folder?.known === true ? `${folder.text.replace(/\/$/, "")}/` : "";
  return name === "" ? undefined : knownWord(into + name, address.start, address.end);
}

/** `cp a b`, `mv a dir/`, `ln a b`, `install a b`. */
function copy(machine: Machine, invocation: Invocation): void {
  const args = readArguments(invocation.words, copyOptions);
  const target = args.values.get("-t") ?? args.values.get("--target-directory");
  const sources = target === undefined ? args.operands.slice(0, -1) : args.operands;
  const to = target ?? args.operands.at(-1);
  const destination = to === undefined ? undefined : machine.scope.resolvePath(to);
  if (destination === undefined || to === undefined) {
    return;
  }
  const folder =
    target !== undefined ||
    to.text.endsWith("/") ||
    sources.length > 1 ||
    machine.lookups.kind(destination) === "directory";
  for (const source of sources) {
    copyOne(machine, { source, destination, folder, invocation });
  }
}

function copyOne(
  machine: Machine,
  parts: { source: Word; destination: string; folder: boolean; invocation: Invocation },
): void {
  const path = machine.scope.resolvePath(parts.source);
  if (path === undefined) {
    if (parts.source.printed !== undefined && !parts.folder) {
      machine.state.write(parts.destination, parts.source.printed);
    }
    return;
  }
  if (parts.invocation.program === "ln" && path.startsWith("/dev/")) {
    machine.state.write(parts.destination, unknownFlow(`what comes through \`${path}\``));
    return;
  }
  const input = /^\/dev\/(?:stdin|fd\/\w+)$/.test(path)
    ? contentOf(
        machine,
        path === "/dev/stdin" ? parts.invocation.stdin : { kind: "file", path: parts.source },
      )
    : undefined;
  const known = input ?? machine.state.files.get(path);
  const flow = known ?? unknownFlow(`content of \`${path}\``, [path]);
  const target = parts.folder ? `${parts.destination}/${baseName(path)}` : parts.destination;
  if (!isPipe(flow) || !machine.state.files.has(target)) {
    machine.state.write(target, flow);
  }
  if (parts.invocation.program === "mv") {
    machine.state.files.delete(path);
  }
}

/** `dd if=a of=b`. */
function copyByName(machine: Machine, { words, stdin }: Invocation): void {
  const value = (name: string): Word | undefined => {
    const word = words.find((candidate) => candidate.text.startsWith(name));
    return word === undefined ? undefined : knownWord(word.text.slice(name.length), word.start, word.end);
  };
  const input = value("if=");
  const output = value("of=");
  if (output !== undefined) {
    remember(
      machine,
      output,
      contentOf(machine, input === undefined ? stdin : { kind: "file", path: input }),
    );
  }
}

function tee(machine: Machine, invocation: Invocation): void {
  for (const operand of readArguments(invocation.words, optionSpec("")).operands) {
    remember(machine, operand, contentOf(machine, invocation.stdin));
  }
}

/** `gzip -k file` makes `file.gz`, which holds what the file held. */
function compress(ending: string): Tracker {
  return (machine, invocation) => {
    const args = readArguments(invocation.words, optionSpec("-S --suffix -T"));
    const suffix = (args.values.get("-S") ?? args.values.get("--suffix"))?.text ?? ending;
    for (const operand of args.operands) {
      const path = machine.scope.resolvePath(operand);
      if (path !== undefined) {
        const held = machine.state.files.get(path) ?? inherited;
        machine.state.write(path + suffix, unknownFlow("a compressed file", [path], originOf(held)));
      }
    }
  };
}

/** An archive holds the files that are put in. */
function archive(machine: Machine, invocation: Invocation): void {
  const args: Arguments = readArguments(
    invocation.words,
    optionSpec("-f --file -C --directory -x --exclude"),
  );
  const operands = args.operands.filter((word) => word.known && !/^[a-zA-Z]{2,5}f?$/.test(word.text));
  const named = invocation.program === "zip" ? args.operands[0] : (args.values.get("-f") ?? operands[0]);
  const paths = operands
    .filter((word) => word !== named)
    .map((word) => machine.scope.resolvePath(word))
    .filter((path) => path !== undefined);
  if (named !== undefined && named.text !== "-" && paths.length > 0) {
    remember(machine, named, unknownFlow("an archive", paths));
  }
}

const sedOptions = optionSpec("-e -f -l --expression --file --line-length");

/** `sed -i` on a file that the line itself wrote, or that takes in what would do harm. */
function editInPlace(machine: Machine, invocation: Invocation): void {
  writtenBySed(machine, invocation);
  const args = readArguments(invocation.words, sedOptions);
  if (!args.flags.has("-i") && !args.flags.has("--in-place")) {
    return;
  }
  const given = args.values.get("-e") ?? args.values.get("--expression");
  const script = given ?? args.operands[0];
  for (const file of args.operands.slice(given === undefined ? 1 : 0)) {
    const path = machine.scope.resolvePath(file);
    if (path === undefined) {
      continue;
    }
    const before = machine.state.files.get(path);
    const content = before ?? textOnDisk(machine, path, script);
    if (content !== undefined) {
      const edited =
        content.kind === "text" && script?.known === true
          ? editStream(script.text, content.text, false)
          : undefined;
      const hidden = unknownFlow("what `sed -i` makes of a file");
      machine.state.write(path, edited === undefined ? hidden : { kind: "text", text: edited });
    }
  }
}

/** Files that are edited every day are not followed; a script that takes in a command with a blank in it is. */
function textOnDisk(machine: Machine, path: string, script: Word | undefined): Stdin | undefined {
  const runs = /\.(?:sh|bash|zsh)$|\/[\w-]+$/.test(path);
  if (!runs || script?.known !== true || !/\w\s+\S/.test(script.text)) {
    return undefined;
  }
  const file = machine.scope.readInput(path);
  return file.kind === "text" ? { kind: "text", text: file.text } : undefined;
}

/** What a named pipe gives depends on who writes into it. */
function pipe(machine: Machine, invocation: Invocation): void {
  for (const operand of readArguments(invocation.words, optionSpec("-m --mode")).operands) {
    remember(machine, operand, unknownFlow(throughPipe));
  }
}

function fetchRemote(machine: Machine, invocation: Invocation): void {
  const { operands } = readArguments(
    invocation.words,
    optionSpec("-P -i -o -F -l -c -S -J -e --rsh --exclude --include --filter"),
  );
  const last = operands.at(-1);
  const fetched = operands.slice(0, -1).filter((word) => /^[^/]+:/.test(word.text));
  if (last === undefined || /^[^/]+:/.test(last.text)) {
    return;
  }
  if (fetched.length === 0) {
    if (invocation.program === "rsync") {
      copy(machine, invocation);
    }
    return;
  }
  const because = `what \`${invocation.program}\` fetched`;
  const folder = /(?:^|\/)\.{0,2}$/.test(last.text);
  for (const source of folder ? fetched : [last]) {
    const name = folder
      ? `${last.text.replace(/\/$/, "")}/${baseName(source.text.replace(/^[^/]+:/, "/"))}`
      : last.text;
    remember(machine, knownWord(name, last.start, last.end), { kind: "unknown", because, fromNetwork: true });
  }
}
