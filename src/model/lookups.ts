import type { GitQuestion, TreeLookup } from "./tree.ts";

/**
 * What the pure steps may learn of the world while they judge one request. The host implements it (bounded, read-only,
 * never blocking on pipes or devices); tests hand in a table. Paths are absolute.
 */
export interface Lookups {
  readonly home: string;
  /** False on file systems where `.ENV` and `.env` are one file. */
  readonly caseSensitive: boolean;
  /** Bounded content of a regular file. */
  readFile(path: string): FileLookup;
  /** The path with every symlink resolved; the parts that do not exist yet are kept as written. */
  realPath(path: string): string;
  kind(path: string): "file" | "directory" | "missing" | "other";
  /** Names in a directory, or an empty list where it cannot be read. */
  list(path: string): readonly string[];
  /**
   * The files below a directory that are `wanted`, and every symbolic link: as many as can be looked at in a few
   * milliseconds. What package managers fetch again is left out.
   */
  below(path: string, wanted: (path: string) => boolean): TreeLookup;
  /** Absolute paths that git would print, asked in a directory, as far as `wanted`; undefined where it cannot tell in time. */
  gitNames(
    path: string,
    question: GitQuestion,
    wanted: (path: string) => boolean,
  ): readonly string[] | undefined;
  /** A variable of the agent's environment, where it is known. */
  env(name: string): string | undefined;
  /** Names of credentials whose value occurs in the text, by keyed hash: values never leave the host. */
  credentialsIn(text: string): readonly string[];
  /** The file that a credential's value, found in a text, was learned from; undefined where that is not known. */
  credentialFile?(name: string): string | undefined;
}

export type FileLookup =
  | {
      readonly kind: "text";
      readonly text: string;
      readonly digest: string;
      /** The content itself, where it is no UTF-8 and the text has lost some of it. */
      readonly bytes?: Uint8Array;
    }
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly reason: string };

/** A machine on which nothing lies, is linked or is signed in: for judging what must not depend on anybody's files. */
export function emptyMachine(home: string): Lookups {
  return {
    home,
    caseSensitive: true,
    readFile: () => ({ kind: "missing" }),
    realPath: (path) => path,
    kind: () => "missing",
    list: () => [],
    below: () => ({ files: [], complete: true }),
    gitNames: () => [],
    env: () => undefined,
    credentialsIn: () => [],
  };
}
