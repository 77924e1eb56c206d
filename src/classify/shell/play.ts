import { parse, type CompoundCommand, type CompoundList, type ParsedScript, type Redirected } from "unbash";
import type { Evidence } from "../../model/action.ts";
import type { Lookups } from "../../model/lookups.ts";
import type { ShellDialect } from "../../model/request.ts";
import type { Scope } from "../scope.ts";
import { dispatch } from "./dispatch.ts";
import type { Invocation, Stdin, Word } from "./invocation.ts";
import { LimitError, type Machine, type TextOptions } from "./machine.ts";
import { whyMalformed } from "./malformed.ts";
import { runWord, type TextWord } from "./shells.ts";
import { ShellState } from "./state.ts";
import { walkNode, walkScript } from "./walk.ts";
import { programOf } from "./word.ts";

/** Longer text is not parsed at all: the parser needs seconds for some inputs of that size. */
export const maximumText: number = 32 * 1024;
const maximumDepth = 32;
const maximumWork = 3000;

const noAssignments: ReadonlyMap<string, Word> = new Map();

/** Plays shell text without running anything. What it would do is reported to the scope. */
export class ShellPlayer implements Machine {
  readonly lookups: Lookups;
  readonly scope: Scope;
  readonly state: ShellState;
  readonly running: Set<string> = new Set();
  source = "";
  depth = 0;
  exits: TextWord[] = [];
  elsewhere: Machine["elsewhere"] = undefined;
  /** Where nested text stands in the request; undefined while the request's own text is played. */
  anchor: Evidence | undefined = undefined;
  private work = 0;
  private current: { readonly start: number; readonly end: number } = { start: 0, end: 0 };
  readonly dialect: ShellDialect;

  constructor(scope: Scope, cwd: string, dialect: ShellDialect) {
    this.scope = scope;
    this.lookups = scope.lookups;
    this.state = new ShellState(cwd);
    this.dialect = dialect;
  }

  tick(amount = 1): void {
    this.work += amount;
    if (this.work > maximumWork) {
      throw new LimitError("it would take too much work to find out what it does");
    }
  }

  script(script: ParsedScript | CompoundList, stdin: Stdin, wanted: boolean): Stdin {
    if (script.type === "Script" && script.errors !== undefined && script.errors.length > 0) {
      this.opaque(`it cannot be parsed: ${script.errors[0]?.message ?? "syntax error"}`, {
        start: script.pos,
        end: script.end,
      });
    }
    this.enter();
    const flow = walkScript(this, script, stdin, wanted);
    this.depth -= 1;
    return flow;
  }

  node(node: CompoundCommand | Redirected | CompoundList, stdin: Stdin, wanted: boolean): Stdin {
    this.enter();
    const flow = walkNode(this, node, stdin, wanted);
    this.depth -= 1;
    return flow;
  }

  text(text: string, options: TextOptions): Stdin {
    this.tick(1 + (text.length >> 7));
    const { anchor, source } = this;
    this.anchor ??= this.depth === 0 ? undefined : this.evidence(this.current, options.via);
    const { exits } = this;
    // `eval` and aliases are part of the shell that runs them; every other text has a shell of its own, which ends here.
    const ends = options.via !== "eval" && options.via !== "alias";
    this.exits = ends ? [] : exits;
    const flow = this.play(text, options);
    if (ends) {
      this.runExits();
      this.exits = exits;
    }
    this.anchor = anchor;
    this.source = source;
    return flow;
  }

  words(words: readonly Word[], stdin: Stdin, wanted: boolean): Stdin {
    return this.invocation(
      {
        words,
        program: programOf(words[0]),
        stdin,
        redirects: [],
        assignments: noAssignments,
        start: this.current.start,
        end: this.current.end,
      },
      wanted,
    );
  }

  invocation(invocation: Invocation, wanted: boolean): Stdin {
    this.enter();
    const { current } = this;
    this.current = invocation;
    const flow = dispatch(this, invocation, wanted);
    this.current = current;
    this.depth -= 1;
    return flow;
  }

