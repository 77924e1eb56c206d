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
