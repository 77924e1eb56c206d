/** How a dialect writes what decides where a statement ends. Unknown dialects are read as `sql`. */
export type SqlDialect =
  | "postgres"
  | "mysql"
  | "sqlite"
  | "mssql"
  | "bigquery"
  | "snowflake"
  | "cassandra"
  | "sql";

export interface SqlToken {
  /** `word` is a keyword or a bare name, `name` a quoted one; the text of both is without quotes. */
  readonly kind: "word" | "name" | "string" | "number" | "sign";
  readonly text: string;
  /** Lower case, for comparisons; empty for strings and quoted names. */
  readonly key: string;
}

export interface SqlStatement {
  readonly tokens: readonly SqlToken[];
  /** True where the client runs what the statement answers (`\gexec`). */
  readonly runsAnswer: boolean;
}

export interface SqlText {
  readonly statements: readonly SqlStatement[];
  /** Lines for the client itself: `\! ls`, `.shell ls`, `source x.sql`. */
  readonly meta: readonly string[];
}

/** Characters of a text that are read as SQL. */
export const maximumSql: number = 96 * 1024;

interface Grammar {
  readonly comment: RegExp;
  readonly backslashes: boolean;
  readonly doubleQuotedStrings: boolean;
  readonly dollars: boolean;
  readonly nested: boolean;
  readonly brackets: boolean;
  /** Lines for the client, where no statement is open. */
  readonly meta: RegExp | undefined;
}

const plain: Grammar = {
  comment: /--[^\n]*/y,
  backslashes: false,
  doubleQuotedStrings: false,
  dollars: false,
  nested: false,
  brackets: false,
  meta: undefined,
};

