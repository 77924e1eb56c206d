import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
  type Dirent,
} from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { isJsonObject, objectField, parseJson, stringField, type JsonObject } from "../../base/json.ts";
import { secretsOfKnownForm } from "../../record/redact.ts";
import { parseJsonc, valueOf } from "../hooks/jsonc.ts";

/** Something in a file of the workspace. `file` is absolute, `line` counts from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface NamedHost extends Place {
  readonly host: string;
  /** True where name or path look like an API's. */
  readonly api: boolean;
  /** True where only tests, examples and documents speak of it. */
  readonly aside: boolean;
}

/** What lies in a workspace, as far as the checklist asks. No value of a secret is kept. */
export interface WorkspaceScan {
  /** Every file by its absolute path. */
  readonly files: readonly string[];
  /** What was not looked at, one clause each; empty where everything was. */
  readonly unseen: readonly string[];
  /** Folders that tools make or fetch, relative to the workspace: they are not looked into. */
  readonly passedOver: readonly string[];
  /** Files with something in the form of a credential: the first one of each. */
  readonly secrets: readonly (Place & { readonly what: string })[];
  /** Hosts of addresses, each with the place that tells most: one that looks like a call, in code that is no test. */
  readonly hosts: readonly NamedHost[];
  /** MCP servers that are configured for agents here. */
  readonly servers: readonly (Place & { readonly name: string; readonly url?: string })[];
  /** Command lines of scripts and workflows. */
  readonly commands: readonly (Place & { readonly text: string })[];
}

export interface ScanLimits {
  readonly files: number;
  readonly bytesPerFile: number;
  readonly bytes: number;
}

const usualLimits: ScanLimits = { files: 20_000, bytesPerFile: 4 * 1024 * 1024, bytes: 400 * 1024 * 1024 };

/** What others wrote, or what is made anew: nobody keeps an own secret or an own call there. */
const passedOver: ReadonlySet<string> = new Set(
  "node_modules .git .hg .svn .terraform dist build out target vendor .next .nuxt .venv venv __pycache__ coverage cdk.out .cache .gradle .tox .mypy_cache .pytest_cache bower_components".split(
    " ",
  ),
);

/** Files in which an address is no call: prose, styles, locks, generated code. */
const noCalls =
  /\.(?:md|mdx|rst|txt|adoc|html?|css|scss|less|svg|map|lock|sum|po|csv|tsv|ipynb)$|(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|composer\.lock|LICENSE|CHANGELOG|NOTICE)[^/]*$|\.min\.[cm]?js$/i;

/** Reads a workspace once, bounded, and tells what it could not look at. `progress` hears how many files are done. */
export function scanWorkspace(
  workspace: string,
  progress: (done: number) => void = () => undefined,
  limits: ScanLimits = usualLimits,
): WorkspaceScan {
  const scan = new Scan(workspace, limits);
  scan.walk(workspace);
  for (const [index, file] of scan.files.entries()) {
    if (index % 100 === 0) {
      progress(index);
    }
    scan.read(file);
  }
  return scan.result();
}

class Scan {
  readonly files: string[] = [];
  readonly #workspace: string;
  readonly #limits: ScanLimits;
  readonly #unseen: string[] = [];
  readonly #passedOver: string[] = [];
  #left: number;
  readonly #secrets: (Place & { what: string })[] = [];
  readonly #hosts = new Map<string, NamedHost>();
  readonly #servers: (Place & { name: string; url?: string })[] = [];
  readonly #commands: (Place & { text: string })[] = [];

  constructor(workspace: string, limits: ScanLimits) {
    this.#workspace = workspace;
    this.#limits = limits;
    this.#left = limits.bytes;
  }

