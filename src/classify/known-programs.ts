import { rulesFor } from "./programs/registry.ts";
import { builtinOf } from "./shell/builtins.ts";
import { isCarrier } from "./shell/carriers.ts";
import { shellPrograms } from "./shell/shells.ts";
import { isWrapper } from "./shell/wrappers.ts";

/**
 * True where the classifier has its own understanding of a program: a rule, a shell, a builtin, or one that starts
 * others. In any case of letters, and under the name that Windows gives it.
 */
export function isKnownProgram(program: string): boolean {
  const name = program.toLowerCase().replace(/\.(?:exe|cmd|bat|com|ps1|sh)$/, "");
  const known = (each: string): boolean =>
    rulesFor(each).length > 0 ||
    shellPrograms.has(each) ||
    builtinOf(each) !== undefined ||
    isWrapper(each) ||
    isCarrier(each) ||
    words.has(each);
  // `python3.12`, `gcc-13`: a version behind the name is the same program.
  return known(program) || known(name) || known(name.replace(/[-.\d]+$/, ""));
}

/** What a shell does itself without a table of ours, and readers of code. */
const words: ReadonlySet<string> = new Set(
  (
    "echo test [ pwd true false kill wait jobs type command exec times umask : if then else fi for while until do done case " +
    "esac function time coproc select in ld.so cmd powershell pwsh node python ruby perl php deno bun lua tclsh osascript"
  ).split(" "),
);

/** Providers of actions that no catalogue file describes. */
export const localProviders: ReadonlySet<string> = new Set(
  (
    "agent ansible cloud disk docker editor env fs git hg http jj keys mcp mongodb mysql network npm p4 package packages postgres " +
    "process redis rsync shell signalbox sql sqlite ssh svn system"
  ).split(" "),
);
