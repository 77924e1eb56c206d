import type { Diagnostic } from "../base/diagnostic.ts";
import type { CredentialSpec, GraphqlKind, Operation, Provider, Vocabulary } from "./catalogue.ts";
import { IndexedCatalogue } from "./indexed-catalogue.ts";
import { indexOf } from "./provider-index.ts";
import type { TableReader } from "./service-table.ts";
import { readProvider } from "./read-provider.ts";

/** A root field of one provider's GraphQL API. */
export interface FieldOwner {
  readonly provider: Provider;
  readonly operation: Operation;
}

/** A catalogue file's name, for diagnostics, and its text. */
export interface CatalogueFile {
  readonly file: string;
  readonly text: string;
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
  /** Reads now what would be read when that provider is first asked for. */
  readAhead(provider: string): void;
  /** Who has a root field of that name. */
  graphqlField(kind: GraphqlKind, field: string): readonly FieldOwner[];
  /** The operation behind a service and a sub-command of a provider with a table; undefined where it has none. */
  serviceOperation(provider: Provider, service: string, command: string): Operation | undefined;
  /** The provider that an MCP server's name speaks of. */
  providerByServer(server: string): Provider | undefined;
}

/**
 * Loads all catalogue files. Pure; never throws on content. A mistake in any file is an error diagnostic with its place,
 * and then the catalogue must not be used: a smaller one would let through what it no longer knows.
 */
export function loadCatalogue(
  files: readonly CatalogueFile[],
  readTable?: TableReader,
): {
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
  const shelf = [...providers.values()].map((provider) => ({ index: indexOf(provider), provider }));
  return { catalogue: new IndexedCatalogue(shelf, digest, readTable), diagnostics };
}

/** A name, host or program that two providers claim would make one of them disappear. */
function duplicateNames(
  files: readonly { readonly file: string }[],
  providers: ReadonlyMap<string, Provider>,
): readonly Diagnostic[] {
  const seen = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const [at, provider] of [...providers.values()].entries()) {
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
      const before = seen.get(claim);
      if (before !== undefined) {
        diagnostics.push(duplicate(files[at]?.file ?? "", claim, `, in \`${before}\` as well`));
      }
      seen.set(claim, files[at]?.file ?? "");
    }
  }
  return diagnostics;
}

function duplicate(file: string, what: string, where = ""): Diagnostic {
  return {
    code: "catalogue/duplicate",
    severity: "error",
    message: `${what} is described twice${where}`,
    help: "keep one of the two",
    file,
    range: { start: 0, end: 0, line: 1, column: 1, endLine: 1, endColumn: 1 },
  };
}
