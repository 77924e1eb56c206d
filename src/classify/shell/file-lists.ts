import type { NamePattern, TreeReach } from "../../model/tree.ts";
import { hasOption, optionSpec, readArguments } from "../options.ts";
import { defined, nameGlob, pathGlob, requiredTexts } from "../tree-reach.ts";
import type { FileList, Invocation, Stdin, Word } from "./invocation.ts";
import { knownWord } from "./word.ts";

/** Which files commands list, so that whoever reads what they list is known to read those. */
export function listedFiles(invocation: Invocation): readonly FileList[] {
  return listers.get(invocation.program)?.(invocation) ?? [];
}

const listers: ReadonlyMap<string, (invocation: Invocation) => readonly FileList[]> = new Map([
  ["find", findList],
  ["gfind", findList],
  ["bfs", findList],
  ["fd", fdList],
  ["fdfind", fdList],
  ["ls", lsList],
  ["gls", lsList],
  ["dir", lsList],
  ["git", gitList],
]);

const here = ({ start, end }: Invocation): Word => knownWord(".", start, end);

/** The flow with the lists of files in it. */
export function withLists(flow: Stdin, listed: readonly FileList[]): Stdin {
  return flow.kind === "unknown" && listed.length > 0 ? { ...flow, listed } : flow;
}

export function listsIn(flow: Stdin): readonly FileList[] {
  return flow.kind === "unknown" ? (flow.listed ?? []) : [];
}

/** `find . -type f | grep '\.ts$'`: what a filter leaves of the lists that it is fed with. */
export function filteredLists(invocation: Invocation): readonly FileList[] {
  const lists = listsIn(invocation.stdin);
  if (lists.length === 0 || !/^(?:[ef]?grep|rg)$/.test(invocation.program)) {
    return lists;
  }
  const args = readArguments(invocation.words, optionSpec("-e -m -A -B -C"));
  const search = args.values.get("-e") ?? args.operands[0];
  const extended =
    invocation.program === "rg" || hasOption(args, "-E", "-P") || invocation.program === "egrep";
  if (search?.known !== true || hasOption(args, "-F", "-f", "-w", "-x") || invocation.program === "fgrep") {
    return lists;
  }
  const source = regexOf(search.text, extended);
  if (source === undefined) {
    return lists;
  }
  const kept: NamePattern = { on: "path", source, ...(hasOption(args, "-i") ? { ignoreCase: true } : {}) };
  return lists.map(({ root, reach }) => ({
    root,
    reach: hasOption(args, "-v", "--invert-match")
      ? { ...reach, except: [...(reach.except ?? []), kept] }
      : // Two filters must both let a file through; one of them is enough of a bound.
        { ...reach, only: [kept] },
  }));
}

