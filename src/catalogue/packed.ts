import type { Diagnostic } from "../base/diagnostic.ts";
import { BugError } from "../base/result.ts";
import type { CredentialSpec, Provider } from "./catalogue.ts";
import { IndexedCatalogue } from "./indexed-catalogue.ts";
import { loadCatalogue, type Catalogue, type CatalogueFile } from "./load.ts";
import { indexOf, type ProviderIndex } from "./provider-index.ts";
import type { TableReader } from "./service-table.ts";
import { readProvider } from "./read-provider.ts";
import { YamlReader } from "./yaml-reader.ts";

/** A provider as a build ships it: what finds it, and its file as JSON in a text, which is parsed when it is asked for. */
export interface PackedProvider {
  readonly file: string;
  readonly index: ProviderIndex;
  readonly content: string;
}

/** The catalogue as a build ships it: parsing YAML costs some hundred times as much as finding a provider in this. */
export interface PackedCatalogue {
  readonly digest: string;
  readonly providers: readonly PackedProvider[];
}

/**
 * Packs catalogue files, once they are found to be without mistakes: nothing is packed where there is an error
 * diagnostic. Files keep the names that they are given here.
 */
export function packCatalogue(
  files: readonly CatalogueFile[],
  digest: (text: string) => string,
): { readonly packed?: PackedCatalogue; readonly diagnostics: readonly Diagnostic[] } {
  const { catalogue, diagnostics } = loadCatalogue(files);
  if (diagnostics.some(({ severity }) => severity === "error")) {
    return { diagnostics };
  }
  const providers = [...catalogue.providers.values()];
  const packed = files.map(({ file, text }, at) => {
    const provider = providers[at];
    if (provider === undefined) {
      throw new BugError(`\`${file}\` has no provider, and nothing was said of it`);
    }
    const content = JSON.stringify(new YamlReader(file, text).data());
    return { file, index: indexOf(provider), content };
  });
  return { packed: { digest: digest(catalogue.digest), providers: packed }, diagnostics };
}

/** The catalogue behind a pack. A provider is read, by the same reader as YAML, when the first member of it is used. */
export function openCatalogue(packed: PackedCatalogue, readTable?: TableReader): Catalogue {
  const shelf = packed.providers.map((entry) => ({ index: entry.index, provider: new LazyProvider(entry) }));
  return new IndexedCatalogue(shelf, packed.digest, readTable);
}

class LazyProvider implements Provider {
  readonly name: string;
  readonly title: string;
  readonly hosts: readonly string[];
  readonly credentials: readonly CredentialSpec[];
  private readonly entry: PackedProvider;
  private loaded: Provider | undefined;

  constructor(entry: PackedProvider) {
    const { name, title, hosts, credentials } = entry.index;
    this.name = name;
    this.title = title;
    this.hosts = hosts;
    this.credentials = credentials;
    this.entry = entry;
  }

  get operations(): Provider["operations"] {
    return this.whole.operations;
  }

  get groups(): Provider["groups"] {
    return this.whole.groups;
  }

  // These are asked of every provider where nothing names one: the index knows who has none.
  get graphql(): Provider["graphql"] {
    return this.entry.index.fields === undefined ? undefined : this.whole.graphql;
  }

  get mcp(): Provider["mcp"] {
    return this.entry.index.servers === undefined ? undefined : this.whole.mcp;
  }

  get rest(): Provider["rest"] {
    return this.whole.rest;
  }

  get cli(): Provider["cli"] {
    return this.whole.cli;
  }

  get ambient(): Provider["ambient"] {
    return this.whole.ambient;
  }

  get table(): Provider["table"] {
    return this.entry.index.table === true ? this.whole.table : undefined;
  }

  get examples(): Provider["examples"] {
    return this.whole.examples;
  }

  private get whole(): Provider {
    this.loaded ??= unpack(this.entry);
    return this.loaded;
  }
}

function unpack({ file, content }: PackedProvider): Provider {
  const { provider, diagnostics } = readProvider(file, JSON.parse(content) as object);
  const [first] = diagnostics;
  if (first !== undefined) {
    throw new BugError(`the build packed \`${file}\`, which does not load: ${first.message}`);
  }
  return provider;
}
