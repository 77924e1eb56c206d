/** What became of some typed text. `echo` is what the terminal is to show of it. */
export type Typed =
  | { readonly kind: "more"; readonly echo: string }
  | { readonly kind: "line"; readonly echo: string; readonly line: string }
  /** An answer that was pasted: it is dropped, because nobody typed it after reading the question. */
  | { readonly kind: "pasted"; readonly echo: string };

const ctrlU = "\u0015";
const rubouts = new Set(["\u007f", "\b"]);
const pasteStart = "\u001b[200~";
const pasteEnd = "\u001b[201~";
/** Keys that are no characters (arrows, Alt with a letter): `ESC [ … letter`, `ESC O letter`, `ESC character`. */
const keySequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O.|[^[O\r\n]|$)/gu;

/** Longest line that is taken, in characters. */
const limits = { hidden: 1024, shown: 40 } as const;

/** One line that is being typed in raw mode. Pure: text in, echo and line out. */
export class LineInput {
  private readonly hidden: boolean;
  private line: readonly string[] = [];
  private inPaste = false;

  constructor(hidden: boolean) {
    this.hidden = hidden;
  }

  /** Takes what was typed, in pieces as they arrive. */
  take(text: string): Typed {
    const more = this.inPaste;
    const pasted = more || text.includes(pasteStart);
    this.inPaste = pasted && text.lastIndexOf(pasteEnd) <= text.lastIndexOf(pasteStart);
    const plain = text.replaceAll(keySequences, "");
    // Keys arrive one by one; a line with more behind it was not typed after the question could be read.
    const several = /[\r\n][^\r\n]/.test(plain);
    if (!this.hidden && (pasted || several)) {
      this.line = [];
      return { kind: more ? "more" : "pasted", echo: "" };
    }
    return this.takeKeys(plain);
  }

  private takeKeys(text: string): Typed {
    let echo = "";
    for (const character of text) {
      if (character === "\r" || character === "\n") {
        return { kind: "line", echo: this.hidden ? "" : echo, line: this.line.join("") };
      }
      if (rubouts.has(character)) {
        echo += this.line.length === 0 ? "" : "\b \b";
        this.line = this.line.slice(0, -1);
      } else if (character === ctrlU) {
        echo += "\b \b".repeat(this.line.length);
        this.line = [];
      } else if (character >= " " && this.line.length < limits[this.hidden ? "hidden" : "shown"]) {
        echo += character;
        this.line = [...this.line, character];
      }
    }
    return { kind: "more", echo: this.hidden ? "" : echo };
  }
}
