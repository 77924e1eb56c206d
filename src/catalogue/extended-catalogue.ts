import type { CredentialSpec, GraphqlKind, Operation, Provider } from "./catalogue.ts";
import type { Catalogue, FieldOwner } from "./load.ts";

/**
 * The shipped catalogue with another one behind it. Whatever the shipped one knows is answered by it alone, so that
 * nothing that is added can take a name, a host, a program or a field away.
 */
export class ExtendedCatalogue implements Catalogue {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly digest: string;
  readonly credentials: readonly CredentialSpec[];
  private readonly shipped: Catalogue;
  private readonly added: Catalogue;

  constructor(shipped: Catalogue, added: Catalogue) {
    this.shipped = shipped;
    this.added = added;
    this.providers = new Map([...added.providers, ...shipped.providers]);
    this.digest = `${shipped.digest.length}:${shipped.digest}${added.digest}`;
    this.credentials = [...shipped.credentials, ...added.credentials];
  }

  operation(provider: string, name: string): Operation | undefined {
    return this.ownerOf(provider).operation(provider, name);
  }

  serviceOperation(provider: Provider, service: string, command: string): Operation | undefined {
    return this.ownerOf(provider.name).serviceOperation(provider, service, command);
  }

  readAhead(provider: string): void {
    this.ownerOf(provider).readAhead(provider);
  }

  credential(name: string): CredentialSpec | undefined {
    return this.shipped.credential(name) ?? this.added.credential(name);
  }

  providerByHost(host: string): Provider | undefined {
    return this.shipped.providerByHost(host) ?? this.added.providerByHost(host);
  }

  providersByPartialHost(start: string, end: string): readonly Provider[] {
    return [
      ...this.shipped.providersByPartialHost(start, end),
      ...this.added.providersByPartialHost(start, end),
    ];
  }

  providerByProgram(program: string): Provider | undefined {
    return this.shipped.providerByProgram(program) ?? this.added.providerByProgram(program);
  }

  graphqlField(kind: GraphqlKind, field: string): readonly FieldOwner[] {
    const owners = this.shipped.graphqlField(kind, field);
    return owners.length > 0 ? owners : this.added.graphqlField(kind, field);
  }

  providerByServer(server: string): Provider | undefined {
    return this.shipped.providerByServer(server) ?? this.added.providerByServer(server);
  }

  private ownerOf(provider: string): Catalogue {
    return this.shipped.providers.has(provider) ? this.shipped : this.added;
  }
}
