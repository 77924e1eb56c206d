import type { Stdin, Word } from "./invocation.ts";

/** Longer values are not followed: they could double with every assignment. */
const maximumWord = 32 * 1024;

const blanks = /\s+/;

/** Puts the fields of one word together while its parts are expanded. */
export class Fields {
  readonly done: Word[] = [];
  private readonly start: number;
  private readonly end: number;
  private text = "";
  private template = "";
  private known = true;
  private prefix = "";
  private suffixFrom = 0;
  private glob = false;
  private started = false;
  private encoded = false;
  private printed: Stdin | undefined;
  private listed: Word["listed"];
  private choices: readonly string[] | undefined;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }

  /** Text that is taken as it is. An empty one still makes a field, as `""` does. */
  literal(text: string): void {
    if (text !== "") {
      this.choices = undefined;
    }
    this.text += text;
    this.template += text;
    this.started = true;
  }

  /** Says of the word that letters of it cannot be seen where they are written. */
  encode(): void {
    this.encoded = true;
  }

  pattern(text: string): void {
    this.literal(text);
    this.glob = true;
  }

  /** The lists of files that a word stands for are those of the word that it becomes part of. */
  list(listed: Word["listed"]): void {
    this.listed ??= listed;
  }

  /** A part that is not known before it runs. `raw` is how it is written. */
  unknown(raw: string, printed?: Stdin): void {
    this.choices = undefined;
    if (this.known) {
      this.prefix = this.text;
      this.known = false;
    }
    this.text += raw;
    this.template += raw;
    this.suffixFrom = this.text.length;
    this.started = true;
    this.printed ??= printed;
  }

  /** The value of an unquoted expansion: white space in it, or what `IFS` holds instead, separates fields. */
  split(text: string, separators: RegExp = blanks): void {
    if (!separators.test(text)) {
      if (text !== "") {
        this.literal(text);
        this.glob ||= /[*?[]/.test(text);
      }
      return;
    }
    const pieces = text.split(separators);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) {
        this.flush();
      }
      if (piece !== "") {
        this.literal(piece);
        this.glob ||= /[*?[]/.test(piece);
      }
    }
  }

  /** A whole word in the middle, as `"${array[@]}"` gives; `first` continues the current field. */
  word(word: Word, first: boolean): void {
    if (!first) {
      this.flush();
    }
    this.encoded ||= word.encoded === true;
    if (word.known) {
      this.literal(word.text);
      this.glob ||= word.glob === true;
    } else {
      const alone = this.text === "";
      this.literal(word.prefix);
      this.unknown((word.template ?? word.text).slice(word.prefix.length), word.printed);
      if (word.suffix !== "") {
        this.suffixFrom = this.text.length - word.suffix.length;
      }
      this.choices = alone ? word.choices : undefined;
    }
  }

  flush(): void {
    if (!this.started) {
      return;
    }
    this.done.push(this.current());
    this.text = this.template = this.prefix = "";
    this.known = true;
    this.glob = this.started = false;
    this.suffixFrom = 0;
    this.printed = undefined;
    this.listed = undefined;
    this.choices = undefined;
  }

  /** Everything as one word, for places where the shell does not split. */
  single(): Word {
    return this.current();
  }

  private current(): Word {
    if (this.text.length > maximumWord) {
      this.text = this.template = this.prefix = "";
      this.known = true;
      this.unknown("$__long");
    }
    const { text, start, end } = this;
    const marks = {
      ...(this.glob ? { glob: true } : undefined),
      ...(this.encoded ? { encoded: true } : undefined),
      ...(this.listed === undefined ? undefined : { listed: this.listed }),
    };
    if (this.known) {
      return { text, known: true, prefix: text, suffix: text, start, end, ...marks };
    }
    return {
      text,
      known: false,
      prefix: this.prefix,
      suffix: text.slice(this.suffixFrom),
      start,
      end,
      template: this.template,
      ...marks,
      ...(this.printed === undefined ? undefined : { printed: this.printed }),
      ...(this.choices === undefined ? undefined : { choices: this.choices }),
    };
  }
}
