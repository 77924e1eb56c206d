import type {
  ApiEntry,
  CompiledPolicy,
  CredentialGrant,
  DomainScope,
  EnvironmentSpec,
  NamedCredential,
  Pattern,
  PathEntry,
  SignalScope,
} from "./compiled.ts";
import { durationMs } from "./check.ts";
import { compileRules } from "./compile-rules.ts";
import { textOf, textsOf, valueOf, type MapEntry, type PolicyNode } from "./node.ts";
import { pathPattern, type PathContext, type PathPattern } from "./path-pattern.ts";
import { pathSet } from "./path-set.ts";
import { isGlob, namePattern } from "./pattern.ts";
import { items, must, named, namePatterns, origin, under, type CompileContext, type Place } from "./place.ts";

/**
 * Turns a checked tree into what decisions use: patterns are compiled once, here.
 * Throws `BugError` for a tree that `checkPolicy` would have refused.
 */
export function compilePolicy(root: PolicyNode, context: CompileContext): CompiledPolicy {
  const top: Place = { node: root, pointer: "" };
  const tasks = new Map<string, CompiledPolicy>();
  for (const { name, place } of named(under(top, "sessions"))) {
    tasks.set(name, compileTask(name, place, { ...context, layer: "session" }));
  }
  return {
    ...compileScope(top, context),
    credentials: named(under(top, "credentials")).map(({ name, place }) => credential(name, place, context)),
    environments: named(under(top, "environments")).map(({ name, place }) =>
      environment(name, place, context),
    ),
    tasks,
    enforcement: textOf(valueOf(root, "enforcement")) === "observe" ? "observe" : "enforce",
    undecidedExecution: textOf(valueOf(root, "undecided_execution")) === "kill" ? "kill" : "report",
    ...organisationKeys(root),
  };
}

const defaultRefreshMs = 3_600_000;

function organisationKeys(root: PolicyNode): Pick<CompiledPolicy, "locked" | "organisation"> {
  const locked = valueOf(root, "locked");
  const source = valueOf(root, "organisation");
  const url = textOf(valueOf(source, "url"));
  const keys = textsOf(valueOf(source, "key")).map(({ value }) => String(value));
  const refreshMs = durationMs(valueOf(source, "refresh")) ?? defaultRefreshMs;
  return {
    ...(locked?.kind === "scalar" && locked.value === true ? { locked: true } : {}),
    ...(url === undefined ? {} : { organisation: { url, keys, refreshMs } }),
  };
}

function compileTask(name: string, place: Place, context: CompileContext): CompiledPolicy {
  const isDefault = valueOf(place.node, "default");
  const description = textOf(valueOf(place.node, "description"));
  return {
    ...compileScope(place, context),
    credentials: [],
    environments: [],
    tasks: new Map(),
    enforcement: "enforce",
    undecidedExecution: "report",
    task: {
      name,
      ...(description === undefined ? {} : { description }),
      agents: namePatterns(valueOf(place.node, "agents")) ?? [],
      isDefault: isDefault?.kind === "scalar" && isDefault.value === true,
    },
  };
}

type Scope = Pick<CompiledPolicy, "file" | "layer" | "hash" | "rules" | "signal" | "domain">;

function compileScope(place: Place, context: CompileContext): Scope {
  const scope = under(place, "session_scope");
  return {
    file: context.file,
    layer: context.layer,
    hash: context.hash,
    rules: compileRules(under(place, "policies"), context),
    signal: signal(under(scope, "signal"), context),
    domain: domain(under(scope, "domain"), context),
  };
}

function signal(place: Place, context: CompileContext): SignalScope {
  const hidden = paths(under(place, "hidden_files"), context, "wide");
  const visible = paths(under(place, "visible_files"), context, "wide");
  const writable = under(place, "writable_files");
  return {
    default: textOf(valueOf(place.node, "default")) === "closed" ? "closed" : "open",
    defaultOrigin: origin(under(place, "default"), context),
    allowed: paths(under(place, "allowed_files"), context, "narrow").map(({ entry }) => entry),
    hidden: hidden.map(({ entry }) => entry),
    hiddenSet: pathSet(hidden.map(({ pattern }) => pattern)),
    visible: pathSet(visible.map(({ pattern }) => pattern)),
    shown: visible.map(({ entry }) => entry),
    ...(writable.node === undefined
      ? {}
      : {
          writable: {
            origin: origin(writable, context),
            entries: paths(writable, context, "narrow").map(({ entry }) => entry),
          },
        }),
    allowedCredentials: credentials(under(place, "allowed_credentials"), context),
    blockedCredentials: credentials(under(place, "blocked_credentials"), context),
  };
}

