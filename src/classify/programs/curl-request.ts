import { hole } from "../../catalogue/hole.ts";
import type { HttpBody } from "../http/call.ts";
import { readPath, type ReadText } from "../http/carried.ts";
import type { OptionValue, Transfer } from "../http/transfer.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { knownWord, wordAfter } from "../shell/word.ts";
import { configWords, readCurlOptions, type CurlOption } from "./curl-options.ts";

/** What stands between two `--next`: one or more URLs with the same body. */
export interface CurlRequest {
  readonly urls: OptionValue[];
  readonly data: string[];
  /** What stands between the parts of `data`. */
  joint: string;
  readonly queries: string[];
  readonly form: { name: string; text: string }[];
  readonly headers: { name: string; value: string }[];
  readonly credentialTexts: string[];
  readonly outputs: OptionValue[];
  unknownBody: Extract<HttpBody, { kind: "unknown" }> | undefined;
  method: string | undefined;
  asQuery: boolean;
  head: boolean;
  upload: ReadText | undefined;
  remoteName: boolean;
  globbing: boolean;
}

function emptyRequest(): CurlRequest {
  return {
    urls: [],
    data: [],
    joint: "&",
    queries: [],
    form: [],
    headers: [],
    credentialTexts: [],
    outputs: [],
    unknownBody: undefined,
    method: undefined,
    asQuery: false,
    head: false,
    upload: undefined,
    remoteName: false,
    globbing: true,
  };
}

export function curlRequests(
  invocation: Invocation,
  scope: Scope,
  transfer: Transfer,
): readonly CurlRequest[] {
  const words = invocation.words.slice(1);
  const texts = words.map((word) => transfer.text(word));
  const quiet = texts[0]?.startsWith("-q") === true || texts[0] === "--disable";
  const options = [...(quiet ? [] : ambientOptions(scope)), ...readCurlOptions(words, texts)];
  const requests: CurlRequest[] = [emptyRequest()];
  applyAll(options, requests, transfer, 0);
  return requests;
}

/** The options that every call starts with, from the user's own file. */
function ambientOptions(scope: Scope): readonly CurlOption[] {
  const path = `${scope.lookups.home}/.curlrc`;
  return scope.lookups.kind(path) === "file" ? optionsOfConfig(readPath(path, scope)) : [];
}

function optionsOfConfig(read: ReadText): readonly CurlOption[] {
  if (read.kind !== "text") {
    return [];
  }
  const words: readonly Word[] = configWords(read.text).map((text) => knownWord(text, 0, 0));
  return readCurlOptions(
    words,
    words.map((word) => word.text),
  );
}

function applyAll(
  options: readonly CurlOption[],
  requests: CurlRequest[],
  transfer: Transfer,
  depth: number,
): void {
  for (const option of options) {
    const request = requests.at(-1) ?? emptyRequest();
    if (option.name === "next") {
      requests.push(emptyRequest());
    } else if (option.name === "config" && option.value !== undefined) {
      const read = transfer.readFile(option.value);
      if (read.kind === "unknown" || depth > 3) {
        request.unknownBody = { kind: "unknown", because: "a configuration file that is not known" };
      } else {
        applyAll(optionsOfConfig(read), requests, transfer, depth + 1);
      }
    } else {
      apply(option, request, transfer);
    }
  }
}

type Setter = (request: CurlRequest, value: OptionValue, transfer: Transfer) => void;

const data: Setter = (request, value, transfer) => {
  addData(request, value.text.startsWith("@") ? fileText(value, transfer, true) : transfer.readValue(value));
};

const setters: Readonly<Record<string, Setter>> = {
  url: (request, value) => request.urls.push(value),
  request: (request, value) => {
    request.method = value.text;
  },
  data,
  "data-ascii": data,
  "data-binary": (request, value, transfer) => {
    addData(
      request,
      value.text.startsWith("@") ? fileText(value, transfer, false) : transfer.readValue(value),
    );
  },
  "data-raw": (request, value, transfer) => addData(request, transfer.readValue(value)),
  "data-urlencode": (request, value, transfer) => addData(request, urlencoded(value, transfer)),
  json: (request, value, transfer) => {
    addData(
      request,
      value.text.startsWith("@") ? fileText(value, transfer, false) : transfer.readValue(value),
    );
    request.headers.push({ name: "content-type", value: "application/json" });
    request.joint = "";
  },
  "url-query": (request, value, transfer) => {
    const read = value.text.startsWith("+")
      ? { kind: "text", text: value.text.slice(1) }
      : urlencoded(value, transfer);
    request.queries.push(read.kind === "text" ? (read as { text: string }).text : hole);
  },
  form: (request, value, transfer) => addForm(request, value, transfer),
  "form-string": (request, value) => {
    const equals = value.text.indexOf("=");
    request.form.push({ name: value.text.slice(0, Math.max(equals, 0)), text: value.text.slice(equals + 1) });
  },
  header: (request, value, transfer) => addHeader(request, value, transfer),
  user: (request, value) => {
    request.credentialTexts.push(value.text, value.word.text);
  },
  "oauth2-bearer": (request, value) => {
    request.credentialTexts.push(value.text, value.word.text);
  },
  cookie: (request, value) => {
    request.credentialTexts.push(value.text, value.word.text);
  },
  "connect-to": (request, value) => {
    request.headers.push({ name: ":authority", value: value.text.split(":").slice(2, 3).join("") });
  },
  "upload-file": (request, value, transfer) => {
    request.upload = transfer.readFile(value);
  },
  output: (request, value) => request.outputs.push(value),
  "dump-header": (request, value) => request.outputs.push(value),
  "cookie-jar": (request, value) => request.outputs.push(value),
  trace: (request, value) => request.outputs.push(value),
  "trace-ascii": (request, value) => request.outputs.push(value),
  stderr: (request, value) => request.outputs.push(value),
};

