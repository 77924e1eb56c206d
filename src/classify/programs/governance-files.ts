import type { Effect } from "../../model/effect.ts";
import { hasOption, optionSpec, readArguments, type Arguments } from "../options.ts";
import { reportPathWrite } from "../file-actions.ts";
import { isGovernanceFile, isGovernanceFolder, isWithin, joinPath } from "../paths.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { wordAfter } from "../shell/word.ts";

/** What puts many files in place at once: over what governs agents, that is like writing each of them. */
export const unpacking: ProgramRule = {
  programs: ["unzip", "tar", "gtar", "bsdtar", "7z", "7za", "cpio", "rsync", "patch", "ditto", "stow"],
  examples: {
    matches: [
      { command: "unzip -o x.zip -d ~/.claude", actions: ["fs:write_below"] },
      { command: "tar -C .governance -xf x.tar", actions: ["fs:write_below"] },
      { command: "cd ~/.claude && tar xf ~/x.tar", actions: ["fs:write_below"] },
      { command: "rsync -a x/ ~/.claude/", actions: ["fs:write_below"] },
      { command: "patch -d ~/.signalbox -p1 < x.patch", actions: ["fs:write_below"] },
      { command: "tar xf a.tar .governance/policy.yaml", actions: ["fs:write_below"] },
      { command: "unzip a.zip '.governance/*'", actions: ["fs:write_below"] },
      { command: "tar xzf a.tgz -C /etc", actions: ["fs:write"] },
      { command: "7z x a.7z -o/etc -y", actions: ["fs:write"] },
    ],
    misses: [
      { command: "tar xzf x.tgz -C vendor", actions: ["fs:write_below", "fs:write"] },
      { command: "tar czf x.tgz -C ~/.claude .", actions: ["fs:write_below"] },
      { command: "unzip -l x.zip -d ~/.claude", actions: ["fs:write_below"] },
      { command: "rsync -an x/ ~/.claude/", actions: ["fs:write_below"] },
      { command: "rsync -a ~/.claude/ backup/", actions: ["fs:write_below"] },
    ],
  },
  judge(invocation, scope) {
    const folder = destinationOf(invocation, scope);
    if (folder === undefined) {
      return;
    }
    const path = [folder, ...membersIn(invocation, folder)].find((each) => governs(scope, each));
    if (path !== undefined) {
      tamper(scope, invocation, { action: "fs:write_below", path, does: "writes what lies in" });
    }
    const absolute =
      invocation.program.endsWith("tar") &&
      invocation.words.some((word) => /^(?:-\w*P\w*|--absolute-names)$/.test(word.text));
    const put = absolute ? "/" : folder;
    if (
      !/^(?:rsync|ditto)$/.test(invocation.program) &&
      !isWithin(put, scope.workspace) &&
      !/^(?:\/private)?\/(?:var\/)?tmp$/.test(put)
    ) {
      reportPathWrite(scope, put, invocation, `\`${invocation.program}\``);
    }
  },
};

