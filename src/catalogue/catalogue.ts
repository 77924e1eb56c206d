import type { Effect } from "../model/effect.ts";

/** One operation of a provider as the catalogue describes it; names are without the provider (`volume_delete`). */
export interface Operation {
  readonly name: string;
  readonly summary: string;
  readonly aliases: readonly string[];
  readonly access: "read" | "change" | "unknown";
  readonly effects: readonly Effect[];
  readonly groups: readonly string[];
  /** False where a human can put it back; the modal says so. */
  readonly reversible: boolean;
}

/** How a credential is recognised and where it may be sent. No values. */
export interface CredentialSpec {
  readonly name: string;
  readonly provider: string;
  readonly class: string;
  readonly summary: string;
  readonly hosts: readonly string[];
  /** Environment variables that hold it. */
  readonly environment: readonly string[];
  /** Files that hold it, `~` for home, with the JSON path of the value where the file is JSON. */
  readonly files: readonly { readonly path: string; readonly json?: string }[];
}

export interface Provider {
  readonly name: string;
  readonly title: string;
  /** Exact hosts or `*.suffix`. */
  readonly hosts: readonly string[];
  readonly operations: ReadonlyMap<string, Operation>;
  /** Group name → names of its operations. Every provider has `read`. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly credentials: readonly CredentialSpec[];
}

/** The names that policies may use: what checks and completions need of the catalogue. */
export interface Vocabulary {
  readonly providers: ReadonlyMap<string, Provider>;
  /** The operation with that name or alias. */
  operation(provider: string, name: string): Operation | undefined;
  credential(name: string): CredentialSpec | undefined;
}
