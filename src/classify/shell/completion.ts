import { optionSpec, readArguments } from "../options.ts";
import type { Invocation, Stdin } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { runWord } from "./shells.ts";
import { inherited, wordAfter } from "./word.ts";

/** `complete -C TEXT`: the text is run for every completion. */
export function completion(machine: Machine, invocation: Invocation): Stdin {
  const text = readArguments(invocation.words, optionSpec("-o -A -G -W -F -C -X -P -S")).values.get("-C");
  return text === undefined
    ? inherited
    : runWord(machine, { word: text, invocation, via: "complete -C" }, false);
}

/** `bind -x KEY:TEXT`: the text is run when the key is pressed. */
export function bindKey(machine: Machine, invocation: Invocation): Stdin {
  const key = readArguments(invocation.words, optionSpec("-x -m -q -u -r -f")).values.get("-x");
  const length = /^"(?:[^"\\]|\\.)*":\s*/.exec(key?.text ?? "")?.[0].length;
  if (key !== undefined && length !== undefined) {
    runWord(machine, { word: wordAfter(key, length), invocation, via: "bind -x" }, false);
  }
  return inherited;
}
