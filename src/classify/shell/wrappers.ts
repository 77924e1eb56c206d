import { hasOption, optionSpec, readArguments, type OptionSpec } from "../options.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import { knownWord, wordsToText } from "./word.ts";

/** What a program that starts another one would start. */
export type Carried =
  | {
      readonly kind: "words";
      readonly words: readonly Word[];
      readonly stdin: Stdin;
      readonly elsewhere?: Elsewhere;
    }
  /** Text that a shell reads. */
  | {
      readonly kind: "text";
      readonly word: Word;
      readonly stdin?: Stdin;
      readonly elsewhere?: Elsewhere;
    }
  /** What is started depends on data that is read as commands. */
  | { readonly kind: "hidden"; readonly because: string }
  /** Nothing is started by this form. */
  | { readonly kind: "nothing" };

export interface Elsewhere {
  readonly kind: "host" | "container";
  readonly name: string;
  /** Folders of this machine that a container sees, as they are written, and where. */
  readonly mounts?: readonly { readonly source: Word; readonly target: string }[];
  /** Where a container's command starts. */
  readonly folder?: string;
}

interface PrefixSpec {
  readonly options: OptionSpec;
  /** Operands before the command: the duration of `timeout`. */
  readonly skip?: number;
  /** `NAME=value` words before the command are its environment. */
  readonly assignments?: boolean;
  /** With one of these nothing is started. */
  readonly inert?: readonly string[];
  /** Sub-commands that carry (`exec`, `run`); with none, everything does. */
  readonly verbs?: readonly string[];
  /** The command stands behind `--` and nowhere else. */
  readonly dashes?: boolean;
  /** With one of these and no command, a shell reads the input. */
  readonly shell?: readonly string[];
  /** Options whose value is text for a shell. */
  readonly textOption?: readonly string[];
}

function prefix(valued: string, more: Omit<PrefixSpec, "options"> = {}): PrefixSpec {
  return { options: optionSpec(valued, { stopAtOperand: true }), ...more };
}

const runner = prefix(
  "-p --package --python --with --from --cwd --dir -C --filter -F -w --workspace --env-file",
  {
    textOption: ["-c", "--call"],
  },
);

