import { posix } from "node:path";
import { parseUnambiguousJson } from "./payload.ts";
import { quoteWord } from "./shell-quoting.ts";
import { isJsonObject, objectField, stringField, type JsonObject } from "../../base/json.ts";
import type { FileChange, FileReadPayload, RequestPayload, ShellDialect } from "../../model/request.ts";

/** Turns one native tool's input into a payload; undefined where the input is not what the tool is known to take. */
export type ToolReader = (input: JsonObject, cwd: string) => RequestPayload | undefined;

/** An agent's tools by their native names. What is not listed is judged as an unknown tool. */
export type ToolTable = ReadonlyMap<string, ToolReader>;

/** Looks the tool up and never throws the request away: an unknown tool, or a known one with a strange input, is opaque. */
export function readTool(table: ToolTable, tool: string, input: unknown, cwd: string): RequestPayload {
  const read = table.get(tool);
  const payload = read !== undefined && isJsonObject(input) ? read(input, cwd) : undefined;
  return payload ?? { kind: "tool", tool, input };
}

export function shell(key: string, dialect: ShellDialect = "bash"): ToolReader {
  return (input) => {
    const command = stringField(input, key);
    return command === undefined ? undefined : { kind: "shell", command, shell: dialect };
  };
}

/** A shell tool that can run in another folder than the session's: judged as if it went there first. */
export function shellIn(key: string, folderKey: string): ToolReader {
  return (input, cwd) => {
    const command = stringField(input, key);
    const folder = stringField(input, folderKey) ?? "";
    if (command === undefined || Object.hasOwn(input, folderKey) !== (typeof input[folderKey] === "string")) {
      return undefined;
    }
    const moves = folder !== "" && absolute(folder, cwd) !== cwd;
    return {
      kind: "shell",
      command: moves ? `cd ${quoteWord(absolute(folder, cwd))}\n${command}` : command,
      shell: "bash",
    };
  };
}

/** For tools that name the same thing in two ways: the first reader that understands the input. */
export function either(first: ToolReader, second: ToolReader): ToolReader {
  return (input, cwd) => first(input, cwd) ?? second(input, cwd);
}

/** A tool that brings one named file, or the files under one named folder, into the context. */
export function reads(key: string, scope: FileReadPayload["scope"] = "content"): ToolReader {
  return (input, cwd) => {
    const path = stringField(input, key);
    return path === undefined || isForeign(path)
      ? undefined
      : { kind: "file_read", paths: [absolute(path, cwd)], scope };
  };
}

/** A tool that brings a list of named files into the context. */
export function readsEach(key: string): ToolReader {
  return (input, cwd) => {
    const list = Object.hasOwn(input, key) ? input[key] : undefined;
    return Array.isArray(list) &&
      list.length > 0 &&
      list.every((path): path is string => typeof path === "string" && !isForeign(path))
      ? { kind: "file_read", paths: list.map((path) => absolute(path, cwd)), scope: "content" }
      : undefined;
  };
}

/**
 * A search through a tree, from `folderKey` (default: the working directory). A file pattern is passed on as a path too,
 * so that a search which names a hidden file is seen to name it; a list of names shows no content and needs none.
 */
export function searches(
  folderKey: string | undefined,
  patternKey: string | undefined,
  scope: FileReadPayload["scope"],
): ToolReader {
  return (input, cwd) => {
    const from = (folderKey === undefined ? undefined : stringField(input, folderKey)) ?? ".";
    if (isForeign(from)) {
      return undefined;
    }
    const folder = absolute(from, cwd);
    const pattern = patternKey === undefined ? undefined : stringField(input, patternKey);
    const paths = pattern === undefined ? [folder] : [folder, absolute(pattern, folder)];
    const searched = scope === "search" ? searchedText(input) : undefined;
    return { kind: "file_read", paths, scope, ...(searched === undefined ? {} : { pattern: searched }) };
  };
}

/** What a search looks for. Searches by meaning have a question there, which no file has to hold. */
function searchedText(input: JsonObject): string | undefined {
  return stringField(input, "pattern") ?? stringField(input, "regex");
}

export function writes(pathKey: string, contentKey?: string): ToolReader {
  return (input, cwd) => {
    const path = stringField(input, pathKey);
    if (path === undefined || isForeign(path)) {
      return undefined;
    }
    const content = contentKey === undefined ? undefined : stringField(input, contentKey);
    return { kind: "file_write", changes: [change(absolute(path, cwd), content)] };
  };
}

