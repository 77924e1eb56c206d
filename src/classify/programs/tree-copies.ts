import type { NamePattern, TreeReach } from "../../model/tree.ts";
import { reportPathRead } from "../file-actions.ts";
import { hasOption, optionSpec, readArguments, type Arguments, type OptionSpec } from "../options.ts";
import { baseName, expandGlob, joinPath } from "../paths.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { listsIn } from "../shell/file-lists.ts";
import { knownWord } from "../shell/word.ts";
import { defined, ignoreGlobs, nameGlob, pathGlob, reportListed, reportTree } from "../tree-reach.ts";
import { quoted, valuesOf } from "./tree-searches.ts";

/** One program that takes whole folders along. */
interface Taker {
  readonly options: OptionSpec;
  /** Whether this call goes into folders at all. */
  takes(args: Arguments, invocation: Invocation): boolean;
  /** Operands that are folders or files to take, and where they go, where that keeps their names. */
  sources(args: Arguments, invocation: Invocation): readonly Word[];
  target?(args: Arguments): Word | undefined;
  except?(words: readonly Word[]): readonly (NamePattern | undefined)[];
  readonly narrowing?: { readonly option: string; readonly by: "name" | "path"; readonly atEnd: boolean };
  links?(args: Arguments): boolean;
}

const copyOptions = optionSpec(
  "-t --target-directory -S --suffix -m --mode -o --owner -g --group -e --rsh -P -i -F -l -c -J --exclude --include --filter -f --exclude-from --files-from --bwlimit --port --chmod --chown --backup-dir --log-file --rsync-path",
);
const copies: Taker = {
  options: copyOptions,
  takes: (args, { program }) =>
    /^(?:mv|ditto)$/.test(program) || hasOption(args, "-r", "-R", "-a", "--recursive", "--archive"),
  sources: (args) => (targetOption(args) === undefined ? args.operands.slice(0, -1) : args.operands),
  target: (args) => targetOption(args) ?? args.operands.at(-1),
  except: (words) => [...valuesOf(words, ["--exclude"])].flatMap((word) => excluded(word)),
  links: (args) => hasOption(args, "-L", "--dereference", "--copy-links"),
};

const tarOptions = optionSpec(
  "-f --file -C --directory --exclude -X --exclude-from -T --files-from -I --use-compress-program --transform -b -g -N -L --owner --group --mtime",
);

const takers: ReadonlyMap<string, Taker> = new Map<string, Taker>([
  ["cp", copies],
  ["gcp", copies],
  ["mv", copies],
  ["ditto", copies],
  ["scp", copies],
  ["rsync", { ...copies, narrowing: { option: "--exclude='%'", by: "name", atEnd: true } }],
  ...["tar", "gtar", "bsdtar"].map((name): [string, Taker] => [
    name,
    {
      options: tarOptions,
      takes: (_args, { words }) =>
        /^-?[A-Za-z]*[cru]/.test(words[1]?.text ?? "") ||
        words.some(({ text }) => /^(?:-[A-Za-z]*[cru][A-Za-z]*|--create|--append|--update)$/.test(text)),
      sources: (args, { words }) => args.operands.slice(bundledFile(words)),
      except: (words) => [...valuesOf(words, ["--exclude"])].flatMap((word) => excluded(word)),
      narrowing: { option: "--exclude='%'", by: "name", atEnd: false },
      links: (args) => hasOption(args, "-h", "--dereference"),
    },
  ]),
  [
    "zip",
    {
      options: optionSpec("-b -t -tt -P -x -i -n -s"),
      takes: (args) => hasOption(args, "-r", "--recurse-paths", "-R"),
      sources: (_args, { words }) => zipOperands(words).slice(1),
      except: (words) => zipExcluded(words),
      narrowing: { option: "-x '%' -x '*/%'", by: "name", atEnd: true },
      links: (args) => !hasOption(args, "-y", "--symlinks"),
    },
  ],
  ...["7z", "7za", "7zr"].map((name): [string, Taker] => [
    name,
    {
      options: optionSpec(""),
      takes: (_args, { words }) => /^[au]$/.test(words[1]?.text ?? ""),
      sources: (args) => args.operands.slice(2),
      except: (words) =>
        words.flatMap((word) => (word.text.startsWith("-xr!") ? [nameGlob(word.text.slice(4))] : [])),
      narrowing: { option: "'-xr!%'", by: "name", atEnd: true },
    },
  ]),
  ...["diff", "colordiff"].map((name): [string, Taker] => [
    name,
    {
      options: optionSpec("-x --exclude -X -I -U -C -F -W --label --width --unified --context"),
      takes: (args) => hasOption(args, "-r", "--recursive"),
      sources: (args) => args.operands,
      except: (words) =>
        [...valuesOf(words, ["-x", "--exclude"])].map((word) =>
          word.known ? nameGlob(word.text) : undefined,
        ),
      narrowing: { option: "-x '%'", by: "name", atEnd: true },
    },
  ]),
  ...["cpio", "pax"].map((name): [string, Taker] => [
    name,
    {
      options: optionSpec("-F -H -f -s -x"),
      takes: (args) => hasOption(args, "-w", "-o"),
      sources: (args) => args.operands,
    },
  ]),
]);

