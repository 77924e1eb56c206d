import type { Effect } from "../model/effect.ts";
import { report } from "./report.ts";
import type { Scope } from "./scope.ts";
import type { Invocation } from "./shell/invocation.ts";

/** Ordinary files of a project whose text runs without anybody starting it. */
interface SelfRunning {
  readonly files: RegExp;
  /** When it runs, for people. */
  readonly when: string;
  /** Shell texts in it. They may be found in a part of the file, as an edit shows it. Absent where the file is a program. */
  readonly commands?: (text: string) => readonly string[];
  /** True where it runs on a machine that is thrown away: only what leaves it, or destroys elsewhere, counts. */
  readonly elsewhere?: boolean;
}

/** What is worth a question even where no file of this machine is in reach. */
const leaving: ReadonlySet<Effect> = new Set<Effect>([
  "data_exfiltration",
  "remote_code_execution",
  "irreversible_infrastructure_deletion",
]);

/** What everyday scripts of a project do to the project itself. */
const usual: ReadonlySet<Effect> = new Set<Effect>([
  "file_deletion",
  "infrastructure_change",
  "deployment",
  "schema_migration",
  "uncommitted_work_loss",
  "history_rewrite",
  "process_kill",
]);

const selfRunning: readonly SelfRunning[] = [
  {
    files: /\/(?:conftest|sitecustomize|usercustomize|setup)\.py$/,
    when: "with the next test run, install or start of Python",
    elsewhere: true,
  },
  {
    files: /\/\.husky\/[^/_][^/]*$/,
    when: "with the next git command",
    commands: (text) => [text],
  },
  { files: /\/\.envrc$/, when: "as soon as a shell enters the folder", commands: (text) => [text] },
  {
    files: /\/(?:\.?lefthook(?:-local)?\.ya?ml|\.pre-commit-config\.ya?ml|\.?overcommit\.ya?ml)$/,
    when: "with the next git command",
    commands: (text) => yamlCommands(text, /^(?:run|entry|command)$/),
  },
  {
    files: /\/package\.json$/,
    when: "with the next install",
    commands: (text) =>
      jsonCommands(
        text,
        /"(?:(?:pre|post)?(?:install|prepare|publish|pack|version)|prepublish(?:Only)?|dependencies)"\s*:\s*/g,
      ),
  },
  {
    files: /\/composer\.json$/,
    when: "with the next install",
    commands: (text) =>
      jsonCommands(text, /"(?:pre|post)-(?:install|update|autoload|root|create)[\w-]*"\s*:\s*/g),
  },
  {
    files: /\/\.?devcontainer(?:\/[^/]+)?\/?devcontainer\.json$|\/\.devcontainer\.json$/,
    when: "as soon as the folder is opened in its container",
    commands: (text) =>
      jsonCommands(
        text,
        /"(?:initialize|onCreate|updateContent|postCreate|postStart|postAttach)Command"\s*:\s*/g,
      ),
  },
  {
    files:
      /\/\.github\/(?:workflows\/[^/]+|actions\/(?:[^/]+\/)*action)\.ya?ml$|\/\.gitlab-ci\.ya?ml$|\/\.circleci\/config\.ya?ml$|\/azure-pipelines\.ya?ml$|\/bitbucket-pipelines\.ya?ml$|\/\.drone\.ya?ml$|\/\.woodpecker(?:\/[^/]+)?\.ya?ml$|\/\.travis\.ya?ml$|\/cloudbuild\.ya?ml$|\/buildspec\.ya?ml$/,
    when: "with the next push, where the project's secrets are",
    commands: (text) =>
      yamlCommands(text, /^(?:run|script|before_script|after_script|command|commands|install|build)$/),
    elsewhere: true,
  },
];

const maximumTexts = 40;
const maximumText = 8000;

/** Whether the text of such a file runs by itself. `path` is absolute. */
export function isSelfRunning(path: string): boolean {
  return selfRunning.some(({ files }) => files.test(path));
}

