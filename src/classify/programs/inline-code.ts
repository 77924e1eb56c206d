import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

export type Language = "shell" | "python" | "javascript" | "ruby" | "perl" | "php";

/** The language of a script by its name and first line; undefined for binaries and what is not run. */
export function languageOf(path: string, text: string): Language | undefined {
  const first = text.startsWith("#!") ? (text.slice(2, 120).split("\n")[0] ?? "") : "";
  if (text.includes("\0")) {
    return undefined;
  }
  const named = /\b(python|node|deno|bun|tsx|ruby|perl|php)/.exec(first)?.[1];
  if (named !== undefined) {
    return named === "node" || named === "deno" || named === "bun" || named === "tsx"
      ? "javascript"
      : (named as Language);
  }
  if (/\b(?:sh|bash|zsh|dash|ksh)\b/.test(first)) {
    return "shell";
  }
  const extension = /\.(\w+)$/.exec(path)?.[1] ?? "";
  return (
    byExtension.get(extension) ??
    (extension === "" || /^(?:sh|bash|zsh|env|bashrc|profile)$/.test(extension) ? "shell" : undefined)
  );
}

const byExtension: ReadonlyMap<string, Language> = new Map([
  ["py", "python"],
  ["js", "javascript"],
  ["mjs", "javascript"],
  ["cjs", "javascript"],
  ["ts", "javascript"],
  ["mts", "javascript"],
  ["rb", "ruby"],
  ["pl", "perl"],
  ["php", "php"],
]);

export interface Code {
  readonly language: Exclude<Language, "shell">;
  readonly text: string;
  /** True for `-c` and `-e`, where what cannot be followed hides something. */
  readonly inline: boolean;
}

export function scanCode(_code: Code, _at: Pick<Invocation, "start" | "end">, _scope: Scope): void {
  return;
}
