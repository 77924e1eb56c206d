import { rememberHooks, runHooks } from "./git-hooks.ts";
import { optionSpec, readArguments } from "../options.ts";
import { report } from "../report.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { knownWord, wordAfter, wordsToText } from "../shell/word.ts";

/** How rebase reads its words. */
export const rebaseOptions: ReturnType<typeof optionSpec> = optionSpec(
  "-x --exec --onto -s -X --strategy -C",
);

const executingSettings =
  /^(?:alias\.[^=]+|core\.(?:sshcommand|pager|editor|fsmonitor|hookspath|askpass|gitproxy)|pager\.[^=]+|diff\.external|diff\.[^=]+\.(?:command|textconv)|difftool\.[^=]+\.cmd|mergetool\.[^=]+\.cmd|merge\.[^=]+\.driver|credential\.(?:[^=]+\.)?helper|sequence\.editor|gpg\.program|gpg\.[^=]+\.program|filter\.[^=]+\.(?:clean|smudge|process)|uploadpack\.packobjectshook|remote\.[^=]+\.(?:vcs|proxy|uploadpack|receivepack)|protocol\.ext\.allow|init\.templatedir|core\.alternaterefscommand|trailer\.[^=]+\.(?:cmd|command)|sendemail\.[^=]*cmd|imap\.tunnel|(?:browser|man|guitool)\.[^=]+\.cmd|interactive\.difffilter|include(?:if\..+)?\.path|url\.ext::[^=]*\.(?:push)?insteadof|remote\.[^=]+\.url(?==ext::)|submodule\.[^=]+\.update(?==!))=/i;

const harmlessValues =
  /^(?:cat|less(?: .*)?|more|true|false|:|delta(?: .*)?|vim?|nano|code(?: --wait)?|store|cache(?: .*)?|osxkeychain|manager(?:-core)?|libsecret|!?(?:\/\S+\/)?gh auth git-credential|ssh(?: -[io] ?\S+)*|)$/;

/** `-c NAME=VALUE` whose value git runs. */
export function judgeConfig(invocation: Invocation, scope: Scope): void {
  for (const index of invocation.words.keys()) {
    const value = settingIn(invocation.words, index, scope);
    const setting = value === undefined ? undefined : executingSettings.exec(value.text)?.[0];
    if (index > 0 && value !== undefined && setting !== undefined) {
      runSetting(invocation, scope, setting, value);
    }
  }
}

/** The `NAME=VALUE` that the word at an index gives; for `--config-env`, with what the variable holds. */
function settingIn(words: readonly Word[], index: number, scope: Scope): Word | undefined {
  const word = words[index];
  if (word === undefined || word.text === "-c" || word.text === "--config" || word.text === "--config-env") {
    return word === undefined ? undefined : words[index + 1];
  }
  const env = /^--config-env=([^=]+=)(\w+)$/.exec(word.text);
  if (env !== null) {
    const held = scope.variable(env[2] ?? "");
    const text = `${env[1] ?? ""}${held ?? "a value that is not known"}`;
    return { ...word, text, known: held !== undefined };
  }
  return word.text.startsWith("--config=")
    ? wordAfter(word, 9)
    : /^-c./.test(word.text)
      ? wordAfter(word, 2)
      : undefined;
}

function runSetting(invocation: Invocation, scope: Scope, setting: string, value: Word): void {
  const text = value.text.slice(setting.length);
  if (harmlessValues.test(text) || (setting.startsWith("alias.") && !text.startsWith("!"))) {
    return;
  }
  if (value.known) {
    scope.shell(text.replace(/^!/, ""), `git -c ${setting.slice(0, -1)}`, scope.evidence(invocation));
  }
  // An installed program by its name hides nothing, as it would not in front of a command.
  if (
    /^[\w.-]+$/.test(text) &&
    /(?:pager|editor|external|command|textconv|cmd|driver|program|filter)=$/i.test(setting)
  ) {
    return;
  }
  report(scope, invocation, {
    action: "git:run_configured",
    effects: ["opaque"],
    target: setting.slice(0, -1),
    because: `\`git -c ${setting.slice(0, -1)}\` makes git run \`${text}\``,
    access: "unknown",
  });
}