/** Several edits of one call; each names its own file, or all share the one of `pathKey`. */
export function writesEach(listKey: string, pathKey: string, contentKey: string): ToolReader {
  return (input, cwd) => {
    const list = Object.hasOwn(input, listKey) ? input[listKey] : undefined;
    if (!Array.isArray(list)) {
      return undefined;
    }
    const shared = stringField(input, pathKey);
    const changes: FileChange[] = [];
    for (const item of list) {
      if (!isJsonObject(item)) {
        return undefined;
      }
      const path = stringField(item, pathKey) ?? shared;
      if (path === undefined || isForeign(path)) {
        return undefined;
      }
      changes.push(change(absolute(path, cwd), stringField(item, contentKey)));
    }
    return changes.length === 0 ? undefined : { kind: "file_write", changes };
  };
}

export function fetches(key: string): ToolReader {
  return (input, cwd) => {
    const url = stringField(input, key);
    return url === undefined ? undefined : fetched([url], cwd);
  };
}

/** A tool that fetches a list of pages in one call. */
export function fetchesEach(key: string): ToolReader {
  return (input, cwd) => {
    const list = Object.hasOwn(input, key) ? input[key] : undefined;
    if (!Array.isArray(list)) {
      return undefined;
    }
    const urls = list.filter((url): url is string => typeof url === "string");
    return urls.length === list.length ? fetched(urls, cwd) : undefined;
  };
}

/** A tool without an effect outside the agent's own loop. */
export function internal(tool: string): readonly [string, ToolReader] {
  return [tool, () => ({ kind: "internal", tool })];
}

/** A call of an MCP tool whose native name holds the server's name: `prefix`, server, `separator`, tool. */
export function mcpCall(
  name: string,
  prefix: string,
  separator: string,
  input: unknown,
): RequestPayload | undefined {
  if (!name.startsWith(prefix)) {
    return undefined;
  }
  const rest = name.slice(prefix.length);
  const split = rest.indexOf(separator);
  if (split <= 0 || split + separator.length >= rest.length) {
    return undefined;
  }
  return {
    kind: "mcp_call",
    server: rest.slice(0, split),
    tool: rest.slice(split + separator.length),
    input,
  };
}

/**
 * The path as an absolute one. `~` is kept for the step that knows the home directory, and a `file:` URI, which editors'
 * tools accept as well, is taken for the path that it means.
 */
export function absolute(path: string, cwd: string): string {
  const plain = fileUri.test(path) ? fromFileUri(path) : path;
  if (plain === "~" || plain.startsWith("~/")) {
    return plain;
  }
  return posix.isAbsolute(plain) || /^[A-Za-z]:[\\/]/.test(plain) ? plain : posix.resolve(cwd, plain);
}

/** The object at `key`, also where the agent sent it as a JSON text. */
export function inputField(object: JsonObject, key: string): unknown {
  const text = stringField(object, key);
  if (text === undefined) {
    return objectField(object, key) ?? object[key];
  }
  const parsed = parseUnambiguousJson(text);
  return parsed.ok ? parsed.value : text;
}

const fileUri = /^\s*file:/i;

/** An address of the editor's that is no file's (`vscode-userdata:/User/settings.json`): where it leads is not known here. */
export function isForeign(path: string): boolean {
  return /^\s*[a-z][\w+.-]+:/i.test(path) && !fileUri.test(path);
}

function fromFileUri(uri: string): string {
  const path = uri.replace(/^\s*file:(?:\/\/[^/]*)?/i, "").replace(/[?#].*$/s, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Pages of the web, or files by their address; anything else that an editor's browser may open is not known here. */
function fetched(urls: readonly string[], cwd: string): RequestPayload | undefined {
  // What browsers leave out when they read an address.
  const plain = urls.map((url) => url.replaceAll(/[\t\n\r]/g, "").trim());
  if (plain.length > 0 && plain.every((url) => fileUri.test(url))) {
    return { kind: "file_read", paths: plain.map((url) => absolute(url, cwd)), scope: "content" };
  }
  const [url, ...moreUrls] = plain;
  // A name with a port (`localhost:3000`) only looks like a scheme.
  const isPage = (each: string): boolean =>
    /^https?:/i.test(each) || !/^(?:javascript:|data:|[a-z][\w+.-]*:(?!\d{1,5}(?:[/?#]|$)))/i.test(each);
  if (url === undefined || !plain.every(isPage)) {
    return undefined;
  }
  const one = { kind: "http", method: "GET", url, headers: {} } as const;
  return moreUrls.length === 0 ? one : { ...one, moreUrls };
}

function change(path: string, content: string | undefined): FileChange {
  return content === undefined ? { path, change: "write" } : { path, change: "write", content };
}