function targetOption(args: Arguments): Word | undefined {
  return args.values.get("-t") ?? args.values.get("--target-directory");
}

function excluded(word: Word): readonly (NamePattern | undefined)[] {
  return word.known ? ignoreGlobs(word.text.replace(/^\.?\//, "")) : [];
}

/** `tar czf a.tgz src`: letters without a dash, whose `f` takes the next word. */
function bundledFile(words: readonly Word[]): number {
  const bundle = words[1]?.text ?? "";
  return /^[A-Za-z]+$/.test(bundle) ? (bundle.includes("f") ? 2 : 1) : 0;
}

/** Operands of `zip`: what stands behind `-x` and `-i`, up to the next option, are patterns. */
export function zipOperands(words: readonly Word[]): readonly Word[] {
  let patterns = false;
  return words.slice(1).filter((word) => {
    if (word.text.startsWith("-") && word.text.length > 1) {
      patterns = /^-[a-zA-Z]*[xi]$|^--(?:exclude|include)$/.test(word.text);
      return false;
    }
    return !patterns;
  });
}

function zipExcluded(words: readonly Word[]): readonly (NamePattern | undefined)[] {
  let excludes = false;
  const found: Word[] = [];
  for (const word of words) {
    if (word.text.startsWith("-") && word.text.length > 1) {
      excludes = /^-[a-zA-Z]*x.*$|^--exclude/.test(word.text);
      const attached = /^-x(?=.)|^--exclude=/.exec(word.text)?.[0];
      if (attached !== undefined) {
        const text = word.text.slice(attached.length);
        found.push({ ...word, text, prefix: text, suffix: text });
      }
    } else if (excludes) {
      found.push(word);
    }
  }
  return found.map((word) => (word.known ? pathGlob(word.text, true) : undefined));
}

/** What takes whole folders along takes what is hidden in them. */
export const treeCopies: ProgramRule = {
  programs: [...takers.keys()],
  examples: {
    matches: [
      { command: "cp -r config copied", actions: ["fs:search"] },
      { command: "tar czf a.tgz .", actions: ["fs:search"] },
      { command: "tar -C /srv -cf - app", actions: ["fs:search"] },
      { command: "zip -qr a.zip .", actions: ["fs:search"] },
      { command: "rsync -a ./ ../mirror/", actions: ["fs:search"] },
      { command: "diff -r src /tmp/src", actions: ["fs:search"] },
    ],
    misses: [
      { command: "cp a.ts b.ts", actions: ["fs:search"] },
      { command: "tar xzf a.tgz", actions: ["fs:search"] },
      { command: "zip a.zip a.ts", actions: ["fs:search"] },
      { command: "diff a.ts b.ts", actions: ["fs:search"] },
    ],
  },
  judge(invocation, scope) {
    const taker = takers.get(invocation.program);
    if (taker === undefined) {
      return;
    }
    const args = readArguments(invocation.words, taker.options);
    if (!taker.takes(args, invocation)) {
      return;
    }
    const because = `\`${invocation.program}\` takes along what lies below`;
    const sources = taker.sources(args, invocation);
    const from = placeOf(args, scope);
    const except = defined(taker.except?.(invocation.words) ?? []);
    const reach: TreeReach = {
      ...(except.length === 0 ? {} : { except }),
      ...(taker.links?.(args) === true ? { links: true } : {}),
      ...narrowingOf(taker, sources, invocation),
    };
    for (const source of sources.filter((word) => !isRemote(word))) {
      for (const folder of foldersOf(source, from, scope)) {
        const copiedTo = copyOf(taker, args, { source, folder, many: sources.length > 1 }, scope);
        const tree = copiedTo === undefined ? reach : { ...reach, copiedTo };
        reportTree(scope, folder, { tree, because }, invocation);
      }
    }
    readNamed(args, scope, invocation, because);
  },
};

/** `tar -C FOLDER`: where the operands are looked for. */
function placeOf(args: Arguments, scope: Scope): string | undefined {
  const place = args.values.get("-C") ?? args.values.get("--directory");
  return place === undefined ? scope.cwd : scope.resolvePath(place);
}

function isRemote(word: Word): boolean {
  return /^(?:[\w.@-]+:(?!\\)|rsync:\/\/)/.test(word.text);
}

function foldersOf(source: Word, from: string | undefined, scope: Scope): readonly string[] {
  if (!source.known || source.text === "" || (from === undefined && !source.text.startsWith("/"))) {
    return [];
  }
  const path = joinPath(from ?? "/", source.text);
  const paths = source.glob === true ? expandGlob(path, (folder) => scope.lookups.list(folder)) : [path];
  return paths.filter((each) => scope.lookups.kind(each) !== "file").slice(0, 100);
}

/** Where the files of a folder go under the same names; undefined where they do not lie as such afterwards. */
function copyOf(
  taker: Taker,
  args: Arguments,
  { source, folder, many }: { readonly source: Word; readonly folder: string; readonly many: boolean },
  scope: Scope,
): string | undefined {
  const target = taker.target?.(args);
  const path = target === undefined || isRemote(target) ? undefined : scope.resolvePath(target);
  if (path === undefined || target === undefined) {
    return undefined;
  }
  const contents = /(?:^|\/)\.$/.test(source.text) || (source.text.endsWith("/") && !hasOption(args, "-R"));
  const into = many || target.text.endsWith("/") || scope.lookups.kind(path) === "directory";
  return contents || !into || hasOption(args, "-T") ? path : `${path}/${baseName(folder)}`;
}

/** `tar -T LIST`, `find … | cpio -o`: names that come from elsewhere. */
function readNamed(args: Arguments, scope: Scope, invocation: Invocation, because: string): void {
  const list = args.values.get("-T") ?? args.values.get("--files-from");
  const fed =
    /^(?:cpio|pax)$/.test(invocation.program) || list?.text === "-" ? invocation.stdin : list?.printed;
  const names = fed?.kind === "text" ? fed.text : textOf(list, scope);
  const isUnknown = list !== undefined && names === "" && (fed === undefined || listsIn(fed).length === 0);
  if (isUnknown && scope.cwd !== undefined) {
    reportTree(scope, scope.cwd, { tree: {}, because }, invocation);
  }
  for (const name of names.split(/[\n\0]/).slice(0, 200)) {
    if (name !== "") {
      reportPathRead(scope, joinPath(scope.cwd ?? scope.workspace, name), invocation, because);
    }
  }
  if (fed !== undefined && listsIn(fed).length > 0) {
    reportListed(scope, { ...knownWord("-", 0, 0), listed: listsIn(fed) }, { tree: {}, because }, invocation);
  }
}

function textOf(list: Word | undefined, scope: Scope): string {
  const path = list === undefined ? undefined : scope.resolvePath(list);
  const file = path === undefined ? undefined : (scope.writtenFile(path) ?? scope.readInput(path));
  return file?.kind === "text" ? file.text : "";
}

/** The same command without what is hidden: options at its end, or before what it takes. */
function narrowingOf(
  { narrowing }: Taker,
  sources: readonly Word[],
  { words }: Invocation,
): Pick<TreeReach, "narrowing"> {
  const [first] = sources;
  if (narrowing === undefined || first === undefined || words.some((word) => !word.known)) {
    return {};
  }
  const { option, by, atEnd } = narrowing;
  const from = atEnd ? words.length : words.indexOf(first);
  const front = `${words.slice(0, from).map(quoted).join(" ")} `;
  const behind = words.slice(from).map(quoted).join(" ");
  return { narrowing: { text: front + behind, at: front.length, option, by } };
}
