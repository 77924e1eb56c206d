import { readArguments } from "../options.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import { reachesHome, reportHomeSearch } from "../tree-reach.ts";
import { searchOptions } from "./tree-searches.ts";
import type { Invocation } from "../shell/invocation.ts";

const narrowing = ["--include", "-g", "--glob", "--iglob", "-t", "--type", "--max-depth"];

/** Searches through whole trees: what they find is shown, secrets among it. */
export const searching: ProgramRule = {
  programs: ["grep", "egrep", "fgrep", "rg", "ag", "ack", "ugrep"],
  examples: {
    matches: [
      { command: "grep -rn KEY ~", actions: ["fs:search_home"] },
      { command: "rg KEY /", actions: ["fs:search_home"] },
      { command: "rg -uu KEY ~", actions: ["fs:search_home"] },
    ],
    misses: [
      { command: "grep -rn KEY .", actions: ["fs:search_home"] },
      { command: "rg KEY ~/project/src", actions: ["fs:search_home"] },
      { command: "grep KEY ~/notes.txt", actions: ["fs:search_home"] },
      { command: "grep -r KEY / --include=*.h", actions: ["fs:search_home"] },
      { command: "ps aux | grep node", actions: ["fs:search_home"] },
    ],
  },
  judge(invocation, scope) {
    const { program, words } = invocation;
    const args = readArguments(words, searchOptions(program));
    const byGrep = /^[ef]?grep$/.test(program);
    const recursive =
      !byGrep || args.flags.has("-r") || args.flags.has("-R") || args.flags.has("--recursive");
    if (!recursive || scope.elsewhere !== undefined || args.flags.has("--files")) {
      return;
    }
    const given = args.values.has("-e") || args.values.has("--regexp") || args.values.has("-f");
    const roots = args.operands.slice(given ? 0 : 1).map((word) => scope.resolvePath(word));
    const narrow = narrowing.some((name) => args.values.has(name));
    for (const root of roots.length === 0 && !byGrep ? [scope.cwd] : roots) {
      if (root !== undefined && !narrow) {
        judgeRoot(scope, root, invocation);
      }
    }
  },
};

function judgeRoot(scope: Scope, root: string, invocation: Invocation): void {
  if (reachesHome(scope, root)) {
    reportHomeSearch(scope, root, `\`${invocation.program}\` searches everything below`, invocation);
  }
}