/** `hub delete`, `hub api`: what `hub` does at the host, `gh` does in the same words. */
export function runAtHost(invocation: Invocation, scope: Scope, words: readonly Word[]): boolean {
  const [verb] = words;
  if (invocation.program !== "hub" || verb === undefined || !/^(?:api|delete)$/.test(verb.text)) {
    return false;
  }
  const names = verb.text === "api" ? ["gh"] : ["gh", "repo"];
  const front = names.map((name) => knownWord(name, verb.start, verb.end));
  scope.command([...front, ...words], invocation.stdin);
  return true;
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

/** Options, by sub-command, whose value git runs: here the end of the conversation that it talks to, and viewers. */
const runningOptions: ReadonlyMap<string, RegExp> = new Map([
  ["fetch", /^--upload-pack$/],
  ["pull", /^--upload-pack$/],
  ["clone", /^(?:--upload-pack|-u)$/],
  ["ls-remote", /^(?:--upload-pack|--exec)$/],
  ["fetch-pack", /^(?:--upload-pack|--exec)$/],
  ["push", /^(?:--receive-pack|--exec)$/],
  ["send-pack", /^(?:--receive-pack|--exec)$/],
  ["archive", /^--exec$/],
  ["grep", /^(?:--open-files-in-pager|-O)$/],
  ["difftool", /^(?:--extcmd|-x)$/],
  ["send-email", /^--(?:sendmail-cmd|smtp-server|to-cmd|cc-cmd|header-cmd)$/],
  ["instaweb", /^(?:--httpd|-d)$/],
]);

const ownPrograms = /^(?:\S*\/)?git[- ](?:upload-pack|receive-pack|upload-archive)$/;

/** `git fetch --upload-pack=TEXT`: a shell runs the text. */
function judgeRunningOptions(
  verb: string,
  words: readonly Word[],
  invocation: Invocation,
  scope: Scope,
): void {
  const options = runningOptions.get(verb);
  for (const [index, word] of words.entries()) {
    const [, name = "", attached] = /^(--[\w-]+|-[a-zA-Z])=?([^]*)$/.exec(word.text) ?? [];
    if (options === undefined || !options.test(name)) {
      continue;
    }
    // `-O` takes its value only where it is attached.
    const value =
      attached !== "" && attached !== undefined ? attached : name === "-O" ? "" : words[index + 1]?.text;
    if (
      value === undefined ||
      ownPrograms.test(value) ||
      harmlessValues.test(value) ||
      /^[\w.-]+$/.test(value)
    ) {
      continue;
    }
    scope.shell(value, `git ${verb} ${name}`, scope.evidence(invocation));
    if (/-pack$|^--exec$/.test(name)) {
      report(scope, invocation, {
        action: "git:run_configured",
        effects: ["opaque"],
        target: name,
        because: `\`git ${verb} ${name}\` runs \`${value}\``,
        access: "unknown",
      });
    }
  }
}

/** Sub-commands that run what they are given. */
export function judgeRun(verb: string, words: readonly Word[], invocation: Invocation, scope: Scope): void {
  judgeRunningOptions(verb, words, invocation, scope);
  runHooks(verb, words, invocation, scope);
  if (verb === "bisect" && words[1]?.text === "run") {
    scope.command(words.slice(2), invocation.stdin);
  } else if (verb === "submodule") {
    const { operands } = readArguments(words, optionSpec("", { stopAtOperand: true }));
    if (operands[0]?.text === "foreach") {
      const run = readArguments(operands, optionSpec("", { stopAtOperand: true })).operands;
      const text = run.map((word) => word.text).join(" ");
      scope.shell(text, "git submodule foreach", scope.evidence(invocation));
    }
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
  const { operands } = readArguments(
    words,
    optionSpec("-f --file --blob --type --default --comment --value"),
  );
  const [name, value] = operands[0]?.text === "set" ? operands.slice(1) : operands;
  rememberHooks(name, value, scope);
  if (
    name === undefined ||
    value === undefined ||
    /^include/i.test(name.text) ||
    !executingSettings.test(`${name.text}=${value.text}`) ||
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
