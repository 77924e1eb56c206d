import { optionSpec, readArguments, type Arguments } from "../options.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { scanCode, type Code } from "./inline-code.ts";

/** Code that a framework, or another front to an interpreter, runs: of an argument, or fed to its prompt. */
export const frameworkShells: ProgramRule = {
  programs:
    "rails flask manage.py django-admin python python3 py php artisan sail wp drush bpython ptpython ipython pry".split(
      " ",
    ),
  examples: {
    matches: [
      { command: "rails runner 'system(\"rm -rf /\")'", actions: ["fs:delete"] },
      { command: "bin/rails c <<< '`rm -rf /`'", actions: ["fs:delete"] },
      { command: "flask shell <<< 'import os; os.system(\"rm -rf /\")'", actions: ["fs:delete"] },
      {
        command: "python manage.py shell -c 'import shutil; shutil.rmtree(\"/home\")'",
        actions: ["fs:delete"],
      },
      { command: "php artisan tinker --execute='exec(\"rm -rf /\");'", actions: ["fs:delete"] },
      { command: "echo 'unlink(\"/etc/passwd\");' | php artisan tinker", actions: ["fs:delete"] },
      { command: "ipython -c '!git reset --hard'", actions: ["git:reset_hard"] },
      { command: "wp eval 'unlink(\"/etc/passwd\");'", actions: ["fs:delete"] },
      { command: "drush php:eval 'exec(\"rm -rf /\");'", actions: ["fs:delete"] },
      { command: "bpython <<< 'import os; os.system(\"rm -rf /\")'", actions: ["fs:delete"] },
    ],
    misses: [
      { command: "rails runner 'puts User.count'", actions: ["fs:delete", "shell:opaque"] },
      { command: "rails console", actions: ["shell:opaque"] },
      { command: "rails runner script/report.rb", actions: ["shell:opaque"] },
      { command: "python manage.py shell -c 'print(1)'", actions: ["fs:delete", "shell:opaque"] },
      { command: "wp eval 'echo get_option(\"home\");'", actions: ["fs:delete", "shell:opaque"] },
      { command: "wp plugin list", actions: ["shell:opaque"] },
      { command: "python manage.py migrate", actions: ["shell:opaque"] },
      { command: "ipython -c 'print(\"!git reset --hard\")'", actions: ["git:reset_hard"] },
    ],
  },
  judge(invocation, scope) {
    const code = codeOf(invocation);
    if (code === undefined) {
      return;
    }
    const { language, text } = code;
    if (language !== "python") {
      scanCode({ language, text, inline: true }, invocation, scope);
      return;
    }
    for (const [, command = ""] of [...text.matchAll(/^\s*!{1,2}\s*(\S.*)$/gm)].slice(0, 20)) {
      scope.shell(command, invocation.program, scope.evidence(invocation));
    }
    judgePython(invocation, scope, text);
  },
};

function judgePython(invocation: Invocation, scope: Scope, text: string): void {
  // The interpreter's own rule has read what its options hold.
  if (invocation.program !== "ipython") {
    scanCode({ language: "python", text, inline: true }, invocation, scope);
  }
}

const options = optionSpec(
  "-e --environment -c --command --execute --app -A --settings -i --interface --database",
);

type Found = Pick<Code, "language" | "text"> | undefined;

function codeOf(invocation: Invocation): Found {
  return fronts.get(invocation.program)?.(readArguments(invocation.words, options), invocation);
}

type Front = (args: Arguments, invocation: Invocation) => Found;

const artisan: Front = (args, invocation) =>
  args.operands.slice(0, 3).some(({ text }) => text === "tinker")
    ? given("php", args.values.get("--execute"), invocation)
    : undefined;

const script: Front = (args, invocation) =>
  /(?:^|\/)manage\.py$/.test(args.operands[0]?.text ?? "")
    ? ofDjango(args.operands[1], args, invocation)
    : undefined;

const prompt: Front = (args, invocation) =>
  args.operands.length === 0 ? given("python", args.values.get("-c"), invocation) : undefined;

/** `wp eval CODE`, `drush php:eval CODE`, `wp shell`. */
const contentSystem: Front = ({ operands }, invocation) =>
  /^(?:eval|php:eval|php-eval|ev)$/.test(operands[0]?.text ?? "")
    ? given("php", operands[1], invocation)
    : /^(?:shell|php|php:cli)$/.test(operands[0]?.text ?? "")
      ? given("php", undefined, invocation)
      : undefined;

const fronts: ReadonlyMap<string, Front> = new Map<string, Front>([
  ["rails", ofRails],
  [
    "flask",
    ({ operands }, invocation) =>
      operands[0]?.text === "shell" ? given("python", undefined, invocation) : undefined,
  ],
  ...["python", "python3", "py"].map((name): [string, Front] => [name, script]),
  ...["manage.py", "django-admin"].map((name): [string, Front] => [
    name,
    (args, invocation) => ofDjango(args.operands[0], args, invocation),
  ]),
  ...["php", "artisan", "sail"].map((name): [string, Front] => [name, artisan]),
  ["wp", contentSystem],
  ["drush", contentSystem],
  ...["bpython", "ptpython", "ipython"].map((name): [string, Front] => [name, prompt]),
  ["pry", (args, invocation) => given("ruby", args.values.get("-e"), invocation)],
]);

function ofRails({ operands }: Arguments, invocation: Invocation): Found {
  const [verb, code] = operands;
  return /^(?:r|runner|c|console)$/.test(verb?.text ?? "")
    ? given("ruby", verb?.text.startsWith("r") === true ? code : undefined, invocation)
    : undefined;
}

function ofDjango(verb: Word | undefined, args: Arguments, invocation: Invocation): Found {
  return /^shell(?:_plus)?$/.test(verb?.text ?? "")
    ? given("python", args.values.get("-c") ?? args.values.get("--command"), invocation)
    : undefined;
}

/** The code of an argument, where there is one that is no name of a file; otherwise what is fed in. */
function given(language: Code["language"], word: Word | undefined, { stdin }: Invocation): Found {
  if (word !== undefined && word.text !== "-") {
    return /^[\w./-]+\.(?:rb|py|php)$/.test(word.text)
      ? undefined
      : { language, text: word.known ? word.text : (word.template ?? word.text) };
  }
  return stdin.kind === "text" ? { language, text: stdin.text } : undefined;
}
