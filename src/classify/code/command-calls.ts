import { inherited } from "../shell/word.ts";
import { readArgumentValues, readListedValues, type CodeLanguage } from "./read-value.ts";
import { wordOf, type CodeSite } from "./site.ts";
import { firstText, isUnknown, unknownPart, type Value } from "./value.ts";

interface CommandCall {
  readonly languages: readonly CodeLanguage[];
  /** A library that must be named in the code. */
  readonly library?: RegExp;
  readonly pattern: RegExp;
  /** The command that does the same; undefined where this call does nothing that a command does. */
  readonly words: (call: Call) => readonly string[] | undefined;
}

interface Call {
  readonly match: RegExpExecArray;
  readonly values: readonly Value[];
  /** The code behind the opening parenthesis, for keywords. */
  readonly rest: string;
}

/** Calls of libraries that are a command of the system by another name: each is judged as that command. */
const calls: readonly CommandCall[] = [
  {
    languages: ["python", "javascript"],
    pattern: /\b(?:os\.kill(?:pg)?|process\.kill)\s*\(/g,
    words: ({ values }) => ["kill", "-9", firstText(values[0])],
  },
  {
    languages: ["ruby", "perl"],
    pattern: /\bProcess\.kill(?:\s*\(|(?=\s))|(?<![\w$@%>.:])kill(?:\s*\(|(?=\s+["'\d-]))/g,
    words: ({ values }) => ["kill", "-9", ...values.slice(1).map(firstText)],
  },
  {
    languages: ["php"],
    pattern: /\bposix_kill\s*\(/g,
    words: ({ values }) => ["kill", "-9", firstText(values[0])],
  },
  {
    languages: ["python", "javascript", "php"],
    pattern: /(?:\bos\.|\bfs\.|\bpromises\.|(?<![\w.>$]))(?:chmodSync|l?chmod)\s*\(/g,
    words: ({ values }) => modeWords(firstText(values[1]), values.slice(0, 1)),
  },
  {
    languages: ["ruby", "perl"],
    pattern: /(?:\b(?:File|FileUtils)\.|(?<![\w$@%>.]))chmod(_R)?(?:\s*\(|(?=\s+["'\d]))/g,
    words: ({ match, values }) =>
      modeWords(firstText(values[0]), values.slice(1), match[1] === undefined ? [] : ["-R"]),
  },
  {
    languages: ["python"],
    library: /\b(?:import|from)\s+git\b/,
    pattern: /\.git\.([a-z_]+)\s*\(/g,
    words: ({ match, values, rest }) => [
      "git",
      (match[1] ?? "").replaceAll("_", "-"),
      ...switches(rest),
      ...values.flatMap((value) => value.list ?? [firstText(value)]),
    ],
  },
  {
    languages: ["python"],
    library: /\b(?:import|from)\s+git\b/,
    pattern: /\.head\.reset\s*\(/g,
    words: ({ rest }) =>
      /^[^)]*working_tree\s*=\s*True/.test(rest) ? ["git", "reset", "--hard"] : undefined,
  },
  {
    languages: ["python"],
    library: /\b(?:import|from)\s+git\b/,
    pattern: /\bremotes?(?:\([^()]*\)|\.\w+)\.push\s*\(/g,
    words: ({ rest }) => ["git", "push", ...switches(rest)],
  },
  {
    languages: ["javascript"],
    library: /simple-git/,
    pattern: /\.(raw|reset|push|clean|checkout|branch|stash|rebase)\s*\(/g,
    words: ({ match, values }) => {
      const given = values.flatMap((value) => value.list ?? [firstText(value)]);
      const name = match[1] ?? "";
      const mode = /^(?:hard|merge|keep)$/.test(given[0] ?? "") && name === "reset";
      const flags = name === "clean" && /^[a-z]{1,4}$/.test(given[0] ?? "");
      return [
        "git",
        ...(name === "raw" ? [] : [name]),
        ...given.map((text, index) => (index > 0 ? text : mode ? `--${text}` : flags ? `-${text}` : text)),
      ];
    },
  },
];

const maximumCalls = 20;

/** Judges calls that do what a command of the system does. */
export function judgeCommandCalls(site: CodeSite): void {
  const { context, scope } = site;
  const { code, language } = context;
  if (!/kill|chmod|\bgit\b/.test(code)) {
    return;
  }
  let left = maximumCalls;
  for (const { languages, library, pattern, words } of calls) {
    if (!languages.includes(language) || library?.test(code) === false) {
      continue;
    }
    for (const match of code.matchAll(pattern)) {
      left -= 1;
      if (left < 0) {
        return;
      }
      const at = match.index + match[0].length;
      const values = match[0].endsWith("(") ? readArgumentValues(context, at) : readListedValues(context, at);
      const found = words({ match, values, rest: code.slice(at, at + 300) });
      if (found !== undefined) {
        scope.command(
          found.map((text) => wordOf(text, site)),
          inherited,
        );
      }
    }
  }
}

/** `force=True` is `--force` in what takes its options as keywords. */
function switches(rest: string): readonly string[] {
  const until = /^[^()]*/.exec(rest)?.[0] ?? "";
  return [...until.matchAll(/\b([a-z_]+)\s*=\s*True\b/g)].map(([, name = ""]) =>
    name.length === 1 ? `-${name}` : `--${name.replaceAll("_", "-")}`,
  );
}

/** A mode as the languages write it: `0o777`, `0777`, `511`, `"777"`. */
function modeWords(
  mode: string,
  paths: readonly Value[],
  flags: readonly string[] = [],
): readonly string[] | undefined {
  const named = paths.map(firstText).filter((path) => !isUnknown(path));
  if (named.length === 0) {
    return undefined;
  }
  const octal = /^0o?([0-7]{3,4})$/.exec(mode)?.[1];
  const decimal = /^[1-9]\d{1,3}$/.test(mode) ? Number(mode).toString(8) : undefined;
  return ["chmod", ...flags, octal ?? decimal ?? unknownPart, ...named];
}
