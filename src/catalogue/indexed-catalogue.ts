import type { CredentialSpec, GraphqlKind, Operation, Provider } from "./catalogue.ts";
import type { Catalogue, FieldOwner } from "./load.ts";
import { serviceOperation, Tables, type TableReader } from "./service-table.ts";
import type { ProviderIndex } from "./provider-index.ts";

/** One provider and what finds it. The provider may be read only when a member of it is asked for. */
export interface IndexedProvider {
  readonly index: ProviderIndex;
  readonly provider: Provider;
}

/** Finds providers by their indexes alone, so that only those that a request speaks of are read. */
export class IndexedCatalogue implements Catalogue {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly digest: string;
  readonly credentials: readonly CredentialSpec[];
  private readonly shelf: readonly IndexedProvider[];
  private readonly names = new Map<string, ReadonlyMap<string, Operation>>();
  private readonly credentialNames: ReadonlyMap<string, CredentialSpec>;
  private readonly hosts = new Map<string, Provider>();
  private readonly suffixes: { readonly suffix: string; readonly provider: Provider }[] = [];
  private readonly programs = new Map<string, Provider>();
  private readonly fields = new Map<string, Provider[]>();

  private readonly tables: Tables;

  constructor(shelf: readonly IndexedProvider[], digest: string, readTable: TableReader = () => undefined) {
    this.shelf = shelf;
    this.tables = new Tables(readTable);
    this.digest = digest;
    this.providers = new Map(shelf.map(({ index, provider }) => [index.name, provider]));
    this.credentials = shelf.flatMap(({ index }) => index.credentials);
    this.credentialNames = new Map(this.credentials.map((credential) => [credential.name, credential]));
    for (const { index, provider } of shelf) {
      this.add(index, provider);
    }
  }

  operation(provider: string, name: string): Operation | undefined {
    let names = this.names.get(provider);
    if (names === undefined) {
      names = operationNames(this.providers.get(provider));
      this.names.set(provider, names);
    }
    return names.get(name) ?? anyOf(names, name) ?? this.tableOperation(provider, name);
  }

  serviceOperation(provider: Provider, service: string, command: string): Operation | undefined {
    const { table } = provider;
    return table === undefined
      ? undefined
      : serviceOperation(table, this.tables.levels(table), service, command);
  }

  readAhead(provider: string): void {
    // No operation has this name, so that all are looked through, in a table as well.
    this.operation(provider, "no:such");
  }

  credential(name: string): CredentialSpec | undefined {
    return this.credentialNames.get(name);
  }

  providerByHost(host: string): Provider | undefined {
    const exact = this.hosts.get(host);
    return exact ?? this.suffixes.find(({ suffix }) => host.endsWith(suffix))?.provider;
  }

  providersByPartialHost(start: string, end: string): readonly Provider[] {
    return this.shelf
      .filter(({ index }) =>
        index.hosts.some((host) =>
          host.startsWith("*")
            ? end === "" || end.endsWith(host.slice(1)) || host.endsWith(end)
            : host.startsWith(start) && host.endsWith(end) && host.length >= start.length + end.length,
        ),
      )
      .map(({ provider }) => provider);
  }

  providerByProgram(program: string): Provider | undefined {
    const version = program.indexOf("@", 1);
    return this.programs.get(version < 0 ? program : program.slice(0, version));
  }

  graphqlField(kind: GraphqlKind, field: string): readonly FieldOwner[] {
    return (this.fields.get(`${kind} ${field}`) ?? []).flatMap((provider) => {
      const operation = provider.graphql?.fields[kind].get(field);
      return operation === undefined ? [] : [{ provider, operation }];
    });
  }

  providerByServer(server: string): Provider | undefined {
    const words = server.toLowerCase().split(/[^a-z0-9]+/);
    return this.shelf.find(({ index }) =>
      index.servers?.some((name) => words.includes(name) || words.join("-").includes(`${name}-`)),
    )?.provider;
  }

  /** `ec2:TerminateInstances`; only what the table has is a name that policies may use. */
  private tableOperation(name: string, operation: string): Operation | undefined {
    const provider = this.providers.get(name);
    const [service = "", action = ""] = operation.split(":");
    if (provider?.table === undefined || action === "") {
      return undefined;
    }
    const listed = this.tables.levels(provider.table).find(service, action)?.name === action;
    return listed ? this.serviceOperation(provider, service, action) : undefined;
  }

  private add(index: ProviderIndex, provider: Provider): void {
    for (const host of index.hosts) {
      if (host.startsWith("*")) {
        this.suffixes.push({ suffix: host.slice(1), provider });
      } else {
        this.hosts.set(host, provider);
      }
    }
    for (const program of index.programs) {
      this.programs.set(program, provider);
    }
    for (const kind of ["query", "mutation", "subscription"] as const) {
      for (const field of index.fields?.[kind] ?? []) {
        const key = `${kind} ${field}`;
        this.fields.set(key, [...(this.fields.get(key) ?? []), provider]);
      }
    }
  }
}

/** By name and by alias; a name outranks another operation's alias. */
function operationNames(provider: Provider | undefined): ReadonlyMap<string, Operation> {
  const operations = [...(provider?.operations.values() ?? [])];
  return new Map([
    ...operations.flatMap((operation) => operation.aliases.map((alias) => [alias, operation] as const)),
    ...operations.map((operation) => [operation.name, operation] as const),
  ]);
}

/** `delete:pod`, where the provider has `delete:*`. */
function anyOf(names: ReadonlyMap<string, Operation>, name: string): Operation | undefined {
  const colon = name.indexOf(":");
  const any = colon < 0 ? undefined : names.get(`${name.slice(0, colon)}:*`);
  return any === undefined ? undefined : { ...any, name };
}
