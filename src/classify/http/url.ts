import { hole, isWhole } from "../../catalogue/hole.ts";

/** Where a request goes. `host` has holes where it is not known; `path` starts with `/` and has no query. */
export interface RequestUrl {
  readonly host: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** Names that the query gives more than once: what counts depends on the server. */
  readonly repeated: readonly string[];
  readonly userinfo: string;
}

/** Takes a URL apart the way lenient clients do: no scheme, upper case, escapes in the host, a dot at its end. */
export function readUrl(url: string): RequestUrl {
  const text = url.trim().replaceAll("\\", "/");
  const rest = text.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/+/, "").replace(/^\/\/+/, "");
  const authorityEnd = firstOf(rest, /[/?#]/);
  const authority = rest.slice(0, authorityEnd);
  const at = authority.lastIndexOf("@");
  const tail = rest.slice(authorityEnd).split("#")[0] ?? "";
  const mark = tail.indexOf("?");
  const path = mark < 0 ? tail : tail.slice(0, mark);
  const { query, repeated } = readQuery(mark < 0 ? "" : tail.slice(mark + 1));
  return {
    host: hostName(authority.slice(at + 1)),
    path: path === "" ? "/" : path,
    query,
    repeated,
    userinfo: at < 0 ? "" : authority.slice(0, at),
  };
}

const unknownPort = new RegExp(`:${hole}$`);

/** Host without port, lower case, without the dot at its end. */
function hostName(authority: string): string {
  if (authority.startsWith("[")) {
    return authority.slice(0, authority.indexOf("]") + 1).toLowerCase();
  }
  const decoded = decodeLenient(authority);
  return decoded.replace(/:\d*$/, "").replace(unknownPort, "").replace(/\.$/, "").toLowerCase();
}

/** `a=1&b=2`, decoded; the last value of a name counts. */
export function readQuery(text: string): { query: ReadonlyMap<string, string>; repeated: readonly string[] } {
  const query = new Map<string, string>();
  const repeated: string[] = [];
  for (const pair of text.split("&").filter((part) => part !== "")) {
    const equals = pair.indexOf("=");
    const name = decodeLenient((equals < 0 ? pair : pair.slice(0, equals)).replaceAll("+", " "));
    if (query.has(name)) {
      repeated.push(name);
    }
    query.set(name, equals < 0 ? "" : decodeLenient(pair.slice(equals + 1).replaceAll("+", " ")));
  }
  return { query, repeated };
}

export function decodeLenient(text: string): string {
  if (!text.includes("%")) {
    return text;
  }
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%([0-9a-fA-F]{2})/g, (_all, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  }
}

/**
 * The URLs that curl makes of one with `{a,b}`; at most 16. A range (`[1-3]`) becomes a hole. Only clients that
 * expand URLs themselves use it.
 */
export function expandUrlGlobs(url: string): readonly string[] {
  let urls: readonly string[] = [url.replace(/\[[A-Za-z0-9]+-[A-Za-z0-9]+(?::\d+)?\]/g, hole)];
  // Every round expands one list, so that the work is bounded whatever the URL holds; what is left over is kept whole.
  for (let round = 0; round < maxRounds; round += 1) {
    const next = urls.flatMap(expandFirstList).slice(0, maxUrls);
    if (next.every((text, index) => text === urls[index])) {
      break;
    }
    urls = next;
  }
  return urls;
}

const maxUrls = 16;
const maxRounds = 32;

function expandFirstList(url: string): readonly string[] {
  const list = /\{([^{}]*)\}/.exec(url);
  if (list === null) {
    return [url];
  }
  const before = url.slice(0, list.index);
  const after = url.slice(list.index + list[0].length);
  return (list[1] ?? "").split(",").map((choice) => before + choice + after);
}

/**
 * True where the name of the host does not say whose it is: parts of it are not known, or it is a public address
 * written as a number. Loopback and private addresses are known to be nobody's API.
 */
export function isUnclearHost(host: string): boolean {
  if (!isWhole(host) || host === "") {
    return true;
  }
  if (/^(?:\d+|0x[0-9a-f]+)$/.test(host)) {
    return true;
  }
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(host)) {
    return host.startsWith("[") && !/^\[(?:::1|f[cde])/.test(host);
  }
  return !/^(?:127|10|0|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\./.test(host);
}

function firstOf(text: string, pattern: RegExp): number {
  const found = text.search(pattern);
  return found < 0 ? text.length : found;
}
