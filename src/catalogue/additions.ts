import type { Diagnostic } from "../base/diagnostic.ts";
import type { Provider } from "./catalogue.ts";
import { IndexedCatalogue } from "./indexed-catalogue.ts";
import { ExtendedCatalogue } from "./extended-catalogue.ts";
import type { Catalogue, CatalogueFile } from "./load.ts";
import { checkClaims, type Taken } from "./claims.ts";
import { checkCosts } from "./costs.ts";
import { indexOf } from "./provider-index.ts";
import { readProviderWith } from "./read-provider.ts";
import { YamlReader } from "./yaml-reader.ts";

/** A file of a workspace's own catalogue that may be used. */
export interface Addition {
  readonly file: string;
  readonly text: string;
  readonly provider: Provider;
}

/**
 * Reads one file of a workspace's catalogue. Pure; never throws on content. There is an addition exactly where there is
 * no error: it may only add, so whatever ships with the package is taken.
 */
export function readAddition(
  { file, text }: CatalogueFile,
  taken: Taken,
): { readonly addition?: Addition; readonly diagnostics: readonly Diagnostic[] } {
  try {
    const reader = new YamlReader(file, text);
    const { diagnostics } = reader;
    checkCosts(reader);
    if (diagnostics.length > 0) {
      return { diagnostics };
    }
    const provider = readProviderWith(reader);
    if (diagnostics.length === 0) {
      checkClaims(reader, taken);
    }
    return diagnostics.length > 0 ? { diagnostics } : { addition: { file, text, provider }, diagnostics };
  } catch (error) {
    // The parser of YAML gives up on some input: nested too deeply, or with aliases that lead in circles.
    const why = error instanceof Error ? error.name : "unknown error";
    return { diagnostics: unreadable(file, `it cannot be read (${why})`) };
  }
}

/** One error about a file as a whole. */
export function unreadable(file: string, message: string): readonly Diagnostic[] {
  const reader = new YamlReader(file, "");
  reader.report(undefined, message);
  return reader.diagnostics;
}

/**
 * Leaves out what an earlier addition has already: a provider, a host, a program, a credential or a server that two
 * files claim belongs to the first one.
 */
export function withoutConflicts(additions: readonly Addition[]): {
  readonly additions: readonly Addition[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const owners = new Map<string, string>();
  const kept: Addition[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const addition of additions) {
    const claims = claimsOf(addition.provider);
    const claim = claims.find((each) => owners.has(each));
    if (claim === undefined) {
      claims.forEach((each) => owners.set(each, addition.file));
      kept.push(addition);
    } else {
      const reader = new YamlReader(addition.file, addition.text);
      reader.report(
        reader.entries(reader.root).get("provider"),
        `${claim} is described in \`${owners.get(claim) ?? ""}\` as well`,
        {
          code: "catalogue/duplicate",
          help: "keep one of the two; this file is not in force",
        },
      );
      diagnostics.push(...reader.diagnostics);
    }
  }
  return { additions: kept, diagnostics };
}

/** The shipped catalogue with the additions behind it. */
export function extendCatalogue(shipped: Catalogue, additions: readonly Addition[]): Catalogue {
  const digest = additions.map(({ file, text }) => `${file.length}:${file}${text.length}:${text}`).join("");
  const shelf = additions.map(({ provider }) => ({ index: indexOf(provider), provider }));
  return new ExtendedCatalogue(shipped, new IndexedCatalogue(shelf, digest));
}

/** The lines of a file's examples, in their order. */
export function exampleLines({ file, text }: CatalogueFile): readonly number[] {
  const reader = new YamlReader(file, text);
  return reader
    .items(reader.entries(reader.root ?? undefined).get("examples"))
    .map((item) => reader.lineOf(item));
}

function claimsOf(provider: Provider): readonly string[] {
  const { programs = [], packages = [] } = provider.cli ?? {};
  return [
    `provider \`${provider.name}\``,
    ...provider.hosts.map((host) => `host \`${host}\``),
    ...[...new Set([...programs, ...packages])].map((program) => `program \`${program}\``),
    ...provider.credentials.map(({ name }) => `credential \`${name}\``),
    ...(provider.mcp?.servers ?? []).map((server) => `server \`${server}\``),
  ];
}
