import type { SqlToken } from "./tokens.ts";

/** The name at an index, with its schema and behind `IF EXISTS`, and where it ends. Empty where none stands there. */
export function nameAt(
  tokens: readonly SqlToken[],
  from: number,
): { readonly name: string; readonly next: number } {
  let index = from;
  while (/^(?:if|not|exists|concurrently|only)$/.test(tokens[index]?.key ?? "")) {
    index += 1;
  }
  let name = "";
  for (; index < tokens.length; index += 1) {
    const token = tokens[index];
    const joins = token?.key === "." || token?.key === "-" || token?.key === ":";
    if (token === undefined || (!joins && name !== "" && !/[.:-]$/.test(name)) || (joins && name === "")) {
      break;
    }
    name += token.text;
  }
  return { name, next: index };
}
