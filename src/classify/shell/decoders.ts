/** Programs that compute their output from their input alone, as far as they are used to hide commands. */

/** Text of base64 in either alphabet, as Latin-1 bytes read as UTF-8; undefined where it is not base64. */
export function decodeBase64(text: string): string | undefined {
  const clean = text.replaceAll(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(clean) || clean.length % 4 === 1) {
    return undefined;
  }
  const bytes = new Uint8Array(Math.floor((clean.length * 3) / 4));
  let bits = 0;
  let value = 0;
  let length = 0;
  for (const char of clean) {
    value = ((value << 6) | alphabet.indexOf(char)) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length] = (value >> bits) & 0xff;
      length += 1;
    }
  }
  return decodeUtf8(bytes.subarray(0, length));
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function decodeBase32(text: string): string | undefined {
  const clean = text.replaceAll(/\s+/g, "").replace(/=+$/, "");
  if (!/^[A-Z2-7]*$/.test(clean)) {
    return undefined;
  }
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const char of clean) {
    value = ((value << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char)) & 0xffff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  return decodeUtf8(Uint8Array.from(bytes));
}

/** `xxd -r -p` and the dump form of `xxd -r`. */
export function decodeHex(text: string, plain: boolean): string | undefined {
  const digits = plain
    ? text.replaceAll(/\s+/g, "")
    : text
        .split("\n")
        .map((line) => /^[0-9a-f]+:((?: ?[0-9a-f]{2,4})+)/i.exec(line)?.[1]?.replaceAll(" ", "") ?? "")
        .join("");
  if (digits.length === 0 || !/^[0-9a-f]+$/i.test(digits)) {
    return undefined;
  }
  const bytes = new Uint8Array(Math.floor(digits.length / 2));
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  }
  return decodeUtf8(bytes);
}

const utf8 = new TextDecoder("utf-8");

/** UTF-8; bytes that are not valid become U+FFFD, which tells that it was no text. */
function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** `rev`: every line backwards. */
export function reverseLines(text: string): string {
  return text
    .split("\n")
    .map((line) => Array.from(line).toReversed().join(""))
    .join("\n");
}

/** `tac`: the lines in reverse order. */
export function reverseOrder(text: string): string {
  const lines = text.split("\n");
  const last = lines.at(-1) === "" ? lines.pop() : undefined;
  return lines.toReversed().join("\n") + (last === undefined ? "" : "\n");
}

/** `tr SET1 SET2` and `tr -d SET1`; undefined for sets that are not understood. */
export function translate(text: string, sets: readonly string[], remove: boolean): string | undefined {
  const from = characterSet(sets[0] ?? "");
  if (from === undefined || from.length === 0) {
    return undefined;
  }
  if (remove) {
    const unwanted = new Set(from);
    return Array.from(text)
      .filter((char) => !unwanted.has(char))
      .join("");
  }
  const to = characterSet(sets[1] ?? "");
  const last = to?.at(-1);
  if (to === undefined || last === undefined) {
    return undefined;
  }
  const table = new Map(from.map((char, index) => [char, to[index] ?? last]));
  return Array.from(text)
    .map((char) => table.get(char) ?? char)
    .join("");
}

const classes: ReadonlyMap<string, string> = new Map([
  ["[:upper:]", "A-Z"],
  ["[:lower:]", "a-z"],
  ["[:digit:]", "0-9"],
  ["[:space:]", " \t\n\r\v\f"],
  ["[:alpha:]", "A-Za-z"],
  ["[:alnum:]", "A-Za-z0-9"],
]);

function characterSet(text: string): string[] | undefined {
  let source = text;
  for (const [name, members] of classes) {
    source = source.replaceAll(name, members);
  }
  const chars = Array.from(unescape(source));
  const set: string[] = [];
  for (let index = 0; index < chars.length; index += 1) {
    const char = chars[index] ?? "";
    const end = chars[index + 2];
    if (chars[index + 1] === "-" && end !== undefined) {
      const first = char.codePointAt(0) ?? 0;
      const last = end.codePointAt(0) ?? 0;
      if (last < first || last - first > 0x400) {
        return undefined;
      }
      for (let point = first; point <= last; point += 1) {
        set.push(String.fromCodePoint(point));
      }
      index += 2;
    } else {
      set.push(char);
    }
  }
  return set;
}

