import type { CredentialSpec, GraphqlKind, Operation, Provider } from "./catalogue.ts";
import type { Catalogue, FieldOwner } from "./load.ts";

/** A catalogue with further credentials. What it knows by a name stays what that name means. */
export function withCredentials(catalogue: Catalogue, specs: readonly CredentialSpec[]): Catalogue {
  return new CredentialsCatalogue(catalogue, specs);
}

class CredentialsCatalogue implements Catalogue {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly digest: string;
  readonly credentials: readonly CredentialSpec[];
  private readonly below: Catalogue;
  private readonly added: ReadonlyMap<string, CredentialSpec>;

  constructor(below: Catalogue, specs: readonly CredentialSpec[]) {
    this.below = below;
    this.providers = below.providers;
    this.digest = `${below.digest}${JSON.stringify(specs)}`;
    this.credentials = [...below.credentials, ...specs];
    this.added = byName(specs);
  }

  credential(name: string): CredentialSpec | undefined {
    return this.below.credential(name) ?? this.added.get(name);
  }

  operation(provider: string, name: string): Operation | undefined {
    return this.below.operation(provider, name);
  }

  providerByHost(host: string): Provider | undefined {
    return this.below.providerByHost(host);
  }

  providersByPartialHost(start: string, end: string): readonly Provider[] {
    return this.below.providersByPartialHost(start, end);
  }

  providerByProgram(program: string): Provider | undefined {
    return this.below.providerByProgram(program);
  }

  readAhead(provider: string): void {
    this.below.readAhead(provider);
  }

  graphqlField(kind: GraphqlKind, field: string): readonly FieldOwner[] {
    return this.below.graphqlField(kind, field);
  }

  serviceOperation(provider: Provider, service: string, command: string): Operation | undefined {
    return this.below.serviceOperation(provider, service, command);
  }

  providerByServer(server: string): Provider | undefined {
    return this.below.providerByServer(server);
  }
}

/**
 * INVARIANT: where two policies describe one name, none of them decides what the other one's credential is for: it keeps
 * only what both say. Whoever needs all descriptions finds them in `credentials`.
 */
function byName(specs: readonly CredentialSpec[]): ReadonlyMap<string, CredentialSpec> {
  const found = new Map<string, CredentialSpec>();
  for (const spec of specs) {
    const known = found.get(spec.name);
    const disputed = known !== undefined && known.provider !== spec.provider;
    found.set(spec.name, disputed ? { ...known, provider: "" } : (known ?? spec));
  }
  return found;
}
