import { dirname, join, normalize } from "node:path/posix";

/** A source file by its path from the repository root (`src/decide/decide.ts`) and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** From the bottom up. A folder may import from its own rank only where `siblings` does not forbid it. */
const ranks: readonly (readonly string[])[] = [
  ["base"],
  ["model"],
  ["policy", "catalogue"],
  ["classify", "decide", "approve", "record"],
  ["pipeline"],
  ["boundary"],
  ["broker"],
  ["language"],
  ["cli", "editor"],
];

const pureFolders: readonly string[] = [
  "base",
  "model",
  "policy",
  "catalogue",
  "classify",
  "decide",
  "approve",
];

/**
 * Names that read the world: a pure step that uses one gives another answer for the same question. Right behind a bar they
 * are a choice of a regular expression: code has a blank there.
 */
const impureNames =
  /(?<![\w.$|])(?:process|Date|setTimeout|setInterval|setImmediate|fetch|performance|globalThis|require)\b(?!\s*:)|\bMath\.random\b/;

const bagNames = /^(?:utils?|helpers?|common|misc|shared|index)\.ts$/;

interface Import {
  readonly target: string;
  readonly line: number;
}

/** Every broken rule as `path:line: sentence`. An empty list means that the architecture holds. */
export function violations(files: readonly SourceFile[]): readonly string[] {
  const found: string[] = [];
  for (const file of files) {
    const report = (line: number, sentence: string): void => {
      found.push(`${file.path}:${line}: ${sentence}`);
    };
    checkPlace(file, report);
    for (const imported of importsOf(file.text)) {
      checkImport(file, imported, report);
    }
    checkPurity(file, report);
  }
  found.push(...checkHookClient(files));
  return found;
}

type Report = (line: number, sentence: string) => void;

function folderOf(path: string): string {
  const [, first = ""] = path.split("/");
  return first.endsWith(".ts") ? first.slice(0, -3) : first;
}

function rankOf(folder: string): number {
  return ranks.findIndex((rank) => rank.includes(folder));
}

function checkPlace(file: SourceFile, report: Report): void {
  if (rankOf(folderOf(file.path)) === -1) {
    report(1, "lies in no layer; see src/ARCHITECTURE.md");
  }
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  if (bagNames.test(name)) {
    report(1, `\`${name}\` is a bag or a barrel; name the file after its subject`);
  }
}

function checkImport(file: SourceFile, { target, line }: Import, report: Report): void {
  const folder = folderOf(file.path);
  if (target === "vscode" && folder !== "editor") {
    report(line, "only src/editor may import `vscode`");
  }
  if (target.startsWith("node:") && pureFolders.includes(folder)) {
    report(line, `src/${folder} is pure and may not import \`${target}\``);
  }
  if (!target.startsWith(".")) {
    return;
  }
  if (!/\.(?:ts|json)$/.test(target)) {
    report(line, `\`${target}\` needs its file extension`);
  }
  const path = normalize(join(dirname(file.path), target));
  const other = folderOf(path);
  if (!path.startsWith("src/")) {
    report(line, `\`${target}\` lies outside of src`);
  } else if (rankOf(other) > rankOf(folder)) {
    report(line, `src/${folder} may not import from src/${other}, which lies above it`);
  } else if (rankOf(other) === rankOf(folder) && other !== folder) {
    report(line, `src/${folder} and src/${other} are siblings and may not import each other`);
  }
  checkAdapters(file.path, path, (sentence) => report(line, sentence));
}

/** Agents' folders know nothing of one another: what is common lies beside them. */
function checkAdapters(from: string, to: string, report: (sentence: string) => void): void {
  const agent = adapterFolder(from);
  const other = adapterFolder(to);
  if (agent !== undefined && other !== undefined && agent !== other) {
    report(`the adapter \`${agent}\` may not import the adapter \`${other}\``);
  }
}

function adapterFolder(path: string): string | undefined {
  const folder = /^src\/boundary\/hooks\/([^/]+)\//.exec(path)?.[1];
  return folder === "client" ? undefined : folder;
}

function checkPurity(file: SourceFile, report: Report): void {
  if (!pureFolders.includes(folderOf(file.path))) {
    return;
  }
  for (const [index, line] of withoutTexts(file.text).split("\n").entries()) {
    const name = impureNames.exec(line)?.[0];
    if (name !== undefined) {
      report(index + 1, `a pure step may not use \`${name}\`; take it as an argument`);
    }
  }
}

/** Strings and comments blanked, line breaks kept: words in prose are no use of a name. */
function withoutTexts(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:!&|?]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/g,
    (part) => part.replace(/[^\n]/g, " "),
  );
}

function importsOf(text: string): readonly Import[] {
  const found: Import[] = [];
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']|\b(?:import|require)\(\s*["']([^"']+)["']\s*\)/g;
  for (const match of text.matchAll(pattern)) {
    const target = match[1] ?? match[2] ?? match[3] ?? "";
    found.push({ target, line: text.slice(0, match.index + match[0].length).split("\n").length });
  }
  return found;
}

const hookClient = "src/boundary/hooks/client/hook.ts";

/** What agents spawn for every call must start at once: no policy language, no catalogue, no classifier in its closure. */
function checkHookClient(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found: string[] = [];
  const seen = new Set<string>();
  const queue = [hookClient];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = byPath.get(path);
    if (file === undefined || seen.has(path)) {
      continue;
    }
    seen.add(path);
    if (["policy", "catalogue", "classify", "decide", "pipeline"].includes(folderOf(path))) {
      found.push(`${hookClient}:1: the hook client may not load ${path}`);
    }
    for (const { target } of importsOf(file.text)) {
      if (target.startsWith(".")) {
        queue.push(normalize(join(dirname(path), target)));
      }
    }
  }
  return found;
}
