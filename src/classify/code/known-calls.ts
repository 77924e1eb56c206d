import { decodeBase64 } from "../shell/decoders.ts";
import {
  firstText,
  listValue,
  mapped,
  pathJoined,
  textValue,
  unknownPart,
  unknownValue,
  type Value,
} from "./value.ts";

/** What a function of a standard library gives for what it is given; undefined where it is none of these. */
export function knownCall(name: string, given: readonly Value[], home: string): Value | undefined {
  const short = name.replace(/^(?:os|shutil|pathlib|posixpath|path|fs|process|sys)\./, "");
  const first = given[0] ?? unknownValue;
  return (
    placeCall(name, short, given, home) ??
    decodingCall(name, first, given) ??
    listingCall(short, first) ??
    (/^(?:shlex\.split|Shellwords\.split|shellsplit)$/.test(name)
      ? listValue(wordsOf(firstText(first)).map(textValue))
      : /^(?:os\.getenv|os\.environ\.get|getenv|ENV\.fetch|Deno\.env\.get)$/.test(name)
        ? textValue(`$${firstText(first)}`)
        : /^(?:str|String|text|sql|bytes|list|tuple|sorted|set|Array\.from|reversed|raw|literal_column|sa\.text|URI|URL|new URL)$/.test(
              name,
            )
          ? first
          : undefined)
  );
}

function placeCall(name: string, short: string, given: readonly Value[], home: string): Value | undefined {
  if (/^(?:homedir|Path\.home|Dir\.home|getpwuid|Etc\.getpwuid)$/.test(short)) {
    return textValue(home);
  }
  if (/^(?:getcwd|cwd|Path\.cwd|Dir\.pwd|Dir\.getwd|Deno\.cwd|getcwdb)$/.test(short)) {
    return textValue(".");
  }
  if (
    /^(?:tmpdir|tempfile\.gettempdir|Dir\.tmpdir|sys_get_temp_dir|tempdir|File::Spec->tmpdir)$/.test(short)
  ) {
    return textValue("/tmp");
  }
  if (/(?:mkdtemp|mkdtempSync|mktmpdir|TemporaryDirectory|makeTempDir(?:Sync)?|mkstemp)$/.test(short)) {
    return textValue(`/tmp/${unknownPart}`);
  }
  const joins =
    /^(?:path\.join|path\.resolve|path\.normalize|join|resolve|normalize|Path|PurePath|PosixPath|path\.expanduser|path\.abspath|path\.realpath|expanduser|abspath|realpath|File\.join|File\.expand_path|Pathname\.new|Pathname|fspath|path\.normpath|URI\.join|normpath|Path\.new|File\.new|new File|DirectoryInfo)$/;
  return joins.test(name) || joins.test(short) || joins.test(name.replace(/^os\./, ""))
    ? given.reduce(pathJoined, textValue(""))
    : undefined;
}

const base64 =
  /(?:^|\.)(?:b64decode|standard_b64decode|urlsafe_b64decode|decodebytes|atob|base64_decode|decode_base64|decode64|strict_decode64|urlsafe_decode64)$/;
const hexadecimal = /(?:^|\.)(?:fromhex|unhexlify|a2b_hex|hex2bin)$/;

/** Decoding what stands in the code shows what it is; what it decodes from elsewhere stays unknown. */
function decodingCall(name: string, first: Value, given: readonly Value[]): Value | undefined {
  const how = firstText(given[1]).replaceAll(/[-_]/g, "").toLowerCase();
  const text = firstText(first);
  if (base64.test(name) || (/^(?:codecs\.decode|Buffer\.from)$/.test(name) && how.startsWith("base64"))) {
    return textValue(decodeBase64(text) ?? unknownPart);
  }
  if (hexadecimal.test(name) || (/^(?:codecs\.decode|Buffer\.from)$/.test(name) && how.startsWith("hex"))) {
    return textValue(fromHex(text) ?? unknownPart);
  }
  if (name === "str_rot13" || (name === "codecs.decode" && how === "rot13")) {
    return textValue(rotated(text));
  }
  if (name === "chr" || name === "String.fromCharCode" || name === "String.fromCodePoint") {
    return textValue(given.map((value) => letter(firstText(value))).join(""));
  }
  return name === "Buffer.from" ? first : undefined;
}