/** A pattern over printed paths, where it means the same in every dialect and cannot take long. Not from the line's start on. */
function regexOf(text: string, extended: boolean): string | undefined {
  const source = extended
    ? text
    : text.replaceAll(/\\([|(){}+?])|[|(){}+?]/g, (all, escaped?: string) => escaped ?? `\\${all}`);
  const simple =
    text.length <= 200 &&
    !/^\^|\|\^|\(\^/.test(source) &&
    !/[*+}]\)?[*+{]|\)[*+{?]|\[:|\\[1-9<>kpPu]|\(\?/.test(source) &&
    source.split(/[*+{]/).length <= 4;
  try {
    return simple && new RegExp(source, "su").source !== "" ? source : undefined;
  } catch {
    return undefined;
  }
}

const findOptions = /^-(?:[HLPO]\d?|D)$/;

/** What `find` finds: below each start, narrowed to the names that every way through its expression asks for. */
function findList(invocation: Invocation): readonly FileList[] {
  const words = invocation.words.slice(1);
  const first = words.findIndex((word) => /^[-(!,]/.test(word.text) && !findOptions.test(word.text));
  const expression = (first < 0 ? [] : words.slice(first)).map((word) => (word.known ? word.text : "?"));
  const starts = words
    .slice(0, first < 0 ? words.length : first)
    .filter((word) => !findOptions.test(word.text));
  if (
    expression.some((text, index) => text === "d" && expression[index - 1] === "-type") ||
    expression.includes("-empty")
  ) {
    return [];
  }
  const links = words.some((word) => word.text === "-L") || expression.includes("-follow");
  return (starts.length === 0 ? [here(invocation)] : starts).map((root) => {
    const { only, except } = findNames(expression, root.text);
    const depth = Number(expression[expression.indexOf("-maxdepth") + 1]);
    const reach: TreeReach = {
      ...(only === undefined ? {} : { only }),
      ...(except.length === 0 ? {} : { except }),
      ...(expression.includes("-maxdepth") && Number.isInteger(depth) ? { depth } : {}),
      ...(links ? { links: true } : {}),
    };
    return { root, reach };
  });
}

/** The names that one of each way's tests must match, where every way has one; and what is pruned or negated. */
function findNames(
  expression: readonly string[],
  root: string,
): { readonly only: readonly NamePattern[] | undefined; readonly except: readonly NamePattern[] } {
  const except: (NamePattern | undefined)[] = [];
  const only: NamePattern[] = [];
  let every = true;
  const ends = [...expression.keys()].filter((index) => /^(?:-o|-or|,)$/.test(expression[index] ?? ""));
  let from = 0;
  for (const end of [...ends, expression.length]) {
    const way = expression.slice(from, end);
    from = end + 1;
    const pruned = way.includes("-prune");
    const found = way.flatMap((text, index) => {
      const pattern = findPattern(text, way[index + 1] ?? "", root);
      const negated = /^(?:!|-not)$/.test(way[index - 1] ?? "");
      // Behind a negated bracket, and beside another way, it is not known what a test leaves out.
      if (negated && !pruned && ends.length === 0) {
        except.push(pattern === undefined || pattern.on !== "name" ? pattern : { ...pattern, on: "file" });
      }
      return pattern === undefined || negated ? [] : [pattern];
    });
    if (pruned) {
      except.push(...(expression.some((text) => text === "!" || text === "-not") ? [] : found));
    } else {
      every &&= found.length > 0;
      only.push(...found);
    }
  }
  const bracketed = expression.some(
    (text, index) => /^(?:!|-not)$/.test(text) && /^\\?\($/.test(expression[index + 1] ?? ""),
  );
  return { only: every && !bracketed ? only : undefined, except: bracketed ? [] : defined(except) };
}

function findPattern(test: string, value: string, root: string): NamePattern | undefined {
  if (test === "-name" || test === "-iname") {
    return nameGlob(value, "name", test === "-iname");
  }
  if (test === "-path" || test === "-wholename") {
    const start = root.replace(/\/+$/, "");
    const below = value.startsWith(`${start}/`) ? value.slice(start.length + 1) : value;
    return /^[.~/]/.test(below) && below === value ? undefined : pathGlob(below.replace(/^\*\//, "*"), true);
  }
  return undefined;
}

const fdOptions = optionSpec(
  "-e --extension -E --exclude -d --max-depth -t --type -c --color -S --size -j --threads --changed-within --changed-before --min-depth --search-path -x -X --exec --exec-batch",
);

function fdList(invocation: Invocation): readonly FileList[] {
  const args = readArguments(invocation.words, fdOptions);
  const extension = args.values.get("-e") ?? args.values.get("--extension");
  const only = extension?.known === true ? nameGlob(`*.${extension.text.replace(/^\./, "")}`) : undefined;
  const root = args.operands[1] ?? args.values.get("--search-path") ?? here(invocation);
  const all = hasOption(args, "-u", "--unrestricted");
  const reach: TreeReach = {
    ...(all || hasOption(args, "-H", "--hidden") ? {} : { noDotFiles: true }),
    ...(all || hasOption(args, "-I", "--no-ignore", "--no-ignore-vcs") ? {} : { noIgnored: true }),
    ...(only === undefined ? {} : { only: [only] }),
  };
  return [{ root, reach }];
}

function lsList(invocation: Invocation): readonly FileList[] {
  const args = readArguments(
    invocation.words,
    optionSpec("-I --ignore -w -T --color --format --sort --time"),
  );
  const all = hasOption(args, "-a", "-A", "--all", "--almost-all", "-f");
  const depth = hasOption(args, "-R", "--recursive") ? {} : { depth: 1 };
  const hidden = all ? {} : ({ noDotFiles: true } as const);
  const named = args.operands.filter((word) => word.glob === true);
  const folders = args.operands.filter((word) => word.glob !== true);
  const lists = (args.operands.length === 0 ? [here(invocation)] : folders).map((root) => ({
    root,
    reach: { ...depth, ...hidden },
  }));
  // `ls *.json`, `ls -d .*`: the names that the shell puts there.
  const globs = defined(named.map((word) => (word.text.includes("/") ? undefined : nameGlob(word.text))));
  return globs.length === 0
    ? lists
    : [...lists, { root: here(invocation), reach: { depth: 1, only: globs } }];
}

const gitOptions = optionSpec("-x --exclude -X --exclude-from --exclude-per-directory --format");

/** `git ls-files`, `git diff --name-only`, `git status --short`: what is tracked, what is not, and what has changed. */
function gitList(invocation: Invocation): readonly FileList[] {
  const verb = invocation.words.findIndex(
    (word, index) => index > 0 && /^(?:ls-files|ls-tree|diff|status|grep)$/.test(word.text),
  );
  if (verb < 0) {
    return [];
  }
  const name = invocation.words[verb]?.text;
  const args = readArguments(invocation.words, gitOptions, verb + 1);
  const root = here(invocation);
  if (name === "status") {
    return [{ root, reach: hasOption(args, "--ignored") ? {} : { noIgnored: true } }];
  }
  if (name === "diff" || name === "grep") {
    const names = hasOption(args, "--name-only", "-l", "--files-with-matches");
    return names ? [{ root, reach: { git: { verb: "index", words: [], paths: [] } } }] : [];
  }
  const only = args.operands.map((word) => pathspec(word));
  const narrow =
    only.length > 0 && only.every((pattern) => pattern !== undefined) ? { only: defined(only) } : {};
  const tracked = { root, reach: { ...narrow, git: { verb: "index", words: [], paths: [] } as const } };
  if (!hasOption(args, "-o", "--others", "-i", "--ignored")) {
    return [tracked];
  }
  const ignored = hasOption(args, "--exclude-standard") && !hasOption(args, "-i", "--ignored");
  const others = { root, reach: { ...narrow, ...(ignored ? ({ noIgnored: true } as const) : {}) } };
  return hasOption(args, "-c", "--cached") ? [tracked, others] : [others];
}

/** A pathspec as a pattern: a folder or file with all below it, or a glob whose stars stand for slashes, too. */
export function pathspec(word: Word): NamePattern | undefined {
  const text = word.text.replace(/^\.\//, "").replace(/\/+$/, "");
  if (!word.known || /^:|^\.\.|^\/|[[\\]/.test(text)) {
    return undefined;
  }
  if (text === "" || text === ".") {
    return { on: "path", source: "." };
  }
  const glob = pathGlob(text, true);
  return glob === undefined ? undefined : { ...glob, source: glob.source.replace(/\$$/, "(?:/.*)?$") };
}

/** Texts of which one must occur where any of the patterns matches; undefined where that cannot be told. */
export function textsOf(
  words: readonly Word[],
  extended: boolean,
  fixed: boolean,
): readonly string[] | undefined {
  const texts = words.map((word) =>
    !word.known
      ? undefined
      : fixed
        ? word.text.trim().length >= 3
          ? [word.text]
          : undefined
        : requiredTexts(word.text, extended),
  );
  return texts.length > 0 && texts.every((each) => each !== undefined)
    ? texts.flatMap((each) => each ?? [])
    : undefined;
}
