import { formatted, knownCall, knownMethod, reversed } from "./known-calls.ts";
import {
  anyOf,
  joined,
  listValue,
  mapped,
  pathJoined,
  textValue,
  unknownValue,
  type Value,
} from "./value.ts";

export type CodeLanguage = "python" | "javascript" | "ruby" | "perl" | "php";

/** The code around an expression. */
export interface CodeContext {
  readonly code: string;
  readonly language: CodeLanguage;
  readonly home: string;
  /** What the code gives a name. `depth` is how many names were followed to get there. */
  valueOf(name: string, depth: number): Value;
}

const maximumSteps = 400;
const maximumDepth = 6;

/** What the arguments of a call come to, from behind its opening parenthesis; keywords are left out. */
export function readArgumentValues(context: CodeContext, at: number): readonly Value[] {
  return new ExpressionReader(context.code, at, context, 0).arguments();
}

/** What the expression at a place of the code comes to. Bounded; never throws. */
export function readValue(context: CodeContext, at: number): Value {
  return new ExpressionReader(context.code, at, context, 0).expression();
}

/** The same for a call that is written without parentheses: up to the end of its line. */
export function readListedValues(context: CodeContext, at: number): readonly Value[] {
  const line =
    /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\([^()]*\)|[^\n;})])*/.exec(
      context.code.slice(at, at + 1000),
    )?.[0] ?? "";
  return new ExpressionReader(
    line.replace(/\s(?:if|unless|or|and|do|rescue|for)\s[^"']*$/, ""),
    0,
    context,
    0,
  ).arguments();
}

/** What an expression, given as text, comes to. */
export function readExpression(context: CodeContext, text: string): Value {
  return new ExpressionReader(text, 0, context, 0).expression();
}

const strings =
  /(?:[rbuRBU]{0,2})(?:"""([\s\S]*?)"""|'''([\s\S]*?)'''|"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)')/y;
const filledStrings = /[fF][rR]?(?:"""([\s\S]*?)"""|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')/y;
const templates = /(?:String\.raw)?`((?:[^`\\]|\\[\s\S])*)`/y;
const wordLists = /(?:%[wW]|qw)\s*(?:\[([^\]]*)\]|\(([^)]*)\)|\{([^}]*)\}|\/([^/]*)\/)/y;
const globs = /<([^<>\n=;]*\*[^<>\n=;]*)>/y;
const names = /(?:new\s+|await\s+)*([$@]?[A-Za-z_][\w$]*(?:(?:\??\.|::|->)[A-Za-z_][\w$]*[?!]?)*)/y;
const numbers = /0x[\da-f]+|\d[\d_.]*/iy;

export class ExpressionReader {
  private readonly source: string;
  private readonly context: CodeContext;
  private readonly depth: number;
  private at: number;
  private steps = 0;

  constructor(source: string, at: number, context: CodeContext, depth: number) {
    this.source = source;
    this.at = at;
    this.context = context;
    this.depth = depth;
  }

  arguments(): readonly Value[] {
    const found: Value[] = [];
    for (let count = 0; count < 40; count += 1) {
      this.space();
      if (this.take(/[)\]}]|$/y) !== undefined) {
        return found;
      }
      const keyword = this.take(/[A-Za-z_]\w*\s*(?:=(?![=>~])|:(?!:))\s*/y);
      const spread = this.take(/\*{1,2}(?=[\w[(])|\.{3}/y) !== undefined;
      const value = this.expression();
      if (spread && value.list !== undefined) {
        found.push(...value.list.map(textValue));
      } else if (keyword === undefined || /^(?:args|cmd|command|sql|query|statement)\b/.test(keyword)) {
        found.push(value);
      }
      this.skipTo(",");
      if (this.take(/,/y) === undefined) {
        this.take(/[)\]}]/y);
        return found;
      }
    }
    return found;
  }

  expression(): Value {
    let value = this.operand();
    for (;;) {
      this.steps += 1;
      const before = this.at;
      this.space();
      const { language } = this.context;
      if (this.steps > maximumSteps) {
        return value;
      }
      if (this.take(/\+(?![+=])/y) !== undefined) {
        value = joined(value, this.operand());
      } else if (/^(?:php|perl)$/.test(language) && this.take(/\.(?![\d.=])/y) !== undefined) {
        value = joined(value, this.operand());
      } else if (/^(?:python|ruby)$/.test(language) && this.take(/%(?=\s*[\w("'[])/y) !== undefined) {
        const given = this.operand();
        value = mapped(value, (text) => formatted(text, given));
      } else if (/^(?:python|ruby)$/.test(language) && this.take(/\/(?!\/)/y) !== undefined) {
        value = pathJoined(value, this.operand());
      } else if (/^["']/.test(this.source.slice(this.at, this.at + 1)) && language === "python") {
        value = joined(value, this.operand());
      } else {
        this.at = before;
        return value;
      }
    }
  }

  private operand(): Value {
    this.space();
    let value = this.primary();
    for (;;) {
      this.steps += 1;
      if (this.steps > maximumSteps) {
        return value;
      }
      const method = this.take(/\s*(?:\??\.|->|&\.)\s*([A-Za-z_]\w*[?!]?)/y);
      if (method !== undefined) {
        const name = /([A-Za-z_]\w*)[?!]?$/.exec(method)?.[1] ?? "";
        const given = this.take(/\s*\(/y) === undefined ? [] : this.arguments();
        value = this.member(value, name, given);
      } else if (this.take(/\[\s*::\s*-1\s*\]/y) !== undefined) {
        value = reversed(value);
      } else if (this.take(/\[/y) !== undefined) {
        this.arguments();
        value = unknownValue;
      } else {
        return value;
      }
    }
  }

  private primary(): Value {
    return (
      this.literal() ??
      this.group() ??
      this.name() ??
      (this.take(/[^\s,;)\]}]/y) === undefined ? unknownValue : unknownValue)
    );
  }

  private literal(): Value | undefined {
    const filledWith = this.groups(filledStrings);
    if (filledWith !== undefined && this.context.language === "python") {
      return this.interpolated(filledWith, /\{([^{}!:]*)[^{}]*\}/g);
    }
    const template = this.groups(templates);
    if (template !== undefined) {
      return this.interpolated(template, /\$\{([^{}]*)\}/g);
    }
    const words = this.groups(wordLists);
    if (words !== undefined) {
      return listValue(
        words
          .split(/\s+/)
          .filter((word) => word !== "")
          .map(textValue),
      );
    }
    const pattern = this.context.language === "perl" ? this.groups(globs) : undefined;
    if (pattern !== undefined) {
      return textValue(pattern);
    }
    const quote = this.source.slice(this.at).charAt(0);
    const text = this.groups(strings);
    if (text !== undefined) {
      return quote === '"' && holes[this.context.language] !== undefined
        ? this.interpolated(text, holes[this.context.language] ?? /$^/g)
        : textValue(unescaped(text));
    }
    return this.take(numbers) === undefined ? undefined : textValue(this.taken);
  }

  private group(): Value | undefined {
    if (this.take(/\[/y) !== undefined) {
      return listValue(this.arguments());
    }
    if (this.take(/\(/y) === undefined) {
      return undefined;
    }
    const given = this.arguments();
    return given.length === 1 && given[0] !== undefined ? given[0] : listValue(given);
  }

  private name(): Value | undefined {
    const name = this.take(names)
      ?.replace(/^(?:(?:new|await)\s+)+/, "")
      .replaceAll("?.", ".");
    if (name === undefined) {
      return undefined;
    }
    if (this.take(/\s*\((?!\))|\s*\((?=\))/y) !== undefined) {
      return this.called(name, this.arguments());
    }
    if (/^(?:Dir|glob)$/.test(name) && this.take(/\[/y) !== undefined) {
      return anyOf(this.arguments());
    }
    if (/^(?:os\.environ|process\.env|ENV|Deno\.env|\$ENV|\$_ENV|\$_SERVER)$/.test(name)) {
      const key = this.take(/\s*[[{]\s*["']?(\w+)["']?\s*[\]}]/y);
      return key === undefined ? unknownValue : textValue(`$${/\w+/.exec(key)?.[0] ?? ""}`);
    }
    return this.named(name);
  }

  private called(name: string, given: readonly Value[]): Value {
    const known = knownCall(name.replaceAll("::", "."), given, this.context.home);
    if (known !== undefined) {
      return known;
    }
    const dot = Math.max(name.lastIndexOf("."), name.lastIndexOf("->"));
    if (dot < 0) {
      return unknownValue;
    }
    const method = name.slice(dot).replace(/^(?:\.|->)/, "");
    return this.member(this.named(name.slice(0, dot)), method, given);
  }

  /** A name that the code itself gives a value, or a well-known one. */
  private named(name: string): Value {
    const constant = constants.get(name);
    if (constant !== undefined) {
      return textValue(constant);
    }
    const variable = /^process\.env\.(\w+)$/.exec(name)?.[1];
    if (variable !== undefined) {
      return textValue(`$${variable}`);
    }
    const home = /^(?:Dir\.home|Path\.home)$/.test(name);
    if (home || name === "Dir.pwd") {
      return textValue(home ? this.context.home : ".");
    }
    const parts = name.split(/\.|->/);
    const [head = "", ...members] = parts;
    let value = this.context.valueOf(head.replace(/^[$@]+/, ""), this.depth);
    for (const member of members) {
      value = this.member(value, member, []);
    }
    return value;
  }

  /** Only Python's bytes have a `decode` of their own; elsewhere it is somebody's own method. */
  private member(receiver: Value, name: string, given: readonly Value[]): Value {
    return name === "decode" && this.context.language !== "python"
      ? unknownValue
      : memberOf(receiver, name, given);
  }

  private interpolated(text: string, pattern: RegExp): Value {
    let value = textValue("");
    let from = 0;
    for (const match of text.matchAll(pattern)) {
      const inner = match[1] ?? match[2] ?? match[3] ?? "";
      value = joined(value, textValue(unescaped(text.slice(from, match.index))));
      value = joined(
        value,
        this.depth >= maximumDepth
          ? unknownValue
          : new ExpressionReader(inner, 0, this.context, this.depth + 1).expression(),
      );
      from = match.index + match[0].length;
    }
    return joined(value, textValue(unescaped(text.slice(from))));
  }

  private taken = "";

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.source);
    if (match === null) {
      return undefined;
    }
    this.at += match[0].length;
    this.taken = match[0];
    return match[0];
  }

  private groups(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.source);
    if (match === null) {
      return undefined;
    }
    this.at += match[0].length;
    return match.slice(1).find((group) => group !== undefined) ?? "";
  }

  private space(): void {
    this.take(/(?:\s|\\\n|#[^\n]*\n|\/\*[\s\S]*?\*\/)+/y);
  }

  /** To the comma or the closing bracket of what is being read. */
  private skipTo(end: string): void {
    let open = 0;
    for (let count = 0; this.at < this.source.length && count < 4000; count += 1) {
      const letter = this.source.charAt(this.at);
      if (open === 0 && (letter === end || letter === ";" || ")]}".includes(letter))) {
        return;
      }
      if (/["'`]/.test(letter) && this.literal() !== undefined) {
        continue;
      }
      open += "([{".includes(letter) ? 1 : ")]}".includes(letter) ? -1 : 0;
      this.at += 1;
    }
  }
}

