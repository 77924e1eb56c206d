import { isWatchedText, reportText } from "../watched-texts.ts";
import { reportDeletion, reportPathWrite } from "../file-actions.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";
import { argumentsOf, mayGovern, readPath } from "./code-paths.ts";

/** Calls that change a file, and which of their arguments name one. */
const calls: readonly {
  readonly pattern: RegExp;
  readonly paths: readonly number[];
  readonly deletes?: true;
}[] = [
  {
    pattern:
      /\b(?:writeFileSync|writeFile|appendFileSync|appendFile|createWriteStream|outputFileSync|outputFile|truncateSync|chmodSync|os\.(?:truncate|chmod)|file_put_contents|File\.write|writeTextFileSync|writeTextFile|Bun\.write)\s*\(/g,
    paths: [0],
  },
  { pattern: /\b(?:copyFileSync|copyFile|cpSync|shutil\.copy\w*|copy2?)\s*\(/g, paths: [1] },
  {
    pattern:
      /\b(?:renameSync|symlinkSync|linkSync|os\.(?:rename|replace|symlink|link)|shutil\.move|File\.(?:rename|symlink))\s*\(/g,
    paths: [0, 1],
  },
  {
    pattern:
      /\b(?:unlinkSync|rmSync|os\.(?:remove|unlink)|File\.(?:delete|unlink)|Deno\.remove(?:Sync)?)\s*\(/g,
    paths: [0],
    deletes: true,
  },
];

/** `open(PATH, "w")`: only with a mode that writes. */
const opening = /(?<![\w.])(?:open|fopen|File\.open|io\.open|fs\.openSync)\s*\(/g;
const writingMode = /^\s*(?:mode\s*=\s*)?["'](?:[rbt]*[wax+][\w+]*)["']/;

/** `Path(…).write_text(`, `p.unlink(`: what stands before the dot is the path. */
const methods = /\.(?:write_text|write_bytes|unlink|symlink_to|touch)\s*\(/g;

type At = Pick<Invocation, "start" | "end">;

interface Site {
  readonly at: At;
  readonly scope: Scope;
  /** For people: "inline javascript". */
  readonly how: string;
  readonly inline: boolean;
}

const maximumCalls = 40;

/**
 * Reports the files that code changes by paths which it puts together: what can be put together here is judged as what
 * it names; in inline code, what is made of the environment, of arguments or of what it decodes is opaque.
 */
export function computedWrites(text: string, site: Site): void {
  if (
    !/write|open|copy|rename|replace|link|unlink|rm|remove|move|delete|truncate|touch|put_contents/i.test(
      text,
    )
  ) {
    return;
  }
  let left = maximumCalls;
  for (const { pattern, paths, deletes } of calls) {
    for (const match of matchesOf(text, pattern, left)) {
      left -= 1;
      const given = argumentsOf(restOf(text, match));
      for (const index of paths) {
        judgePath(given[index], text, site, deletes === true);
      }
    }
  }
  for (const match of matchesOf(text, opening, left)) {
    left -= 1;
    const [path, ...more] = argumentsOf(restOf(text, match));
    if (more.some((argument) => writingMode.test(argument))) {
      judgePath(path, text, site, false);
    }
  }
  for (const match of matchesOf(text, methods, left)) {
    judgePath(receiverBefore(text, match.index), text, site, false);
  }
}

function matchesOf(text: string, pattern: RegExp, limit: number): readonly RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  for (const match of text.matchAll(pattern)) {
    if (found.length >= limit) {
      break;
    }
    found.push(match);
  }
  return found;
}

/** The expression that ends at a place: names, dots, and what stands in parentheses. */
function receiverBefore(text: string, end: number): string {
  let depth = 0;
  let from = end;
  for (; from > Math.max(0, end - 240); from -= 1) {
    const letter = text.charAt(from - 1);
    if (letter === ")") {
      depth += 1;
    } else if (letter === "(" && depth > 0) {
      depth -= 1;
    } else if (letter === "\n" || (depth === 0 && !/[\w.$]/.test(letter))) {
      break;
    }
  }
  return text.slice(from, end);
}

function restOf(text: string, match: RegExpExecArray): string {
  return text.slice(match.index + match[0].length, match.index + match[0].length + 600);
}

function judgePath(expression: string | undefined, text: string, site: Site, deletes: boolean): void {
  const { scope, at, how } = site;
  if (expression === undefined || expression.trim() === "") {
    return;
  }
  const found = readPath(expression.trim(), text, scope);
  if (!found.complete) {
    if (site.inline && mayGovern(found, scope)) {
      scope.opaque(`${how} changes a file that is not known before it runs`, scope.evidence(at));
    }
    return;
  }
  const word = knownWord(found.text, at.start, at.end);
  const path = scope.resolvePath(word);
  if (path === undefined) {
    return;
  }
  if (isWatchedText(path)) {
    reportText(scope, path, { kind: "text", text }, at);
  }
  if (deletes) {
    reportDeletion(scope, word, at, { recursive: false, how });
  } else {
    reportPathWrite(scope, path, at, how);
  }
}