  /** A link to a file is that file by another name; one to a folder of the workspace is found by its own name. */
  walk(folder: string): void {
    let entries: readonly Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    } catch {
      this.#unseen.push(`\`${this.#name(folder)}\` cannot be listed`);
      return;
    }
    for (const entry of entries) {
      if (this.files.length >= this.#limits.files) {
        this.#missed(`everything beyond the first ${this.#limits.files} files`);
        return;
      }
      const path = join(folder, entry.name);
      const link = entry.isSymbolicLink() ? leadsTo(path) : undefined;
      if (entry.isFile() || link === "file") {
        this.files.push(path);
      } else if (link === "directory") {
        this.#link(path);
      } else if (entry.isDirectory()) {
        if (passedOver.has(entry.name)) {
          this.#passedOver.push(this.#name(path));
        } else {
          this.walk(path);
        }
      }
    }
  }

  read(file: string): void {
    if (this.#left <= 0) {
      this.#missed(`everything beyond the first ${this.#limits.bytes / 1024 / 1024} MB`);
      return;
    }
    const read = textOf(file, this.#limits.bytesPerFile);
    if (typeof read !== "string") {
      this.#missed(`\`${this.#name(file)}\` ${read.why}`);
      return;
    }
    this.#left -= read.length;
    const [secret] = secretsOfKnownForm(read).filter(
      ({ start, end }) => !placeholder.test(read.slice(start, end)),
    );
    if (secret !== undefined) {
      this.#secrets.push({ file, line: lineOf(read, secret.start), what: secret.what });
    }
    const name = this.#name(file);
    if (!noCalls.test(name)) {
      this.#addresses(file, read);
    }
    this.#servers.push(...serversIn(name, file, read));
    this.#commands.push(...commandsIn(name, file, read));
  }

  result(): WorkspaceScan {
    return {
      files: this.files,
      unseen: this.#unseen,
      passedOver: this.#passedOver,
      secrets: this.#secrets,
      hosts: [...this.#hosts.values()],
      servers: this.#servers,
      commands: this.#commands,
    };
  }

  #addresses(file: string, text: string): void {
    for (const match of text.matchAll(address)) {
      const host = (match[1] ?? "").toLowerCase();
      const api = looksLikeApi(host, match[2] ?? "");
      const known = this.#hosts.get(host);
      const weight = (each: Pick<NamedHost, "api" | "aside">): number =>
        (each.aside ? 0 : 2) + (each.api ? 1 : 0);
      const aside = asideFolders.test(this.#name(file));
      if (!ownHost.test(host) && (known === undefined || weight({ api, aside }) > weight(known))) {
        this.#hosts.set(host, { file, line: lineOf(text, match.index), host, api, aside });
      }
    }
  }

  #name(path: string): string {
    return path === this.#workspace ? "." : path.slice(this.#workspace.length + 1);
  }

  #link(path: string): void {
    const target = relative(this.#workspace, realpathSync(path));
    if (target.startsWith("..") || isAbsolute(target)) {
      this.#missed(`\`${this.#name(path)}\`, which leads out of the workspace`);
    }
  }

  #missed(what: string): void {
    if (!this.#unseen.includes(what)) {
      this.#unseen.push(what);
    }
  }
}

const asideFolders =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e|fixtures?|testdata|mocks?|__mocks__|docs?|examples?)\/|\.(?:test|spec)\.[^/]+$/i;

/** Values that people write where a secret would be. */
const placeholder =
  /example|sample|dummy|fake|not[-_]?real|placeholder|changeme|redacted|your|xxxx|\*\*\*|1234567|abcdef|0{6}|(.)\1{7}/i;

