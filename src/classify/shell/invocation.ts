import type { TreeReach } from "../../model/tree.ts";

/** One word of a command after quotes, expansions and known variables were resolved. */
export interface Word {
  /** The resolved text; where `known` is false, the raw source text. */
  readonly text: string;
  /** False where any part depends on something that is not known before it runs. */
  readonly known: boolean;
  /**
   * Where `known` is false: the text up to the first unknown part (`https://backboard.railway.com/` of
   * `https://backboard.railway.com/$path`), and the text after the last one.
   */
  readonly prefix: string;
  readonly suffix: string;
  readonly start: number;
  readonly end: number;
  /** True where an unquoted glob is part of the text: the word stands for every matching name. */
  readonly glob?: boolean;
  /** Where `known` is false: shell text that expands to the word, for text that another shell runs. */
  readonly template?: string;
  /** Where `known` is false because of a substitution: what the substituted command prints. */
  readonly printed?: Stdin;
  /** Where `known` is false because a branch decides: every text that the word may be. */
  readonly choices?: readonly string[];
  /** The lists of files that it stands for, where a command such as `find` puts it in. */
  readonly listed?: readonly FileList[];
  /** True where letters of it were written so that a reader cannot see them. */
  readonly encoded?: boolean;
}

/** Files that are named by a command that lists them: where it looks, and which of them it names. */
export interface FileList {
  readonly root: Word;
  readonly reach: TreeReach;
}

/** What a command reads on its standard input. */
export type Stdin =
  | { readonly kind: "inherited" }
  | {
      readonly kind: "text";
      readonly text: string;
      /** True where it was written in a form in which a reader cannot see its letters: base64, hex, escapes. */
      readonly encoded?: boolean;
    }
  | { readonly kind: "file"; readonly path: Word }
  /** Something is fed in, but what is not known before it runs; `because` says where it comes from. */
  | {
      readonly kind: "unknown";
      readonly because: string;
      readonly fromNetwork: boolean;
      /** The program whose output it is at bottom, whatever filters it went through. */
      readonly origin?: string;
      /** Absolute paths of files whose content flows through, where that is known. */
      readonly files?: readonly string[];
      /** Names or patterns that it prints, where it is a list of files. */
      readonly names?: readonly string[];
      /** The lists of files that it prints, by where they are looked for. */
      readonly listed?: readonly FileList[];
      /** Where it lists numbers of processes: the text that picked them (`pgrep -f server`). */
      readonly processes?: string;
      /** True where it is fetched from where anybody could have put it. */
      readonly suspect?: true;
      /** The address it is fetched from, where there is one and it is known. */
      readonly address?: string;
    };

export interface Redirect {
  readonly operator: string;
  readonly descriptor?: number;
  readonly target: Word;
}

/** One simple command with everything that decides what it does. Wrappers such as `sudo` are already peeled off. */
export interface Invocation {
  /** `words[0]` is the program as written; compare with `program`. */
  readonly words: readonly Word[];
  /** Base name of `words[0]` without path and `.exe`, or empty where it is not known. */
  readonly program: string;
  readonly stdin: Stdin;
  readonly redirects: readonly Redirect[];
  /** Assignments in front of the command, on top of the scope's variables. */
  readonly assignments: ReadonlyMap<string, Word>;
  readonly start: number;
  readonly end: number;
}