const grammars: Readonly<Record<SqlDialect, Grammar>> = {
  postgres: { ...plain, dollars: true, nested: true },
  mysql: {
    ...plain,
    comment: /--(?=\s|$)[^\n]*|#[^\n]*/y,
    backslashes: true,
    doubleQuotedStrings: true,
    meta: /(?:system|source|pager|tee|delimiter)[ \t][^\n]*/iy,
  },
  sqlite: { ...plain, dollars: true, brackets: true, meta: /\.[a-z][^\n]*/iy },
  mssql: { ...plain, nested: true, brackets: true, meta: /(?::|!!)[^\n]*/y },
  bigquery: { ...plain, comment: /--[^\n]*|#[^\n]*/y, backslashes: true, doubleQuotedStrings: true },
  snowflake: {
    ...plain,
    comment: /--[^\n]*|\/\/[^\n]*/y,
    backslashes: true,
    dollars: true,
    meta: /![^\n]*/y,
  },
  cassandra: { ...plain, comment: /--[^\n]*|\/\/[^\n]*/y, dollars: true, meta: /source[ \t][^\n]*/iy },
  sql: { ...plain, dollars: true },
};

/** Statements and client commands of a text. Never throws; what is not closed reaches to the end. */
export function readSql(text: string, dialect: SqlDialect): SqlText {
  const source = text.length > maximumSql ? text.slice(0, maximumSql) : text;
  const reader = new SqlReader(
    dialect === "mysql" && source.includes("!")
      ? source.replaceAll(/\/\*M?!\d*([\s\S]*?)\*\//g, " $1 ")
      : source,
    dialect,
  );
  reader.run();
  return reader;
}

const space = /\s+/y;
const word = /(?:[A-Za-z_@\u0080-\uffff]|\$(?!\$)|\$\{[^}\s]*\})(?:[\w$@\u0080-\uffff]|\{[\w:-]*\})*/y;
const number = /\d[\w.]*/y;
const sign = /[<>=!]+|::|\|\||[^\s]/y;
const dollarTag = /\$(?:[A-Za-z_]\w*)?\$/y;

class SqlReader implements SqlText {
  readonly statements: SqlStatement[] = [];
  readonly meta: string[] = [];
  private tokens: SqlToken[] = [];
  private at = 0;
  private depth = 0;
  private delimiter = ";";
  private readonly source: string;
  private readonly grammar: Grammar;
  private readonly dialect: SqlDialect;

  constructor(source: string, dialect: SqlDialect) {
    this.source = source;
    this.dialect = dialect;
    this.grammar = grammars[dialect];
  }

  run(): void {
    while (this.at < this.source.length) {
      if (!this.blank() && !this.command() && !this.endsStatement()) {
        this.token();
      }
    }
    this.close(false);
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    if (found !== undefined) {
      this.at += found.length;
    }
    return found;
  }

  private blank(): boolean {
    if (this.take(space) !== undefined || this.take(this.grammar.comment) !== undefined) {
      return true;
    }
    if (!this.source.startsWith("/*", this.at)) {
      return false;
    }
    let level = 0;
    for (let index = this.at; index < this.source.length; index += 1) {
      if (this.source.startsWith("/*", index)) {
        level = this.grammar.nested ? level + 1 : 1;
        index += 1;
      } else if (this.source.startsWith("*/", index)) {
        level -= 1;
        index += 1;
        if (level === 0) {
          this.at = index + 1;
          return true;
        }
      }
    }
    this.at = this.source.length;
    return true;
  }

  /** A line for the client: behind a backslash anywhere, else only where no statement is open. */
  private command(): boolean {
    const { meta } = this.grammar;
    if (this.source[this.at] === "\\" && (this.dialect === "postgres" || this.dialect === "mysql")) {
      this.backslash();
      return true;
    }
    const line = meta === undefined || this.tokens.length > 0 ? undefined : this.take(meta);
    if (line === undefined) {
      return false;
    }
    const delimiter = /^delimiter\s+(\S+)/i.exec(line)?.[1];
    if (delimiter === undefined) {
      this.meta.push(line);
    } else {
      this.delimiter = delimiter;
    }
    return true;
  }

  private backslash(): void {
    // What stands behind psql's `\g` is where the answer goes.
    const short = this.take(
      this.dialect === "postgres" ? /\\[Gg;](?=[ \t]*(?:[\n\\;]|$))/y : /\\[Gg;](?![a-z])/y,
    );
    if (short !== undefined) {
      this.close(false);
      return;
    }
    const line = this.take(/[^\n]*/y) ?? "";
    this.meta.push(line);
    if (line.startsWith("\\g")) {
      this.close(line.startsWith("\\gexec"));
    }
  }

  private endsStatement(): boolean {
    if (this.source.startsWith(this.delimiter, this.at)) {
      this.at += this.delimiter.length;
      if (this.delimiter === ";" && this.insideRoutine()) {
        this.push("sign", ";");
      } else {
        this.close(false);
      }
      return true;
    }
    if (this.dialect === "mssql" && this.take(/go(?=\s*(?:\n|$))/iy) !== undefined) {
      this.close(false);
      return true;
    }
    return false;
  }

  /** `CREATE TRIGGER … BEGIN a; b; END` is one statement. */
  private insideRoutine(): boolean {
    if (this.depth <= 0 || this.tokens[0]?.key !== "create") {
      return false;
    }
    return this.tokens.slice(1, 8).some(({ key }) => routine.test(key));
  }

  private token(): void {
    const next = this.source[this.at] ?? "";
    if (next === "'" || (next === '"' && this.grammar.doubleQuotedStrings)) {
      this.push("string", this.quoted(next));
    } else if (next === '"' || next === "`") {
      this.push("name", this.quoted(next));
    } else if (next === "[" && this.grammar.brackets) {
      this.push("name", this.take(/\[[^\]]*\]?/y)?.replaceAll(/^\[|\]$/g, "") ?? "");
    } else if (next === "$" && this.grammar.dollars && this.dollarQuoted()) {
      return;
    } else {
      this.bare();
    }
  }

  private bare(): void {
    const text = this.take(word);
    if (text !== undefined) {
      this.count(text.toLowerCase());
      this.push("word", text);
      return;
    }
    const digits = this.take(number);
    this.push(digits === undefined ? "sign" : "number", digits ?? this.take(sign) ?? "");
  }

  private count(key: string): void {
    const before = this.tokens.at(-1)?.key;
    if (key === "begin" || (key === "case" && before !== "end")) {
      this.depth += 1;
    } else if (
      key === "end" &&
      !/^\s+(?:if|loop|while|repeat)\b/i.test(this.source.slice(this.at, this.at + 20))
    ) {
      this.depth -= 1;
    }
  }

  private quoted(quote: string): string {
    const escapes =
      quote === "'" || quote === '"'
        ? this.grammar.backslashes ||
          (quote === "'" && /^[eE]$/.test(this.tokens.at(-1)?.text ?? "") && this.touches())
        : false;
    let text = "";
    for (let index = this.at + 1; index < this.source.length; index += 1) {
      const char = this.source.charAt(index);
      if (char === "\\" && escapes) {
        index += 1;
        text += this.source.charAt(index);
      } else if (char !== quote) {
        text += char;
      } else if (this.source[index + 1] === quote) {
        index += 1;
        text += quote;
      } else {
        this.at = index + 1;
        return text;
      }
    }
    this.at = this.source.length;
    return text;
  }

  private touches(): boolean {
    return /[eE]/.test(this.source[this.at - 1] ?? "");
  }

  private dollarQuoted(): boolean {
    const tag = this.take(dollarTag);
    if (tag === undefined) {
      return false;
    }
    const end = this.source.indexOf(tag, this.at);
    this.push("string", this.source.slice(this.at, end < 0 ? undefined : end));
    this.at = end < 0 ? this.source.length : end + tag.length;
    return true;
  }

  private push(kind: SqlToken["kind"], text: string): void {
    this.tokens.push({ kind, text, key: kind === "word" || kind === "sign" ? text.toLowerCase() : "" });
  }

  private close(runsAnswer: boolean): void {
    const [first] = this.tokens;
    if (this.tokens.length > 0) {
      this.statements.push({ tokens: this.tokens, runsAnswer });
    }
    if (first?.key === "copy" && this.tokens.some(({ key }) => key === "stdin")) {
      this.take(/[\s\S]*?\n\\\.(?=\n|$)/y);
    }
    this.tokens = [];
    this.depth = 0;
  }
}

const routine = /^(?:trigger|procedure|function|event|package)$/;
