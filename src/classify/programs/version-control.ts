import type { Effect } from "../../model/effect.ts";
import type { ProgramRule } from "../scope.ts";
import { verbRule, type Tool, type Verb } from "./verb-rules.ts";

const lost: readonly Effect[] = ["uncommitted_work_loss"];
const rewritten: readonly Effect[] = ["history_rewrite"];

function verb(operation: string, on: RegExp, effects: readonly Effect[], more: Partial<Verb> = {}): Verb {
  const because =
    effects === lost ? "it throws away what is not committed" : "it takes away what was committed";
  return { operation, on, effects, because, ...more };
}

function tool(programs: string, provider: string, verbs: readonly Verb[], more: Partial<Tool> = {}): Tool {
  return { programs: programs.split(" "), provider, ...more, verbs };
}

const tools: readonly Tool[] = [
  tool(
    "svn",
    "svn",
    [
      verb("revert", /^revert\b/, lost, { with: / (?:-R|--recursive|--depth)[ =]/ }),
      verb("revert", /^revert(?: \.)?$/, lost),
      verb("cleanup", /^cleanup\b/, lost, { with: / --(?:remove-unversioned|remove-ignored) / }),
      // An address, not a file: the server loses it at once.
      verb("delete_remote", /^(?:delete|del|remove|rm) \S+:\/\//, rewritten),
    ],
    { valued: "-m --message -F --file -r --revision --username --password --depth --changelist" },
  ),
  tool("hg sl", "hg", [
    verb("strip", /^(?:strip|debugstrip|hide|obsolete|prune)\b/, rewritten),
    verb("revert", /^(?:revert|clean)\b/, lost, { with: / (?:-C|--no-backup|-a|--all)[ =]/ }),
    verb("discard_changes", /^(?:update|up|checkout|co|goto|go|merge)\b/, lost, { with: / (?:-C|--clean) / }),
    verb("purge", /^(?:purge|clean)\b/, lost),
    verb("push_force", /^push\b/, rewritten, { with: / (?:-f|--force) / }),
  ]),
  tool("jj", "jj", [
    verb("abandon", /^(?:abandon|op(?:eration)? abandon|util gc)\b/, rewritten),
    verb("restore", /^(?:restore|op(?:eration)? (?:restore|revert))\b/, lost),
    verb("push_force", /^git push\b/, rewritten, { with: / --(?:deleted|allow-backwards) / }),
  ]),
  tool("p4", "p4", [
    verb("obliterate", /^obliterate\b/, rewritten, { with: / -y / }),
    verb("revert", /^(?:revert|clean|sync -f)\b.*(?:\.\.\.|\*)/, lost, { without: / -n / }),
  ]),
  tool("bfg", "git", [
    verb("rewrite_history", /^/, rewritten, { with: / --(?:delete|strip|replace|convert)\S* / }),
  ]),
  tool("git-filter-repo", "git", [
    verb("rewrite_history", /^/, rewritten, { without: / --(?:analyze|dry-run) / }),
  ]),
  tool("gt", "git", [
    verb("delete_branch", /^(?:branch )?(?:delete|dl)\b/, rewritten, { with: / (?:-f|--force) / }),
    verb("push_force", /^(?:submit|ss|s)\b/, rewritten, { with: / (?:-f|--force) / }),
  ]),
];

/** Version control beside git, and tools that rewrite git's history. */
export const versionControl: ProgramRule = verbRule(tools, {
  matches: [
    { command: "svn revert -R .", actions: ["svn:revert"] },
    { command: "svn delete -m x https://svn.example/trunk", actions: ["svn:delete_remote"] },
    { command: "hg strip -r 0", actions: ["hg:strip"] },
    { command: "hg update -C", actions: ["hg:discard_changes"] },
    { command: "jj abandon x", actions: ["jj:abandon"] },
    { command: "p4 revert //depot/...", actions: ["p4:revert"] },
    { command: "bfg --delete-files id_rsa", actions: ["git:rewrite_history"] },
  ],
  misses: [
    { command: "svn revert a.c", actions: ["svn:revert"] },
    { command: "svn rm old.c", actions: ["svn:delete_remote"] },
    { command: "hg update default", actions: ["hg:discard_changes"] },
    { command: "jj new", actions: ["jj:abandon"] },
    { command: "p4 revert a.c", actions: ["p4:revert"] },
    { command: "bfg --version", actions: ["git:rewrite_history"] },
    { command: "gt submit", actions: ["git:push_force"] },
  ],
});
