/**
 * The names that a policy may refer to, as far as checks and completions need them. The catalogue fulfils it; the
 * language itself does not depend on the catalogue.
 */
export interface Vocabulary {
  readonly providers: ReadonlyMap<string, KnownProvider>;
  /** Something where the provider has an operation of that name or alias. */
  operation(provider: string, name: string): object | undefined;
  credential(name: string): object | undefined;
}

export interface KnownProvider {
  readonly name: string;
  /** Rules by which more operations than those listed get a name of their own. */
  readonly cli?:
    | { readonly verbs: readonly { readonly verb: RegExp; readonly named: boolean }[] }
    | undefined;
  readonly operations: ReadonlyMap<string, object>;
  readonly groups: ReadonlyMap<string, object>;
  readonly credentials: readonly { readonly name: string }[];
}