/** Programs in front of a command, with the options of theirs that take a value. */
const prefixes: ReadonlyMap<string, PrefixSpec> = new Map<string, PrefixSpec>([
  [
    "sudo",
    prefix(
      "-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --chdir --chroot --role --type --close-from --command-timeout --other-user",
      { assignments: true, inert: ["-l", "-v", "-K", "-e", "--list", "--validate", "--edit"] },
    ),
  ],
  ["doas", prefix("-u -C -a", { assignments: true, shell: ["-s"] })],
  ["run0", prefix("-u --user -D --chdir")],
  ["pkexec", prefix("--user -u")],
  ["gosu", prefix("", { skip: 1 })],
  ["su-exec", prefix("", { skip: 1 })],
  ["runuser", prefix("-u --user -g -G", { textOption: ["-c", "--command"] })],
  ["nice", prefix("-n --adjustment")],
  ["ionice", prefix("-c --class -n --classdata -p --pid")],
  ["chrt", prefix("-p -T -P -D", { skip: 1 })],
  ["taskset", prefix("-p", { skip: 1 })],
  ["numactl", prefix("-N -m -C -i --cpunodebind --membind --physcpubind --interleave")],
  ["timeout", prefix("-k -s --kill-after --signal", { skip: 1 })],
  ["gtimeout", prefix("-k -s --kill-after --signal", { skip: 1 })],
  ["nohup", prefix("")],
  ["setsid", prefix("")],
  ["stdbuf", prefix("-i -o -e --input --output --error")],
  ["unbuffer", prefix("")],
  ["time", prefix("-f -o --format --output")],
  ["gtime", prefix("-f -o --format --output")],
  ["command", prefix("", { inert: ["-v", "-V"] })],
  ["builtin", prefix("")],
  ["exec", prefix("-a")],
  ["noglob", prefix("")],
  // zsh takes a dash in front of a command for a login shell's sign.
  ["-", prefix("")],
  ["wsl", prefix("-d --distribution -u --user --cd --shell-type")],
  ["nocorrect", prefix("")],
  ["repeat", prefix("", { skip: 1 })],
  ["chroot", prefix("--userspec --groups", { skip: 1 })],
  ["unshare", prefix("-S -G -R -w --setuid --setgid --root --wd --map-user --map-group")],
  ["setpriv", prefix("--reuid --regid --groups --inh-caps --bounding-set")],
  ["prlimit", prefix("-p --pid -o")],
  ["firejail", prefix("")],
  [
    "systemd-run",
    prefix("-u --unit -p --property -E --setenv -M --machine --slice --on-calendar --on-active"),
  ],
  ["systemd-inhibit", prefix("--what --who --why --mode")],
  ["strace", prefix("-e -o -p -s -u -P -E -a -I -O -S -X")],
  ["ltrace", prefix("-e -o -p -s -u -n -l -a")],
  ["caffeinate", prefix("-t -w")],
  ["xvfb-run", prefix("-n -e -f -s -w -p --server-num --server-args --error-file --auth-file --wait")],
  ["dbus-run-session", prefix("--config-file")],
  ["catchsegv", prefix("")],
  ["valgrind", prefix("")],
  ["proxychains", prefix("-f")],
  ["proxychains4", prefix("-f")],
  ["torsocks", prefix("")],
  ["fakeroot", prefix("-s -i -l")],
  ["eatmydata", prefix("")],
  ["chronic", prefix("")],
  ["ts-node-dev", prefix("", { dashes: true })],
  ["busybox", prefix("")],
  ["toybox", prefix("")],
  ["winpty", prefix("")],
  ["npx", runner],
  ["bunx", runner],
  ["pnpx", runner],
  ["uvx", runner],
  ["pipx", prefix("--spec --python --pip-args", { verbs: ["run"] })],
  ["npm", { ...runner, verbs: ["exec", "x"] }],
  ["pnpm", { ...runner, verbs: ["exec", "dlx"] }],
  ["yarn", { ...runner, verbs: ["exec", "dlx"] }],
  ["bun", { ...runner, verbs: ["x"] }],
  [
    "uv",
    prefix(
      "--with --python -p --env-file --group --extra --package --directory --project --no-group --only-group",
      { verbs: ["run"] },
    ),
  ],
  ["poetry", prefix("-C -P --directory --project", { verbs: ["run"] })],
  ["pipenv", prefix("", { verbs: ["run"] })],
  ["pdm", prefix("-p --project", { verbs: ["run"] })],
  ["rye", prefix("", { verbs: ["run"] })],
  ["hatch", prefix("-e --env", { verbs: ["run"] })],
  ["pixi", prefix("-e --environment", { verbs: ["run"] })],
  ["conda", prefix("-n --name -p --prefix", { verbs: ["run"] })],
  ["mamba", prefix("-n --name -p --prefix", { verbs: ["run"] })],
  ["bundle", prefix("--gemfile", { verbs: ["exec"] })],
  ["mise", prefix("-C --cd", { verbs: ["exec", "x"], textOption: ["-c", "--command"], dashes: true })],
  ["asdf", prefix("", { verbs: ["exec"] })],
  ["rbenv", prefix("", { verbs: ["exec"] })],
  ["pyenv", prefix("", { verbs: ["exec"] })],
  ["direnv", prefix("", { verbs: ["exec"], skip: 1 })],
  ["dotenv", prefix("-e -f -c -v", { dashes: true })],
  ["dotenvx", prefix("-f --env-file", { verbs: ["run"], dashes: true })],
  ["op", prefix("--env-file --account", { verbs: ["run"], dashes: true })],
  [
    "doppler",
    prefix("-p -c --project --config --token", { verbs: ["run"], textOption: ["--command"], dashes: true }),
  ],
  [
    "infisical",
    prefix("--env --path --projectId", { verbs: ["run"], textOption: ["--command"], dashes: true }),
  ],
  ["aws-vault", prefix("-d --duration", { verbs: ["exec"], skip: 1 })],
  ["summon", prefix("-f -p -e -D --up --provider --environment --subs")],
  ["teller", prefix("-c --config", { verbs: ["run"], dashes: true })],
  ["berglas", prefix("", { verbs: ["exec"], dashes: true })],
  ["cpulimit", prefix("-l -p -e -P -c --limit --pid --exe --path --cpu")],
  ["chamber", prefix("", { verbs: ["exec"], dashes: true })],
  ["cross-env", prefix("", { assignments: true })],
  ["cross-env-shell", prefix("", { assignments: true })],
  ["nix-shell", prefix("-p -A -I", { textOption: ["--run", "--command"], dashes: true })],
  ["nix", prefix("", { verbs: ["develop", "shell"], dashes: true })],
  ["lerna", prefix("--scope", { verbs: ["exec"], dashes: true })],
  ["entr", prefix("", { textOption: ["-s"] })],
  ["nodemon", prefix("-w --watch -e --ext", { textOption: ["-x", "--exec"], dashes: true })],
  ["script", prefix("-I -O -B -E -T -t -o", { textOption: ["-c", "--command"], dashes: true })],
  ["su", prefix("-s -g -G -w --shell", { textOption: ["-c", "--command"], dashes: true })],
  ["flock", prefix("-w -E --timeout --conflict-exit-code", { skip: 1, textOption: ["-c", "--command"] })],
  ["ssh-agent", prefix("-a -t -E -P")],
]);

