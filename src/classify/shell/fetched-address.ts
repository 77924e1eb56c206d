import type { Word } from "./invocation.ts";

/** The one address that is fetched over TLS, where nothing on the line leads the connection elsewhere. */
export function addressOf(words: readonly Word[]): string | undefined {
  const detours =
    /^(?:-\w*[kxK]|--(?:insecure|proxy\S*|preproxy\S*|socks\S*|resolve|connect-to|cacert|capath|config|no-check-certificate|ca-certificate\S*|unix-socket|doh-\S+|execute))(?:=|$)/;
  if (words.some((word) => !word.known || detours.test(word.text))) {
    return undefined;
  }
  const addresses = words
    .filter((word, index) => index > 0 && isAddress(word.text, words[index - 1]?.text ?? ""))
    .map((word) => secureAddress(word.text, words));
  return addresses.length === 1 ? addresses[0] : undefined;
}

/** Whatever could be fetched, with or without a scheme, other than the value of the option before it. */
function isAddress(text: string, before: string): boolean {
  return (
    /^(?:[a-z]+:\/\/\S+|\w[\w-]*(?:\.[\w-]+)+(?:[:/]\S*)?)$/i.test(text) &&
    !/^(?:-\w*[oOHAembwuXPt]|--(?:output\S*|header|user-agent|max-time|retry\S*|connect-timeout|write-out|request|directory-prefix|timeout|tries))$/.test(
      before,
    )
  );
}

/**
 * `curl -fsSL vendor.example/install.sh`: without a scheme curl begins with plain HTTP, and is led to https by the server
 * where it may follow (`-L`). Who holds the network could answer first; a vendor that documents its installer in that
 * form takes the same risk for all its users, and asking here would not lessen it.
 */
function secureAddress(text: string, words: readonly Word[]): string | undefined {
  if (/^https:\/\/\S+$/.test(text)) {
    return text;
  }
  const follows =
    words[0]?.text === "curl" && words.some((word) => /^(?:-\w*L\w*|--location)$/.test(word.text));
  return follows && !text.includes(":") ? `https://${text}` : undefined;
}

/** Hosts on which anybody leaves a text or a file for a while. */
const droppedThere =
  /^(?:[\w-]+\.)*(?:pastebin\.com|paste\.ee|pastie\.org|ix\.io|sprunge\.us|termbin\.com|dpaste\.(?:com|org)|0x0\.st|transfer\.sh|file\.io|bashupload\.com|temp\.sh|oshi\.at|catbox\.moe|anonfiles\.com|gofile\.io|ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|serveo\.net|loca\.lt|webhook\.site|requestbin\.(?:com|net))$/i;

/** Whether an address leads past TLS, to a bare number, or to where anybody leaves things. Own networks are not meant. */
export function isSuspectAddress(text: string): boolean {
  const [, scheme = "", host = ""] =
    /^(https?|ftp|git):\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]+)/i.exec(text) ?? [];
  const own =
    /^(?:localhost|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|\[::1\]|[\w-]+|.*\.(?:local|internal|lan|test|localhost))$/i;
  return (
    scheme !== "" &&
    !own.test(host) &&
    (scheme.toLowerCase() !== "https" || /^(?:[\d.]+|\[.*\])$/.test(host) || droppedThere.test(host))
  );
}

/** The mark of a flow that is fetched from such an address. */
export function suspicion(words: readonly Word[]): { readonly suspect: true } | undefined {
  return words.some((word, index) => index > 0 && isSuspectAddress(word.known ? word.text : word.prefix))
    ? { suspect: true }
    : undefined;
}
