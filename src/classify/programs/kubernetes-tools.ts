import type { ProgramRule } from "../scope.ts";
import { knownWord } from "../shell/word.ts";

/** Programs beside kubectl that are the same as one of its commands. */
const commands: ReadonlyMap<string, string> = new Map([
  ["kubectx", "ctx"],
  ["kubens", "ns"],
  ["k9s", "k9s"],
]);

/** Tools that choose or open a cluster: judged as the command of kubectl that they stand for. */
export const kubernetesTools: ProgramRule = {
  programs: [...commands.keys()],
  examples: {
    matches: [
      { command: "kubectx prod", actions: ["kubernetes:use_context"] },
      { command: "kubens payments", actions: ["kubernetes:use_namespace"] },
      { command: "k9s --context prod -n web", actions: ["kubernetes:console"] },
    ],
    misses: [
      { command: "kubectx", actions: ["kubernetes:use_context"] },
      { command: "kubens -c", actions: ["kubernetes:use_namespace"] },
      { command: "k9s version", actions: ["kubernetes:console"] },
      { command: "k9s --readonly", actions: ["kubernetes:console"] },
    ],
  },
  judge({ program, words, start, end, stdin }, scope) {
    const [, first] = words;
    const asks = first === undefined || /^(?:-c|--current|-h|--help|version|info|help)$/.test(first.text);
    const command = commands.get(program);
    if (command !== undefined && !(asks && (program !== "k9s" || first !== undefined))) {
      scope.command(
        [knownWord("kubectl", start, end), knownWord(command, start, end), ...words.slice(1)],
        stdin,
      );
    }
  },
};