/** Backslash escapes of `echo -e`, `printf` and `tr`. */
export function unescape(text: string): string {
  if (!text.includes("\\")) {
    return text;
  }
  const bytes: number[] = [];
  let result = "";
  const flush = (): void => {
    if (bytes.length > 0) {
      result += decodeUtf8(Uint8Array.from(bytes));
      bytes.length = 0;
    }
  };
  let last = 0;
  for (const match of text.matchAll(escapes)) {
    const index = match.index;
    if (index > last) {
      flush();
      result += text.slice(last, index);
    }
    last = index + match[0].length;
    const code = match[1] ?? "";
    const byte = byteOf(code);
    if (byte !== undefined) {
      bytes.push(byte);
    } else {
      flush();
      result += characterOf(code);
    }
  }
  flush();
  return result + text.slice(last);
}

const escapes =
  /\\(x[0-9a-fA-F]{1,2}|0[0-7]{0,3}|[1-7][0-7]{0,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[\s\S])/g;

/**
 * True where escapes stand for letters or digits, which anybody could have written as they are. Escapes for what is
 * awkward to write (line ends, quotes, colours) hide nothing.
 */
export function hidesLetters(text: string): boolean {
  return (
    text.includes("\\") && [...text.matchAll(escapes)].some(([whole]) => hiddenLetter.test(unescape(whole)))
  );
}

const hiddenLetter = /^[A-Za-z0-9]$/;

/** True where a change of a text leaves other letters, or leaves them in another order: upper case apart. */
export function changesLetters(before: string, after: string): boolean {
  const letters = (text: string): string => text.replaceAll(/[^A-Za-z0-9]+/g, "").toLowerCase();
  return letters(before) !== letters(after);
}

function byteOf(code: string): number | undefined {
  if (code.startsWith("x") && code.length > 1) {
    return Number.parseInt(code.slice(1), 16);
  }
  return /^[0-7]+$/.test(code) ? Number.parseInt(code, 8) & 0xff : undefined;
}

function characterOf(code: string): string {
  if (/^[uU][0-9a-fA-F]+$/.test(code)) {
    const point = Number.parseInt(code.slice(1), 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : "";
  }
  const named: Readonly<Record<string, string>> = {
    n: "\n",
    t: "\t",
    r: "\r",
    a: "\u0007",
    b: "\b",
    e: "\u001b",
    f: "\f",
    v: "\v",
    "\\": "\\",
  };
  return named[code] ?? `\\${code}`;
}

/** `printf FORMAT ARGUMENT…`, with the format used again while arguments are left. */
export function formatPrintf(format: string, values: readonly string[]): string | undefined {
  let result = "";
  let next = 0;
  for (let round = 0; round < 64; round += 1) {
    const before = next;
    result += unescape(format).replace(directives, (directive, width: string, kind: string) => {
      if (kind === "%") {
        return "%";
      }
      const value = values[next] ?? "";
      next += 1;
      return formatOne(value, kind, width) ?? directive;
    });
    if (next >= values.length || next === before) {
      return result;
    }
  }
  return undefined;
}

const directives = /%([-0-9.+ #]*)([sbqdiucxXo%])/g;

function formatOne(value: string, kind: string, width: string): string | undefined {
  const number = Number(value);
  switch (kind) {
    case "s":
    case "q":
      return width === "" ? value : value.slice(0, Number(/\.(\d+)/.exec(width)?.[1] ?? value.length));
    case "b":
      return unescape(value);
    case "c":
      return value.charAt(0);
    case "x":
      return Number.isInteger(number) ? number.toString(16) : undefined;
    case "X":
      return Number.isInteger(number) ? number.toString(16).toUpperCase() : undefined;
    case "o":
      return Number.isInteger(number) ? number.toString(8) : undefined;
    default:
      return value;
  }
}
