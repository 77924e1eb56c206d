import { optionSpec, readArguments, type Arguments, type OptionSpec } from "../options.ts";
import type { Invocation, Word } from "./invocation.ts";
import { knownWord, wordsToText } from "./word.ts";
import type { Carried, Elsewhere } from "./wrappers.ts";

/** Where a program that hands text to a shell has that text. */
interface TextSpec {
  readonly options: OptionSpec;
  /** Options whose value is text. */
  readonly text?: readonly string[];
  /** Words in front of the text that must stand there, each as a pattern; they are no text. */
  readonly verbs?: readonly RegExp[];
  /** How many operands stand between those words and the text. */
  readonly skip?: number;
  /** `each`: every operand is text of its own. Otherwise the rest is joined, or only the options hold text. */
  readonly operands?: "each" | "joined";
  /** True where what runs, runs on another machine: the first skipped operand, or what the program reaches. */
  readonly remote?: boolean;
}

function joined(valued: string, more: Partial<TextSpec> = {}): TextSpec {
  return { options: optionSpec(valued, { stopAtOperand: true }), operands: "joined", ...more };
}

function each(valued: string, more: Partial<TextSpec> = {}): TextSpec {
  return { options: optionSpec(valued), operands: "each", ...more };
}

const sshMany =
  "-H -h -l -p -t -o -e -O -x -w -g -f -u -m --host --hosts --user --par --timeout --outdir --errdir";
const terminal: TextSpec = {
  options: optionSpec("-T -title --title -geometry --geometry --working-directory -bg -fg -fn"),
  text: ["-e", "-x", "--command", "--execute"],
};

const carriers: ReadonlyMap<string, TextSpec> = new Map<string, TextSpec>([
  [
    "hyperfine",
    each(
      "-w --warmup -m --min-runs -M --max-runs -r --runs -S --shell -u --time-unit -n --command-name -i -P --parameter-scan -D -L --parameter-list --export-json --export-markdown --export-csv --export-asciidoc --export-orgmode --style --sort --input --output -p --prepare -s --setup -c --cleanup --conclude --reference",
      { text: ["-p", "--prepare", "-s", "--setup", "-c", "--cleanup", "--conclude", "--reference"] },
    ),
  ],
  [
    "watchexec",
    joined(
      "-w --watch -e --exts -f --filter -i --ignore -d --delay-run --debounce -s --signal -E --env --workdir --shell --stop-signal -o --on-busy-update",
    ),
  ],
  ["sem", joined("-j --jobs --id -S --timeout --delay")],
  [
    "pueue",
    joined("-g --group -d --delay -w --working-directory -a --after -l --label -o --priority", {
      verbs: [/^add$/],
    }),
  ],
  ["tsp", joined("-L -D -W -S -N -g")],
  ["ddev", joined("-s --service -d --dir", { verbs: [/^(?:exec|\.)$/] })],
  ["husky", joined("", { verbs: [/^(?:add|set)$/], skip: 1 })],
  ["start-server-and-test", each("--expect")],
  ["start-test", each("--expect")],
  ["mispipe", each("")],
  ["pee", each("")],
  ["xdotool", joined("--delay --window --clearmodifiers", { verbs: [/^type$/] })],
  ["ydotool", joined("-d -D --delay --key-delay --file", { verbs: [/^type$/] })],
  ["wtype", joined("-d -s -k -P -p -M -m")],
  ["sops", joined("", { verbs: [/^exec-(?:env|file)$/], skip: 1 })],
  [
    "salt",
    joined("-b --batch-size -t --timeout", {
      skip: 1,
      verbs: [/^cmd\.(?:run|shell|run_all)$/],
      remote: true,
    }),
  ],
  ["salt-call", joined("-l -c --config-dir", { verbs: [/^cmd\.(?:run|shell|run_all)$/] })],
  ["salt-ssh", joined("-i", { skip: 1, verbs: [/^cmd\.(?:run|shell|run_all)$/], remote: true })],
  [
    "bolt",
    each("-t --targets -q --query -u --user -p --password --private-key --transport", {
      verbs: [/^command$/, /^run$/],
      remote: true,
    }),
  ],
  ["knife", joined("-x -a -P -i", { verbs: [/^ssh$/], skip: 1, remote: true })],
  ["mco", joined("", { verbs: [/^shell$/, /^run$/], remote: true })],
  ["pssh", joined(sshMany, { remote: true })],
  ["parallel-ssh", joined(sshMany, { remote: true })],
  ["pdsh", joined("-w -x -l -t -u -f -R -g", { remote: true })],
  ["clush", joined("-w -x -g -X -l -t -u -f -o", { remote: true })],
  ["dsh", joined("-m -g -f -r -o", { remote: true })],
  ["cssh", joined("-a", { text: ["-a"], remote: true })],
  ["rsh", joined("-l", { skip: 1, remote: true })],
  ["plink", joined("-P -l -pw -i -m", { skip: 1, remote: true })],
  ["consul", joined("-node -service -http-addr -token", { verbs: [/^exec$/], remote: true })],
  ["zpty", joined("", { skip: 1 })],
  ["sched", joined("", { skip: 1 })],
  ["bindkey", joined("-s", { skip: 0, text: ["-s"] })],
  ["sg", { options: optionSpec("-c"), text: ["-c"] }],
  [
    "cargo-watch",
    {
      options: optionSpec("-s --shell -x --exec -w --watch -i --ignore -d --delay -C"),
      text: ["-s", "--shell"],
    },
  ],
  [
    "cargo",
    {
      options: optionSpec("-s --shell -x --exec -w --watch -i --ignore -d --delay -C"),
      verbs: [/^watch$/],
      text: ["-s", "--shell"],
    },
  ],
  ["split", { options: optionSpec("--filter -b -l -n -a -C"), text: ["--filter"] }],
  ["wget", { options: optionSpec("--use-askpass"), text: ["--use-askpass"] }],
  ...[
    "xterm",
    "uxterm",
    "konsole",
    "gnome-terminal",
    "xfce4-terminal",
    "mate-terminal",
    "lxterminal",
    "terminator",
    "tilix",
    "urxvt",
    "rxvt",
    "st",
    "alacritty",
    "foot",
    "x-terminal-emulator",
  ].map((name): [string, TextSpec] => [name, terminal]),
]);