const holes: Readonly<Partial<Record<CodeLanguage, RegExp>>> = {
  ruby: /#\{([^{}]*)\}/g,
  perl: /(?<!\\)([$@]\w+)/g,
  php: /(?<!\\)(\$\w+)|\{(\$\w+)\}/g,
};

const constants: ReadonlyMap<string, string> = new Map([
  ["sys.executable", "python3"],
  ["process.execPath", "node"],
  ["process.argv0", "node"],
  ["RbConfig.ruby", "ruby"],
  ["os.sep", "/"],
  ["path.sep", "/"],
  ["__dirname", "."],
  ["__dir__", "."],
  ["__DIR__", "."],
  ["import.meta.dirname", "."],
]);

function memberOf(receiver: Value, name: string, given: readonly Value[]): Value {
  if (name === "parent" || name === "dirname") {
    return mapped(receiver, (text) => `${text}/..`);
  }
  if (/^(?:name|stem|suffix|basename)$/.test(name)) {
    return unknownValue;
  }
  if (/^(?:path|parents|pathname|to_path)$/.test(name)) {
    return receiver;
  }
  return knownMethod(receiver, name, given) ?? unknownValue;
}

export function unescaped(text: string): string {
  return text.includes("\\")
    ? text
        .replaceAll(/\\\r?\n/g, "")
        .replaceAll(
          /\\x([0-9a-fA-F]{2})|\\u\{?([0-9a-fA-F]{2,6})\}?/g,
          (_all, short?: string, long?: string) =>
            String.fromCodePoint(Math.min(Number.parseInt(short ?? long ?? "0", 16), 0x10ffff)),
        )
        .replaceAll(/\\([0-7]{3})/g, (_all, digits: string) =>
          String.fromCharCode(Number.parseInt(digits, 8)),
        )
        .replaceAll(/\\(["'`\\$@#/])/g, "$1")
        .replaceAll("\\n", "\n")
        .replaceAll("\\t", "\t")
    : text;
}

/** The expression that ends at a place: names, dots, and what stands in brackets. */
export function receiverBefore(code: string, end: number): string {
  let open = 0;
  let from = end;
  for (; from > Math.max(0, end - 240); from -= 1) {
    const letter = code.charAt(from - 1);
    if (letter === ")" || letter === "]") {
      open += 1;
    } else if (open > 0 && (letter === "(" || letter === "[")) {
      open -= 1;
    } else if (letter === "\n" || (open === 0 && !/[\w.$@>:-]/.test(letter))) {
      break;
    }
  }
  return code.slice(from, end).replace(/^[->:.]+/, "");
}
