import type { Effect } from "./effect.ts";
import type { TreeReach } from "./tree.ts";

/** Where in the judged text an action was found. UTF-16 offsets, `end` exclusive; `via` names the file when it was not the request itself. */
export interface Evidence {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly via?: string;
}

/** Names of places by their kind, the kind that decides first. */
export type PlaceKinds = Readonly<Record<string, readonly string[]>>;

/** What an action is done to. `display` is the one string that people and the JSON decision see. */
export interface Target {
  readonly display: string;
  /** The outside thing: a volume id, a bucket, a branch. */
  readonly resource?: string;
  /** As written (`production`, an id) or as looked up; unresolved where undefined. */
  readonly environment?: string;
  /** Other names of the same environment (its id beside its name): what recognises one of them recognises the target. */
  readonly environmentAliases?: readonly string[];
  /**
   * What the target's place is called by kind (`{context: ["dev"], namespace: ["web"]}`), where the provider tells several
   * kinds apart. A kind without names is told, but is none or not known: all namespaces at once. `address` holds what
   * leads a call elsewhere than where the tool is set up to.
   */
  readonly environmentKinds?: PlaceKinds;
  readonly host?: string;
  /** Absolute, resolved through symlinks where the file or its nearest existing parent is. */
  readonly path?: string;
  /** Where `path` is a folder and files below it are meant: which ones. */
  readonly tree?: TreeReach;
}

/** A credential that the action would use: by the catalogue's or the policy's name, never by value. */
export interface CredentialUse {
  readonly name: string;
  readonly provider: string;
  /** Where the request takes it from, in words for people: "the value in `config/dns.env`". */
  readonly from?: string;
}

/**
 * What a request means: one operation of one provider on one target.
 *
 * `access` says what it does to the target: `read`, `change`, or `unknown` where the arguments that decide it are
 * hidden. `reach` tells local tools (governed by effects) from remote operations (governed by Domain as well).
 */
export interface Action {
  readonly provider: string;
  readonly operation: string;
  readonly effects: readonly Effect[];
  readonly access: "read" | "change" | "unknown";
  readonly reach: "local" | "remote";
  readonly target: Target;
  readonly credentials: readonly CredentialUse[];
  /** Groups of the catalogue that hold this operation, without the provider (`volume_management`). */
  readonly groups: readonly string[];
  /** Other names under which policies may know the same operation, without the provider. */
  readonly aliases: readonly string[];
  readonly evidence: Evidence;
  /** Why it is what it is, for people: "`volumeDelete` in a GraphQL mutation sent by curl". */
  readonly because: string;
}

/** `railway:volume_delete`. */
export function actionId(action: Pick<Action, "provider" | "operation">): string {
  return `${action.provider}:${action.operation}`;
}

/** A file whose content was judged together with the request: an approval is void once its digest changes. */
export interface JudgedInput {
  readonly path: string;
  readonly digest: string;
}

/** Everything that classification says of a request. `opaque` effects are actions too, with provider `shell`. */
export interface Classification {
  readonly actions: readonly Action[];
  readonly inputs: readonly JudgedInput[];
}
