import type { CompoundCommand, CompoundList, ParsedScript, Redirected } from "unbash";
import type { ShellDialect } from "../../model/request.ts";
import type { Lookups } from "../../model/lookups.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import type { TextWord } from "./shells.ts";
import type { ShellState } from "./state.ts";

/** Thrown when an input asks for more work than it may cost; becomes an opaque action where the request entered. */
export class LimitError extends Error {
  override readonly name = "LimitError";

  static is(error: unknown): error is LimitError {
    return error instanceof LimitError;
  }
}

/** How a piece of shell text is run by another. */
export interface TextOptions {
  readonly stdin: Stdin;
  /** Where the text comes from, for people: "`bash -c`". */
  readonly via: string;
  /** Whether somebody reads what it prints. */
  readonly wanted: boolean;
}

/**
 * The shell that is played: its state, and the ways in which the parts of the walk call each other. One per request;
 * everything that runs inside it shares its budget.
 */
export interface Machine {
  readonly dialect: ShellDialect;
  readonly lookups: Lookups;
  readonly scope: Scope;
  readonly state: ShellState;
  /** The text that the positions of the current syntax tree index. */
  source: string;
  depth: number;
  /** Set while a command runs on another machine or in a container: paths are not those of this one. */
  elsewhere: Scope["elsewhere"];
  /** Names of the functions and scripts that are running, against recursion. */
  readonly running: Set<string>;
  /** What traps run when the text that is played ends, in the order in which they were set. */
  exits: TextWord[];
  /** Counts work, by default one unit; throws a LimitError where the budget is used up. */
  tick(amount?: number): void;
  script(script: ParsedScript | CompoundList, stdin: Stdin, wanted: boolean): Stdin;
  node(node: CompoundCommand | Redirected | CompoundList, stdin: Stdin, wanted: boolean): Stdin;
  text(text: string, options: TextOptions): Stdin;
  words(words: readonly Word[], stdin: Stdin, wanted: boolean): Stdin;
  invocation(invocation: Invocation, wanted: boolean): Stdin;
  opaque(because: string, at: { readonly start: number; readonly end: number }): void;
}
