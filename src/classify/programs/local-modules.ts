import { joinPath, parentOf } from "../paths.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { scanCode, scanLibrary } from "./inline-code.ts";

type At = Pick<Invocation, "start" | "end">;

const endings = ["", ".js", ".mjs", ".cjs", ".ts", ".mts", "/index.js", "/index.ts"];
const maximumModules = 6;

/** The file that Node finds under a name without its ending; undefined where there is none. */
export function scriptFile(path: string, scope: Scope): string | undefined {
  return endings.map((ending) => path + ending).find((name) => isThere(name, scope));
}

function isThere(path: string, scope: Scope): boolean {
  return scope.writtenFile(path) !== undefined || scope.lookups.kind(path) === "file";
}

/** Modules of the project that a script loads by a relative name: one level, for what they start and delete. */
export function judgeLocalModules(path: string, text: string, at: At, scope: Scope): void {
  const names = [
    ...text.matchAll(
      /\b(?:require|import)\s*\(\s*["'](\.{1,2}\/[^"'\n]{1,200})["']\s*\)|\bfrom\s*["'](\.{1,2}\/[^"'\n]{1,200})["']|\bimport\s*["'](\.{1,2}\/[^"'\n]{1,200})["']/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
  for (const name of [...new Set(names)].slice(0, maximumModules)) {
    const module = scriptFile(joinPath(parentOf(path), name), scope);
    const file = module === undefined ? undefined : (scope.writtenFile(module) ?? scope.readInput(module));
    if (file?.kind === "text") {
      scanLibrary({ language: "javascript", text: file.text, inline: false }, at, scope);
    }
  }
}

/** `python -m demo.wipe`: the project's own module; modules of libraries are not looked for. */
export function judgePythonModule(name: string, at: At, scope: Scope): void {
  if (scope.cwd === undefined || scope.elsewhere !== undefined || !/^\w+(?:\.\w+)*$/.test(name)) {
    return;
  }
  const base = joinPath(scope.cwd, name.replaceAll(".", "/"));
  const path = [`${base}.py`, `${base}/__main__.py`].find((file) => isThere(file, scope));
  const file = path === undefined ? undefined : (scope.writtenFile(path) ?? scope.readInput(path));
  if (file?.kind === "text") {
    scanCode({ language: "python", text: file.text, inline: false }, at, scope);
  }
}

/** The code of a notebook, cell by cell: `!command` runs in a shell. */
export function notebookCells(text: string): readonly { readonly shell: boolean; readonly text: string }[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  const cells = (parsed as { readonly cells?: unknown } | null)?.cells;
  return (Array.isArray(cells) ? cells : []).slice(0, 200).flatMap((cell: unknown) => {
    const { cell_type: kind, source } = (cell ?? {}) as {
      readonly cell_type?: unknown;
      readonly source?: unknown;
    };
    const code = Array.isArray(source) ? source.join("") : typeof source === "string" ? source : "";
    if (kind !== "code") {
      return [];
    }
    const lines = code.split("\n");
    const shell = code.startsWith("%%bash") || code.startsWith("%%sh");
    return shell
      ? [{ shell: true, text: lines.slice(1).join("\n") }]
      : [
          ...lines
            .filter((line) => /^\s*!/.test(line))
            .map((line) => ({ shell: true, text: line.replace(/^\s*!/, "") })),
          { shell: false, text: lines.filter((line) => !/^\s*[!%]/.test(line)).join("\n") },
        ];
  });
}