/** True where a program of that name hands text to a shell. */
export function carriesText(program: string): boolean {
  return carriers.has(program);
}

/** The texts that a program hands to a shell; undefined where this form hands none. */
export function carriedTexts(invocation: Invocation): readonly Carried[] | undefined {
  const spec = carriers.get(invocation.program);
  if (spec === undefined) {
    return undefined;
  }
  const args = readArguments(invocation.words, spec.options);
  const from = behindVerbs(args.operands, spec);
  if (from === undefined) {
    return undefined;
  }
  const elsewhere: Elsewhere | undefined =
    spec.remote === true ? { kind: "host", name: args.operands[0]?.text ?? invocation.program } : undefined;
  const texts = [
    ...optionTexts(args, spec, invocation.words),
    ...operandTexts(args.operands.slice(from), spec),
  ];
  return texts.length === 0
    ? undefined
    : texts.map((word) => ({ kind: "text", word, ...(elsewhere === undefined ? {} : { elsewhere }) }));
}

/** Index of the first operand that is text; undefined where the words in front of it are others. */
function behindVerbs(
  operands: readonly Word[],
  { verbs = [], skip = 0, options }: TextSpec,
): number | undefined {
  // `salt TARGET cmd.run TEXT`: what is skipped stands in front, where the options end at the first operand.
  for (const lead of options.stopAtOperand === true ? [0, skip] : [0]) {
    if (verbs.every((verb, index) => verb.test(operands[lead + index]?.text ?? ""))) {
      return verbs.length + skip;
    }
  }
  return undefined;
}

function optionTexts(args: Arguments, spec: TextSpec, words: readonly Word[]): readonly Word[] {
  const found: Word[] = [];
  for (const name of spec.text ?? []) {
    const at = words.findIndex((word) => word.known && word.text === name);
    const rest = words.slice(at + 1);
    const value = args.values.get(name);
    if (spec === terminal && at > 0 && rest.length > 1) {
      // A terminal takes all that follows, as words.
      found.push(textWord(wordsToText(rest), rest));
    } else if (spec === terminal && at > 0 && rest[0] !== undefined) {
      found.push(rest[0]);
    } else if (value !== undefined) {
      found.push(value);
    }
  }
  return found;
}

function operandTexts(operands: readonly Word[], { operands: how }: TextSpec): readonly Word[] {
  if (how === "each") {
    return operands.filter((word) => /\s/.test(word.text));
  }
  const rest = operands[0]?.text === "--" ? operands.slice(1) : operands;
  return how === "joined" && rest.length > 0 ? [joinedText(rest)] : [];
}

/** Words as one text, as a shell gets them that is handed the line. */
function joinedText(words: readonly Word[]): Word {
  const texts = words.map((word) => (word.known ? word.text : (word.template ?? word.text)));
  return textWord(texts.join(" "), words);
}

function textWord(text: string, words: readonly Word[]): Word {
  return knownWord(text, words[0]?.start ?? 0, words.at(-1)?.end ?? 0);
}
