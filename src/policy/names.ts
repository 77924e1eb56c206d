import type { PolicyCode } from "./codes.ts";
import type { KnownProvider, Vocabulary } from "./vocabulary.ts";
import { effects, isEffect } from "../model/effect.ts";
import { nearest } from "./nearest.ts";
import { isGlob, namePattern, pathGlobProblem } from "./pattern.ts";
import type { NameKind } from "./schema.ts";

export interface Names {
  readonly vocabulary: Vocabulary;
  readonly credentials: ReadonlySet<string>;
  /** Looking for the nearest word costs time; in a flood of faults it is left out. */
  readonly suggest: boolean;
}

export interface Problem {
  readonly code: PolicyCode;
  readonly message: string;
  readonly help: string;
  /** What the whole text should probably be. */
  readonly meant?: string;
}

/** Providers of actions that no catalogue file describes: what runs on this machine, and plain protocols. */
const localProviders: readonly string[] =
  "agent docker env fs git http mcp mongodb mysql network npm package postgres process redis shell signalbox sql sqlite ssh system".split(
    " ",
  );

/** A key under which an environment is recognised: a provider, or what any provider may have. */
export function recognitionProblem(key: string, names: Names): Problem | undefined {
  return key === "hosts" || key === "databases"
    ? undefined
    : isGlob(key)
      ? unknown({ code: "policy/unknown-provider", what: "provider", text: key }, [], names)
      : providerProblem(key, names);
}

/** What is wrong with a name in a policy. Errors are names that cannot be compiled; all else matches literally. */
export function nameProblem(text: string, kind: NameKind, names: Names): Problem | undefined {
  switch (kind) {
    case "path":
      return badPattern(text, pathGlobProblem(text));
    case "api":
      return patternProblem(text) ?? apiProblem(text, names);
    case "provider":
      return patternProblem(text) ?? providerProblem(text, names);
    case "effect":
      return isEffect(text)
        ? undefined
        : unknown({ code: "policy/unknown-action-type", what: "action type", text }, effects, names);
    case "credential":
      return patternProblem(text) ?? credentialProblem(text, names);
    case "environment":
    case "host":
    case "pattern":
    case "agent":
    case "task":
      return patternProblem(text);
    default:
      return sourceProblem(text, kind);
  }
}

/** An Ed25519 key as SPKI in base64: 12 bytes that are always the same, and 32 of its own. */
const publicKey = /^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$/;

const badKey: Problem = {
  code: "policy/bad-source",
  message: "this is no public Ed25519 key",
  help: "write the line that `signalbox policy keygen` printed",
};

const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

/** Names of where a policy comes from; anything goes in prose. */
function sourceProblem(text: string, kind: "url" | "key" | "approver" | "prose"): Problem | undefined {
  switch (kind) {
    case "url":
      return urlProblem(text);
    case "key":
      return publicKey.test(text) ? undefined : badKey;
    case "approver":
    case "prose":
      return undefined;
    default:
      return kind satisfies never;
  }
}

function urlProblem(text: string): Problem | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const usable =
    url !== undefined &&
    url.username === "" &&
    url.password === "" &&
    (url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname)));
  return usable
    ? undefined
    : {
        code: "policy/bad-source",
        message: `\`${text.slice(0, 60)}\` is no address that a policy can be fetched from`,
        help: "write an `https` address without a password in it",
      };
}

function patternProblem(text: string): Problem | undefined {
  const compiled = namePattern(text);
  if (!compiled.ok) {
    return badPattern(text, compiled.error);
  }
  // In paths it is a choice of characters; in names it stands for itself.
  return /\[[^\]]+\]/.test(text)
    ? {
        code: "policy/literal-bracket",
        message: `\`${text.slice(0, 60)}\` matches its brackets literally`,
        help: "write `{a,b}` for a choice",
      }
    : undefined;
}

function badPattern(text: string, problem: string | undefined): Problem | undefined {
  return problem === undefined
    ? undefined
    : {
        code: "policy/bad-pattern",
        message: `the pattern \`${text.slice(0, 60)}\` cannot be used: ${problem}`,
        help: "simplify it, or write several entries",
      };
}

