/**
 * What an expression of program code comes to: the texts that it may be, and its items where it is a list. Shell text:
 * a part that is not known is `$__unknown`, a variable of the environment is `$NAME`.
 */
export interface Value {
  readonly texts: readonly string[];
  readonly list?: readonly string[];
}

export const unknownPart = "$__unknown";

export const unknownValue: Value = { texts: [unknownPart] };

const maximumTexts = 6;

export function textValue(text: string): Value {
  return { texts: [text] };
}

export function listValue(items: readonly Value[]): Value {
  const list = items.map(firstText);
  return { texts: list.length === 0 ? [unknownPart] : list.slice(0, maximumTexts), list };
}

export function firstText(value: Value | undefined): string {
  return value?.texts[0] ?? unknownPart;
}

/** Any of several values. */
export function anyOf(values: readonly Value[]): Value {
  const [only] = values;
  if (only !== undefined && values.length === 1) {
    return only;
  }
  const texts = [...new Set(values.flatMap((value) => value.texts))].slice(0, maximumTexts);
  return texts.length === 0 ? unknownValue : { texts };
}

/** Every text of one value put together with every text of another. */
export function combined(a: Value, b: Value, put: (left: string, right: string) => string): Value {
  const texts = a.texts.flatMap((left) => b.texts.map((right) => put(left, right)));
  return { texts: [...new Set(texts)].slice(0, maximumTexts) };
}

export function joined(a: Value, b: Value): Value {
  if (a.list !== undefined && b.list !== undefined) {
    const list = [...a.list, ...b.list];
    return { texts: list.slice(0, maximumTexts), list };
  }
  return combined(a, b, (left, right) => left + right);
}

/** `base/name`; an absolute name starts again, as it does in every language's own function. */
export function pathJoined(a: Value, b: Value): Value {
  return combined(a, b, (left, right) =>
    right.startsWith("/") || right.startsWith("~") || left === ""
      ? right
      : right === ""
        ? left
        : `${left.replace(/\/+$/, "")}/${right}`,
  );
}

export function mapped(value: Value, change: (text: string) => string): Value {
  return { texts: value.texts.map(change) };
}

/** Whether nothing at all is known of a text. */
export function isUnknown(text: string): boolean {
  return text === unknownPart;
}

/** Whether any part of a text is not known. */
export function hasUnknown(text: string): boolean {
  return text.includes(unknownPart);
}
