import { reportDeletion } from "../file-actions.ts";
import { unknownWord } from "../shell/word.ts";
import {
  readArgumentValues,
  readExpression,
  readListedValues,
  readValue,
  receiverBefore,
  type CodeLanguage,
} from "./read-value.ts";
import { wordOf, type CodeSite } from "./site.ts";
import { isUnknown, unknownPart, type Value } from "./value.ts";

const deleters: Readonly<Record<CodeLanguage, RegExp>> = {
  python:
    /\b(?:shutil\.rmtree|(?<!\w)rmtree|os\.(?:remove|unlink|removedirs|rmdir)|send2trash|remove_tree)\s*\(/g,
  javascript:
    /\b(?:rmSync|rmdirSync|unlinkSync|rm|rmdir|unlink|rimraf|rimrafSync|rimraf\.(?:sync|native|nativeSync)|removeSync|emptyDir|emptyDirSync|fs\.remove|fse\.remove|Deno\.remove|Deno\.removeSync|del|deleteAsync|deleteSync|del\.sync|trash)\s*\(/g,
  ruby: /\b(?:FileUtils\.(?:rm_rf|rm_r|rm_f|rm|remove_dir|remove_entry\w*|rmtree|rmdir|remove)|File\.(?:delete|unlink)|Dir\.(?:rmdir|delete|unlink))(?:\s*\(|(?=\s+\S))/g,
  perl: /(?<![\w$@%>])(?:unlink|rmtree|remove_tree|rmdir)\b(?:\s*\(|(?=\s+["'$@<gq]))/g,
  php: /(?<![\w>:])(?:unlink|rmdir)\s*\(/g,
};

/** What deletes its receiver: `Path("x").unlink()`, `Pathname.new("x").rmtree`. */
const receivers: Readonly<Partial<Record<CodeLanguage, RegExp>>> = {
  python: /\.(?:unlink|rmdir|rmtree|removedirs)\s*\(/g,
  ruby: /\.(?:rmtree|unlink|delete)\b(?!\s*[(:]?\s*["':])/g,
};

/** Deleters that are handed on: `map(os.remove, …)`, `array_map("unlink", …)`, `….forEach(fs.unlinkSync)`. */
const handedOn =
  /\b(?:map|array_map|array_walk|executor\.map|pool\.map)\(\s*["']?(?:os\.remove|os\.unlink|shutil\.rmtree|unlink|rmdir)["']?\s*,\s*|\barray_(?:map|walk)\(\s*(?:fn|function)\s*\([^()]*\)\s*(?:=>|\{)\s*(?:unlink|rmdir)\([^()]*\)\s*;?\s*\}?\s*,\s*/g;
const handedBack =
  /\.(?:forEach|map|each)\(\s*(?:fs\.)?(?:&?(?:File\.method\(:delete\)|unlinkSync|rmSync|unlink))\s*\)/g;

/** `find(sub { unlink }, "x")` of Perl. */
const found =
  /\bfind(?:depth)?\s*\(\s*(?:\{\s*wanted\s*=>\s*)?sub\s*\{[^{}]*\b(?:unlink|rmdir|rmtree)\b[^{}]*\}\s*(?:,[^{}]*\})?\s*,/g;

const manyFiles = /listdir|\bglob\b|os\.walk|readdir|iterdir|scandir|Dir\.|Dir\[|<\*/;

const maximumCalls = 20;

/** Judges what code deletes: by what its paths come to, and in inline code also where they cannot be told. */
export function judgeDeletions(site: CodeSite): void {
  const { context } = site;
  const { code, language } = context;
  for (const match of first(code, deleters[language])) {
    const at = match.index + match[0].length;
    const values = match[0].endsWith("(") ? readArgumentValues(context, at) : readListedValues(context, at);
    const flagged = /^-\w*[rR]/.test(values[0]?.texts[0] ?? "") && values.length > 1;
    const many = flagged
      ? values.slice(1)
      : language === "perl" || language === "ruby"
        ? values
        : values.slice(0, 1);
    const rest = code.slice(at, at + 400);
    const recursive =
      /rmtree|rm_r|remove_dir|remove_tree|rimraf|removeSync|emptyDir|remove_entry|removedirs|fse?\.remove|\bdel|trash/.test(
        match[0],
      ) ||
      flagged ||
      /^[^;\n]*recursive\s*[:=]\s*[tT]rue/.test(rest);
    for (const value of many) {
      reportValue(value, { recursive, written: rest.slice(0, 40) }, site);
    }
  }
  judgeReceivers(site);
  judgeHandedOn(site);
}

function judgeReceivers(site: CodeSite): void {
  const { context } = site;
  const { code, language } = context;
  const receiver = receivers[language];
  for (const match of receiver === undefined ? [] : first(code, receiver)) {
    const text = receiverBefore(code, match.index);
    if (text !== "" && !/^(?:os|shutil|File|FileUtils|Dir|fs)$/.test(text)) {
      const recursive = match[0].includes("rmtree");
      const value = readExpression(context, text);
      if (recursive || !value.texts.every(isUnknown)) {
        reportValue(value, { recursive, written: text.slice(0, 40) }, site);
      } else if (site.inline && language === "python" && manyFiles.test(code)) {
        reportValue(value, { recursive: true, written: text.slice(0, 40) }, site);
      }
    }
  }
}

function judgeHandedOn(site: CodeSite): void {
  const { context } = site;
  const { code } = context;
  for (const match of first(code, found)) {
    for (const value of readArgumentValues(context, match.index + match[0].length)) {
      reportValue(value, { recursive: true, written: match[0].slice(0, 40) }, site);
    }
  }
  for (const match of first(code, handedOn)) {
    const value = readValue(context, match.index + match[0].length);
    reportValue(value, { recursive: match[0].includes("rmtree"), written: match[0] }, site);
  }
  for (const match of first(code, handedBack)) {
    const value = readExpression(context, receiverBefore(code, match.index));
    reportValue(value, { recursive: true, written: match[0] }, site);
  }
}

function first(code: string, pattern: RegExp): readonly RegExpExecArray[] {
  const matches: RegExpExecArray[] = [];
  for (const match of code.matchAll(pattern)) {
    if (matches.length >= maximumCalls) {
      break;
    }
    matches.push(match);
  }
  return matches;
}

interface Deleting {
  readonly recursive: boolean;
  /** How the path is written, for people. */
  readonly written: string;
}

function reportValue(value: Value, { recursive, written }: Deleting, site: CodeSite): void {
  const { scope, at, how, inline, context } = site;
  for (const text of value.list ?? value.texts) {
    if (isUnknown(text)) {
      if (inline && (recursive || manyFiles.test(context.code))) {
        const word = unknownWord(written, at.start, at.end);
        reportDeletion(scope, word, at, { recursive: true, how });
      }
      continue;
    }
    const word = wordOf(narrowed(text, context.code), site);
    // Of a script's own variables only what is fixed in front of them counts.
    if (word.known || (inline ? recursive : false) || word.prefix !== "") {
      reportDeletion(scope, word, at, { recursive, how });
    }
  }
}

/** A loop over everything that deletes only what a test lets through: `if f.endswith(".pyc")`. */
function narrowed(text: string, code: string): string {
  if (!/(?:\*|\$__unknown)$/.test(text)) {
    return text;
  }
  const tests = [
    ...code.matchAll(
      /\bif\b[^\n:]{0,80}?(?:endswith\(\s*|endsWith\(\s*|end_with\?\(?\s*|\.suffix\s*==\s*|==\s*)["']([\w.~-]+)["']/g,
    ),
  ];
  const ending = tests.length === 1 ? tests[0]?.[1] : undefined;
  if (ending === undefined) {
    return text;
  }
  const folder = text.replace(/(?:\/(?:\*+|\$__unknown))+$/, "");
  return ending.startsWith(".") ? `${folder}/**/*${ending}` : `${folder}/${unknownPart}/${ending}`;
}
