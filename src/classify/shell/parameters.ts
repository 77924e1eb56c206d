import type { ParameterExpansionPart, ParameterOperation, Word as WordNode } from "unbash";
import { globPattern, isBoundedPattern } from "./glob.ts";
import type { Word } from "./invocation.ts";
import { playIndices } from "./arithmetic.ts";
import type { Machine } from "./machine.ts";
import { elementOf, specialValue, valueOf } from "./variables.ts";
import { knownWord } from "./word.ts";

type ExpandText = (machine: Machine, node: WordNode) => Word;

/** The value of `${…}`; undefined where it is not known before it runs. */
export function expandParameter(
  machine: Machine,
  part: ParameterExpansionPart,
  expand: ExpandText,
): Word | undefined {
  if (part.prefix === "#") {
    const value = elementOf(machine, part);
    return value?.known === true ? knownWord(String(value.text.length), part.pos, part.end) : undefined;
  }
  const value = part.prefix === "!" ? indirect(machine, part) : elementOf(machine, part);
  const operation = part.operation;
  if (operation === undefined) {
    return value;
  }
  return operation.type === "Default"
    ? withDefault(machine, { name: part.parameter, value, operation }, expand)
    : transform(machine, { value, operation }, expand);
}

/** `${!name}`: the variable that the value of `name` names. */
function indirect(machine: Machine, part: ParameterExpansionPart): Word | undefined {
  const reference = machine.state.variables.get(part.parameter);
  if (reference?.kind === "reference") {
    return knownWord(reference.name, part.pos, part.end);
  }
  const name = elementOf(machine, part);
  return name?.known === true ? specialValue(machine, name.text) : undefined;
}

interface DefaultCase {
  readonly name: string;
  readonly value: Word | undefined;
  readonly operation: Extract<ParameterOperation, { type: "Default" }>;
}

/** A name that neither the line nor the environment sets is taken as unset, which is what defaults are written for. */
function withDefault(machine: Machine, parts: DefaultCase, expand: ExpandText): Word | undefined {
  const { name, value, operation } = parts;
  const unset = value === undefined && valueOf(machine, name) === undefined;
  const empty = unset || (operation.operator.startsWith(":") && value?.known === true && value.text === "");
  switch (operation.operator) {
    case "+":
    case ":+":
      return empty ? knownWord("", 0, 0) : expand(machine, operation.operand);
    case "-":
    case ":-":
      return empty ? expand(machine, operation.operand) : value;
    case "=":
    case ":=": {
      if (!empty) {
        return value;
      }
      const word = expand(machine, operation.operand);
      machine.state.variables.set(name, { kind: "word", word });
      return word;
    }
    case "?":
    case ":?":
      return value;
  }
}

interface TransformCase {
  readonly value: Word | undefined;
  readonly operation: Exclude<ParameterOperation, { type: "Default" }>;
}

function transform(machine: Machine, parts: TransformCase, expand: ExpandText): Word | undefined {
  const { value, operation } = parts;
  const operands = operandsOf(operation).map((node) => expand(machine, node));
  if (value?.known !== true || operands.some((operand) => !operand.known)) {
    return undefined;
  }
  if (operands.some((operand) => !isBoundedPattern(operand.text)) || value.text.length > 2048) {
    return undefined;
  }
  if (operation.type === "Transform" && operands[0]?.text === "P") {
    playIndices(machine, value);
  }
  const text = transformText(
    value.text,
    operation,
    operands.map((operand) => operand.text),
  );
  return text === undefined ? undefined : knownWord(text, value.start, value.end);
}

/** The words of an operation in a fixed order, so that substitutions inside them are played even where unused. */
function operandsOf(operation: Exclude<ParameterOperation, { type: "Default" }>): readonly WordNode[] {
  switch (operation.type) {
    case "Replace":
      return [operation.pattern, operation.replacement];
    case "Slice":
      return operation.length === undefined ? [operation.offset] : [operation.offset, operation.length];
    case "Remove":
    case "Transform":
      return [operation.operand];
    case "CaseModification":
      return operation.operand === undefined ? [] : [operation.operand];
    case "Names":
    case "Unknown":
      return [];
  }
}

function transformText(
  text: string,
  operation: Exclude<ParameterOperation, { type: "Default" }>,
  operands: readonly string[],
): string | undefined {
  const [first = "", second] = operands;
  switch (operation.type) {
    case "Remove":
      return remove(text, first, operation.operator);
    case "Replace":
      return replace(text, { pattern: first, by: second ?? "", operator: operation.operator });
    case "Slice":
      return slice(text, first, second);
    case "CaseModification":
      return changeCase(text, operation.operator);
    case "Transform":
      return transformed(text, first);
    case "Names":
    case "Unknown":
      return undefined;
  }
}

function slice(text: string, offset: string, count: string | undefined): string | undefined {
  const from = Number(offset.trim());
  const length = count === undefined ? undefined : Number(count.trim());
  if (!Number.isInteger(from) || (length !== undefined && !Number.isInteger(length))) {
    return undefined;
  }
  const start = from < 0 ? Math.max(0, text.length + from) : from;
  const end = length === undefined ? text.length : length < 0 ? text.length + length : start + length;
  return text.slice(start, end);
}

/** `${x@U}` and its kin. */
function transformed(text: string, operator: string): string | undefined {
  switch (operator) {
    case "U":
      return text.toUpperCase();
    case "L":
      return text.toLowerCase();
    case "u":
      return changeCase(text, "^");
    case "Q":
      return text;
    default:
      return undefined;
  }
}

function remove(text: string, pattern: string, operator: "#" | "##" | "%" | "%%"): string {
  const matcher = globPattern(pattern);
  const fromStart = operator.startsWith("#");
  const longest = operator.length === 2;
  const limit = Math.min(text.length, 4096);
  for (let step = 0; step <= limit; step += 1) {
    const length = longest ? limit - step : step;
    const piece = fromStart ? text.slice(0, length) : text.slice(text.length - length);
    if (matcher.test(piece)) {
      return fromStart ? text.slice(length) : text.slice(0, text.length - length);
    }
  }
  return text;
}

function replace(text: string, how: { pattern: string; by: string; operator: string }): string | undefined {
  const { pattern, by, operator } = how;
  if (text.length > 4096 || pattern === "") {
    return text.length > 4096 ? undefined : text;
  }
  if (!/[*?[\\]/.test(pattern) && (operator === "/" || operator === "//")) {
    return operator === "//" ? text.replaceAll(pattern, () => by) : text.replace(pattern, () => by);
  }
  const matcher = globPattern(pattern);
  let result = "";
  let index = 0;
  while (index < text.length) {
    const length = matchLength(text, index, matcher);
    if (
      length > 0 &&
      (operator !== "/#" || index === 0) &&
      (operator !== "/%" || index + length === text.length)
    ) {
      result += by;
      index += length;
      if (operator !== "//") {
        return result + text.slice(index);
      }
    } else {
      result += text.charAt(index);
      index += 1;
    }
  }
  return result;
}

function matchLength(text: string, from: number, matcher: RegExp): number {
  for (let end = Math.min(text.length, from + 256); end > from; end -= 1) {
    if (matcher.test(text.slice(from, end))) {
      return end - from;
    }
  }
  return 0;
}

function changeCase(text: string, operator: "^" | "^^" | "," | ",,"): string {
  switch (operator) {
    case "^^":
      return text.toUpperCase();
    case ",,":
      return text.toLowerCase();
    case "^":
      return text.charAt(0).toUpperCase() + text.slice(1);
    case ",":
      return text.charAt(0).toLowerCase() + text.slice(1);
  }
}
