/** A pattern over names or paths, as the source of a regular expression for the whole of it. */
export interface NamePattern {
  /** `file`: the name of the file itself; `name`: where it leaves out, of a folder above it as well; `path`: from the tree's folder on. */
  readonly on: "file" | "name" | "path";
  readonly source: string;
  readonly ignoreCase?: true;
}

/** What git is asked, where a command prints out of a repository. Plain words: no option that could run anything. */
export interface GitQuestion {
  /**
   * `index`: what is tracked. `changed`: what of it is not in the working tree as it was last seen. `staged`: where the index
   * differs from a commit (`HEAD`). `log`, `show`, `diff`: what the command of that name would print with these words, for
   * `diff` between commits. `tree`: what one revision holds. `object`: what has that name in the index. `everything`: what
   * any commit ever held.
   */
  readonly verb: "index" | "changed" | "staged" | "log" | "show" | "diff" | "tree" | "object" | "everything";
  /** Options and revisions, each from a list of those that only choose. */
  readonly words: readonly string[];
  /** Pathspecs, relative to where git is called. */
  readonly paths: readonly string[];
}

/**
 * Which files below a folder a command would show: all of them, but for what it leaves out. What nobody could tell is
 * left out of nothing: every member narrows, and a missing one does not.
 */
export interface TreeReach {
  /** One of these must match a file. */
  readonly only?: readonly NamePattern[];
  /** What matches, and what lies below a folder that matches, is left out. */
  readonly except?: readonly NamePattern[];
  /** Names that begin with a dot are left out, and what is below such folders. */
  readonly noDotFiles?: true;
  /** What git ignores is left out. */
  readonly noIgnored?: true;
  /** Levels below the folder that are gone down; 1 is what lies in the folder itself. */
  readonly depth?: number;
  /** Symbolic links below the folder are followed. */
  readonly links?: true;
  /** A file is shown only where one of these occurs in it, in whatever case. */
  readonly texts?: readonly string[];
  /** The files are copied below here under the same names: what is hidden there as well is not shown by it. */
  readonly copiedTo?: string;
  /** The files are not those that lie there, but those that git has of them. */
  readonly git?: GitQuestion;
  readonly narrowing?: Narrowing;
}

/** How the same command would leave a file out: `option`, with the file's name in place of `%`, at `at` in `text`. */
export interface Narrowing {
  readonly text: string;
  readonly at: number;
  readonly option: string;
  /** Whether `%` is a name that counts everywhere below, or a path from the folder on. */
  readonly by: "name" | "path";
}

/** A file that was found below a folder. */
export interface TreeFile {
  readonly path: string;
  readonly isLink: boolean;
}

/** What lies below a folder, the nearest first. `complete` is false where there was more than is looked at. */
export interface TreeLookup {
  readonly files: readonly TreeFile[];
  readonly complete: boolean;
}