/** Members that are named beside the archive (`tar xf a.tar .claude/settings.json`), where they are put. */
function membersIn({ program, words }: Invocation, folder: string): readonly string[] {
  return /tar$|^unzip$|^7z/.test(program)
    ? words
        .slice(2)
        .filter((word) => word.known && /^(?:\.\/)*\.\w/.test(word.text))
        .map((word) => joinPath(folder, word.text.replace(/\/[*?[].*$/, "")))
    : [];
}

/** A workspace may have such a name itself: an organisation's repository is called `.github`. */
function governs(scope: Scope, path: string): boolean {
  return (
    path !== scope.workspace && (isGovernanceFolder(path) || isGovernanceFolder(scope.lookups.realPath(path)))
  );
}

const folderOptions = optionSpec("-C -d -D -f -x -T --directory --file --target --dir --exclude");

/** The folder that files are put into; undefined where none are, or it is not known. */
function destinationOf(invocation: Invocation, scope: Scope): string | undefined {
  const { program, words } = invocation;
  const text = words.map((word) => word.text).join(" ");
  if (program === "rsync" || program === "ditto") {
    const args = readArguments(words, optionSpec("-e --rsh --exclude --include --filter -f"));
    const last = args.operands.at(-1);
    return last === undefined ||
      hasOption(args, "-n", "--dry-run", "--list-only") ||
      /^[\w.@-]+:/.test(last.text)
      ? undefined
      : scope.resolvePath(last);
  }
  const writes = program.endsWith("tar")
    ? /^\S+\s+-?[a-zA-Z]*x|\s--(?:extract|get)\b|\s-\w*x/.test(text)
    : program.startsWith("7z")
      ? /^\S+\s+[xe]\s/.test(text)
      : !/\s-\w*[lptvZ]\w*(?:\s|$)|--dry-run/.test(text) || program === "patch" || program === "stow";
  if (!writes) {
    return undefined;
  }
  const attached = program.startsWith("7z") ? words.find((word) => /^-o./.test(word.text)) : undefined;
  if (attached !== undefined) {
    return scope.resolvePath(wordAfter(attached, "-o".length));
  }
  const args = readArguments(words, folderOptions);
  const named = ["-C", "-d", "-D", "--directory", "--target", "--dir"]
    .map((name) => args.values.get(name))
    .find((word) => word !== undefined);
  return named === undefined ? scope.cwd : scope.resolvePath(named);
}

interface Tampering {
  readonly action: `${string}:${string}`;
  readonly path: string;
  readonly does: string;
  readonly effects?: readonly Effect[];
}

function tamper(scope: Scope, invocation: Invocation, { action, path, does, effects }: Tampering): void {
  report(scope, invocation, {
    action,
    effects: effects ?? ["governance_tampering"],
    target: { display: path, path },
    because: `\`${invocation.program}\` ${does} \`${path}\`, which decides what agents may do`,
  });
}

/** A link to what governs agents is another name for it, under which later writes go unseen. */
export const linking: ProgramRule = {
  programs: ["ln", "link", "symlink"],
  examples: {
    matches: [
      { command: "ln -s ~/.claude c", actions: ["fs:link"] },
      { command: "ln ~/.claude/settings.json x", actions: ["fs:link"] },
      { command: "ln -sfn /tmp/x ~/.claude", actions: ["fs:link"] },
    ],
    misses: [
      { command: "ln -s a b", actions: ["fs:link"] },
      { command: "ln -s ../.claude/skills skills", actions: ["fs:link"] },
      { command: "ln -s AGENTS.md CLAUDE.md", actions: ["fs:link"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, optionSpec("-t --target-directory -S --suffix"));
    if (hasOption(args, "-s", "--symbolic")) {
      followLink(args.operands, scope);
    }
    const path = args.operands
      .map((word) => scope.resolvePath(word))
      .find((found) => found !== undefined && governs(scope, found));
    if (path !== undefined) {
      tamper(scope, invocation, { action: "fs:link", path, does: "links" });
    }
  },
};

/** Where `ln -s TARGET [NAME]` leads, for what the line does through the link. */
function followLink([target, name]: readonly Word[], scope: Scope): void {
  const path = name === undefined ? undefined : scope.resolvePath(name);
  if (path === undefined || target?.known !== true || scope.elsewhere !== undefined) {
    return;
  }
  const folder =
    scope.lookups.kind(path) === "directory" ? path : path.slice(0, path.lastIndexOf("/")) || "/";
  const link = folder === path ? joinPath(path, target.text.slice(target.text.lastIndexOf("/") + 1)) : path;
  scope.rememberLink(link, joinPath(folder, target.text));
}

const gitOptions = optionSpec("-C -c --git-dir --work-tree --namespace --exec-path", { stopAtOperand: true });

/** What `git` puts in place of what governs agents: other versions of it, patches, nothing at all. */
export const gitGovernance: ProgramRule = {
  programs: ["git", "hub"],
  examples: {
    matches: [
      { command: "git checkout HEAD -- .claude/settings.json", actions: ["git:change_governance"] },
      { command: "git -C ~/.claude checkout .", actions: ["git:change_governance"] },
      { command: "git restore --source=x .governance", actions: ["git:change_governance"] },
      { command: "git apply --directory=.claude x.patch", actions: ["git:change_governance"] },
      { command: "git stash push -- .claude", actions: ["git:stash_governance"] },
    ],
    misses: [
      { command: "git restore --staged .claude/settings.json", actions: ["git:change_governance"] },
      { command: "git checkout main", actions: ["git:change_governance"] },
      { command: "git diff -- .claude", actions: ["git:change_governance"] },
      { command: "git stash list", actions: ["git:stash_governance"] },
    ],
  },
  judge(invocation, scope) {
    const outer = readArguments(invocation.words, gitOptions);
    const [verb, ...rest] = outer.operands;
    if (verb === undefined || !/^(?:checkout|restore|reset|apply|am|stash|mv|clean)$/.test(verb.text)) {
      return;
    }
    const args = readArguments(
      outer.operands,
      optionSpec("-b -B -s --source -m --message --directory -e --exclude"),
    );
    const onlyStaged = hasOption(args, "--staged", "-S", "--cached", "-n", "--dry-run", "--check", "--stat");
    if (onlyStaged && !hasOption(args, "--worktree", "-W")) {
      return;
    }
    const path = named(args, rest, folderOf(outer, scope)).find((found) => governs(scope, found));
    if (path !== undefined) {
      const stashed = verb.text === "stash";
      tamper(scope, invocation, {
        action: stashed ? "git:stash_governance" : "git:change_governance",
        path,
        does: stashed ? "takes away" : "replaces",
        ...(stashed ? { effects: ["uncommitted_work_loss"] } : {}),
      });
    }
  },
};

function folderOf(outer: Arguments, scope: Scope): string | undefined {
  const given = outer.values.get("-C") ?? outer.values.get("--work-tree");
  return given === undefined ? scope.cwd : scope.resolvePath(given);
}

/** Paths that the words of a verb name, and where its patch goes. */
function named(args: Arguments, words: readonly Word[], folder: string | undefined): readonly string[] {
  const directory = args.values.get("--directory");
  const behind = directory === undefined ? [] : [directory];
  return [...args.operands.filter((word) => words.includes(word)), ...behind]
    .filter((word) => word.known && !word.text.startsWith(":"))
    .flatMap((word) =>
      word.text.startsWith("/") ? [word.text] : folder === undefined ? [] : [joinPath(folder, word.text)],
    );
}

/** Copies of a whole folder over one that governs agents. */
export const copyingOver: ProgramRule = {
  programs: ["cp", "gcp", "mv", "install"],
  examples: {
    matches: [
      { command: "cp -r x/. ~/.claude", actions: ["fs:write_below"] },
      { command: "cp -rT x .governance", actions: ["fs:write_below"] },
      { command: "mv x/settings.json .claude/", actions: ["fs:write_below"] },
    ],
    misses: [
      { command: "cp -r x/commands .claude/", actions: ["fs:write_below"] },
      { command: "cp a.md .claude/agents/", actions: ["fs:write_below"] },
      { command: "cp -r ~/.claude backup", actions: ["fs:write_below"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, optionSpec("-t --target-directory -S --suffix -m -o -g"));
    const given = args.values.get("-t") ?? args.values.get("--target-directory");
    const to = given ?? args.operands.at(-1);
    const sources = given === undefined ? args.operands.slice(0, -1) : args.operands;
    const path = to === undefined ? undefined : scope.resolvePath(to);
    if (path === undefined || !governs(scope, path)) {
      return;
    }
    const over = sources.some(
      (source) =>
        /(?:^|\/)\.$|\/\*$/.test(source.text) ||
        source.glob === true ||
        isGovernanceFile(joinPath(path, source.text.slice(source.text.lastIndexOf("/") + 1))),
    );
    if (over || hasOption(args, "-T", "--no-target-directory")) {
      tamper(scope, invocation, { action: "fs:write_below", path, does: "writes what lies in" });
    }
  },
};