/** Reports a write of text that would do harm when it runs by itself. Everyday scripts of a project pass. */
export function reportSelfRunning(
  scope: Scope,
  path: string,
  text: string,
  at: Pick<Invocation, "start" | "end">,
): void {
  const kind = selfRunning.find(({ files }) => files.test(path));
  if (kind === undefined || text.length > 400_000) {
    return;
  }
  const { commands } = kind;
  if (commands === undefined) {
    const effects = scope.effectsOf(() => scope.script(path, text, at));
    reportWorst(scope, { kind, path, text, effects }, at);
    return;
  }
  for (const command of commands(text).slice(0, maximumTexts)) {
    const effects = scope.effectsOf(() => {
      scope.shell(plainText(command).slice(0, maximumText), path, scope.evidence(at));
    });
    if (reportWorst(scope, { kind, path, text: command, effects }, at)) {
      return;
    }
  }
}

interface Judged {
  readonly kind: SelfRunning;
  readonly path: string;
  readonly text: string;
  readonly effects: readonly Effect[];
}

/** True where something was reported: one reason is enough for a question. */
function reportWorst(scope: Scope, judged: Judged, at: Pick<Invocation, "start" | "end">): boolean {
  const { kind, path, text, effects } = judged;
  const worst = effects.find((effect) =>
    kind.elsewhere === true ? leaving.has(effect) : !usual.has(effect) && effect !== "opaque",
  );
  if (worst === undefined) {
    return false;
  }
  report(scope, at, {
    action: "fs:write_watched",
    effects: ["persistence"],
    target: { display: path, path },
    because: `the text for \`${path}\` runs ${kind.when}: ${worst.replaceAll("_", " ")} by \`${firstLine(text)}\``,
  });
  return true;
}

/** What a pipeline puts in before the shell sees it: secrets stay recognisable as such, the rest is a plain word. */
function plainText(command: string): string {
  return command
    .replaceAll(/\$\{\{[^{}]*\b(?:secrets|toJSON\(env)\b[^{}]*\}\}/g, "$CI_SECRET_TOKEN")
    .replaceAll(/\$\{\{[^{}]*\}\}/g, "ci_value");
}

function firstLine(command: string): string {
  return (command.trim().split("\n")[0] ?? "").slice(0, 80);
}

/** Texts behind keys of YAML, as lines: block scalars, plain scalars, and lists of either. */
function yamlCommands(text: string, keys: RegExp): readonly string[] {
  const lines = text.split("\n").slice(0, 5000);
  const found: string[] = [];
  for (const [index, line] of lines.entries()) {
    const entry = /^(\s*)(?:-\s+)?(\w+):[ \t]*(.*)$/.exec(line);
    if (entry === null || !keys.test(entry[2] ?? "")) {
      continue;
    }
    const value = (entry[3] ?? "").trim();
    if (value !== "" && !/^[|>][+-]?\d?$/.test(value)) {
      found.push(unquoted(value));
      continue;
    }
    const block = blockBelow(lines, index, (entry[1] ?? "").length);
    const listed = value === "";
    found.push(
      (listed ? block.map((item) => unquoted(item.replace(/^\s*-\s*/, "").trim())) : block).join("\n"),
    );
  }
  return found;
}

function blockBelow(lines: readonly string[], index: number, indent: number): readonly string[] {
  const block: string[] = [];
  for (const line of lines.slice(index + 1)) {
    const depth = line.length - line.trimStart().length;
    if (line.trim() !== "" && (depth < indent || (depth === indent && !/^\s*-\s/.test(line)))) {
      break;
    }
    block.push(line);
  }
  return block;
}

function unquoted(text: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(text);
  return quoted === null ? text : (quoted[2] ?? "").replaceAll('\\"', '"');
}

/** Texts behind keys of JSON: one, a list of words, or an object of either. */
function jsonCommands(text: string, keys: RegExp): readonly string[] {
  const found: string[] = [];
  for (const match of text.matchAll(keys)) {
    const rest = text.slice(match.index + match[0].length, match.index + match[0].length + maximumText);
    const end = rest.startsWith("[") ? rest.indexOf("]") : rest.startsWith("{") ? rest.indexOf("}") : 0;
    const strings = [...(end > 0 ? rest.slice(0, end) : rest).matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(
      (string) => decoded(string[1] ?? ""),
    );
    if (end > 0) {
      found.push(strings.join(rest.startsWith("[") ? " " : "\n"));
    } else if (rest.startsWith('"')) {
      found.push(strings[0] ?? "");
    }
  }
  return found;
}

function decoded(text: string): string {
  return text.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/g, (_all, letter: string) =>
    letter.length > 1
      ? String.fromCharCode(Number.parseInt(letter.slice(1), 16))
      : ({ n: "\n", t: "\t" }[letter] ?? letter),
  );
}
