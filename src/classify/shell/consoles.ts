import type { Invocation, Stdin } from "./invocation.ts";
import type { Machine } from "./machine.ts";

/** What is typed into a running program later, where no request tells of it. */
export const unseenInput: Stdin = {
  kind: "unknown",
  because: "the agent can type into it without asking",
  fromNetwork: false,
};

/** Programs that take commands from whoever types, unless their words (a blank around each) say what to do. */
interface Console {
  readonly programs: string;
  /** The words with which it opens one; any where it is left out. */
  readonly opens?: RegExp;
  /** The words with which it does not. */
  readonly unless?: RegExp;
}

/** Words with which a program only tells of itself. */
const tellsOfItself = / (?:-V|--version|--help) /;

const consoles: readonly Console[] = [
  { programs: "psql pgcli", unless: / (?:-\w*[cfl]\S*|--(?:command|file|list)\S*) / },
  { programs: "mysql mariadb mycli", unless: / (?:-\w*e\S*|--execute\S*) / },
  { programs: "sqlite3 duckdb", unless: / -(?:c|cmd) | [^\s-]\S* .*[^\s-]\S* / },
  { programs: "redis-cli valkey-cli", unless: /^ (?:-\S+ \S+ )*(?!-)[a-zA-Z]\S* / },
  { programs: "mongosh mongo", unless: / (?:--eval|--file|-f)\b|\.js / },
  { programs: "cqlsh clickhouse-client", unless: / (?:-[efq]|--(?:execute|file|query|queries-file))\b/ },
  { programs: "sqlplus usql", unless: / (?:-c|@)\S*/ },
  { programs: "xargs parallel expect" },
  { programs: "socat", opens: /\b(?:exec|system):/i },
  { programs: "su", unless: / (?:-c|--command)\b/ },
  { programs: "script", unless: / (?:-c|--command)\b/ },
  { programs: "sudo doas", opens: / (?:-i|-s|--login|--shell) $/ },
  { programs: "screen tmux", unless: / (?:ls|list-\S+|-ls|-list|kill-\S+|has-session|-v) / },
  { programs: "gdb lldb", unless: / (?:-batch|--batch|-b) / },
  {
    programs: "vi vim nvim view emacs nano ed ex pico micro",
    unless: / (?:-es|-c|--headless|--batch) | \+\S+ /,
  },
  {
    programs:
      "ghci R lua luajit tclsh erl iex scala jshell clojure clj groovysh octave julia swipl sbcl utop ocaml gore bpython ptpython pwsh",
    opens: /^ (?:-\S+ )*$/,
  },
  { programs: "ftp sftp telnet ncftp lftp", unless: / -(?:b|c|e) / },
  { programs: "poetry pipenv hatch railway", opens: / shell / },
  { programs: "nix-shell", unless: / (?:--run|--command) / },
  { programs: "nix", opens: / (?:develop|shell|repl) /, unless: / (?:-c|--command) / },
  { programs: "bun deno dotnet", opens: / (?:repl|fsi) / },
  { programs: "rails bin/rails", opens: / (?:console|c|dbconsole|db) / },
  { programs: "manage.py django-admin flask artisan tinker", opens: / (?:shell|shell_plus|dbshell|tinker) / },
  {
    programs: "python python3 php",
    opens: / (?:\S*manage\.py (?:shell|shell_plus|dbshell)|\S*artisan tinker) /,
  },
];

const byProgram = new Map<string, Console[]>();
for (const each of consoles) {
  for (const program of each.programs.split(" ")) {
    byProgram.set(program, [...(byProgram.get(program) ?? []), each]);
  }
}

/** Something that can be typed into later, where nobody sees what: judged as what hides what it executes. */
export function judgeConsole(machine: Machine, invocation: Invocation): void {
  if (invocation.stdin !== unseenInput) {
    return;
  }
  const words = ` ${invocation.words
    .slice(1)
    .map(({ text }) => text)
    .join(" ")} `.replace(/^ +$/, " ");
  const opened = byProgram
    .get(invocation.program)
    ?.some(({ opens, unless }) => opens?.test(words) !== false && unless?.test(words) !== true);
  if (opened === true && !tellsOfItself.test(words)) {
    machine.opaque(
      `\`${invocation.program}\` takes commands, and the agent can type into it without asking`,
      invocation,
    );
  }
}
