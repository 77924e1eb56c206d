/**
 * What a path must have for a pattern to be worth trying, in lower case: a `name`, a name's `prefix` or `suffix`, a `folder`
 * somewhere above, or an `anchor`, the folder that it lies in from the root on.
 */
export interface PathGate {
  readonly by: "name" | "prefix" | "suffix" | "folder" | "anchor" | "nothing";
  readonly text: string;
}

/** The gates of a pattern: `base` is the folder that it is anchored at, `rests` the globs below it, without braces. */
export function gatesOf(base: string, rests: readonly string[]): readonly PathGate[] {
  return base === "" ? rests.map(gateOf) : [{ by: "anchor", text: base.toLowerCase() }];
}

function gateOf(rest: string): PathGate {
  const lower = rest.toLowerCase();
  const tail = lower.slice(lower.lastIndexOf("/") + 1);
  if (rest !== "" && !hasGlob(tail)) {
    return { by: "name", text: tail };
  }
  const folder = lower
    .split("/")
    .slice(0, -1)
    .find((segment) => segment !== "" && !hasGlob(segment));
  if (folder !== undefined) {
    return { by: "folder", text: folder };
  }
  const prefix = /^[^*?[\]{}!()+@|\\]*/.exec(tail)?.[0] ?? "";
  const suffix = /[^*?[\]{}!()+@|\\]*$/.exec(tail)?.[0] ?? "";
  if (prefix.length >= suffix.length && prefix !== "") {
    return { by: "prefix", text: prefix };
  }
  return suffix === "" ? { by: "nothing", text: "" } : { by: "suffix", text: suffix };
}

function hasGlob(text: string): boolean {
  return /[*?[\]{}!()+@|\\]/.test(text);
}