function apiProblem(text: string, names: Names): Problem | undefined {
  const { vocabulary } = names;
  const colon = text.indexOf(":");
  const bad = patternProblem(providerOf(text));
  if (bad !== undefined || text === "*") {
    return bad;
  }
  if (colon <= 0 || colon === text.length - 1) {
    return {
      code: "policy/not-an-operation",
      message: `\`${text}\` does not say which operation of which provider`,
      help: `write \`provider:operation\`${suggestFor(text, vocabulary)}`,
    };
  }
  const name = text.slice(0, colon);
  const operation = text.slice(colon + 1);
  const provider = vocabulary.providers.get(name);
  if (provider === undefined) {
    const problem = providerProblem(name, names);
    const meant = problem?.meant;
    return problem === undefined || meant === undefined
      ? problem
      : { ...problem, meant: `${meant}:${operation}` };
  }
  const known = vocabulary.operation(name, operation) !== undefined || provider.groups.has(operation);
  return known || isDerived(operation, provider) || isGlob(operation)
    ? undefined
    : unknown(
        {
          code: "policy/unknown-operation",
          what: `operation of ${name}`,
          text: operation,
          before: `${name}:`,
        },
        [...provider.operations.keys(), ...provider.groups.keys()],
        names,
      );
}

/** `sql_instances_delete` of a tool whose sub-commands are told by their verbs: the name ends in one of them. */
function isDerived(operation: string, provider: KnownProvider): boolean {
  const parts = operation.split("_");
  return [1, 2, 3].some((count) => {
    const end = parts.slice(-count);
    return (
      parts.length > count &&
      provider.cli?.verbs.some(
        ({ named, verb }) => named && (verb.test(end.join("-")) || verb.test(`x:${end.join(":")}`)),
      ) === true
    );
  });
}

/** `railway` of `railway:deploy`; the whole text where there is no colon. */
function providerOf(text: string): string {
  const colon = text.indexOf(":");
  return colon > 0 ? text.slice(0, colon) : text;
}

function suggestFor(text: string, vocabulary: Vocabulary): string {
  for (const provider of vocabulary.providers.values()) {
    if (provider.name === text) {
      return `, for example \`${text}:read\` or \`${text}:*\``;
    }
    if (provider.operations.has(text) || provider.groups.has(text)) {
      return `, for example \`${provider.name}:${text}\``;
    }
  }
  return ", for example `railway:deploy`";
}

function providerProblem(text: string, names: Names): Problem | undefined {
  const { vocabulary } = names;
  return isGlob(text) || vocabulary.providers.has(text) || localProviders.includes(text)
    ? undefined
    : unknown(
        { code: "policy/unknown-provider", what: "provider", text },
        [...vocabulary.providers.keys(), ...localProviders],
        names,
      );
}

function credentialProblem(text: string, names: Names): Problem | undefined {
  if (isGlob(text) || names.credentials.has(text) || names.vocabulary.credential(text) !== undefined) {
    return undefined;
  }
  const known = [...names.vocabulary.providers.values()].flatMap((provider) => provider.credentials);
  return unknown(
    { code: "policy/unknown-credential", what: "credential", text },
    [...names.credentials, ...known.map((credential) => credential.name)],
    names,
  );
}

interface Unknown {
  readonly code: PolicyCode;
  readonly what: string;
  readonly text: string;
  /** What stands before the text where it is a part of a longer one. */
  readonly before?: string;
}

function unknown(
  { code, what, text, before = "" }: Unknown,
  candidates: Iterable<string>,
  names: Names,
): Problem {
  const near = names.suggest ? nearest(text, candidates) : undefined;
  return {
    code,
    message: `unknown ${what} \`${text.slice(0, 60)}\`: it is matched literally`,
    help: near === undefined ? "check the spelling" : `did you mean \`${near}\`?`,
    ...(near === undefined ? {} : { meant: `${before}${near}` }),
  };
}
