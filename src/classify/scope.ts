import type { Action, Evidence } from "../model/action.ts";
import type { Effect } from "../model/effect.ts";
import type { FileLookup, Lookups } from "../model/lookups.ts";
import type { Catalogue } from "../catalogue/load.ts";
import type { PlaceContext } from "./http/environment.ts";
import type { Invocation, Stdin, Word } from "./shell/invocation.ts";

/** A host or container in which a command runs. */
export interface Place {
  readonly kind: "host" | "container";
  readonly name: string;
  /** Folders of this machine that a container sees, and under which path. Absolute paths. */
  readonly mounts?: readonly { readonly source: string; readonly target: string }[];
}

/** What a program rule may use and do while it judges one invocation. One object per request, shared by all rules. */
export interface Scope {
  readonly catalogue: Catalogue;
  readonly lookups: Lookups;
  /** Working directory at this point of the command line (`cd` moves it); undefined where it is not known. */
  readonly cwd: string | undefined;
  readonly workspace: string;
  /** Adds what was found. */
  emit(action: Action): void;
  /** Says that something hides what would be executed. One action with the effect `opaque`, with its reason. */
  opaque(because: string, evidence: Evidence): void;
  /** Whether a command line would have any effect worth an interruption. Nothing is reported. */
  wouldHarm(command: readonly Word[] | string): boolean;
  /** The effects of what `judge` would find. Nothing is reported. */
  effectsOf(judge: () => void): readonly Effect[];
  /** Reads a file whose content decides what happens; its digest is bound to the decision. */
  readInput(path: string): FileLookup;
  /** Absolute path of a word that names a file, with `~` and the working directory put in; undefined where unknown. */
  resolvePath(word: Word): string | undefined;
  /** Judges text that a shell would run: `bash -c`, `eval`, a heredoc into `sh`. `via` names where it came from. */
  shell(text: string, via: string, evidence: Evidence): void;
  /** Judges text of a shell that is not played: PowerShell, cmd. */
  foreign(text: string, shell: "powershell" | "cmd"): void;
  /** Judges a command line given as words: what `sudo`, `env`, `xargs`, `railway run` would start. */
  command(words: readonly Word[], stdin: Stdin): void;
  /** Runs what judges commands that are given the variables of an environment: what they do to its data is done there. */
  inPlace(place: PlaceContext, judge: () => void): void;
  /** Judges a script file by its language: shell text is played, inline code of interpreters is searched. */
  script(path: string, text: string, at: Pick<Invocation, "start" | "end">): Stdin;
  /** Where the command runs, when that is not this machine: a host or container. Paths are then not ours. */
  readonly elsewhere: Place | undefined;
  /** How what is typed into a running program gets there; undefined where nobody knows who asks. */
  readonly typed: "seen" | "unseen" | undefined;
  /** What an earlier command of the same line wrote to a file, by absolute path. */
  writtenFile(path: string): Stdin | undefined;
  /** Whether the line made sure, at this point, that there is no such file. Absolute path. */
  isMissing(path: string): boolean;
  /** Says that a file holds this from now on, for what runs or sends it later on the same line. */
  rememberFile(path: string, content: Stdin): void;
  /** Says that the line makes a symbolic link: `lookups.realPath` follows it from now on. Absolute paths. */
  rememberLink(path: string, target: string): void;
  /** A variable's value at this point, where known. */
  variable(name: string): string | undefined;
  /** Whether the command line itself gave a variable a value, known or not. */
  isSet(name: string): boolean;
  evidence(invocation: Pick<Invocation, "start" | "end">): Evidence;
}

/**
 * Knowledge about programs, one file per program or family. It cannot be registered without its own examples: the
 * contract test runs every one of them.
 */
export interface ProgramRule {
  readonly programs: readonly string[];
  readonly examples: {
    readonly matches: readonly ProgramExample[];
    readonly misses: readonly ProgramExample[];
  };
  judge(invocation: Invocation, scope: Scope): void;
}

export interface ProgramExample {
  readonly command: string;
  /** `provider:operation` ids that must be among the actions (`matches`) or must not be (`misses`). */
  readonly actions: readonly string[];
}
