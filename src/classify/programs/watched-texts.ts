import { isWatchedText, reportText } from "../watched-texts.ts";
import { optionSpec, readArguments } from "../options.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Stdin, Word } from "../shell/invocation.ts";

/** Programs that write files in which some texts govern agents: judged by the text they bring, as far as it can be seen. */
export const watchedWriting: ProgramRule = {
  programs: ["tee", "sponge", "sed", "gsed", "perl", "cp", "gcp", "mv", "install", "ln", "rsync"],
  examples: {
    matches: [
      {
        command: "echo '{\"chat.useHooks\":false}' | tee .vscode/settings.json",
        actions: ["fs:write_watched"],
      },
      {
        command: "printf -- '---\\nhooks: x\\n---\\n' | tee .claude/agents/a.md",
        actions: ["fs:write_watched"],
      },
      { command: "cp x.json .vscode/settings.json", actions: ["fs:write_watched"] },
      { command: "cp x/settings.json .vscode/", actions: ["fs:write_watched"] },
      { command: "echo CLINE_DIR=/tmp/x | tee -a .env", actions: ["fs:write_watched"] },
      { command: "printf 'A=1\nLD_PRELOAD=./x.so\n' | tee .env.local", actions: ["fs:write_watched"] },
      {
        command: "echo 'NODE_OPTIONS=--max-old-space-size=4096 --require ./x.cjs' | tee .gemini/.env",
        actions: ["fs:write_watched"],
      },
      { command: "echo 'BUN_OPTIONS=\"--preload=./x.ts\"' | tee .env", actions: ["fs:write_watched"] },
      {
        command: "sed -i 's/{/{\"chat\\.useHooks\":false,/' .vscode/settings.json",
        actions: ["fs:write_watched"],
      },
      {
        command: "echo '!`sh tidy.sh`' | tee .opencode/command/fix.md",
        actions: ["fs:write_watched"],
      },
    ],
    misses: [
      { command: "echo 'Fix it' | tee .claude/commands/fix.md", actions: ["fs:write_watched"] },
      { command: "cp x.md .claude/commands/fix.md", actions: ["fs:write_watched"] },
      { command: "echo 'Fix it' | tee .opencode/command/fix.md", actions: ["fs:write_watched"] },
      { command: "printf 'CLINE_API_KEY=x\nENV=test\n' | tee .env", actions: ["fs:write_watched"] },
      {
        command: "echo NODE_OPTIONS=--max-old-space-size=4096 | tee .env",
        actions: ["fs:write_watched"],
      },
      { command: "cp .env.example .env", actions: ["fs:write_watched"] },
      { command: "echo ld_preload=x | tee .env", actions: ["fs:write_watched"] },
      { command: "cp .vscode/settings.json backup.json", actions: ["fs:write_watched"] },
      { command: "sed -i s/2/4/ .vscode/settings.json", actions: ["fs:write_watched"] },
      { command: "cp x/extensions.json .vscode/", actions: ["fs:write_watched"] },
      { command: "sed -n 1p .vscode/settings.json", actions: ["fs:write_watched"] },
      {
        command: "echo '{\"editor.tabSize\":2}' > x.json && mv x.json .vscode/settings.json",
        actions: ["fs:write_watched"],
      },
    ],
  },
  judge(invocation, scope) {
    if (/^(?:tee|sponge)$/.test(invocation.program)) {
      for (const word of invocation.words.slice(1)) {
        judge(scope, pathOf(word, scope), invocation.stdin, invocation);
      }
    } else if (/^(?:g?sed|perl)$/.test(invocation.program)) {
      judgeInPlace(invocation, scope);
    } else {
      judgeCopy(invocation, scope);
    }
  },
};

function pathOf(word: Word, scope: Scope): string | undefined {
  return word.text.startsWith("-") ? undefined : scope.resolvePath(word);
}

function judge(
  scope: Scope,
  path: string | undefined,
  content: Stdin | undefined,
  invocation: Invocation,
): void {
  if (path !== undefined && isWatchedText(path)) {
    reportText(scope, path, content, invocation);
  }
}

/** What an edit in place brings in stands in its script. */
function judgeInPlace(invocation: Invocation, scope: Scope): void {
  const { words } = invocation;
  if (!words.some((word) => /^-\w*i|^--in-place/.test(word.text))) {
    return;
  }
  const script = words
    .slice(1)
    .map((word) => (word.known ? word.text : (word.template ?? word.text)))
    .join(" ")
    .replaceAll("\\.", ".");
  for (const word of words.slice(1)) {
    judge(scope, pathOf(word, scope), { kind: "text", text: script }, invocation);
  }
}

function judgeCopy(invocation: Invocation, scope: Scope): void {
  const args = readArguments(
    invocation.words,
    optionSpec("-t --target-directory -S --suffix -m -o -g -e --rsh --exclude --include"),
  );
  const given = args.values.get("-t") ?? args.values.get("--target-directory");
  const to = given ?? args.operands.at(-1);
  const path = to === undefined ? undefined : scope.resolvePath(to);
  for (const source of given === undefined ? args.operands.slice(0, -1) : args.operands) {
    const from = scope.resolvePath(source);
    const name = source.text.slice(source.text.lastIndexOf("/") + 1);
    for (const target of path === undefined ? [] : [path, `${path}/${name}`]) {
      if (isWatchedText(target)) {
        judge(scope, target, from === undefined ? undefined : contentOf(from, scope), invocation);
      }
    }
  }
}

/** What a file holds: as the line itself wrote it, or as it lies there. */
function contentOf(path: string, scope: Scope): Stdin | undefined {
  const written = scope.writtenFile(path);
  if (written !== undefined) {
    return written;
  }
  const file = scope.readInput(path);
  return file.kind === "text" ? { kind: "text", text: file.text } : undefined;
}
