import { rulesFor } from "../programs/registry.ts";
import type { Word } from "./invocation.ts";
import { knownWord } from "./word.ts";

/**
 * The program that a name stands for by itself: `=rm` of zsh, `^rm` of nushell, the shell's own image; a script of System
 * V's init, which is `service` by another name; `@x/cli`, the package that `x` comes with.
 */
export function otherWords(first: Word): readonly Word[] | undefined {
  const words = (...names: readonly string[]): readonly Word[] =>
    names.map((name) => knownWord(name, first.start, first.end));
  // What `/proc/self/exe` is, is the image of who starts it: the shell.
  if (/^\/proc\/(?:self|thread-self|\d+|\$\$|\$PPID|\$BASHPID)\/exe$/.test(first.template ?? first.text)) {
    return words("bash");
  }
  if (!first.known || !/^[=^@/]/.test(first.text)) {
    return undefined;
  }
  const service = /^\/etc\/(?:rc\.d\/)?(?:init|rc)\.d\/([\w@.-]+)$/.exec(first.text)?.[1];
  if (service !== undefined) {
    return words("service", service);
  }
  const scope = /^@([\w-]+)\/cli(?:@[\w.^~-]*)?$/.exec(first.text)?.[1];
  if (scope !== undefined) {
    return rulesFor(scope).length > 0 ? words(scope) : undefined;
  }
  const name = /^[=^](\w[\w.-]*)$/.exec(first.text)?.[1];
  return name === undefined ? undefined : words(name);
}
