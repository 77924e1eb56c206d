import type { Effect } from "../model/effect.ts";
import type { ArgumentRule } from "./arguments.ts";
import type { ServiceTable } from "./service-table.ts";
import type { CommandLine } from "./command-line.ts";

/** One operation of a provider as the catalogue describes it; names are without the provider (`volume_delete`). */
export interface Operation {
  readonly name: string;
  readonly summary: string;
  readonly aliases: readonly string[];
  readonly access: "read" | "change" | "unknown";
  readonly effects: readonly Effect[];
  /** `everyday` holds what people do all day: the baseline does not ask for it, away from production. */
  readonly groups: readonly string[];
  /** False where a human can put it back; the modal says so. */
  readonly reversible: boolean;
  /** How it is put right, as a sentence for people, where the effects do not say it well. */
  readonly undo?: string;
  /** `local` where the provider's own tool does it on this machine, without calling the provider. Default `remote`. */
  readonly reach?: "local" | "remote";
  /** Argument paths that name what it is done to, in order of preference; the provider's defaults where empty. */
  readonly resource?: readonly string[];
  /** Argument paths that name the environment; the provider's defaults where empty. */
  readonly environment?: readonly string[];
  /** Where it changes which place a tool works on from then on: the tool's provider, and the kind of place where not all. */
  readonly rebinds?: { readonly provider?: string; readonly kind?: string };
  /** The environment that it is in where nothing else is said: `vercel --prod` is about production. */
  readonly in?: string;
  /** Kinds of places that it is in none of, whatever is said: a machine of a cluster is in no namespace. */
  readonly spans?: readonly string[];
  /** Other operations of the provider that it always amounts to: their policies apply as well. */
  readonly also?: readonly string[];
  /** What arguments make worse: a deletion behind a harmless name. */
  readonly rules?: readonly ArgumentRule[];
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
  /** Headers (lower case) that only this credential is sent in. */
  readonly headers?: readonly string[];
}

export type GraphqlKind = "query" | "mutation" | "subscription";

/** A field below the root whose selection puts secrets into the answer, where its argument is given and not false. */
export interface RevealingField {
  readonly field: string;
  readonly argument?: string;
}

export interface GraphqlApi {
  /** Root fields by kind and name. */
  readonly fields: Readonly<Record<GraphqlKind, ReadonlyMap<string, Operation>>>;
  /** Argument paths that name the environment, in order of preference. */
  readonly environment: readonly string[];
  readonly resource: readonly string[];
  readonly reveals: readonly RevealingField[];
  /** Where the API is, beside a REST API on the same hosts; any path where undefined. */
  readonly paths?: readonly string[];
}

/** `DELETE /v9/projects/{id}`: one REST route. `{name}` stands for one segment, `{+name}` for one or more, `**` for all that are left; `*` for any method. */
export interface RestRoute {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export interface McpTools {
  /** Words that a server's name contains where it serves this provider. */
  readonly servers: readonly string[];
  /** Tool names in snake case → operation. */
  readonly tools: ReadonlyMap<string, Operation>;
}

/** Where a provider's own tool remembers which environment a folder works on. */
export interface AmbientTarget {
  /** The kind of place that it names; the tool's only one where empty. */
  readonly kind: string;
  readonly variables: readonly string[];
  /** `~` for home, `./` for the working directory. */
  readonly file?: string;
  /** Variables that name another file. */
  readonly fileVariables: readonly string[];
  /** The part of the file that is about the place of another kind: an item of a list, or a section. */
  readonly within?: {
    readonly kind: string;
    /** The list's name, or the section's with `{}` for the place. */
    readonly part: string;
    readonly member: string;
    /** What holds where the part is there and does not say. */
    readonly otherwise?: string;
  };
  /** Member of the file that is an object by folder; the nearest folder above the working directory counts. */
  readonly folders?: string;
  /** Members of that entry that name the environment, in order of preference. */
  readonly environment: readonly string[];
  /** Where the file is no JSON: the start of the line that names the environment. */
  readonly line?: string;
}

/** What must be found, and what must not, in one request; run by the contract test through the whole classifier. */
export interface CatalogueExample {
  readonly request: {
    readonly command?: string;
    readonly url?: string;
    readonly method?: string;
    readonly body?: string;
    readonly server?: string;
    readonly tool?: string;
    readonly input?: unknown;
  };
  readonly matches: readonly string[];
  readonly misses: readonly string[];
  readonly effects: readonly Effect[];
  /** Expected resource and environment, where the example states them. */
  readonly resource?: string;
  readonly environment?: string;
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
  readonly graphql?: GraphqlApi | undefined;
  readonly rest?: readonly RestRoute[] | undefined;
  readonly cli?: CommandLine | undefined;
  readonly mcp?: McpTools | undefined;
  readonly ambient?: readonly AmbientTarget[] | undefined;
  readonly examples?: readonly CatalogueExample[] | undefined;
  /** Where most of its operations are not in `operations`. */
  readonly table?: ServiceTable | undefined;
}

/** The names that policies may use: what checks and completions need of the catalogue. */
export interface Vocabulary {
  readonly providers: ReadonlyMap<string, Provider>;
  /** The operation with that name or alias. */
  operation(provider: string, name: string): Operation | undefined;
  credential(name: string): CredentialSpec | undefined;
}
