import { joinPath } from "../paths.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";

/** Hooks by the sub-command that runs them. */
const hooks: ReadonlyMap<string, readonly string[]> = new Map([
  ["commit", ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"]],
  ["merge", ["pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-merge"]],
  ["pull", ["pre-merge-commit", "post-merge", "pre-rebase", "post-rewrite"]],
  ["rebase", ["pre-rebase", "post-rewrite", "post-checkout"]],
  ["checkout", ["post-checkout"]],
  ["switch", ["post-checkout"]],
  ["push", ["pre-push"]],
  ["am", ["applypatch-msg", "pre-applypatch", "post-applypatch"]],
]);

/** Those that `--no-verify` leaves out. */
const verifying = /^(?:pre-commit|commit-msg|pre-merge-commit|pre-push|pre-rebase)$/;

/** `core.hooksPath FOLDER`: git finds its hooks there for the rest of the line. */
export function rememberHooks(name: Word | undefined, folder: Word | undefined, scope: Scope): void {
  const sets = folder !== undefined && /^core\.hookspath$/i.test(name?.text ?? "");
  const path = sets ? scope.resolvePath(folder) : undefined;
  const own = hooksFolder(scope);
  if (path !== undefined && own !== undefined) {
    scope.rememberLink(own, path);
  }
}

function hooksFolder(scope: Scope): string | undefined {
  return scope.cwd === undefined || scope.elsewhere !== undefined
    ? undefined
    : joinPath(scope.cwd, ".git/hooks");
}

/** Runs the hooks that the line itself wrote; those that were there before are the project's own business. */
export function runHooks(verb: string, words: readonly Word[], invocation: Invocation, scope: Scope): void {
  const folder = hooksFolder(scope);
  const names = hooks.get(verb);
  if (folder === undefined || names === undefined) {
    return;
  }
  const unverified = words.some(
    (word) => word.text === "--no-verify" || (verb === "commit" && /^-[a-z]*n[a-z]*$/.test(word.text)),
  );
  for (const name of names) {
    const path = scope.lookups.realPath(joinPath(folder, name));
    const held = unverified && verifying.test(name) ? undefined : scope.writtenFile(path);
    if (held?.kind === "text" && held.text.startsWith("#!")) {
      scope.script(path, held.text, invocation);
    } else if (held?.kind === "text") {
      scope.shell(held.text, path, scope.evidence(invocation));
    }
  }
}
