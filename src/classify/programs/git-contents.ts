import { reportPathRead, reportRead } from "../file-actions.ts";
import { hasOption, optionSpec, readArguments } from "../options.ts";
import { joinPath } from "../paths.ts";
import type { ProgramRule } from "../scope.ts";
import { reportListed, reportTree } from "../tree-reach.ts";
import { ask, because, callOf, folderOf, readFiles, readObject, wordsOf, type GitCall } from "./git-call.ts";
import { printFound, printObjects, printTree } from "./git-objects.ts";

const globalOptions = optionSpec(
  "-C -c --git-dir --work-tree --namespace --exec-path --config-env --super-prefix --attr-source",
  { stopAtOperand: true },
);

/** What git prints out of the history, the index and the working tree is content all the same. */
export const gitContents: ProgramRule = {
  programs: ["git"],
  examples: {
    matches: [
      { command: "git show HEAD:config/.env", actions: ["fs:read"] },
      { command: "git diff -- .env", actions: ["fs:read"] },
      { command: "git --no-pager log -p -- .env", actions: ["fs:read"] },
      { command: "git blame .env", actions: ["fs:read"] },
      { command: "git show HEAD", actions: ["fs:search"] },
      { command: "git stash show -p", actions: ["fs:search"] },
      { command: "git grep TOKEN", actions: ["fs:search"] },
    ],
    misses: [
      { command: "git log --oneline", actions: ["fs:search", "fs:read"] },
      { command: "git show --stat HEAD", actions: ["fs:search"] },
      { command: "git diff --name-only", actions: ["fs:search"] },
      { command: "git stash show", actions: ["fs:search"] },
      { command: "git show HEAD", actions: ["fs:read"] },
    ],
  },
  judge(invocation, scope) {
    const outer = readArguments(invocation.words, globalOptions);
    const [verb, ...words] = outer.operands;
    const folder = folderOf(outer, scope);
    if (verb === undefined || folder === undefined) {
      return;
    }
    const call = callOf(verb.text, words, { invocation, scope, folder });
    for (const word of words) {
      readObject(word, call);
      reportListed(scope, word, { tree: {}, because: because(call) }, invocation);
    }
    printers.get(verb.text)?.(call);
  },
};

type Printer = (call: GitCall) => void;

const printers: ReadonlyMap<string, Printer> = new Map<string, Printer>([
  [
    "show",
    (call) =>
      showing(call, () => {
        printCommits("show", call);
      }),
  ],
  [
    "log",
    (call) =>
      patching(call, () => {
        printCommits("log", call);
      }),
  ],
  [
    "whatchanged",
    (call) =>
      patching(call, () => {
        printCommits("log", call);
      }),
  ],
  [
    "reflog",
    (call) =>
      patching(call, () => {
        printCommits("log", call, ["--walk-reflogs"]);
      }),
  ],
  [
    "format-patch",
    (call) => {
      printSeries(call);
    },
  ],
  [
    "range-diff",
    (call) => {
      ask(call, "everything", []);
    },
  ],
  [
    "diff",
    (call) =>
      showing(call, () => {
        printDiff(call);
      }),
  ],
  [
    "difftool",
    (call) => {
      printDiff(call);
    },
  ],
  [
    "diff-tree",
    (call) =>
      patching(call, () => {
        printDiff(call);
      }),
  ],
  [
    "diff-index",
    (call) =>
      patching(call, () => {
        printDiff(call);
      }),
  ],
  [
    "diff-files",
    (call) =>
      patching(call, () => {
        ask(call, "changed", []);
      }),
  ],
  [
    "stash",
    (call) => {
      printStash(call);
    },
  ],
  [
    "commit",
    (call) => {
      printPending(call);
    },
  ],
  [
    "status",
    (call) => {
      printPending(call);
    },
  ],
  ...["add", "checkout", "reset", "restore"].map((verb): [string, Printer] => [
    verb,
    (call) => {
      if (hasOption(call.args, "-p", "--patch", "-i", "--interactive")) {
        ask(call, "changed", []);
      }
    },
  ]),
  [
    "grep",
    (call) => {
      printFound(call);
    },
  ],
  [
    "archive",
    (call) => {
      printTree(call);
    },
  ],
  [
    "cat-file",
    (call) => {
      printObjects(call);
    },
  ],
  [
    "unpack-file",
    (call) => {
      printObjects(call);
    },
  ],
  [
    "fast-export",
    (call) => {
      ask(call, "everything", []);
    },
  ],
  [
    "bundle",
    (call) => {
      if (call.words[0]?.text === "create") {
        ask(call, "everything", []);
      }
    },
  ],
  ...["blame", "annotate"].map((verb): [string, Printer] => [
    verb,
    (call) => {
      readFiles(call, call.paths.length > 0 ? call.paths : call.revisions);
    },
  ]),
  [
    "merge-file",
    (call) => {
      readFiles(
        call,
        call.words.filter(({ text }) => !text.startsWith("-")),
      );
    },
  ],
]);

