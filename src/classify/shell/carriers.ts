import { hasOption, optionSpec, readArguments, type Arguments } from "../options.ts";
import { unescape } from "./decoders.ts";
import { container } from "./container-commands.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import { carriedTexts, carriesText } from "./text-carriers.ts";
import { listedFiles, listsIn } from "./file-lists.ts";
import { knownWord, programOf, unknownWord, wordAfter } from "./word.ts";
import { inNamespace, type Carried, type Elsewhere } from "./wrappers.ts";

/** Programs that start others once for each item, on another machine, or in a container. */
export function carried(invocation: Invocation): readonly Carried[] | undefined {
  return carriers.get(invocation.program)?.(invocation) ?? carriedTexts(invocation);
}

/** True where a program of that name carries other commands in some of its forms. */
export function isCarrier(program: string): boolean {
  return carriers.has(program) || carriesText(program);
}

type Carrier = (invocation: Invocation) => readonly Carried[] | undefined;

const carriers: ReadonlyMap<string, Carrier> = new Map<string, Carrier>([
  ["xargs", xargs],
  ["gxargs", xargs],
  ["parallel", parallel],
  ["find", find],
  ["gfind", find],
  ["fd", fd],
  ["fdfind", fd],
  ["concurrently", concurrently],
  ["ssh", (invocation) => [...(ssh(invocation) ?? []), ...proxies(invocation)]],
  ["faketime", faketime],
  ["nsenter", (invocation) => [inNamespace(invocation)]],
  ["scp", (invocation) => [...proxies(invocation), ...transports(invocation)]],
  ["sftp", (invocation) => [...proxies(invocation), ...transports(invocation)]],
  ["sshfs", sshfs],
  ["socat", socat],
  ["autossh", ssh],
  ["mosh", ssh],
  ["docker", container],
  ["podman", container],
  ["nerdctl", container],
  ["buildah", container],
  ["docker-compose", container],
  ["lxc", container],
  ["kubectl", kubectl],
  ["oc", kubectl],
  ["k3s", bundledKubectl],
  ["k0s", bundledKubectl],
  ["rke2", bundledKubectl],
  ["microk8s", bundledKubectl],
  [
    "adb",
    (invocation) =>
      invocation.words[1]?.text === "shell"
        ? [remoteText(invocation, 2, { kind: "host", name: "android" })]
        : undefined,
  ],
  [
    "vagrant",
    (invocation) => {
      const args = readArguments(invocation.words, optionSpec("-c --command"));
      const text = args.values.get("-c") ?? args.values.get("--command");
      return text === undefined
        ? undefined
        : [{ kind: "text", word: text, elsewhere: { kind: "host", name: "vagrant" } }];
    },
  ],
]);

const inputItem = ({ stdin, start, end }: Invocation): Word => ({
  ...unknownWord("…", start, end),
  template: "$__item",
  ...(stdin.kind === "unknown" && stdin.processes !== undefined ? { printed: stdin } : {}),
  listed: listsIn(stdin),
});

const xargsOptions = optionSpec(
  "-a -d -E -I -J -L -n -P -R -S -s --arg-file --delimiter --max-lines --max-args --max-procs --max-chars --replace --eof --process-slot-var",
  { stopAtOperand: true },
);

/** The command with the items of the input behind it, or in place of `{}`. */
function xargs(invocation: Invocation): readonly Carried[] {
  const args = readArguments(invocation.words, xargsOptions);
  const words = invocation.words.slice(args.operandsFrom);
  const replace = args.values.get("-I") ?? args.values.get("-J") ?? args.values.get("--replace");
  const marker = replace?.text ?? (hasOption(args, "-i", "--replace") ? "{}" : undefined);
  const command = words.length === 0 ? [knownWord("echo", invocation.start, invocation.end)] : words;
  const fromFile = hasOption(args, "-a", "--arg-file");
  const items = (fromFile
    ? undefined
    : itemsOf(invocation.stdin, marker !== undefined, delimiterOf(args))) ?? [inputItem(invocation)];
  const { stdin } = invocation;
  if (
    stdin.kind === "text" &&
    stdin.text.trim() === "" &&
    !fromFile &&
    delimiterOf(args) === undefined &&
    hasOption(args, "-r", "--no-run-if-empty")
  ) {
    return [];
  }
  const noInput: Stdin = { kind: "text", text: "" };
  if (runsItems(command, marker)) {
    return [{ kind: "hidden", because: "`xargs` hands its input to a shell as commands" }];
  }
  if (marker === undefined) {
    return [{ kind: "words", words: appended(command, items), stdin: noInput }];
  }
  return items.slice(0, 16).map((item) => ({
    kind: "words",
    words: command.map((word) => put(word, marker, item)),
    stdin: noInput,
  }));
}

