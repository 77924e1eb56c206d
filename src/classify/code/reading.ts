import { reportRead } from "../file-actions.ts";
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
  for (const match of [...context.code.matchAll(receivers)].slice(0, maximumCalls)) {
    report(readExpression(context, receiverBefore(context.code, match.index)), site);
  }
}

function report(value: Value | undefined, site: CodeSite): void {
  for (const text of value?.texts ?? []) {
    if (!hasUnknown(text) && !text.includes("*")) {
      reportRead(site.scope, wordOf(text, site), site.at, "code reads it");
    }
  }
}