/** Verbs that print content unless they are told to sum it up. */
function showing(call: GitCall, judge: () => void): void {
  const sums = hasOption(
    call.args,
    "--stat",
    "--name-only",
    "--name-status",
    "--no-patch",
    "-s",
    "--quiet",
    "--numstat",
    "--shortstat",
    "--summary",
    "--dirstat",
    "--check",
  );
  if (!sums || printsPatch(call)) {
    readFiles(call, call.paths);
    judge();
  }
}

/** Verbs that print content only where they are told to. */
function patching(call: GitCall, judge: () => void): void {
  const [line] = [call.args.values.get("-L")];
  if (line?.known === true && line.text.includes(":")) {
    const path = line.text.slice(line.text.lastIndexOf(":") + 1);
    reportPathRead(call.scope, joinPath(call.folder, path), call.invocation, because(call));
  }
  if (printsPatch(call)) {
    readFiles(call, call.paths);
    judge();
  }
}

function printsPatch({ args }: GitCall): boolean {
  return (
    hasOption(
      args,
      "-p",
      "-u",
      "--patch",
      "-U",
      "--unified",
      "-c",
      "--cc",
      "--binary",
      "--ext-diff",
      "--remerge-diff",
    ) || [...args.flags].some((flag) => /^--(?:patch|word-diff|color-words|dd|diff-merges)/.test(flag))
  );
}

function printCommits(verb: "log" | "show", call: GitCall, more: readonly string[] = []): void {
  const revisions = wordsOf(call.revisions.filter(({ text }) => !/^[^:/]*:(?!\/)/.test(text)));
  if (revisions === undefined) {
    ask(call, "everything", []);
    return;
  }
  if (revisions.length > 0 || verb === "log" || call.revisions.length === 0) {
    ask(call, verb, [...more, ...call.choosing, ...revisions]);
  }
  const objects = revisions.filter((word) => /^[0-9a-f]{6,64}$/i.test(word));
  if (objects.length > 0 && verb === "show") {
    ask(call, "object", objects);
  }
}

/** `-3` are the last three; a single revision is where the series starts. */
function printSeries(call: GitCall): void {
  const revisions = wordsOf(call.revisions);
  const since = revisions?.map((word) => (word.includes("..") ? word : `${word}..`));
  if (since === undefined) {
    ask(call, "everything", []);
  } else {
    ask(call, "log", [
      ...call.choosing,
      ...(call.choosing.some((word) => /^-\d|^-n/.test(word)) ? (revisions ?? []) : since),
    ]);
  }
}

/** Between commits where two are given; otherwise what is staged, and what has changed since. */
function printDiff(call: GitCall): void {
  const { args, scope, invocation } = call;
  if (hasOption(args, "--no-index")) {
    for (const word of [...call.paths, ...call.revisions]) {
      const path = scope.resolvePath(word);
      if (path !== undefined && scope.lookups.kind(path) === "directory") {
        reportTree(scope, path, { tree: {}, because: because(call) }, invocation);
      }
      reportRead(scope, word, invocation, because(call));
    }
    return;
  }
  const revisions = wordsOf(call.revisions.filter(({ text }) => !/^[^:/]*:(?!\/)/.test(text)));
  if (revisions === undefined) {
    ask(call, "everything", []);
  } else if (revisions.length >= 2 || revisions.some((word) => word.includes(".."))) {
    ask(call, "diff", revisions);
  } else if (call.verb === "diff-tree") {
    ask(call, "show", revisions);
  } else {
    if (revisions.length > 0 || hasOption(args, "--cached", "--staged")) {
      ask(call, "staged", revisions);
    }
    if (!hasOption(args, "--cached", "--staged")) {
      ask(call, "changed", []);
    }
  }
}

function printStash(call: GitCall): void {
  const [verb, named] = call.args.operands;
  const patch = printsPatch(call);
  if (verb?.text === "list" && patch) {
    ask(call, "log", ["--walk-reflogs", "-m", "refs/stash"]);
  } else if (verb?.text === "show" && patch) {
    const stash =
      named?.known === true ? (/^\d+$/.test(named.text) ? `stash@{${named.text}}` : named.text) : "stash";
    const untracked = hasOption(call.args, "--include-untracked", "--only-untracked");
    ask(call, "diff", [`${stash}^1`, stash]);
    if (untracked) {
      ask(call, "tree", [`${stash}^3`]);
    }
  } else if (patch && (verb === undefined || /^(?:push|save)$/.test(verb.text))) {
    ask(call, "changed", []);
  }
}

function printPending(call: GitCall): void {
  if (hasOption(call.args, "-v", "--verbose")) {
    ask(call, "staged", []);
    ask(call, "changed", []);
  }
}
