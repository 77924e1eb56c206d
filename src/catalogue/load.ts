import type { Diagnostic } from "../base/diagnostic.ts";
import type { CredentialSpec, GraphqlKind, Operation, Provider, Vocabulary } from "./catalogue.ts";
import { readProvider } from "./read-provider.ts";

/** A root field of one provider's GraphQL API. */
export interface FieldOwner {
  readonly provider: Provider;
  readonly operation: Operation;
}

/** Everything the classifier asks the catalogue. Immutable. */
export interface Catalogue extends Vocabulary {
  /** Changes whenever a file changes: a length-prefixed join of the texts, to be hashed by whoever compares. */
  readonly digest: string;
  readonly credentials: readonly CredentialSpec[];
  /** The provider that serves a host (lower case, no port, no dot at the end). */
  providerByHost(host: string): Provider | undefined;
  /** Providers whose hosts could be completed from a host with unknown parts, by its known start and end. */
  providersByPartialHost(start: string, end: string): readonly Provider[];
  /** By the name of a provider's own tool, or of the package that has it (`@railway/cli@latest`). */
  providerByProgram(program: string): Provider | undefined;
  /** Who has a root field of that name. */
  graphqlField(kind: GraphqlKind, field: string): readonly FieldOwner[];
  /** The provider that an MCP server's name speaks of. */
  providerByServer(server: string): Provider | undefined;
}

/**
 * Loads all catalogue files. Pure; never throws on content. A mistake in any file is an error diagnostic with its place,
 * and then the catalogue must not be used: a smaller one would let through what it no longer knows.
 */
export function loadCatalogue(files: readonly { readonly file: string; readonly text: string }[]): {
  catalogue: Catalogue;
  diagnostics: readonly Diagnostic[];
} {
  const providers = new Map<string, Provider>();
  const diagnostics: Diagnostic[] = [];
  for (const { file, text } of files) {
    const read = readProvider(file, text);
    diagnostics.push(...read.diagnostics);
    if (providers.has(read.provider.name)) {
      diagnostics.push(duplicate(file, `provider \`${read.provider.name}\``));
    }
    providers.set(read.provider.name, read.provider);
  }
  diagnostics.push(...duplicateNames(files, providers));
  const digest = files.map(({ file, text }) => `${file.length}:${file}${text.length}:${text}`).join("");
  return { catalogue: new IndexedCatalogue(providers, digest), diagnostics };
}

class IndexedCatalogue implements Catalogue {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly digest: string;
  readonly credentials: readonly CredentialSpec[];
  private readonly names = new Map<string, Operation>();
  private readonly credentialNames = new Map<string, CredentialSpec>();
  private readonly hosts = new Map<string, Provider>();
  private readonly suffixes: { readonly suffix: string; readonly provider: Provider }[] = [];
  private readonly programs = new Map<string, Provider>();
  private readonly fields = new Map<string, FieldOwner[]>();

  constructor(providers: ReadonlyMap<string, Provider>, digest: string) {
    this.providers = providers;
    this.digest = digest;
    this.credentials = [...providers.values()].flatMap((provider) => provider.credentials);
    for (const credential of this.credentials) {
      this.credentialNames.set(credential.name, credential);
    }
    for (const provider of providers.values()) {
      this.index(provider);
    }
  }

  operation(provider: string, name: string): Operation | undefined {
    return this.names.get(`${provider}:${name}`);
  }

  credential(name: string): CredentialSpec | undefined {
    return this.credentialNames.get(name);
  }

  providerByHost(host: string): Provider | undefined {
    const exact = this.hosts.get(host);
    return exact ?? this.suffixes.find(({ suffix }) => host.endsWith(suffix))?.provider;
  }

  providersByPartialHost(start: string, end: string): readonly Provider[] {
    return [...this.providers.values()].filter((provider) =>
      provider.hosts.some((host) =>
        host.startsWith("*")
          ? end === "" || end.endsWith(host.slice(1)) || host.endsWith(end)
          : host.startsWith(start) && host.endsWith(end) && host.length >= start.length + end.length,
      ),
    );
  }

  providerByProgram(program: string): Provider | undefined {
    const version = program.indexOf("@", 1);
    return this.programs.get(version < 0 ? program : program.slice(0, version));
  }

  graphqlField(kind: GraphqlKind, field: string): readonly FieldOwner[] {
    return this.fields.get(`${kind} ${field}`) ?? [];
  }

  providerByServer(server: string): Provider | undefined {
    const words = server.toLowerCase().split(/[^a-z0-9]+/);
    return [...this.providers.values()].find((provider) =>
      provider.mcp?.servers.some((name) => words.includes(name) || words.join("-").includes(`${name}-`)),
    );
  }

  private index(provider: Provider): void {
    for (const operation of provider.operations.values()) {
      for (const name of operation.aliases) {
        this.names.set(`${provider.name}:${name}`, operation);
      }
    }
    for (const operation of provider.operations.values()) {
      this.names.set(`${provider.name}:${operation.name}`, operation);
    }
    for (const host of provider.hosts) {
      if (host.startsWith("*")) {
        this.suffixes.push({ suffix: host.slice(1), provider });
      } else {
        this.hosts.set(host, provider);
      }
    }
    for (const program of [...(provider.cli?.programs ?? []), ...(provider.cli?.packages ?? [])]) {
      this.programs.set(program, provider);
    }
    this.indexFields(provider);
  }

  private indexFields(provider: Provider): void {
    for (const kind of ["query", "mutation", "subscription"] as const) {
      for (const [field, operation] of provider.graphql?.fields[kind] ?? []) {
        const key = `${kind} ${field}`;
        this.fields.set(key, [...(this.fields.get(key) ?? []), { provider, operation }]);
      }
    }
  }
}

/** A name, host or program that two providers claim would make one of them disappear. */
function duplicateNames(
  files: readonly { readonly file: string }[],
  providers: ReadonlyMap<string, Provider>,
): readonly Diagnostic[] {
  const seen = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const provider of providers.values()) {
    const claims = [
      ...provider.hosts.map((host) => `host \`${host}\``),
      ...[...(provider.cli?.programs ?? []), ...(provider.cli?.packages ?? [])].map(
        (program) => `program \`${program}\``,
      ),
      ...provider.credentials.map((credential) => `credential \`${credential.name}\``),
      ...[...provider.operations.values()].flatMap((operation) =>
        [operation.name, ...operation.aliases].map((name) => `operation \`${provider.name}:${name}\``),
      ),
    ];
    for (const claim of claims) {
      if (seen.has(claim)) {
        diagnostics.push(duplicate(files[0]?.file ?? "", claim));
      }
      seen.add(claim);
    }
  }
  return diagnostics;
}

function duplicate(file: string, what: string): Diagnostic {
  return {
    code: "catalogue/duplicate",
    severity: "error",
    message: `${what} is described twice`,
    help: "keep one of the two",
    file,
    range: { start: 0, end: 0, line: 1, column: 1, endLine: 1, endColumn: 1 },
  };
}
