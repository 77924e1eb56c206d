import { ExpressionReader, receiverBefore, type CodeContext, type CodeLanguage } from "./read-value.ts";
import { anyOf, combined, firstText, unknownValue, type Value } from "./value.ts";

const maximumDepth = 6;

/** Code in which names are followed to what they are given. */
export function codeContext(code: string, language: CodeLanguage, home: string): CodeContext {
  const bound = new Map<string, Value>();
  const context: CodeContext = {
    code,
    language,
    home,
    valueOf: (name, depth) => boundTo(name, depth, { context, bound }),
  };
  return context;
}

/** What the code assigns to a name, or what it goes through under that name. */
function boundTo(
  name: string,
  depth: number,
  { context, bound }: { readonly context: CodeContext; readonly bound: Map<string, Value> },
): Value {
  if (depth >= maximumDepth || !/^\w+$/.test(name)) {
    return unknownValue;
  }
  const before = bound.get(name);
  if (before !== undefined) {
    return before;
  }
  // A name that stands for itself (`path = path.strip()`) ends here.
  bound.set(name, unknownValue);
  const value = searchedFor(name, context, depth);
  bound.set(name, value);
  return value;
}

function searchedFor(name: string, context: CodeContext, depth: number): Value {
  const read = (at: number): Value => new ExpressionReader(context.code, at, context, depth + 1).expression();
  const places = assignmentsOf(name, context.code);
  const values = places.map(read);
  const loops = loopsOf(name, context.code).map((at) => read(at));
  const found = [...values, ...loops, ...eachesOf(name, context, depth)];
  return found.length === 0 ? unknownValue : withItems(anyOf(found), name, context, depth);
}

function assignmentsOf(name: string, code: string): readonly number[] {
  const pattern = new RegExp(
    `(?:^|[\\s;{(])[$@]?${name}\\s*(?::\\s*[A-Za-z][\\w\\[\\], |.]*)?\\s*(?:\\|\\||\\?\\?)?=(?![=>~])\\s*(?!\\s*[$@]?${name}\\b)`,
    "g",
  );
  return [...code.matchAll(pattern)].slice(0, 3).map((match) => match.index + match[0].length);
}

/** `for NAME in …`, `for (const NAME of …)`, `foreach (… as $NAME)`. */
function loopsOf(name: string, code: string): readonly number[] {
  const pattern = new RegExp(
    `\\bfor\\s+(?:\\w+\\s*,\\s*)*${name}(?:\\s*,\\s*\\w+)*\\s+in\\s+|\\bfor\\s*(?:await\\s*)?\\(\\s*(?:const|let|var)\\s+${name}\\s+of\\s+|\\bfor(?:each)?\\s+(?:my\\s+)?\\$${name}\\s*\\(`,
    "g",
  );
  return [...code.matchAll(pattern)].slice(0, 3).map((match) => match.index + match[0].length);
}

/** `EXPRESSION.forEach(NAME => …)`, `EXPRESSION.each { |NAME| … }`, `foreach (EXPRESSION as $NAME)`. */
function eachesOf(name: string, context: CodeContext, depth: number): readonly Value[] {
  const { code } = context;
  const read = (text: string): Value => new ExpressionReader(text, 0, context, depth + 1).expression();
  const pattern = new RegExp(
    `\\.(?:forEach|map|filter|each|each_child)\\s*(?:\\(\\s*(?:async\\s*)?\\(?\\s*${name}\\b|(?:do|\\{)\\s*\\|\\s*${name}\\b)`,
    "g",
  );
  const found = [...code.matchAll(pattern)]
    .slice(0, 2)
    .map((match) => read(receiverBefore(code, match.index)));
  const php = new RegExp(`\\bforeach\\s*\\(([^;{]{1,200}?)\\sas\\s+\\$${name}\\b`).exec(code)?.[1];
  return php === undefined ? found : [...found, read(php)];
}

/** `cmd.append("x")`, `cmd.push("x")`, `cmd += ["x"]`. */
function withItems(value: Value, name: string, context: CodeContext, depth: number): Value {
  const pattern = new RegExp(
    `(?<![\\w.])\\$?${name}(?:\\.(?:append|push|extend|concat)\\(|\\s*(?:\\+=|<<|\\.=)\\s*)`,
    "g",
  );
  let result = value;
  for (const match of [...context.code.matchAll(pattern)].slice(0, 6)) {
    const more = new ExpressionReader(
      context.code,
      match.index + match[0].length,
      context,
      depth + 1,
    ).expression();
    if (result.list === undefined) {
      result = combined(result, more, (left, right) => left + right);
    } else {
      const list = [...result.list, ...(more.list ?? [firstText(more)])];
      result = { texts: list.slice(0, 6), list };
    }
  }
  return result;
}
