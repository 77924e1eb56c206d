import type { Target } from "../../model/action.ts";
import { joinPath } from "../paths.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";

/** Where a database is, as far as a command line tells. */
export interface Place {
  /** A host that is not this machine; undefined for sockets, this machine, and where nothing is said. */
  readonly host: string | undefined;
  /** `production` where a name on the line says so, else what an option or variable names. */
  readonly environment: string | undefined;
}

const production = /(?:^|[^a-z])(?:prod|prd|production|live)(?:$|[^a-z])/i;
const environmentVariables = [
  "RAILS_ENV",
  "RACK_ENV",
  "NODE_ENV",
  "APP_ENV",
  "DJANGO_ENV",
  "FLASK_ENV",
  "ENVIRONMENT",
  "MIX_ENV",
];
const environmentWords =
  /(?:^|\s)(?:--env(?:ironment)?|--stage|RAILS_ENV|RACK_ENV|NODE_ENV|APP_ENV|MIX_ENV)[ =](\w[\w-]*)/;

/** What says where: hosts and addresses first, then the names of databases. */
export interface PlaceClues {
  /** Values of options that name a host, or an address with one. */
  readonly hosts?: readonly (Word | undefined)[];
  /** Words that may be an address (`postgres://…`, `host=… dbname=…`). */
  readonly addresses?: readonly (Word | undefined)[];
  /** Names of databases and the like, which may say `production`. */
  readonly names?: readonly (Word | string | undefined)[];
  /** Variables that hold a host or an address for the program, in order. */
  readonly variables?: readonly string[];
  /** True where the program reads the variables from the project's `.env` as well. */
  readonly environmentFile?: boolean;
}

/** Where the command's database is: by option, by address, by variable. What is not known counts as this machine. */
export function placeOf(invocation: Invocation, scope: Scope, clues: PlaceClues): Place {
  const assigned = (clues.variables ?? []).map((name) => variable(invocation, scope, name));
  const known = assigned.some((text) => text !== undefined);
  const variables =
    known || clues.environmentFile !== true ? assigned : fromFile(scope, clues.variables ?? []);
  const stated = [
    ...(clues.hosts ?? []).map(textOf),
    ...(clues.addresses ?? []).map(textOf).filter((text) => isAddress(text)),
  ];
  const decisive = stated.filter((text) => text !== undefined && text !== "");
  const sources = decisive.length > 0 ? decisive : variables.filter((text) => text !== undefined);
  const hosts = sources.map(hostIn).filter((name) => name !== undefined);
  const host = hosts.find((name) => name !== undefined && (!isLoopback(name) || production.test(name)));
  const names = [
    ...sources,
    ...(clues.names ?? []).map((name) => (typeof name === "string" ? name : textOf(name))),
    ...(clues.addresses ?? []).map(textOf),
    scope.elsewhere?.name,
  ];
  return { host, environment: environmentOf(invocation, scope, names) };
}

/** The environment that a command line names for itself; names that say production count first. */
function environmentOf(
  invocation: Invocation,
  scope: Scope,
  names: readonly (string | undefined)[],
): string | undefined {
  if (names.some((name) => name !== undefined && production.test(withoutPassword(name)))) {
    return "production";
  }
  const text = invocation.words.map((word) => (/\s/.test(word.text) ? "_" : word.text)).join(" ");
  return (
    environmentWords.exec(text)?.[1] ??
    environmentVariables.map((name) => variable(invocation, scope, name)).find((value) => value !== undefined)
  );
}

/** Target of an action on a database. */
export function targetAt(place: Place, object: string, resource?: string): Target {
  return {
    display: place.host === undefined ? object : `${object} on ${place.host}`,
    ...(resource === undefined ? {} : { resource }),
    ...(place.environment === undefined ? {} : { environment: place.environment }),
    ...(place.host === undefined ? {} : { host: place.host }),
  };
}

/** Values of the project's `.env`. Only the host and the name of the environment are taken from them. */
function fromFile(scope: Scope, names: readonly string[]): readonly (string | undefined)[] {
  if (scope.cwd === undefined || scope.elsewhere !== undefined) {
    return [];
  }
  const path = joinPath(scope.cwd, ".env");
  const file = scope.lookups.kind(path) === "file" ? scope.readInput(path) : undefined;
  return file?.kind === "text"
    ? names.map((name) =>
        new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=\\s*["']?([^"'\\n]*)`, "m").exec(file.text)?.[1]?.trim(),
      )
    : [];
}

function variable(invocation: Invocation, scope: Scope, name: string): string | undefined {
  const assigned = invocation.assignments.get(name);
  return assigned === undefined ? scope.variable(name) : textOf(assigned);
}

/** Known text, or as much of it as is known; a reference such as `$PROD_URL` keeps its name. */
function textOf(word: Word | undefined): string | undefined {
  return word?.text;
}

function isAddress(text: string | undefined): text is string {
  return text !== undefined && /^[a-z][\w+:]*:\/\/|\bhost(?:addr)?=|^jdbc:|@tcp\(/i.test(text);
}

/** The host in an address or in a word that is one; undefined where it depends on a variable. */
function hostIn(text: string | undefined): string | undefined {
  if (
    text === undefined ||
    /^(?:file|sqlite3?|unix|npipe|docker|mem|memory|(?:non-)?persistent):/i.test(text)
  ) {
    return undefined;
  }
  const address =
    /:\/\/(?:[^@/\s]*@)?(\[[^\]]+\]|[^/:?,;\s]*)/.exec(text)?.[1] ??
    /\bhost(?:addr)?=([^\s&;]*)/i.exec(text)?.[1] ??
    /@tcp\(([^:)]*)/.exec(text)?.[1] ??
    /^(?:tcp:)?([^:,\\/]*(?:\/.*)?)/.exec(text)?.[1];
  return address === undefined || /[$`%{]/.test(address) ? undefined : address;
}

function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^:@/\s]*):[^@/\s]*@/, "$1@");
}

/** This machine, its sockets, and the usual names of services in a compose network. */
function isLoopback(host: string): boolean {
  return (
    host === "" ||
    /^(?:localhost|127\.[\d.]+|\[?::1\]?|0\.0\.0\.0|\/.*|\.|\(local\).*|host\.docker\.internal|(?:[\w-]+[-_])?(?:db|database|postgres(?:ql)?|pg|mysql|mariadb|redis|valkey|cache|mongo(?:db)?|clickhouse|mssql|cassandra|kafka|rabbitmq|elasticsearch|opensearch|etcd|consul|influx(?:db)?|nats|minio|localstack)\d?|[\w.-]+\.(?:localhost|test|local|internal\.docker))$/i.test(
      host,
    )
  );
}
