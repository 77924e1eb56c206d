import type { Action } from "../../src/model/action.ts";
import type { Lookups } from "../../src/model/lookups.ts";
import type { AgentRequest, RequestPayload } from "../../src/model/request.ts";
import type { TreeReach } from "../../src/model/tree.ts";
import type { Effect } from "../../src/model/effect.ts";
import { home, workspace } from "../policy/load-for-test.ts";
import { vocabulary } from "../policy/vocabulary.ts";

/** One action as a case writes it; what it leaves out comes from the small catalogue. */
export interface ActionRow {
  readonly action: string;
  readonly effects?: readonly Effect[];
  readonly access?: Action["access"];
  readonly reach?: Action["reach"];
  readonly resource?: string;
  readonly environment?: string;
  readonly aliases?: readonly string[];
  readonly host?: string;
  readonly path?: string;
  readonly credentials?: readonly string[];
  readonly text?: string;
  readonly display?: string;
  readonly tree?: TreeReach;
}

export function actionOf(row: ActionRow): Action {
  const colon = row.action.indexOf(":");
  const provider = row.action.slice(0, colon);
  const name = row.action.slice(colon + 1);
  const known = vocabulary.operation(provider, name);
  const { resource, environment, host } = row;
  const path = row.path === undefined ? undefined : absolute(row.path);
  return {
    provider,
    operation: name,
    effects: row.effects ?? known?.effects ?? [],
    access: row.access ?? known?.access ?? "change",
    reach: row.reach ?? (vocabulary.providers.has(provider) ? "remote" : "local"),
    target: {
      display: row.display ?? resource ?? path ?? "",
      ...(resource === undefined ? {} : { resource }),
      ...(environment === undefined ? {} : { environment }),
      ...(row.aliases === undefined ? {} : { environmentAliases: row.aliases }),
      ...(host === undefined ? {} : { host }),
      ...(path === undefined ? {} : { path }),
      ...(row.tree === undefined ? {} : { tree: row.tree }),
    },
    credentials: (row.credentials ?? []).map((credential) => ({ name: credential, provider })),
    groups: known?.groups ?? [],
    aliases: known?.aliases ?? [],
    evidence: { start: 0, end: 0, text: row.text ?? "" },
    because: "test",
  };
}

function absolute(path: string): string {
  return path.startsWith("~")
    ? `${home}${path.slice(1)}`
    : path.startsWith("/")
      ? path
      : `${workspace}/${path}`;
}

export function requestOf(payload: RequestPayload, agent = "claude-code"): AgentRequest {
  return {
    context: {
      id: "r1",
      agent,
      conversation: "c1",
      workspace,
      cwd: workspace,
      boundary: "check",
    },
    payload,
  };
}

/** The workspace is a repository, and no other folder is. */
function isNoRepository(path: string): boolean {
  return path.endsWith("/.git") && path !== `${workspace}/.git`;
}

/** A file system as a table: symlinks from path to path, and which paths do not exist, and what folders hold. */
export function lookupsOf(
  table: {
    readonly links?: Readonly<Record<string, string>>;
    readonly missing?: readonly string[];
    readonly folders?: Readonly<Record<string, readonly string[]>>;
    readonly caseSensitive?: boolean;
    /** Files that lie there, with what they hold. */
    readonly texts?: Readonly<Record<string, string>>;
    /** What git would print, whatever it is asked; null where it cannot tell. */
    readonly git?: readonly string[] | null;
  } = {},
): Lookups {
  const links = Object.entries(table.links ?? {}).map(
    ([from, to]) => [absolute(from), absolute(to)] as const,
  );
  const folders = new Map(
    Object.entries(table.folders ?? {}).map(([path, names]) => [absolute(path), names]),
  );
  const texts = new Map(Object.entries(table.texts ?? {}).map(([path, text]) => [absolute(path), text]));
  const printed = table.git === null ? undefined : (table.git ?? []).map(absolute);
  const missing = new Set((table.missing ?? []).map(absolute));
  return {
    home,
    caseSensitive: table.caseSensitive ?? true,
    readFile: (path) => {
      const text = texts.get(path);
      return text === undefined ? { kind: "missing" } : { kind: "text", text, digest: path };
    },
    realPath: (path) => {
      const link = links.find(([from]) => path === from || path.startsWith(`${from}/`));
      return link === undefined ? path : `${link[1]}${path.slice(link[0].length)}`;
    },
    kind: (path) => (missing.has(path) || isNoRepository(path) ? "missing" : "file"),
    list: (path) => folders.get(path) ?? [],
    below: (folder, wanted) => ({
      files: [...texts.keys(), ...links.map(([from]) => from)]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => ({ path, isLink: !texts.has(path) }))
        .filter(({ path, isLink }) => isLink || wanted(path)),
      complete: true,
    }),
    gitNames: (_folder, { verb }, wanted) =>
      (verb === "index" ? (printed ?? [...texts.keys()]) : printed)?.filter(wanted),
    env: () => undefined,
    credentialsIn: () => [],
  };
}
