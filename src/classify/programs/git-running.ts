import { optionSpec, readArguments } from "../options.ts";
import { report } from "../report.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { wordAfter, wordsToText } from "../shell/word.ts";

/** How rebase reads its words. */
export const rebaseOptions: ReturnType<typeof optionSpec> = optionSpec(
  "-x --exec --onto -s -X --strategy -C",
);

const executingSettings =
  /^(?:alias\.[^=]+|core\.(?:sshcommand|pager|editor|fsmonitor|hookspath|askpass|gitproxy)|pager\.[^=]+|diff\.external|diff\.[^=]+\.(?:command|textconv)|difftool\.[^=]+\.cmd|mergetool\.[^=]+\.cmd|merge\.[^=]+\.driver|credential\.(?:[^=]+\.)?helper|sequence\.editor|gpg\.program|gpg\.[^=]+\.program|filter\.[^=]+\.(?:clean|smudge|process)|uploadpack\.packobjectshook|remote\.[^=]+\.(?:vcs|proxy|uploadpack|receivepack)|protocol\.ext\.allow|init\.templatedir)=/i;

const harmlessValues =
  /^(?:cat|less(?: .*)?|more|true|false|:|delta|vim?|nano|code(?: --wait)?|store|cache(?: .*)?|osxkeychain|manager(?:-core)?|libsecret|!?(?:\/\S+\/)?gh auth git-credential|ssh(?: -[io] ?\S+)*|)$/;

/** `-c NAME=VALUE` whose value git runs. */
export function judgeConfig(invocation: Invocation, scope: Scope): void {
  for (const [index, word] of invocation.words.entries()) {
    const value =
      word.text === "-c"
        ? invocation.words[index + 1]
        : /^-c./.test(word.text)
          ? wordAfter(word, 2)
          : undefined;
    const setting = value === undefined ? undefined : executingSettings.exec(value.text)?.[0];
    if (index > 0 && value !== undefined && setting !== undefined) {
      runSetting(invocation, scope, setting, value);
    }
  }
}

function runSetting(invocation: Invocation, scope: Scope, setting: string, value: Word): void {
  const text = value.text.slice(setting.length);
  if (harmlessValues.test(text) || (setting.startsWith("alias.") && !text.startsWith("!"))) {
    return;
  }
  if (value.known) {
    scope.shell(text.replace(/^!/, ""), `git -c ${setting.slice(0, -1)}`, scope.evidence(invocation));
  }
  report(scope, invocation, {
    action: "git:run_configured",
    effects: ["opaque"],
    target: setting.slice(0, -1),
    because: `\`git -c ${setting.slice(0, -1)}\` makes git run \`${text}\``,
    access: "unknown",
  });
}

/** An alias given on the line itself, without `!`, is another git command. */
export function runAlias(
  invocation: Invocation,
  scope: Scope,
  verb: string,
  words: readonly Word[],
): boolean {
  const setting = invocation.words.find(
    (word) => word.known && word.text.toLowerCase().startsWith(`alias.${verb.toLowerCase()}=`),
  );
  const attached = invocation.words.find(
    (word) => word.known && word.text.toLowerCase().startsWith(`-calias.${verb.toLowerCase()}=`),
  );
  const text = (setting ?? attached)?.text.replace(/^(?:-c)?alias\.[^=]+=/i, "");
  if (text === undefined || text.startsWith("!")) {
    return false;
  }
  scope.shell(`git ${text} ${wordsToText(words.slice(1))}`, "git alias", scope.evidence(invocation));
  return true;
}

/** Sub-commands that run what they are given. */
export function judgeRun(verb: string, words: readonly Word[], invocation: Invocation, scope: Scope): void {
  if (verb === "bisect" && words[1]?.text === "run") {
    scope.command(words.slice(2), invocation.stdin);
  } else if (verb === "submodule" && words[1]?.text === "foreach") {
    const rest = words.slice(2).filter((word) => !word.text.startsWith("--"));
    scope.shell(rest.map((word) => word.text).join(" "), "git submodule foreach", scope.evidence(invocation));
  } else if (verb === "rebase") {
    const args = readArguments(words, rebaseOptions);
    const run = args.values.get("-x") ?? args.values.get("--exec");
    if (run?.known === true) {
      scope.shell(run.text, "git rebase --exec", scope.evidence(invocation));
    }
  } else if (verb === "config") {
    judgeStoredConfig(words, invocation, scope);
  } else if (words.some((word) => word.text.startsWith("ext::"))) {
    scope.opaque("`ext::` makes git run a program", scope.evidence(invocation));
  }
}

function judgeStoredConfig(words: readonly Word[], invocation: Invocation, scope: Scope): void {
  const plain = words.slice(1).filter((word) => !word.text.startsWith("-"));
  const [name, value] = plain;
  if (
    name === undefined ||
    value === undefined ||
    !executingSettings.test(`${name.text}=`) ||
    harmlessValues.test(value.text)
  ) {
    return;
  }
  if (/^alias\./i.test(name.text) && !value.text.startsWith("!")) {
    return;
  }
  if (value.known) {
    scope.shell(value.text.replace(/^!/, ""), "git config", scope.evidence(invocation));
  }
  // Hooks of a project are its own; hooks for every repository, or from elsewhere, are not.
  const everywhere =
    /^core\.hookspath$/i.test(name.text) &&
    (words.some((word) => /^--(?:global|system)$/.test(word.text)) || /^(?:\/|~|\.\.)/.test(value.text));
  report(scope, invocation, {
    action: "git:configure_command",
    effects:
      /^(?:core\.hookspath|alias\.)/i.test(name.text) && !/[|;&$`]/.test(value.text) && !everywhere
        ? []
        : ["persistence"],
    target: name.text,
    because: `\`${name.text}\` makes git run \`${value.text}\` later`,
  });
}