  opaque(because: string, at: { readonly start: number; readonly end: number }): void {
    this.scope.opaque(because, this.evidence(at));
  }

  evidence(at: { readonly start: number; readonly end: number }, via?: string): Evidence {
    if (this.anchor !== undefined) {
      return this.anchor;
    }
    const text = this.source.slice(at.start, Math.min(at.end, at.start + 400));
    return via === undefined || !via.startsWith("/")
      ? { start: at.start, end: at.end, text }
      : { start: at.start, end: at.end, text, via };
  }

  private runExits(): void {
    const traps = this.exits;
    this.exits = [];
    for (const trap of traps.slice(-8)) {
      runWord(this, trap, false);
    }
  }

  private enter(): void {
    this.depth += 1;
    if (this.depth > maximumDepth) {
      throw new LimitError("it is nested too deeply");
    }
  }

  private play(text: string, options: TextOptions): Stdin {
    if (text.length > maximumText) {
      throw new LimitError("it is too long to be judged");
    }
    if (isTooDeep(text)) {
      throw new LimitError("it is nested too deeply");
    }
    this.source = text;
    const malformed = whyMalformed(text);
    if (malformed !== undefined) {
      this.opaque(`it cannot be parsed: ${malformed}`, { start: 0, end: text.length });
    }
    const script = parse(text);
    if (this.dialect === "zsh" && zshOnly.test(text)) {
      this.opaque("zsh expands this in ways that are not followed", { start: 0, end: text.length });
    }
    const before = atOnce.test(text) ? this.state.save() : undefined;
    const flow = this.script(script, options.stdin, options.wanted);
    if (before !== undefined && this.state.files.size > 0) {
      // Who reads from a named pipe, or in the background, may stand before who writes.
      this.state.restore(before);
      this.script(script, options.stdin, false);
    }
    if (script.errors !== undefined && script.errors.length > 0) {
      this.playLines(text, options);
    }
    return flow;
  }

  /** A shell runs the lines before a broken one, and an interactive one also those after it. */
  private playLines(text: string, options: TextOptions): void {
    for (const line of text.split(/[\n;]|&&|\|\|/).slice(0, 200)) {
      const trimmed = line.trim();
      if (trimmed === "" || trimmed === text.trim()) {
        continue;
      }
      this.source = trimmed;
      const script = parse(trimmed);
      if (script.errors === undefined || script.errors.length === 0) {
        walkScript(this, script, options.stdin, false);
      }
    }
  }
}

/** The parser reads every level of a substitution again, so that a deep nest would cost it seconds. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = text.indexOf("$"); at >= 0; at = text.indexOf("$", at + 1)) {
    const next = text.charCodeAt(at + 1);
    depth += next === openParenthesis || next === openBrace ? 1 : 0;
  }
  if (depth <= maximumNest) {
    return false;
  }
  depth = 0;
  for (const [mark] of text.matchAll(/\$[({]|[)}]/g)) {
    depth = mark.length === 2 ? depth + 1 : Math.max(0, depth - 1);
    if (depth > maximumNest) {
      return true;
    }
  }
  return false;
}

/**
 * What zsh alone does with a text: flags of expansions, aliases in any place but those that only filter, code in the
 * qualifiers of a glob, and its own tables of functions, aliases and programs.
 */
const zshOnly =
  /\$\{\(|\balias\s+-g\s+(?!\w+=(["']?)\s*(?:\|\s*(?:less|more|head|tail|grep|rg|wc|sort|uniq|jq|cat|pbcopy|xclip)\b[^|;&]*|2?>\s*\/dev\/null|2>&1)\1(?:\s|$))|[*?\])]\((?:[^()\s]*[^()\s\w])?(?:e[^\w\s)]|\+[A-Za-z_])|(?<![\w$])(?:dis_)?(?:functions|[gs]?aliases|commands|builtins)\[[^\]]*\]\+?=/;

/** What makes commands run at the same time: a named pipe, or a job in the background. */
const atOnce = /\bmkfifo\b|(?<![&<>|\\])&(?![&>\d])/;

const openParenthesis = 0x28;
const openBrace = 0x7b;
const maximumNest = 100;
