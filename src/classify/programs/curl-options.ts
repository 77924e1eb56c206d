import type { Word } from "../shell/invocation.ts";
import { valueAfter, type OptionValue } from "../http/transfer.ts";

/** One option as written, in order; order decides what counts (`--next`, repeated `-d`). */
export interface CurlOption {
  /** The long name without dashes; `url` for what stands alone. */
  readonly name: string;
  readonly value: OptionValue | undefined;
}

/** Letters that take a value, with their long names. */
const shortValued: Readonly<Record<string, string>> = {
  A: "user-agent",
  b: "cookie",
  c: "cookie-jar",
  C: "continue-at",
  d: "data",
  D: "dump-header",
  e: "referer",
  E: "cert",
  F: "form",
  H: "header",
  K: "config",
  m: "max-time",
  o: "output",
  P: "ftp-port",
  Q: "quote",
  r: "range",
  t: "telnet-option",
  T: "upload-file",
  u: "user",
  U: "proxy-user",
  w: "write-out",
  x: "proxy",
  X: "request",
  y: "speed-time",
  Y: "speed-limit",
  z: "time-cond",
};

/** Letters of flags that matter here. */
const shortFlags: Readonly<Record<string, string>> = {
  G: "get",
  I: "head",
  O: "remote-name",
  ":": "next",
  J: "remote-header-name",
};

const longValued: ReadonlySet<string> = new Set(
  `abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to
continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw data-urlencode
delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare
etag-save expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode
happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway json
keepalive-cnt keepalive-time key key-type krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt
max-filesize max-redirs max-time netrc-file noproxy output output-dir parallel-max pass pinnedpubkey preproxy proto
proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile
proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers
proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file range rate referer
request request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs socks4 socks4a socks5
socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize time-cond tls-max
tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket upload-file upload-flags url
url-query user user-agent variable vlan-priority write-out`.split(/\s+/),
);

const longFlags: readonly string[] = [
  "get",
  "head",
  "next",
  "remote-name",
  "remote-name-all",
  "globoff",
  "include",
  "location",
];

/** Reads curl's command line in order. `texts` are the words' texts with holes. */
export function readCurlOptions(words: readonly Word[], texts: readonly string[]): readonly CurlOption[] {
  const options: CurlOption[] = [];
  let operandsOnly = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    const text = texts[at] ?? "";
    if (word === undefined) {
      break;
    }
    if (operandsOnly || !text.startsWith("-") || text === "-") {
      options.push({ name: "url", value: { word, text } });
    } else if (text === "--") {
      operandsOnly = true;
    } else if (text.startsWith("--")) {
      at += readLong(options, { word, text }, nextValue(words, texts, at));
    } else {
      at += readShort(options, { word, text }, nextValue(words, texts, at));
    }
  }
  return options;
}

function nextValue(words: readonly Word[], texts: readonly string[], at: number): OptionValue | undefined {
  const word = words[at + 1];
  return word === undefined ? undefined : { word, text: texts[at + 1] ?? "" };
}

/** Returns how many further words were used. */
function readLong(options: CurlOption[], given: OptionValue, next: OptionValue | undefined): number {
  const equals = given.text.indexOf("=");
  const written = given.text.slice(2, equals < 0 ? undefined : equals);
  const name = fullName(written.replace(/^expand-/, ""));
  if (!longValued.has(name)) {
    options.push({ name, value: undefined });
    return 0;
  }
  if (equals >= 0) {
    options.push({ name, value: valueAfter(given.word, given.text, equals + 1) });
    return 0;
  }
  options.push({ name, value: next });
  return 1;
}

/** curl takes the start of a long name where it is enough. */
function fullName(written: string): string {
  if (longValued.has(written) || longFlags.includes(written) || written.length < 3) {
    return written;
  }
  return [...longFlags, ...longValued].find((name) => name.startsWith(written)) ?? written;
}

/** `-sXPOST`, `-d@file`, `-XPOST`: letters up to the first that takes a value. */
function readShort(options: CurlOption[], given: OptionValue, next: OptionValue | undefined): number {
  for (let letter = 1; letter < given.text.length; letter += 1) {
    const char = given.text.charAt(letter);
    const name = shortValued[char];
    if (name === undefined) {
      options.push({ name: shortFlags[char] ?? char, value: undefined });
      continue;
    }
    if (letter + 1 < given.text.length) {
      options.push({ name, value: valueAfter(given.word, given.text, letter + 1) });
      return 0;
    }
    options.push({ name, value: next });
    return 1;
  }
  return 0;
}

/** One line of a `-K` file: `name = "value"`, `--name value`, `-X value`, `name: value`. */
export function configWords(text: string): readonly string[] {
  return text.split(/\r?\n/).flatMap((line): readonly string[] => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) {
      return [];
    }
    const match = /^(-{0,2}[\w.-]+)(?:\s*[=:]\s*|\s+|$)(.*)$/.exec(trimmed);
    const [, name = "", rest = ""] = match ?? [];
    const dashed = name.startsWith("-") ? name : `--${name}`;
    return rest === "" ? [dashed] : [dashed, configValue(rest)];
  });
}

function configValue(text: string): string {
  if (!text.startsWith('"')) {
    return text.trim();
  }
  const end = /^"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.slice(1);
  return end.replace(
    /\\(.)/g,
    (_all, char: string) => ({ n: "\n", t: "\t", r: "\r", v: "\v" })[char] ?? char,
  );
}
