import { optionSpec, readArguments } from "../options.ts";
import { baseName, isSecretFile, isWithin } from "../paths.ts";
import { reportPathRead } from "../file-actions.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

const searchOptions = optionSpec(
  "-e -f -m -A -B -C -g -t -T -d -D -M -E -j --regexp --file --include --exclude --exclude-dir --glob --iglob --type --type-not --max-count --context --max-depth --color --colour --sort --max-filesize --ignore-file",
);

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
    const args = readArguments(words, searchOptions);
    const byGrep = /^[ef]?grep$/.test(program);
    const recursive =
      !byGrep || args.flags.has("-r") || args.flags.has("-R") || args.flags.has("--recursive");
    if (!recursive || scope.elsewhere !== undefined || args.flags.has("--files")) {
      return;
    }
    const given = args.values.has("-e") || args.values.has("--regexp") || args.values.has("-f");
    const roots = args.operands.slice(given ? 0 : 1).map((word) => scope.resolvePath(word));
    const hidden = words.some((word) => /^-\w*u\w*u|^-\w*\.|^--hidden$/.test(word.text)) && !byGrep;
    const narrow = narrowing.some((name) => args.values.has(name));
    for (const root of roots.length === 0 && !byGrep ? [scope.cwd] : roots) {
      if (root !== undefined && !narrow) {
        judgeRoot(scope, root, hidden, invocation);
      }
    }
  },
};

function judgeRoot(scope: Scope, root: string, hidden: boolean, invocation: Invocation): void {
  if (reachesHome(scope, root)) {
    report(scope, invocation, {
      action: "fs:search_home",
      effects: ["credential_access"],
      target: { display: root, path: root },
      because: `\`${invocation.program}\` searches everything below \`${root}\`, the user's credentials among it`,
      access: "read",
    });
    return;
  }
  for (const name of hidden ? scope.lookups.list(root) : []) {
    if (isSecretFile(`${root}/${name}`) && scope.lookups.kind(`${root}/${name}`) === "file") {
      reportPathRead(
        scope,
        `${root}/${name}`,
        invocation,
        `\`${invocation.program}\` shows what it finds in \`${baseName(name)}\``,
      );
    }
  }
}

/** Whether everything in the home folder lies below; somebody whose workspace that is searches what is theirs. */
export function reachesHome(scope: Pick<Scope, "lookups" | "workspace">, root: string): boolean {
  return isWithin(scope.lookups.home, root) && root !== scope.workspace;
}
