import { hole, isWhole } from "../../catalogue/hole.ts";
import { reportPathWrite } from "../file-actions.ts";
import { report } from "../report.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Stdin, Word } from "../shell/invocation.ts";
import { wordAfter } from "../shell/word.ts";
import { readPath, readStdin, type ReadText } from "./carried.ts";
import { textWithHoles } from "./template.ts";
import { readUrl } from "./url.ts";

/** One value of an option: the word that it is part of, and its text with holes. */
export interface OptionValue {
  readonly word: Word;
  readonly text: string;
}

/** The value behind the first `count` characters of a word. */
export function valueAfter(word: Word, text: string, count: number): OptionValue {
  return { word: wordAfter(word, count), text: text.slice(count) };
}

/**
 * The program that sends a request, and what its command line makes it read and write. Collects the files that are
 * sent, so that they can be reported with the host that they go to.
 */
export class Transfer {
  readonly invocation: Invocation;
  readonly scope: Scope;
  private readonly sent: string[] = [];

  constructor(invocation: Invocation, scope: Scope) {
    this.invocation = invocation;
    this.scope = scope;
  }

  text(word: Word): string {
    return textWithHoles(word, (name) => this.scope.variable(name));
  }

  /** The content of a file that is sent. `-` is standard input. */
  readFile(value: OptionValue): ReadText {
    if (value.text === "-" || value.text === "/dev/stdin") {
      return this.readInput();
    }
    const { printed } = value.word;
    const path = this.scope.resolvePath(value.word);
    if (path === undefined) {
      return printed === undefined
        ? { kind: "unknown", because: "a file whose name is not known" }
        : this.readFlow(printed);
    }
    this.sent.push(path);
    return readPath(path, this.scope);
  }

  readInput(): ReadText {
    return this.readFlow(this.invocation.stdin);
  }

  /** The value itself, or what the command that it is substituted from prints. */
  readValue(value: OptionValue): ReadText {
    const { printed } = value.word;
    if (printed !== undefined && printed.kind !== "inherited" && value.text === hole) {
      return this.readFlow(printed);
    }
    return { kind: "text", text: value.text };
  }

  private readFlow(stdin: Stdin): ReadText {
    if (stdin.kind === "file") {
      const path = this.scope.resolvePath(stdin.path);
      this.sent.push(...(path === undefined ? [] : [path]));
    } else if (stdin.kind === "unknown") {
      this.sent.push(...(stdin.files ?? []));
    }
    return readStdin(stdin, this.scope);
  }

  /** Reports the files whose content goes to `url`, with the host, so that Signal can decide both. */
  reportSent(url: string): void {
    const { host } = readUrl(url);
    for (const path of new Set(this.sent)) {
      if (path.startsWith("/dev/")) {
        continue;
      }
      report(this.scope, this.invocation, {
        action: "fs:read",
        effects: [],
        target: {
          display: path,
          path: this.scope.lookups.realPath(path),
          ...(host === "" || !isWhole(host) ? {} : { host }),
        },
        because: `\`${this.invocation.program}\` sends the content of \`${path}\``,
        access: "read",
      });
    }
  }

  /** Reports what the answer is written to. `-` is standard output. */
  reportSaved(value: OptionValue | undefined): void {
    const path = value === undefined || value.text === "-" ? undefined : this.scope.resolvePath(value.word);
    if (path !== undefined) {
      reportPathWrite(this.scope, path, this.invocation, `\`${this.invocation.program}\``);
    }
  }
}