function domain(place: Place, context: CompileContext): DomainScope {
  const fallback = textOf(valueOf(place.node, "default"));
  const known = fallback === "allow" || fallback === "ask" || fallback === "deny";
  return {
    ...(known ? { default: fallback } : {}),
    defaultOrigin: origin(under(place, "default"), context),
    allowedOrigin: origin(under(place, "allowed_apis"), context),
    allowed: apiEntries(under(place, "allowed_apis"), context),
    blocked: apiEntries(under(place, "blocked_actions"), context),
    closedReads: textOf(valueOf(place.node, "closed")) === "reads",
  };
}

function apiEntries(place: Place, context: CompileContext): readonly ApiEntry[] {
  return items(place).map((item) => {
    const api = textOf(item.node) ?? textOf(valueOf(item.node, "api")) ?? "";
    const colon = api.indexOf(":");
    const provider = colon > 0 ? api.slice(0, colon) : "";
    const environmentName = textOf(valueOf(item.node, "environment"));
    const resource = textOf(valueOf(item.node, "resource"));
    return {
      origin: origin(item, context),
      api,
      provider,
      providerPattern: must(namePattern(provider === "" ? api : provider)),
      pattern: must(namePattern(api)),
      literal: !isGlob(api),
      ...(environmentName === undefined ? {} : { environment: must(namePattern(environmentName)) }),
      ...(resource === undefined ? {} : { resource: must(namePattern(resource)) }),
    };
  });
}

function credential(name: string, place: Place, context: CompileContext): CredentialGrant {
  const provider = textOf(valueOf(place.node, "provider"));
  const sent = textOf(valueOf(place.node, "sent"));
  return {
    origin: origin(place, context),
    name,
    ...(provider === undefined ? {} : { provider }),
    hosts: namePatterns(valueOf(place.node, "hosts")) ?? [],
    environments: namePatterns(valueOf(place.node, "environments")) ?? [],
    class: textOf(valueOf(place.node, "class")) ?? "",
    found: foundIn(textsOf(valueOf(place.node, "found")), context.workspace),
    ...(sent === undefined ? {} : { sent: sent.toLowerCase() }),
    grants: apiEntries(under(place, "grants"), context),
  };
}

/** `$NAME` is a variable, all else a file; one without a folder of its own lies in the workspace. */
function foundIn(nodes: ReturnType<typeof textsOf>, workspace: string): CredentialGrant["found"] {
  const texts = nodes.map(({ value }) => String(value));
  return {
    variables: texts.flatMap((text) => /^\$\{?(\w+)\}?$/.exec(text)?.[1] ?? []),
    files: texts
      .filter((text) => text !== "" && !text.startsWith("$"))
      .map((text) => (/^(?:\/|~\/)/.test(text) ? text : `${workspace}/${text.replace(/^\.\//, "")}`)),
  };
}

function credentials(place: Place, context: CompileContext): readonly NamedCredential[] {
  return items(place).map((item) => {
    const name = textOf(item.node) ?? "";
    return { origin: origin(item, context), name, pattern: must(namePattern(name)) };
  });
}

/** By kind in the singular, as the catalogue names kinds: `namespaces` and `namespace` are one. */
function kindPatterns(entries: readonly MapEntry[]): ReadonlyMap<string, readonly Pattern[]> {
  const kinds = new Map<string, readonly Pattern[]>();
  for (const { key, value } of entries) {
    const kind = key.toLowerCase().replace(/(?<!s)s$/, "");
    const patterns = textsOf(value).map((text) => must(namePattern(String(text.value))));
    kinds.set(kind, [...(kinds.get(kind) ?? []), ...patterns]);
  }
  return kinds;
}

function environment(name: string, place: Place, context: CompileContext): EnvironmentSpec {
  const recognised = new Map<string, readonly Pattern[]>();
  const kinds = new Map<string, ReadonlyMap<string, readonly Pattern[]>>();
  for (const provider of named(place)) {
    const node = provider.place.node;
    const texts =
      node?.kind === "map" ? node.entries.flatMap((entry) => textsOf(entry.value)) : textsOf(node);
    if (node?.kind === "map") {
      kinds.set(provider.name, kindPatterns(node.entries));
    }
    recognised.set(
      provider.name,
      texts.map((text) => must(namePattern(String(text.value)))),
    );
  }
  return { origin: origin(place, context), name, recognised, kinds };
}

function paths(
  place: Place,
  context: CompileContext,
  reach: PathContext["reach"],
): readonly { readonly entry: PathEntry; readonly pattern: PathPattern }[] {
  return items(place).map((item) => {
    const source = textOf(item.node) ?? "";
    const pattern = must(pathPattern(source, { workspace: context.workspace, home: context.home, reach }));
    const { literal, anchor } = pattern;
    const entry = {
      origin: origin(item, context),
      pattern,
      literal,
      ...(anchor === undefined ? {} : { anchor }),
    };
    return { entry, pattern };
  });
}
