import { isJsonObject } from "../base/json.ts";
import type { Effect } from "../model/effect.ts";
import type {
  FileChange,
  FileReadPayload,
  FileWritePayload,
  HttpPayload,
  McpCallPayload,
  PromptPayload,
  ToolPayload,
} from "../model/request.ts";
import { classifyHttpPayload } from "./http/classify-call.ts";
import { classifyMcp } from "./http/mcp.ts";
import { isWatchedText, reportText } from "./watched-texts.ts";
import { reportDeletion, writeEffects } from "./file-actions.ts";
import type { TreeReach } from "../model/tree.ts";
import { defined, ignoreGlobs, reachesHome, requiredTexts } from "./tree-reach.ts";
import { joinPath } from "./paths.ts";
import { report } from "./report.ts";
import type { RequestScope } from "./request-scope.ts";
import { knownWord } from "./shell/word.ts";

/** Agents' own tools need no shell to be understood: their arguments say what they do. */

const whole = { start: 0, end: 0 };

export function judgeFileRead(payload: FileReadPayload, scope: RequestScope): void {
  const operation = { content: "read", list: "list", search: "search" }[payload.scope];
  for (const written of payload.paths) {
    const path = absolute(scope, written);
    const tree = operation === "search" && !isGlob(written) ? searchedTree(payload, path, scope) : undefined;
    report(scope, whole, {
      action: `fs:${operation}`,
      effects: operation === "search" && reachesHome(scope, path) ? ["credential_access"] : [],
      target: {
        display: path,
        path: scope.lookups.realPath(path),
        ...(tree === undefined || reachesHome(scope, path) ? {} : { tree }),
      },
      because: `the agent's ${operation} tool names \`${written}\``,
      access: "read",
    });
  }
}

function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** Agents search as ripgrep does with dot files taken in: what git ignores is left out, unless a glob asks for it. */
function searchedTree(
  { paths, pattern }: FileReadPayload,
  folder: string,
  scope: RequestScope,
): TreeReach | undefined {
  if (scope.lookups.kind(folder) === "file") {
    return undefined;
  }
  const texts = pattern === undefined ? undefined : requiredTexts(pattern, true);
  const globs = paths.filter(isGlob).map((path) => absolute(scope, path));
  const inside = globs.filter((glob) => glob.startsWith(`${folder}/`));
  const only = inside.flatMap((glob) => ignoreGlobs(glob.slice(folder.length + 1)));
  return {
    ...(only.length === 0 ? { noIgnored: true } : {}),
    ...(only.length > 0 && only.every((each) => each !== undefined) ? { only: defined(only) } : {}),
    ...(texts === undefined ? {} : { texts }),
  };
}

function absolute(scope: RequestScope, path: string): string {
  const expanded = path === "~" || path.startsWith("~/") ? scope.lookups.home + path.slice(1) : path;
  const plain = expanded.startsWith("file://") ? expanded.slice("file://".length) : expanded;
  return joinPath(scope.cwd ?? scope.workspace, plain);
}

export function judgeFileWrite(payload: FileWritePayload, scope: RequestScope): void {
  for (const change of payload.changes) {
    if (change.change === "delete") {
      const path = absolute(scope, change.path);
      reportDeletion(scope, knownWord(path, 0, 0), whole, {
        recursive: true,
        how: "the agent's delete tool",
      });
    } else {
      judgeWrite(change, scope);
    }
  }
}

function judgeWrite(change: FileChange, scope: RequestScope): void {
  const path = absolute(scope, change.path);
  const real = scope.lookups.realPath(path);
  const effects = new Set<Effect>([...writeEffects(path), ...(real === path ? [] : writeEffects(real))]);
  if (isWatchedText(path) || isWatchedText(real)) {
    const { content: text } = change;
    reportText(
      scope,
      isWatchedText(real) ? real : path,
      text === undefined ? undefined : { kind: "text", text },
      whole,
    );
  }
  report(scope, whole, {
    action: "fs:write",
    effects: [...effects],
    target: { display: path, path: real },
    because: `the agent's edit tool writes \`${change.path}\``,
  });
}

export function judgePrompt(payload: PromptPayload, scope: RequestScope): void {
  const mentioned =
    payload.text.length > 200_000
      ? []
      : payload.text.matchAll(/(?<=^|\s)@(?:file:)?("[^"\n]{1,400}"|[^\s@"'`,;]{1,400})/g);
  const paths = new Set(payload.attachments);
  for (const match of mentioned) {
    const name = (match[1] ?? "").replaceAll('"', "").replace(/[.,:;!?)]+$/, "");
    if (/[./]/.test(name) && !/^\w+:\/\//.test(name)) {
      paths.add(name);
    }
  }
  for (const name of [...paths].slice(0, 100)) {
    const path = absolute(scope, name);
    report(scope, whole, {
      action: "fs:read",
      effects: [],
      target: { display: path, path: scope.lookups.realPath(path) },
      because: `the prompt brings \`${name}\` into the context`,
      access: "read",
    });
  }
}

export function judgeMcp(payload: McpCallPayload, scope: RequestScope): void {
  classifyMcp(payload, scope);
}

export function judgeHttp(payload: HttpPayload, scope: RequestScope): void {
  if (/^file:/i.test(payload.url)) {
    const path = pathOfUrl(payload.url);
    report(scope, whole, {
      action: "fs:read",
      effects: [],
      target: { display: path, path: scope.lookups.realPath(path) },
      because: "the address names a file of this machine",
      access: "read",
    });
    return;
  }
  classifyHttpPayload(payload, scope);
}

/** `file:///a%20b`, `file://localhost/a`: the path; as written where it does not decode. */
function pathOfUrl(url: string): string {
  const path = url.replace(/^file:(?:\/\/[^/]*)?/i, "").replace(/[?#].*$/, "");
  try {
    return joinPath("/", decodeURIComponent(path));
  } catch {
    return joinPath("/", path);
  }
}

/** A tool that nobody described may do anything. */
export function judgeTool(payload: ToolPayload, scope: RequestScope): void {
  const names = isJsonObject(payload.input)
    ? Object.keys(payload.input).slice(0, 8).join(", ")
    : typeof payload.input;
  const text = `${payload.tool}(${names})`.slice(0, 200);
  scope.opaque(`nobody has described what the tool \`${payload.tool}\` does`, { start: 0, end: 0, text });
}
