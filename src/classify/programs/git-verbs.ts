import type { Effect } from "../../model/effect.ts";
import { hasOption, type Arguments } from "../options.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { redirected } from "./git-remotes.ts";

/** What a sub-command of git does that is more than everyday work. */
export interface GitFinding {
  /** Without the provider: `push_force`. */
  readonly operation: string;
  readonly effects: readonly Effect[];
  readonly because: string;
  /** For people; by default the words behind the sub-command. */
  readonly target?: string;
  readonly remote?: boolean;
}

/** Where a sub-command runs: paths are those of the folder that `-C` names. */
export interface GitSite {
  readonly invocation: Invocation;
  readonly scope: Pick<Scope, "resolvePath" | "lookups" | "workspace" | "cwd">;
}

/** `words` begin with the sub-command. */
export type GitVerb = (args: Arguments, words: readonly Word[], site: GitSite) => GitFinding | undefined;

export function loss(operation: string, because: string, target?: string): GitFinding {
  return {
    operation,
    effects: ["uncommitted_work_loss"],
    because,
    ...(target === undefined ? {} : { target }),
  };
}

export function rewrite(operation: string, because: string): GitFinding {
  return { operation, effects: ["history_rewrite"], because };
}

const revealed: GitFinding = {
  operation: "show_credential",
  effects: ["credential_reveal"],
  because: "git hands out a stored password or token",
};

/** Sub-commands that few people know, and that undo what others rely on. */
export const otherVerbs: readonly (readonly [string, GitVerb])[] = [
  [
    "symbolic-ref",
    (args) =>
      hasOption(args, "-d", "--delete") ? rewrite("delete_ref", "a reference is deleted") : undefined,
  ],
  [
    "send-pack",
    (args) =>
      hasOption(args, "-f", "--force", "--mirror")
        ? rewrite("push_force", "it overwrites the remote's history")
        : undefined,
  ],
  [
    "http-push",
    (args) =>
      hasOption(args, "--force", "-f", "-d", "-D")
        ? rewrite("push_force", "it overwrites the remote's history")
        : undefined,
  ],
  [
    "fast-import",
    (args) =>
      hasOption(args, "--force")
        ? rewrite("rewrite_history", "branches are overwritten by what is fed in")
        : undefined,
  ],
  [
    "lfs",
    (args, words) =>
      words[1]?.text === "migrate" && words[2]?.text !== "info"
        ? rewrite("rewrite_history", "`git lfs migrate` rewrites the history")
        : words[1]?.text === "prune" && hasOption(args, "-f", "--force")
          ? loss("lfs_prune", "large files are deleted that may not be anywhere else")
          : undefined,
  ],
  [
    "replace",
    (args) =>
      args.operands.length > 0 && !hasOption(args, "-l", "--list", "-d", "--delete")
        ? rewrite("rewrite_history", "one commit is shown in the place of another")
        : undefined,
  ],
  [
    "notes",
    (args, words) =>
      words.some((word) => /^(?:remove|prune)$/.test(word.text)) && !hasOption(args, "-n", "--dry-run")
        ? rewrite("remove_notes", "notes on commits are deleted")
        : undefined,
  ],
  [
    "checkout-index",
    (args) =>
      hasOption(args, "-f", "--force") && hasOption(args, "-a", "--all")
        ? loss("discard_changes", "files are overwritten from the index")
        : undefined,
  ],
  [
    "read-tree",
    (args) =>
      hasOption(args, "--reset") && hasOption(args, "-u")
        ? loss("reset_hard", "the working tree is overwritten")
        : undefined,
  ],
  ["credential", (_args, words) => (words[1]?.text === "fill" ? revealed : undefined)],
  ["config", (args, words, site) => redirected(args, words, site)],
  ...[
    "credential-osxkeychain",
    "credential-store",
    "credential-manager",
    "credential-libsecret",
    "credential-cache",
  ].map((name): readonly [string, GitVerb] => [
    name,
    (_args, words) => (words.some((word) => word.text === "get") ? revealed : undefined),
  ]),
  [
    "hack",
    (args) =>
      hasOption(args, "--discard")
        ? loss("discard_changes", "what is not committed is thrown away")
        : undefined,
  ],
];
