/**
 * The names that a policy may refer to, as far as checks and completions need them. The catalogue fulfils it; the
 * language itself does not depend on the catalogue.
 */
export interface Vocabulary {
  readonly providers: ReadonlyMap<string, KnownProvider>;
  /** Something where the provider has an operation of that name or alias. */
  operation(provider: string, name: string): KnownOperation | undefined;
  credential(name: string): object | undefined;
}

export interface KnownOperation {
  readonly name: string;
  readonly access: "read" | "change" | "unknown";
  readonly effects: readonly string[];
  readonly groups: readonly string[];
  /** `remote` where it does not say. */
  readonly reach?: "local" | "remote";
}

export interface KnownProvider {
  readonly name: string;
  /** Rules by which more operations than those listed get a name of their own. */
  readonly cli?:
    | { readonly verbs: readonly { readonly verb: RegExp; readonly named: boolean }[] }
    | undefined;
  readonly operations: ReadonlyMap<string, KnownOperation>;
  /** Names of the operations by group. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly credentials: readonly { readonly name: string }[];
}
