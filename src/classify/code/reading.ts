import { reportRead } from "../file-actions.ts";
import type { TreeReach } from "../../model/tree.ts";
import { baseName, joinPath } from "../paths.ts";
import { nameGlob, reportTree } from "../tree-reach.ts";
import { readArgumentValues, readExpression, receiverBefore } from "./read-value.ts";
import { wordOf, type CodeSite } from "./site.ts";
import { hasUnknown, type Value } from "./value.ts";

const calls =
  /(?<![\w.])(?:open|io\.open|codecs\.open|fs\.readFileSync|fs\.readFile|readFileSync|fs\.createReadStream|file_get_contents|readfile|File\.read|IO\.read|Deno\.readTextFileSync|Deno\.readTextFile|Bun\.file)\s*\(/g;

/** What copies or packs a file: the copy is as good as the file. */
const copies =
  /\b(?:shutil\.(?:copy2?|copyfile|copytree)|(?:fs\.)?(?:copyFileSync|cpSync|copyFile))\s*\(|\bmake_archive\s*\(/g;

const receivers = /\.(?:read_text|read_bytes)\s*\(/g;

/** Perl: `open F, ".env"`, `open(my $file, "<", ".env")`. What begins with another sign writes or runs. */
const perlOpen =
  /\bopen\s*\(?\s*(?:my\s+)?[$\w]+\s*,\s*(?:["']<[^"']{0,30}["']\s*,\s*["']|["']\s*<?\s*)([\w.~/@-][^"'\n]{0,300})["']/g;

const maximumCalls = 20;

/** Judges the files that code reads by paths which it puts together. Those that stand there as one text are told elsewhere. */
export function judgeReads(site: CodeSite): void {
  const { context } = site;
  for (const match of [...context.code.matchAll(calls)].slice(0, maximumCalls)) {
    const at = match.index + match[0].length;
    const literal = /^\s*[rbu]?["'][^"'\n]*["']\s*[,)]/.test(context.code.slice(at, at + 300));
    const writes = /^[^;\n]{0,200}?,\s*(?:mode\s*=\s*)?["'][^"'\n]*[wax+]/.test(
      context.code.slice(at, at + 300),
    );
    if (!literal && !writes) {
      report(readArgumentValues(context, at)[0], site);
    }
  }
  for (const match of [...context.code.matchAll(copies)].slice(0, maximumCalls)) {
    const values = readArgumentValues(context, match.index + match[0].length);
    report(match[0].startsWith("make_archive") ? values[2] : values[0], site);
  }
  if (context.language === "perl") {
    for (const match of [...context.code.matchAll(perlOpen)].slice(0, maximumCalls)) {
      reportRead(site.scope, wordOf(match[1] ?? "", site), site.at, "code reads it");
    }
  }
  if (site.inline) {
    judgeListing(site);
  }
  for (const match of [...context.code.matchAll(receivers)].slice(0, maximumCalls)) {
    report(readExpression(context, receiverBefore(context.code, match.index)), site);
  }
}

/** Calls that list a folder, with the folder or the glob where it stands there as a text. */
const listings =
  /(?:glob\.i?glob|os\.(?:listdir|walk|scandir)|readdirSync|readdir|Dir\.(?:glob|entries|children|each_child)|\.r?glob|\.iterdir|Deno\.readDirSync|scandir|fs\.globSync)\s*\(\s*(?:["']([^"'\n]{0,200})["'])?/g;
const reads =
  /\bopen\s*\(|read_text|read_bytes|readFileSync|readFile\s*\(|File\.read|IO\.read|readTextFile|file_get_contents|Bun\.file/;

/** Inline code that goes through a folder and reads what it finds there. */
function judgeListing({ context, at, scope, how }: CodeSite): void {
  if (scope.cwd === undefined || !reads.test(context.code)) {
    return;
  }
  for (const [call, place = ""] of [...context.code.matchAll(listings)].slice(0, maximumCalls)) {
    const glob = /glob/.test(call) && /[*?[]/.test(place) ? place : undefined;
    const folder = glob === undefined ? place : (/^(.*?)[^/]*[*?[]/.exec(glob)?.[1] ?? "");
    const only = glob === undefined ? undefined : nameGlob(baseName(glob), "file");
    const all = glob === undefined || baseName(glob).startsWith(".");
    const tree: TreeReach = {
      ...(only === undefined || baseName(glob ?? "*") === "*" ? {} : { only: [only] }),
      ...(all ? {} : { noDotFiles: true }),
    };
    reportTree(
      scope,
      joinPath(scope.cwd, folder === "" ? "." : folder),
      { tree, because: `${how} reads what it lists` },
      at,
    );
  }
}

function report(value: Value | undefined, site: CodeSite): void {
  for (const text of value?.texts ?? []) {
    if (!hasUnknown(text) && !text.includes("*")) {
      reportRead(site.scope, wordOf(text, site), site.at, "code reads it");
    }
  }
}