function apply(option: CurlOption, request: CurlRequest, transfer: Transfer): void {
  const { name, value } = option;
  if (value !== undefined) {
    setters[name]?.(request, value, transfer);
  } else if (name === "get") {
    request.asQuery = true;
  } else if (name === "head") {
    request.head = true;
  } else if (name === "remote-name" || name === "remote-name-all") {
    request.remoteName = true;
  } else if (name === "g" || name === "globoff") {
    request.globbing = false;
  }
}

function addData(request: CurlRequest, read: ReadText): void {
  if (read.kind === "text") {
    request.data.push(read.text);
  } else {
    request.unknownBody = read.kind === "unknown" ? read : { kind: "unknown", because: "standard input" };
    request.data.push(hole);
  }
}

/** `-d @file` drops line ends, which other options keep. */
function fileText(value: OptionValue, transfer: Transfer, dropLineEnds: boolean): ReadText {
  const read = transfer.readFile({ word: wordAfter(value.word, 1), text: value.text.slice(1) });
  return read.kind === "text" && dropLineEnds ? { ...read, text: read.text.replace(/[\r\n]/g, "") } : read;
}

/** `content`, `=content`, `name=content`, `@file`, `name@file`. */
function urlencoded(value: OptionValue, transfer: Transfer): ReadText {
  const mark = value.text.search(/[=@]/);
  if (mark < 0) {
    return { kind: "text", text: encodeHoles(value.text) };
  }
  const name = value.text.slice(0, mark);
  const read: ReadText =
    value.text.charAt(mark) === "@"
      ? transfer.readFile({ word: wordAfter(value.word, mark + 1), text: value.text.slice(mark + 1) })
      : { kind: "text", text: value.text.slice(mark + 1) };
  return read.kind === "text"
    ? { kind: "text", text: name === "" ? encodeHoles(read.text) : `${name}=${encodeHoles(read.text)}` }
    : read;
}

function encodeHoles(text: string): string {
  return text
    .split(hole)
    .map((part) => encodeURIComponent(part))
    .join(hole);
}

/** `name=value`, `name=<file`, `name=@file;type=…`. */
function addForm(request: CurlRequest, value: OptionValue, transfer: Transfer): void {
  const equals = value.text.indexOf("=");
  const name = value.text.slice(0, Math.max(equals, 0));
  const text = value.text.slice(equals + 1);
  if (!/^[@<]/.test(text)) {
    request.form.push({ name, text: text.replace(/;\s*type=[^;]*$/, "").replace(/^"(.*)"$/, "$1") });
    return;
  }
  const file = text.slice(1).split(";")[0] ?? "";
  const read = transfer.readFile({ word: partOf(value.word, equals + 2, file), text: file });
  request.form.push({ name, text: read.kind === "text" ? read.text : hole });
}

function partOf(word: Word, from: number, text: string): Word {
  return word.known ? knownWord(text, word.start, word.end) : wordAfter(word, from);
}

function addHeader(request: CurlRequest, value: OptionValue, transfer: Transfer): void {
  if (value.text.startsWith("@")) {
    const read = fileText(value, transfer, false);
    for (const line of read.kind === "text" ? read.text.split(/\r?\n/) : [hole]) {
      pushHeader(request, line, line);
    }
    return;
  }
  pushHeader(request, value.text, value.word.template ?? value.word.text);
}

function pushHeader(request: CurlRequest, line: string, written: string): void {
  const colon = line.search(/[:;]/);
  request.credentialTexts.push(line, written);
  request.headers.push({
    name: line.slice(0, Math.max(colon, 0)).trim().toLowerCase(),
    value: line.slice(colon + 1).trim(),
  });
}
