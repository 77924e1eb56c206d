/** Shell patterns as regular expressions. Only what the shell itself knows: `*`, `?`, `[…]`, extended globs. */

/** What `shopt -s dotglob` sets, among the variables: none of them can have such a name. */
export const dotFilesOption = "shopt -s dotglob";

const cache = new Map<string, RegExp>();
const cacheLimit = 512;

/** Whether a pattern is cheap to match: every further star multiplies the work of a failing match. */
export function isBoundedPattern(pattern: string): boolean {
  return pattern.length <= 256 && pattern.split("*").length <= 5;
}

/**
 * A regular expression for the whole of a name. `*` stops at `/` when `path` is set, as in file names; in parameter
 * expansions it does not.
 */
export function globPattern(pattern: string, path = false, flags = "su"): RegExp {
  const key = `${path ? "p" : "t"}${flags}${pattern}`;
  const found = cache.get(key);
  if (found !== undefined) {
    return found;
  }
  if (cache.size >= cacheLimit) {
    cache.clear();
  }
  const compiled = compile(pattern, path, flags);
  cache.set(key, compiled);
  return compiled;
}

function compile(pattern: string, path: boolean, flags: string): RegExp {
  try {
    return new RegExp(`^${translate(pattern, path)}$`, flags);
  } catch {
    return /^[^\s\S]$/;
  }
}

/** The body of the regular expression. Adjacent stars are one: this bounds backtracking. */
function translate(pattern: string, path: boolean): string {
  let body = "";
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern.charAt(index);
    if (char === "*") {
      while (pattern.charAt(index + 1) === "*") {
        index += 1;
      }
      body += path ? "[^/]*" : ".*";
    } else if (char === "?") {
      body += path ? "[^/]" : ".";
    } else if (char === "[") {
      const close = pattern.indexOf("]", index + 2);
      if (close < 0) {
        body += "\\[";
      } else {
        body += bracket(pattern.slice(index + 1, close));
        index = close;
      }
    } else if (char === "\\" && index + 1 < pattern.length) {
      index += 1;
      body += escape(pattern.charAt(index));
    } else {
      body += escape(char);
    }
  }
  return body;
}

function bracket(inside: string): string {
  const negated = inside.startsWith("!") || inside.startsWith("^");
  const members = (negated ? inside.slice(1) : inside).replaceAll(/[\\\]^[]/g, "\\$&");
  return `[${negated ? "^" : ""}${members}]`;
}

function escape(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}