/** Names of files that a call lists, as a pattern that stands for them. */
function listingCall(short: string, first: Value): Value | undefined {
  if (
    /^(?:glob\.i?glob|glob|iglob|Dir\.glob|Dir|globSync|glob\.sync|fg\.sync|fg|globby|bsd_glob|Sys\.glob)$/.test(
      short,
    )
  ) {
    return first;
  }
  if (
    /^(?:listdir|readdirSync|readdir|Dir\.entries|Dir\.children|Dir\.each_child|scandir|Deno\.readDirSync)$/.test(
      short,
    )
  ) {
    return short === "scandir" ? mapped(first, (text) => `${text}/*`) : unknownValue;
  }
  return /^(?:walk|Find\.find)$/.test(short) ? mapped(first, (text) => `${text}/${unknownPart}`) : undefined;
}

const same =
  /^(?:strip|rstrip|lstrip|trim|trimEnd|toString|to_s|to_str|as_posix|resolve|absolute|expanduser|valueOf|lower|toLowerCase|downcase|chomp|freeze|text|read|b|raw|copy|slice|to_a|values|ascii|utf8|with_traceback)$/;

/** What a method gives for its receiver and what it is given. */
export function knownMethod(receiver: Value, name: string, given: readonly Value[]): Value | undefined {
  const first = given[0] ?? unknownValue;
  if (same.test(name)) {
    return receiver;
  }
  switch (name) {
    case "decode":
    case "encode":
      return recoded(receiver, given[0]);
    case "format":
      return mapped(receiver, (text) => filled(text, given));
    case "split":
      return listValue(wordsOf(firstText(receiver)).map(textValue));
    case "join":
      return receiver.list === undefined
        ? first.list === undefined
          ? unknownValue
          : textValue(first.list.join(firstText(receiver)))
        : textValue(receiver.list.join(given.length === 0 ? "" : firstText(first)));
    case "concat":
      return textValue([receiver, ...given].map(firstText).join(""));
    case "reverse":
      return reversed(receiver);
    case "joinpath":
      return given.reduce(pathJoined, receiver);
    case "glob":
      return pathJoined(receiver, first);
    case "rglob":
      return pathJoined(
        receiver,
        mapped(first, (text) => `**/${text}`),
      );
    default:
      return /^(?:iterdir|children|each_child)$/.test(name)
        ? mapped(receiver, (text) => `${text}/*`)
        : /^(?:pack|unpack1?)$/.test(name)
          ? mapped(receiver, (text) =>
              firstText(first).startsWith("m") ? (decodeBase64(text) ?? unknownPart) : unknownPart,
            )
          : undefined;
  }
}

/** Text as bytes and back. Some codecs are ciphers, and what another one makes of a text is not known. */
function recoded(receiver: Value, codec: Value | undefined): Value {
  const name = codec === undefined ? "utf8" : firstText(codec).replaceAll(/[-_]/g, "").toLowerCase();
  if (name === "rot13") {
    return mapped(receiver, rotated);
  }
  return /^(?:utf8(?:sig)?|ascii|usascii|latin1|iso88591|binary|raw)$/.test(name) ? receiver : unknownValue;
}

export function reversed(value: Value): Value {
  const turn = (text: string): string => (text.includes(unknownPart) ? unknownPart : turnedText(text));
  return value.list === undefined
    ? mapped(value, turn)
    : { texts: value.texts, list: value.list.toReversed() };
}

/** Letters in the other order. */
export function turnedText(text: string): string {
  return Array.from(text).toReversed().join("");
}

/** `{}`, `{0}` and `{name}` of `format`. */
function filled(text: string, given: readonly Value[]): string {
  let next = 0;
  return text.replaceAll(/\{(\d*)[^{}]*\}/g, (_all, index: string) => {
    const value = given[index === "" ? next : Number(index)];
    next += 1;
    return firstText(value);
  });
}

/** `%s` and `%(name)s`. */
export function formatted(text: string, given: Value): string {
  const items = given.list ?? given.texts.slice(0, 1);
  let next = 0;
  return text.replaceAll(/%(?:\(\w+\))?[-+ #0-9.]*[sdrif]/g, () => {
    const item = items[next];
    next += 1;
    return item ?? unknownPart;
  });
}

function wordsOf(text: string): readonly string[] {
  return (text.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
}

function fromHex(text: string): string | undefined {
  const digits = text.replaceAll(/\s/g, "");
  return /^(?:[0-9a-f]{2})+$/i.test(digits)
    ? digits.replaceAll(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)))
    : undefined;
}

function rotated(text: string): string {
  return text.replaceAll(/[a-z]/gi, (found) => {
    const base = found <= "Z" ? 65 : 97;
    return String.fromCharCode(((found.charCodeAt(0) - base + 13) % 26) + base);
  });
}

function letter(text: string): string {
  const code = Number(text);
  return Number.isInteger(code) && code > 0 && code < 0x110000 ? String.fromCodePoint(code) : unknownPart;
}