/** The dynamic loader starts the program that it is given. */
const loader = prefix("--library-path --preload --inhibit-rpath --audit --argv0 --glibc-hwcaps-prepend");

const namespaces = prefix("-t -S -G -w --target");

/** `nsenter OPTIONS COMMAND`; `nothing` where it starts the user's shell. No plain prefix, because of that shell. */
export function inNamespace(invocation: Invocation): Carried {
  return peelPrefix(invocation, namespaces) ?? { kind: "nothing" };
}

/** True where a program of that name starts what its words say, in any of its forms. */
export function isWrapper(program: string): boolean {
  return prefixes.has(program) || program === "env" || program === "watch";
}

/** Takes one wrapper off; undefined where the program is none. */
export function peel(invocation: Invocation): Carried | undefined {
  const spec = prefixes.get(invocation.program);
  if (spec === undefined && /^ld(?:-[\w.-]+)?\.so(?:\.\d+)*$/.test(invocation.program)) {
    return peelPrefix(invocation, loader);
  }
  if (spec === undefined) {
    return invocation.program === "env"
      ? peelEnv(invocation)
      : invocation.program === "watch"
        ? peelWatch(invocation)
        : undefined;
  }
  return peelPrefix(invocation, spec);
}

function peelPrefix(invocation: Invocation, spec: PrefixSpec): Carried | undefined {
  let words = invocation.words;
  if (spec.verbs !== undefined) {
    const args = readArguments(words, spec.options);
    if (!spec.verbs.includes(args.operands[0]?.text ?? "")) {
      return undefined;
    }
    words = words.slice(args.operandsFrom);
  }
  const args = readArguments(words, spec.options);
  const text = textValue(spec, words, args.operandsFrom);
  if (text !== undefined) {
    return { kind: "text", word: text };
  }
  if (spec.inert?.some((name) => args.flags.has(name)) === true) {
    return { kind: "nothing" };
  }
  const from = spec.dashes === true ? afterDashes(words) : args.operandsFrom + (spec.skip ?? 0);
  const all = from === undefined ? [] : words.slice(from);
  const rest = all[0]?.known === true && all[0].text === "--" ? all.slice(1) : all;
  if (rest.length === 0 && spec.shell?.some((name) => args.flags.has(name)) === true) {
    return carry([knownWord("sh", invocation.start, invocation.end)], invocation, false);
  }
  return carry(rest, invocation, spec.assignments === true);
}

function afterDashes(words: readonly Word[]): number | undefined {
  const index = words.findIndex((word) => word.known && word.text === "--");
  return index < 0 ? undefined : index + 1;
}

