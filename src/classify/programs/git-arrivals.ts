import type { GitQuestion } from "../../model/tree.ts";
import { hasOption, optionSpec, readArguments, type Arguments } from "../options.ts";
import { isGovernanceFile, isWithin } from "../paths.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { folderOf, wordsOf } from "./git-call.ts";

const outerOptions = optionSpec("-C -c --git-dir --work-tree --namespace --exec-path --config-env");
const options = optionSpec(
  "-b -B -c -C -s --source -m --message -X --strategy-option --strategy --onto -S --orphan --conflict --track-as --into-name --cleanup --gpg-sign --mainline",
);

/**
 * Commits, branches and stashes that bring files which decide what agents may do. Nobody wrote those here, so no write was
 * seen; the repository is asked which names would change. What it cannot tell passes: it is another branch, not an attack.
 */
export const gitArrivals: ProgramRule = {
  programs: ["git", "hub"],
  examples: {
    matches: [
      { command: "git checkout hostile", actions: ["git:bring_governance"] },
      { command: "git merge --no-ff hostile", actions: ["git:bring_governance"] },
      { command: "git cherry-pick hostile", actions: ["git:bring_governance"] },
    ],
    misses: [
      { command: "git checkout main", actions: ["git:bring_governance"] },
      { command: "git merge origin/main", actions: ["git:bring_governance"] },
      { command: "git log hostile", actions: ["git:bring_governance"] },
    ],
  },
  judge(invocation, scope) {
    const outer = readArguments(invocation.words, outerOptions);
    const folder = folderOf(outer, scope);
    const [verb, ...words] = outer.operands;
    const asked = verb === undefined ? undefined : arrivals.get(verb.text);
    if (asked === undefined || folder === undefined || scope.elsewhere !== undefined) {
      return;
    }
    const at = invocation.words.indexOf(verb as Word);
    const args = readArguments(invocation.words, options, at + 1);
    for (const question of asked(args, words)) {
      const found = scope.lookups.gitNames(folder, question, (path) => governs(scope, path));
      const [path] = found ?? [];
      if (path !== undefined) {
        tell(path, (found ?? []).length, { verb: verb?.text ?? "", invocation, scope });
        return;
      }
    }
  },
};

interface Arrival {
  readonly verb: string;
  readonly invocation: Invocation;
  readonly scope: Scope;
}

function tell(path: string, count: number, { verb, invocation, scope }: Arrival): void {
  const others = count > 1 ? ` and ${count - 1} more` : "";
  report(scope, invocation, {
    action: "git:bring_governance",
    effects: ["persistence"],
    target: { display: `${path}${others}`, path },
    because: `\`git ${verb}\` brings another version of \`${path}\`${others}, which decides what agents may do`,
  });
}

/** Of this workspace and of what lies around it; packages may bring files of such names for themselves. */
function governs(scope: Scope, path: string): boolean {
  return (
    isWithin(path, scope.workspace) &&
    isGovernanceFile(path) &&
    !/\/(?:node_modules|vendor|testdata|fixtures)\//.test(path)
  );
}

/** What a verb would bring into the working tree, as questions to git: the first that it can answer counts. */
type Arrivals = (args: Arguments, words: readonly Word[]) => readonly GitQuestion[];

/** From here to another revision; a name that is only a remote's branch so far is taken from there. */
const towards =
  (dots: ".." | "..."): Arrivals =>
  (args, words) => {
    const revision = revisionOf(args, words);
    return revision === undefined
      ? []
      : [revision, `origin/${revision}`].map((name) => ({
          verb: "diff",
          words: [`HEAD${dots}${name}`],
          paths: [],
        }));
  };

function revisionOf(args: Arguments, words: readonly Word[]): string | undefined {
  if (words.some((word) => word.known && word.text === "--")) {
    // What stands behind is files, which the rule for them has judged.
    return undefined;
  }
  const [first, ...more] = args.operands;
  const word = first?.text === "-" ? "@{-1}" : wordsOf(first === undefined ? [] : [first])?.[0];
  return more.length > 0 ? undefined : word;
}

const picked: Arrivals = (args) =>
  (wordsOf(args.operands) ?? []).map((name) => ({ verb: "show", words: [name], paths: [] }));

const stash: Arrivals = (args) => {
  const [what, which] = args.operands.map((word) => word.text);
  if (!/^(?:pop|apply|branch)$/.test(what ?? "")) {
    return [];
  }
  const name = which === undefined ? "stash@{0}" : /^\d+$/.test(which) ? `stash@{${which}}` : which;
  return /^stash@\{\d+\}$/.test(name)
    ? [
        { verb: "diff", words: [`${name}^1..${name}`], paths: [] },
        { verb: "tree", words: [`${name}^3`], paths: [] },
      ]
    : [];
};

const arrivals: ReadonlyMap<string, Arrivals> = new Map<string, Arrivals>([
  ["checkout", (args, words) => (hasOption(args, "--orphan") ? [] : towards("..")(args, words))],
  ["switch", (args, words) => (hasOption(args, "--orphan") ? [] : towards("..")(args, words))],
  [
    "reset",
    (args, words) => (hasOption(args, "--hard", "--keep", "--merge") ? towards("..")(args, words) : []),
  ],
  ["merge", towards("...")],
  ["rebase", towards("...")],
  // What it will fetch is not here yet; what was fetched before is.
  ["pull", () => [{ verb: "diff", words: ["HEAD...@{u}"], paths: [] }]],
  ["cherry-pick", picked],
  ["revert", picked],
  ["stash", stash],
]);
