import type { NamePattern, TreeReach } from "../../model/tree.ts";
import { hasOption } from "../options.ts";
import { joinPath } from "../paths.ts";
import { textsOf } from "../shell/file-lists.ts";
import type { Word } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";
import { reportTree } from "../tree-reach.ts";
import { ask, because, patternsOf, readFiles, readObject, wordsOf, type GitCall } from "./git-call.ts";

/** Only below the folder that git is called in, and only where what is searched for is found. */
export function printFound(call: GitCall): void {
  const { args, invocation } = call;
  const given = args.values.get("-e");
  const named = [...call.revisions, ...call.paths].toSorted((a, b) => a.start - b.start);
  const [search, ...rest] = given === undefined && !args.values.has("-f") ? named : [given, ...named];
  const commits = wordsOf(call.revisions.filter((word) => word !== search));
  const paths = call.paths.filter((word) => word !== search && rest.includes(word));
  readFiles(
    call,
    paths.filter((word) => call.scope.lookups.kind(joinPath(call.folder, word.text)) !== "directory"),
  );
  const reach: TreeReach = { only: patternsOf(paths) ?? [below], ...searchedTexts(call, search, commits) };
  const noIndex = hasOption(args, "--no-index");
  if (noIndex || hasOption(args, "--untracked")) {
    const all =
      hasOption(args, "--no-exclude-standard") || (noIndex && !args.flags.has("--exclude-standard"));
    const tree = { ...reach, ...(all ? {} : ({ noIgnored: true } as const)) };
    reportTree(call.scope, call.folder, { tree, because: because(call) }, invocation);
  }
  if (commits === undefined) {
    ask(call, "everything", [], reach);
  } else if (commits.length > 0) {
    for (const commit of commits) {
      ask(call, "tree", [commit], reach);
    }
  } else if (!noIndex) {
    ask(call, "index", [], reach);
  }
}

/** What must occur in a file of the working tree; what a commit holds is not known. */
function searchedTexts(
  { args }: GitCall,
  search: Word | undefined,
  commits: readonly string[] | undefined,
): Pick<TreeReach, "texts"> {
  const shown = hasOption(args, "-v", "-L", "--invert-match", "--files-without-match", "--cached");
  if (shown || search === undefined || commits === undefined || commits.length > 0) {
    return {};
  }
  const extended = hasOption(args, "-E", "-P", "--extended-regexp", "--perl-regexp");
  const texts = textsOf([search], extended, hasOption(args, "-F", "--fixed-strings"));
  return texts === undefined ? {} : { texts };
}

const below: NamePattern = { on: "path", source: "." };

export function printTree(call: GitCall): void {
  const [revision, ...paths] = call.args.operands;
  readFiles(call, call.paths);
  const only = patternsOf([
    ...paths,
    ...call.paths.filter((word) => !paths.includes(word) && word !== revision),
  ]);
  const reach = only === undefined ? {} : { only };
  const words = wordsOf(revision === undefined ? [] : [revision]);
  if (words === undefined) {
    ask(call, "everything", [], reach);
  } else {
    ask(call, "tree", words.length === 0 ? ["HEAD"] : words, reach);
  }
}

/** `cat-file -p OBJECT`, `cat-file --batch`: objects by their names, which tell nothing of the file. */
export function printObjects(call: GitCall): void {
  const { args, invocation } = call;
  const { flags } = args;
  if (
    ["--batch", "--batch-command", "--batch-all-objects"].some((name) => flags.has(name)) &&
    !flags.has("--batch-check")
  ) {
    if (invocation.stdin.kind === "text" && !flags.has("--batch-all-objects")) {
      for (const line of invocation.stdin.text.split(/\s+/)) {
        readObject(knownWord(line, 0, 0), call);
        askObject(line, call);
      }
    } else {
      ask(call, "everything", []);
    }
    return;
  }
  if (["-t", "-s", "-e"].some((name) => flags.has(name))) {
    return;
  }
  for (const word of args.operands) {
    if (word.known) {
      askObject(word.text, call);
    } else if (!/rev-parse\s+(?:--\S+\s+)*[^\s:]+\s*[)`]/.test(word.template ?? word.text)) {
      ask(call, "everything", []);
    }
  }
}

function askObject(name: string, call: GitCall): void {
  if (/^[0-9a-f]{4,64}$/i.test(name)) {
    ask(call, "object", [name]);
  }
}