/** Where `find` starts to search is then not known either, whatever it was given. */
function appended(command: readonly Word[], items: readonly Word[]): readonly Word[] {
  const [program, ...rest] = command;
  return program !== undefined && /^g?find$/.test(programOf(program)) && items.some((item) => !item.known)
    ? [program, ...items, ...rest]
    : [...command, ...items];
}

/** `xargs sh -c` and `xargs -I{} sh -c {}`: what comes in is the program. */
function runsItems(command: readonly Word[], marker: string | undefined): boolean {
  const last = command.at(-1)?.text ?? "";
  const code =
    /^-[a-z]*c$/.test(last) ||
    (marker !== undefined && last === marker && /^-[a-z]*c$/.test(command.at(-2)?.text ?? ""));
  return (
    code && command.some((word) => /(?:^|\/)(?:ba|da|z|k|a|fi)?sh$|python|node|ruby|perl/.test(word.text))
  );
}

/** What `-0` and `-d` put between the items. */
function delimiterOf(args: Arguments): string | undefined {
  const given = args.values.get("-d") ?? args.values.get("--delimiter");
  return hasOption(args, "-0", "--null") ? "\0" : given?.known === true ? unescape(given.text) : undefined;
}

/** Items of a known input: lines where they are replaced one by one, words otherwise. */
function itemsOf(stdin: Stdin, byLine: boolean, delimiter?: string): readonly Word[] | undefined {
  if (stdin.kind === "unknown" && stdin.names !== undefined) {
    return stdin.names.map((name) => ({
      ...knownWord(name, 0, 0),
      listed: listsIn(stdin),
      ...(/[*?[]/.test(name) ? { glob: true } : {}),
    }));
  }
  if (stdin.kind !== "text" || stdin.text.length > 8192) {
    return undefined;
  }
  if (delimiter !== undefined && delimiter !== "") {
    const items = stdin.text.split(delimiter);
    return (items.at(-1) === "" ? items.slice(0, -1) : items).map((item) => knownWord(item, 0, 0));
  }
  const pieces = stdin.text.split(byLine ? /\n/ : /\s+/).filter((piece) => piece.trim() !== "");
  return pieces.map((piece) => knownWord(byLine ? piece.trim() : piece.replaceAll(/^["']|["']$/g, ""), 0, 0));
}

function put(word: Word, marker: string, item: Word): Word {
  if (!word.text.includes(marker)) {
    return word;
  }
  if (word.known && item.known) {
    const text = word.text.replaceAll(marker, () => item.text);
    const { listed } = item;
    return { ...word, text, prefix: text, suffix: text, ...(listed === undefined ? {} : { listed }) };
  }
  if (word.text === marker) {
    return { ...item, start: word.start, end: word.end };
  }
  const template = (word.template ?? word.text).replaceAll(marker, () => item.template ?? item.text);
  return {
    ...word,
    known: false,
    template,
    prefix: word.text.slice(0, word.text.indexOf(marker)),
    suffix: word.text.slice(word.text.lastIndexOf(marker) + marker.length),
  };
}

const parallelOptions = optionSpec(
  "-a -j -n -N -L -S -I --arg-file --jobs --env --colsep --delay --joblog --results --tmpdir --timeout --retries --sshlogin --max-args --max-replace-args --tagstring --block --recstart --recend --workdir --wd --load --memfree --nice --halt",
  { stopAtOperand: true },
);

function parallel(invocation: Invocation): readonly Carried[] {
  const args = readArguments(invocation.words, parallelOptions);
  const words = invocation.words.slice(args.operandsFrom);
  const marks = words.findIndex((word) => /^:::[:+]*$/.test(word.text));
  const command = marks < 0 ? words : words.slice(0, marks);
  const fromInput = marks < 0 ? itemsOf(invocation.stdin, true) : undefined;
  const items = marks < 0 ? (fromInput ?? [inputItem(invocation)]) : words.slice(marks + 1);
  if (hasOption(args, "--pipe", "--pipepart", "--spreadstdin")) {
    return [{ kind: "words", words: command, stdin: invocation.stdin }];
  }
  if (command.length === 0 && marks < 0) {
    const { stdin } = invocation;
    return stdin.kind === "text"
      ? [{ kind: "text", word: knownWord(stdin.text, invocation.start, invocation.end) }]
      : [{ kind: "hidden", because: "`parallel` runs its input as commands" }];
  }
  if (marks < 0 && runsItems(command, args.values.get("-I")?.text ?? "{}")) {
    return [{ kind: "hidden", because: "`parallel` hands its input to a shell as commands" }];
  }
  if (command.length === 0) {
    return items.map((item) => ({ kind: "text", word: item }));
  }
  const marker = args.values.get("-I")?.text ?? "{}";
  const replaces = command.some((word) => word.text.includes(marker));
  return items.slice(0, 16).map((item): Carried => {
    const filled = replaces ? command.map((word) => put(word, marker, item)) : appended(command, [item]);
    const first = filled[0];
    if (filled.length <= 2 && first !== undefined && /\s/.test(first.text)) {
      const text = filled.map((word) => (word.known ? word.text : (word.template ?? word.text))).join(" ");
      return { kind: "text", word: knownWord(text, invocation.start, invocation.end) };
    }
    return { kind: "words", words: filled, stdin: { kind: "text", text: "" } };
  });
}

const findRun = /^-(?:exec|execdir|ok|okdir)$/;

/** `-exec`: `{}` is the start of the search, narrowed to the pattern that `-name` asks for. */
function find(invocation: Invocation): readonly Carried[] | undefined {
  const { words } = invocation;
  const listed = listedFiles(invocation);
  const found: Carried[] = [];
  for (let index = 1; index < words.length; index += 1) {
    if (!findRun.test(words[index]?.text ?? "")) {
      continue;
    }
    const end = words.findIndex((word, at) => at > index && (word.text === ";" || word.text === "+"));
    const command = words.slice(index + 1, end < 0 ? words.length : end);
    found.push({
      kind: "words",
      words: command.map((word) => put(word, "{}", { ...foundPath(invocation), listed })),
      stdin: invocation.stdin,
    });
    index = end < 0 ? words.length : end;
  }
  return found.length === 0 ? undefined : found;
}

/** What `find` finds, as one word: the start itself where nothing narrows the search. */
export function foundPath(invocation: Invocation): Word {
  const { words, start, end } = invocation;
  const first = words[1];
  const root =
    first === undefined || (first.known && /^[-(!]/.test(first.text)) ? knownWord(".", start, end) : first;
  const narrowing = words.findIndex(
    (word, index) =>
      !/^(?:!|-not)$/.test(words[index - 1]?.text ?? "") &&
      !(/^-i?name$/.test(word.text) && /^\*+$/.test(words[index + 1]?.text ?? "")) &&
      /^-(?:i?name|i?path|i?regex|i?wholename|[acm]time|[acm]min|newer|size|empty|inum|user|perm)$/.test(
        word.text,
      ),
  );
  if (narrowing < 0 || !root.known) {
    return root;
  }
  const pattern = words[narrowing + 1];
  const name =
    pattern?.known === true && /^-i?name$/.test(words[narrowing]?.text ?? "") && pattern.text !== "*"
      ? pattern.text
      : "found";
  const text = `${root.text.replace(/\/+$/, "")}/${name === "found" || /^[*.?]+$/.test(name) ? "found" : name}`;
  return knownWord(text, start, end);
}

function fd(invocation: Invocation): readonly Carried[] | undefined {
  const at = invocation.words.findIndex((word) => /^(?:-x|-X|--exec|--exec-batch)$/.test(word.text));
  if (at < 0) {
    return undefined;
  }
  const command = invocation.words.slice(at + 1);
  const item = { ...fdPath(invocation, invocation.words.slice(0, at)), listed: listedFiles(invocation) };
  const words = command.some((word) => word.text.includes("{}"))
    ? command.map((word) => put(word, "{}", item))
    : [...command, item];
  return [{ kind: "words", words, stdin: invocation.stdin }];
}

/** What `fd [PATTERN] [PATH]` finds, as one word: the start itself where nothing narrows the search. */
function fdPath(invocation: Invocation, words: readonly Word[]): Word {
  const { start, end } = invocation;
  const { operands, values } = readArguments(
    words,
    optionSpec(
      "-e --extension -E --exclude -d --max-depth -t --type -c --color -S --size -j --threads --changed-within --changed-before --min-depth --search-path",
    ),
  );
  const root = operands[1] ?? values.get("--search-path") ?? knownWord(".", start, end);
  const pattern = operands[0]?.text ?? "";
  const extension = (values.get("-e") ?? values.get("--extension"))?.text;
  const narrow = [...values.keys()].some((name) => /^(?:-S|--size|--changed-\w+)$/.test(name));
  if (!root.known || (/^\.?\*?$/.test(pattern) && extension === undefined && !narrow)) {
    return root;
  }
  const name = extension === undefined ? "found" : `*.${extension}`;
  return knownWord(`${root.text.replace(/\/+$/, "")}/${name}`, start, end);
}

/** `faketime [-f] TIME COMMAND`. */
function faketime({ words, stdin }: Invocation): readonly Carried[] {
  const args = readArguments(words, optionSpec("-m -p --exclude-monotonic", { stopAtOperand: true }));
  const command = words.slice(args.operandsFrom + 1);
  return command.length === 0 ? [] : [{ kind: "words", words: command, stdin }];
}

/** Every operand is a command line of its own. */
function concurrently(invocation: Invocation): readonly Carried[] {
  const args = readArguments(
    invocation.words,
    optionSpec(
      "-n --names -c --prefix-colors -p --prefix -l -m --max-processes -t -s --success --restart-tries",
    ),
  );
  return args.operands.flatMap((word): readonly Carried[] => {
    const script = /^(?:npm|yarn|pnpm|bun|node|deno):(\S+)(.*)$/.exec(word.text);
    // `npm:watch-*` stands for the scripts of such names, whatever they are.
    return script?.[1]?.includes("*") === true
      ? []
      : [{ kind: "text", word: script === null ? word : scriptText(script, word) }];
  });
}

/** `npm:test --watch`: short for `npm run test --watch`. */
function scriptText([, name = "", rest = ""]: RegExpExecArray, word: Word): Word {
  const manager = word.text.slice(0, word.text.indexOf(":"));
  const verb = manager === "deno" ? "task" : manager === "node" ? "--run" : "run";
  return knownWord(`${manager} ${verb} ${name}${rest}`, word.start, word.end);
}

/** `-o ProxyCommand=…` and its kin run on this machine. */
function proxies({ words }: Invocation): readonly Carried[] {
  const found: Carried[] = [];
  for (const [index, word] of words.entries()) {
    const option =
      words[index - 1]?.text === "-o" ? word : word.text.startsWith("-o") ? wordAfter(word, 2) : word;
    const name = /^(?:ProxyCommand|LocalCommand|KnownHostsCommand|PermitLocalCommand)[= ]/i.exec(
      option.text,
    )?.[0];
    if (name !== undefined) {
      found.push({ kind: "text", word: wordAfter(option, name.length) });
    }
  }
  return found;
}

/** `scp -S PROGRAM`, `sftp -D COMMAND`: what is started in place of `ssh`. */
function transports({ words }: Invocation): readonly Carried[] {
  const args = readArguments(words, optionSpec("-S -D -P -i -o -F -l -c -J -b -B -R -s -X"));
  return [args.values.get("-S"), args.values.get("-D")]
    .filter((word) => word !== undefined)
    .map((word) => ({ kind: "text", word }));
}

function sshfs({ words }: Invocation): readonly Carried[] {
  return words.flatMap((word): readonly Carried[] => {
    const at = word.text.indexOf("ssh_command=");
    return at < 0 ? [] : [{ kind: "text", word: wordAfter(word, at + "ssh_command=".length) }];
  });
}

/** `EXEC:COMMAND,options` and `SYSTEM:TEXT`. */
function socat({ words }: Invocation): readonly Carried[] {
  return words.flatMap((word): readonly Carried[] => {
    const text = /^(?:EXEC|SYSTEM|SHELL):(.+)$/i
      .exec(word.text)?.[1]
      ?.replace(
        /,(?:pty|stderr|setsid|sigint|sane|fdin|fdout|su|nofork|ctty|raw|echo|login|pipes|socktype)\b.*$/,
        "",
      );
    return text === undefined || !word.known
      ? []
      : [{ kind: "text", word: knownWord(text, word.start, word.end) }];
  });
}

const sshOptions = optionSpec("-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w -B", {
  stopAtOperand: true,
});

/** The remote shell reads the words behind the host, joined; without any, it reads the input. */
function ssh(invocation: Invocation): readonly Carried[] | undefined {
  const args = readArguments(invocation.words, sshOptions);
  const host = args.operands[0];
  if (host === undefined) {
    return undefined;
  }
  const elsewhere: Elsewhere = { kind: "host", name: host.text };
  const from = readArguments(invocation.words, sshOptions, args.operandsFrom + 1).operandsFrom;
  if (from < invocation.words.length) {
    return [remoteText(invocation, from, elsewhere)];
  }
  // Without a command, the shell over there reads the input.
  const { stdin, start, end } = invocation;
  return stdin.kind === "inherited"
    ? undefined
    : [{ kind: "words", words: [knownWord("sh", start, end)], stdin, elsewhere }];
}

function remoteText(invocation: Invocation, from: number, elsewhere: Elsewhere): Carried {
  const words = invocation.words.slice(from);
  const text = words.map((word) => (word.known ? word.text : (word.template ?? word.text))).join(" ");
  const encoded = words.some((part) => part.encoded === true) ? { encoded: true } : undefined;
  const word = { ...knownWord(text, invocation.start, invocation.end), ...encoded };
  return { kind: "text", word, stdin: invocation.stdin, elsewhere };
}

/** `k3s kubectl …`: distributions that bring the tool along under their own name. */
function bundledKubectl(invocation: Invocation): readonly Carried[] | undefined {
  return invocation.words[1]?.text === "kubectl"
    ? [{ kind: "words", words: invocation.words.slice(1), stdin: invocation.stdin }]
    : undefined;
}

const podOptions = optionSpec("-n --namespace -c --container --context --kubeconfig --image");

const podCommandOptions = optionSpec([...podOptions.valued].join(" "), { stopAtOperand: true });

/**
 * `kubectl exec POD -- COMMAND`: what runs there is as remote as a shell over the network. Older clients, and `oc rsh`,
 * take the command without dashes.
 */
function kubectl(invocation: Invocation): readonly Carried[] | undefined {
  const { words, stdin } = invocation;
  const verb = words.findIndex(
    (word, index) => index > 0 && word.known && /^(?:exec|run|debug|rsh)$/.test(word.text),
  );
  const dashes = words.findIndex((word) => word.known && word.text === "--");
  if (verb < 0) {
    return undefined;
  }
  const pod = readArguments(words, podCommandOptions, verb + 1);
  const from =
    dashes >= 0
      ? dashes + 1
      : /^(?:exec|rsh)$/.test(words[verb]?.text ?? "")
        ? readArguments(words, podCommandOptions, pod.operandsFrom + 1).operandsFrom
        : words.length;
  const name = pod.operands[0]?.text ?? "pod";
  const command = words.slice(from);
  return command.length === 0 && dashes < 0
    ? undefined
    : [{ kind: "words", words: command, stdin, elsewhere: { kind: "host", name } }];
}
