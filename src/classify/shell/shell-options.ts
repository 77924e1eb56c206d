import { dotFilesOption } from "./glob.ts";
import type { Invocation, Stdin } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { inherited, knownWord } from "./word.ts";

/** `shopt -s dotglob`, `setopt globdots`: what decides which files a glob stands for. */
export function setShellOption(machine: Machine, { words }: Invocation): Stdin {
  if (words.some(({ text }) => /^(?:dotglob|glob_?dots)$/i.test(text)) && words[1]?.text !== "-u") {
    machine.state.variables.set(dotFilesOption, { kind: "word", word: knownWord("on", 0, 0) });
  }
  return inherited;
}
