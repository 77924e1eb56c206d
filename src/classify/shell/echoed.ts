import { formatPrintf, hidesLetters, unescape } from "./decoders.ts";
import type { Invocation, Stdin } from "./invocation.ts";
import { inherited, unknownFlow } from "./word.ts";

export function text(value: string): Stdin {
  return { kind: "text", text: value };
}

/** The same flow with the mark of a text whose letters a reader could not see. */
export function marked(flow: Stdin, encoded: boolean | undefined): Stdin {
  return flow.kind === "text" && encoded === true ? { ...flow, encoded } : flow;
}

/** What `echo` prints. */
export function echo({ words }: Invocation): Stdin {
  let from = 1;
  let escapes = false;
  let newline = "\n";
  for (; from < words.length; from += 1) {
    const option = words[from]?.text ?? "";
    if (!/^-[neE]+$/.test(option)) {
      break;
    }
    escapes = option.includes("e") || (escapes && !option.includes("E"));
    newline = option.includes("n") ? "" : newline;
  }
  const rest = words.slice(from);
  const unknown = rest.find((word) => !word.known);
  if (unknown !== undefined) {
    const written = rest.map((word) => (word.known ? "…" : (word.template ?? word.text))).join(" ");
    return unknown.printed ?? unknownFlow(`\`${written.slice(0, 200)}\`, which is not known before it runs`);
  }
  const joined = rest.map((word) => word.text).join(" ");
  const encoded = rest.some((word) => word.encoded === true) || (escapes && hidesLetters(joined));
  return marked(text((escapes ? unescape(joined) : joined) + newline), encoded);
}

/** What `printf` prints. */
export function printf({ words }: Invocation): Stdin {
  const from = words[1]?.text === "--" ? 2 : 1;
  const format = words[from];
  const values = words.slice(from + 1);
  const unknown = [format, ...values].find((word) => word?.known === false);
  if (format === undefined || format.text === "-v") {
    return inherited;
  }
  if (unknown !== undefined) {
    return unknown.printed ?? unknownFlow("values that are not known before it runs");
  }
  const formatted = formatPrintf(
    format.text,
    values.map((word) => word.text),
  );
  const escaped = [format, ...(/%[-0-9. ]*b/.test(format.text) ? values : [])];
  const encoded =
    escaped.some((word) => hidesLetters(word.text)) || values.some((word) => word.encoded === true);
  return formatted === undefined ? unknownFlow("a long `printf`") : marked(text(formatted), encoded);
}