const address = /\bhttps?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?(\/[^\s"'`<>)\]}\\]*)?/gi;

/** This machine, names that are reserved for examples, and addresses that only name a schema. */
const ownHost =
  /^(?:localhost|127\.|10\.|192\.168\.|0\.0\.0\.0|169\.254\.)|\.(?:local|localhost|test|example|invalid|internal)$|(?:^|\.)example\.(?:com|org|net)$|^(?:json-schema\.org|www\.w3\.org|schemas?\.)|^\d+(?:\.\d+)+$/;

function looksLikeApi(host: string, path: string): boolean {
  return (
    /(?:^|[.-])(?:api|apis|graphql|gateway)(?:[.-]|$)/.test(host) ||
    /^\/(?:api|apis|graphql|rest|v\d{1,2})(?:[/?#]|$)/i.test(path)
  );
}

/** What is behind a symbolic link; nothing where it leads nowhere, or to what is no file. */
function leadsTo(path: string): "file" | "directory" | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? "file" : stats?.isDirectory() === true ? "directory" : undefined;
}

/** The text of a file. Of what is no text, the bytes that could be some; pictures and the like are passed over when they are large. */
function textOf(file: string, limit: number): string | { readonly why: string } {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return { why: "cannot be opened" };
  }
  try {
    const { size } = fstatSync(descriptor);
    const head = Buffer.alloc(Math.min(size, 4096));
    readSync(descriptor, head, 0, head.length, 0);
    const isBinary = head.includes(0);
    if (size > limit) {
      return isBinary ? "" : { why: `is larger than ${limit / 1024 / 1024} MB` };
    }
    const whole = Buffer.alloc(size);
    const read = whole.subarray(0, readSync(descriptor, whole, 0, size, 0));
    // Text in UTF-16 is text with a NUL beside every letter.
    return isBinary ? read.toString("latin1").replaceAll("\0", "") : read.toString("utf8");
  } catch {
    return { why: "cannot be read" };
  } finally {
    closeSync(descriptor);
  }
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** Where agents look for MCP servers. */
const serverFiles =
  /^(?:\.mcp\.json|\.cursor\/mcp\.json|\.vscode\/mcp\.json|\.gemini\/settings\.json|\.qwen\/settings\.json|\.factory\/mcp\.json|\.kiro\/settings\/mcp\.json|opencode\.jsonc?|crush\.json)$/;

function serversIn(name: string, file: string, text: string): WorkspaceScan["servers"] {
  const parsed = serverFiles.test(name) ? parseJsonc(text) : undefined;
  const root = parsed?.ok === true ? valueOf(parsed.value) : undefined;
  if (!isJsonObject(root)) {
    return [];
  }
  return ["mcpServers", "servers", "mcp"].flatMap((member) =>
    Object.entries(objectField(root, member) ?? {}).flatMap(([server, value]) => {
      const url = isJsonObject(value) ? stringField(value, "url") : undefined;
      const line = lineOf(text, Math.max(0, text.indexOf(JSON.stringify(server))));
      return isJsonObject(value) ? [{ file, line, name: server, ...(url === undefined ? {} : { url }) }] : [];
    }),
  );
}

const longestCommand = 16 * 1024;

function commandsIn(name: string, file: string, text: string): WorkspaceScan["commands"] {
  if (/(?:^|\/)package\.json$/.test(name)) {
    return Object.entries(scriptsOf(text)).flatMap(([script, command]) =>
      typeof command === "string"
        ? [{ file, line: lineOf(text, Math.max(0, text.indexOf(JSON.stringify(script)))), text: command }]
        : [],
    );
  }
  if (/^\.github\/workflows\/[^/]+\.ya?ml$/.test(name)) {
    return stepsOf(text).map((step) => ({ file, ...step }));
  }
  return /\.(?:sh|bash)$/.test(name) && text.length <= longestCommand ? [{ file, line: 1, text }] : [];
}

function scriptsOf(text: string): JsonObject {
  const parsed = parseJson(text);
  return (parsed.ok && isJsonObject(parsed.value) ? objectField(parsed.value, "scripts") : undefined) ?? {};
}

/** What `run:` holds in a workflow, on its line or indented below it. */
function stepsOf(text: string): readonly { readonly line: number; readonly text: string }[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const match = /^(\s*)(?:-\s+)?run:\s*(.*)$/.exec(line);
    if (match === null) {
      return [];
    }
    const [indent = "", inline = ""] = match.slice(1);
    if (!/^[|>]/.test(inline)) {
      return [{ line: index + 1, text: inline.replace(/^(["'])(.*)\1$/, "$2") }];
    }
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((next) => next.trim() !== "" && next.search(/\S/) <= indent.length);
    return [{ line: index + 2, text: (end === -1 ? rest : rest.slice(0, end)).join("\n") }];
  });
}