/** `-c TEXT` may stand behind the operands (`su root -c TEXT`), so it is looked for everywhere before `--`. */
function textValue(spec: PrefixSpec, words: readonly Word[], operandsFrom: number): Word | undefined {
  for (const [index, word] of words.entries()) {
    if (index === 0 || spec.textOption === undefined) {
      continue;
    }
    if (word.known && word.text === "--") {
      return undefined;
    }
    if (spec.skip !== undefined && index > operandsFrom + spec.skip) {
      return undefined;
    }
    if (spec.textOption.includes(word.text) || isBundle(spec, word)) {
      return words[index + 1];
    }
    const long = spec.textOption.find((name) => name.startsWith("--") && word.text.startsWith(`${name}=`));
    if (long !== undefined) {
      return {
        ...word,
        text: word.text.slice(long.length + 1),
        template: (word.template ?? word.text).slice(long.length + 1),
      };
    }
  }
  return undefined;
}

/** `-qec`: the option that takes text, last among letters without a value. */
function isBundle(spec: PrefixSpec, { known, text }: Word): boolean {
  return (
    known &&
    /^-[A-Za-z]{2,5}$/.test(text) &&
    spec.textOption?.includes(`-${text.at(-1) ?? ""}`) === true &&
    !Array.from(text.slice(1, -1)).some((letter) => spec.options.valued.has(`-${letter}`))
  );
}

function carry(words: readonly Word[], invocation: Invocation, assignments: boolean): Carried {
  const from = assignments ? firstCommandWord(words) : 0;
  const rest = words.slice(from);
  const [only] = rest;
  if (only === undefined) {
    return { kind: "nothing" };
  }
  // No program has such a name: whoever writes it means a command line, and some wrappers take it for one.
  return rest.length === 1 && only.known && /\S\s+\S/.test(only.text)
    ? { kind: "text", word: only, stdin: invocation.stdin }
    : { kind: "words", words: rest, stdin: invocation.stdin };
}

function firstCommandWord(words: readonly Word[]): number {
  const index = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word.text));
  return index < 0 ? words.length : index;
}

const envOptions = optionSpec("-u --unset -C --chdir -S --split-string -P -a --argv0", {
  stopAtOperand: true,
});

/** `env` alone prints the environment, which is a matter of its own rule. */
function peelEnv(invocation: Invocation): Carried | undefined {
  const args = readArguments(invocation.words, envOptions);
  const rest = invocation.words.slice(args.operandsFrom);
  const named = rest.findIndex((word) => !/^[^\s=-][^\s=]*=/.test(word.text));
  const command = rest.slice(named < 0 ? rest.length : named);
  const split = args.values.get("-S") ?? args.values.get("--split-string");
  if (split !== undefined) {
    // Every word behind the text is an argument of what it names.
    const at = invocation.words.findIndex(({ text }) => /^(?:-[a-zA-Z]*S|--split-string$)/.test(text));
    const attached =
      invocation.words[at]?.text.length !== 2 &&
      !/^(?:--split-string|-[a-zA-Z]*S)$/.test(invocation.words[at]?.text ?? "");
    const tail = wordsToText(invocation.words.slice(at + (attached ? 1 : 2)));
    const text = `${split.known ? split.text : (split.template ?? split.text)} ${tail}`;
    return { kind: "text", word: { ...split, text, template: text } };
  }
  return command.length === 0 ? undefined : { kind: "words", words: command, stdin: invocation.stdin };
}

const watchOptions = optionSpec("-n --interval -q", { stopAtOperand: true });

/** `watch` hands its words to a shell, unless told otherwise. */
function peelWatch(invocation: Invocation): Carried | undefined {
  const args = readArguments(invocation.words, watchOptions);
  const rest = invocation.words.slice(args.operandsFrom);
  if (rest.length === 0) {
    return undefined;
  }
  return hasOption(args, "-x", "--exec") || rest.length > 1
    ? { kind: "words", words: rest, stdin: invocation.stdin }
    : { kind: "text", word: rest[0] ?? knownWord("", invocation.start, invocation.end) };
}
