import type { NamePattern, Narrowing, TreeReach } from "../../model/tree.ts";
import { hasOption, optionSpec, readArguments, type Arguments, type OptionSpec } from "../options.ts";
import type { ProgramRule } from "../scope.ts";
import { textsOf } from "../shell/file-lists.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { knownWord, wordAfter } from "../shell/word.ts";
import { defined, ignoreGlobs, listsOf, nameGlob, reportListed, reportTree } from "../tree-reach.ts";

const shared =
  "-e -f -m -A -B -C -d -D --regexp --file --include --exclude --exclude-dir --exclude-from --max-count --context --after-context --before-context --directories --devices --label --color --colour --binary-files";
const grepOptions = optionSpec(shared);
/** Others take values behind letters that are flags of `grep`. */
const walkerOptions = optionSpec(
  `${shared} -g -t -T -M -E -j -G --glob --iglob --type --type-not --max-depth --sort --sortr --max-filesize --max-columns --ignore-file --ignore --ignore-dir --threads --encoding --engine --pre --replace -r`,
);

/** Which options of a search take a value. */
export function searchOptions(program: string): OptionSpec {
  return isGrep(program) ? grepOptions : walkerOptions;
}

/** Searches that go through folders show lines of every file in which they find something. */
export const treeSearches: ProgramRule = {
  programs: ["grep", "egrep", "fgrep", "ggrep", "rg", "ag", "ack", "ugrep"],
  examples: {
    matches: [{ command: "grep -rn KEY .", actions: ["fs:search"] }],
    misses: [
      { command: "grep -n KEY notes.txt", actions: ["fs:search"] },
      { command: "ps aux | grep node", actions: ["fs:search"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, searchOptions(invocation.program));
    const search = searchOf(invocation, args);
    const because = `\`${invocation.program}\` shows what it finds in the files below`;
    for (const operand of search.operands) {
      if (listsOf(operand).length > 0) {
        reportListed(scope, operand, { tree: search.texts, because }, invocation);
      }
    }
    if (!search.goesThroughFolders || args.flags.has("--files")) {
      return;
    }
    const folders =
      search.operands.length === 0
        ? [scope.cwd]
        : search.operands.map((operand) => scope.resolvePath(operand));
    for (const folder of folders) {
      if (folder !== undefined) {
        const tree = { ...search.reach, ...search.texts, ...narrowingOf(invocation) };
        reportTree(scope, folder, { tree, because }, invocation);
      }
    }
  },
};

interface Search {
  readonly operands: readonly Word[];
  readonly reach: TreeReach;
  readonly texts: Pick<TreeReach, "texts">;
  readonly goesThroughFolders: boolean;
}

function searchOf(invocation: Invocation, args: Arguments): Search {
  const byGrep = isGrep(invocation.program);
  const given = patternsGiven(invocation, args);
  const fromFile = args.values.has("-f") || args.values.has("--file");
  const leading = given.length === 0 && !fromFile && !args.flags.has("--files") ? 1 : 0;
  const searched = given.length === 0 ? args.operands.slice(0, leading) : given;
  const folders = args.values.get("-d") ?? args.values.get("--directories");
  return {
    operands: args.operands.slice(leading),
    reach: byGrep ? grepReach(invocation, args) : walkerReach(invocation, args),
    texts: fromFile ? {} : requiredBy(searched, invocation, args),
    goesThroughFolders:
      !byGrep ||
      hasOption(args, "-r", "-R", "--recursive", "--dereference-recursive") ||
      folders?.text === "recurse",
  };
}

/** Patterns given by options. In a bundle such as `-rne`, one is only found by reading all options. */
function patternsGiven({ words }: Invocation, args: Arguments): readonly Word[] {
  const each = [...valuesOf(words, ["-e", "--regexp"])];
  const last = args.values.get("-e") ?? args.values.get("--regexp");
  return each.length === 0 && last !== undefined ? [last] : each;
}

/** What must occur in a file for the search to show anything of it. */
function requiredBy(
  searched: readonly Word[],
  { program }: Invocation,
  args: Arguments,
): Pick<TreeReach, "texts"> {
  const rest = ["-v", "--invert-match", "--files-without-match", "--passthru", "--passthrough"];
  if (hasOption(args, ...rest) || (isGrep(program) && args.flags.has("-L"))) {
    return {};
  }
  const perl = hasOption(args, "-E", "-P", "--extended-regexp", "--perl-regexp");
  const fixed = program === "fgrep" || hasOption(args, "-F", "-Q", "--fixed-strings", "--literal");
  const texts = textsOf(searched, perl || !/^g?grep$/.test(program), fixed);
  return texts === undefined ? {} : { texts };
}

function isGrep(program: string): boolean {
  return /^[efg]?grep$/.test(program);
}

function grepReach({ words }: Invocation, args: Arguments): TreeReach {
  const only = [...valuesOf(words, ["--include"])].map((word) => globOf(word, "file"));
  const except = [
    ...[...valuesOf(words, ["--exclude"])].map((word) => globOf(word, "file")),
    ...[...valuesOf(words, ["--exclude-dir"])].map((word) => globOf(word, "name")),
  ];
  return {
    ...narrowedTo(only),
    ...(defined(except).length === 0 ? {} : { except: defined(except) }),
    ...(hasOption(args, "-R", "--dereference-recursive") ? { links: true } : {}),
  };
}

function globOf(word: Word, on: "file" | "name"): NamePattern | undefined {
  return word.known ? nameGlob(word.text, on) : undefined;
}

/** One pattern that is not understood may stand for any file. */
function narrowedTo(only: readonly (NamePattern | undefined)[]): Pick<TreeReach, "only"> {
  return only.length > 0 && only.every((each) => each !== undefined) ? { only: defined(only) } : {};
}

/** Tools that leave out dot files and what git ignores, unless they are told otherwise. */
function walkerReach({ program, words }: Invocation, args: Arguments): TreeReach {
  const globs = [...valuesOf(words, ["-g", "--glob", "--iglob"])];
  const wanted = program === "rg" ? globs.filter((word) => !word.text.startsWith("!")) : [];
  const unwanted = [
    ...globs.filter((word) => word.text.startsWith("!")).map((word) => wordAfter(word, 1)),
    ...valuesOf(words, ["--ignore", "--ignore-dir"]),
  ];
  const { dots, ignored } = takesIn({ program, words }, args);
  const except = unwanted.flatMap((word) =>
    word.known ? ignoreGlobs(word.text.replace(/\/\*\*$/, "")) : [],
  );
  const depth = Number((args.values.get("--max-depth") ?? args.values.get("-d"))?.text);
  // A glob that asks for files takes dot files and ignored ones in again.
  const asked = wanted.length > 0;
  const only = asked
    ? wanted.flatMap((word) => (word.known ? ignoreGlobs(word.text) : [undefined]))
    : types(words, program);
  return {
    ...narrowedTo(only),
    ...(defined(except).length === 0 ? {} : { except: defined(except) }),
    ...(dots || asked ? {} : { noDotFiles: true }),
    ...(ignored || asked ? {} : { noIgnored: true }),
    ...(Number.isInteger(depth) ? { depth } : {}),
    ...(program === "rg" && hasOption(args, "-L", "--follow") ? { links: true } : {}),
  };
}

/** Whether a search goes into what begins with a dot, and into what git ignores. */
function takesIn(
  { program, words }: Pick<Invocation, "program" | "words">,
  args: Arguments,
): { readonly dots: boolean; readonly ignored: boolean } {
  const bundled = words.flatMap(({ text }) => (/^-[a-zA-Z.]*u/.test(text) ? text.split("u").slice(1) : []));
  const level = bundled.length + words.filter(({ text }) => text === "--unrestricted").length;
  const all = program === "ack" || program === "ugrep";
  return {
    dots: all || hasOption(args, "--hidden", "-.") || level >= (program === "ag" ? 1 : 2),
    ignored:
      all ||
      level >= 1 ||
      [...args.flags].some((flag) => flag.startsWith("--no-ignore")) ||
      (program === "ag" && hasOption(args, "--all-types", "--skip-vcs-ignores", "-U", "-a")),
  };
}

/** Endings of the types that are searched most. */
const endings: ReadonlyMap<string, string> = new Map([
  ["ts", "ts|tsx|mts|cts"],
  ["typescript", "ts|tsx|mts|cts"],
  ["js", "js|jsx|mjs|cjs|vue"],
  ["jsx", "jsx|js"],
  ["tsx", "tsx|ts"],
  ["py", "py|pyi"],
  ["python", "py|pyi"],
  ["rust", "rs"],
  ["go", "go"],
  ["java", "java|jsp|jspf|jspx|properties"],
  ["c", "c|h|H|cats"],
  ["cpp", "cpp|cc|cxx|hpp|hh|hxx|inl|h|C|H"],
  ["css", "css|scss"],
  ["html", "html|htm|ejs"],
  ["md", "md|markdown|mdown|mdwn|mdx|mkd|mkdn"],
  ["markdown", "md|markdown|mdown|mdwn|mdx|mkd|mkdn"],
  ["ruby", "rb|gemspec|rbw"],
  ["php", "php|phtml|php\\d"],
  ["sql", "sql|psql"],
  ["swift", "swift"],
  ["kotlin", "kt|kts"],
]);

function types(words: readonly Word[], program: string): readonly (NamePattern | undefined)[] {
  const named = [...valuesOf(words, ["-t", "--type"])].map((word) => word.text);
  const flags =
    program === "rg"
      ? []
      : words.flatMap((word) =>
          /^--\w+$/.test(word.text) && endings.has(word.text.slice(2)) ? [word.text.slice(2)] : [],
        );
  return [...named, ...flags].map((name) => {
    const ending = endings.get(name);
    return ending === undefined ? undefined : { on: "file", source: `\\.(?:${ending})$` };
  });
}

/** Every value of options that may be given more than once: `-g A`, `-gA`, `--glob A`, `--glob=A`. */
export function* valuesOf(words: readonly Word[], names: readonly string[]): Iterable<Word> {
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    const attached = names.find((name) =>
      name.startsWith("--")
        ? word.text.startsWith(`${name}=`)
        : word.text.startsWith(name) && word.text.length > 2,
    );
    if (names.includes(word.text)) {
      yield next ?? knownWord("", word.start, word.end);
    } else if (attached !== undefined) {
      yield wordAfter(word, attached.length + (attached.startsWith("--") ? 1 : 0));
    }
  }
}

const excludes: ReadonlyMap<string, Pick<Narrowing, "option" | "by">> = new Map([
  ["rg", { option: "-g '!%'", by: "name" }],
  ["ag", { option: "--ignore '%'", by: "name" }],
  ["ack", { option: "--ignore-file='is:%'", by: "name" }],
]);

/** The same search without the files that are hidden: options at its end. */
function narrowingOf({ program, words }: Invocation): Pick<TreeReach, "narrowing"> {
  if (words.some((word) => !word.known)) {
    return {};
  }
  const text = `${words.map(quoted).join(" ")} `;
  const exclude = excludes.get(program) ?? { option: "--exclude='%'", by: "name" as const };
  return { narrowing: { text, at: text.length, ...exclude } };
}

/** A word as it is written in a shell: plain, or in quotes. */
export function quoted({ text, glob }: Word): string {
  return /^[\w@%+=:,./-]+$/.test(text) || glob === true ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
