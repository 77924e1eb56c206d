import { head, hexEscapes, line, octalEscapes, words, quote, type Technique } from "./technique.ts";

const first = (program: string): string => program.slice(0, 1);
const others = (program: string): string => program.slice(1);

/** Quotes, escapes, comments and padding. */
export const quoting: readonly Technique[] = [
  line("as it is", (command) => command, { common: true }),
  head("backslash", (program, tail) => `\\${program}${tail}`),
  head("backslash inside", (program, tail) => `${first(program)}\\${others(program)}${tail}`, {
    common: true,
  }),
  head("single quotes", (program, tail) => `${first(program)}'${others(program)}'${tail}`),
  head("double quotes", (program, tail) => `"${first(program)}"${others(program)}${tail}`),
  head("empty quotes", (program, tail) => `${first(program)}""''${others(program)}${tail}`),
  head("ANSI-C hex", (program, tail) => `$'${hexEscapes(program)}'${tail}`),
  head("ANSI-C octal", (program, tail) => `$'${octalEscapes(program)}'${tail}`),
  head(
    "ANSI-C unicode",
    (program, tail) =>
      `$'${Array.from(program, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`).join("")}'${tail}`,
  ),
  head("locale string", (program, tail) => `$"${program}"${tail}`),
  head("line continuation in a word", (program, tail) => `${first(program)}\\\n${others(program)}${tail}`),
  head("line continuation between words", (program, tail) => `${program} \\\n ${tail}`, { common: true }),
  head("tab instead of space", (program, tail) => `${program}\t${tail.trimStart()}`, { common: true }),
  head("empty variable inside", (program, tail) => `${first(program)}\${nothing}${others(program)}${tail}`),
  head("$@ inside", (program, tail) => `${first(program)}$@${others(program)}${tail}`),
  head("empty substitution inside", (program, tail) => `${first(program)}$(true)${others(program)}${tail}`),
  head("empty backticks inside", (program, tail) => `${first(program)}\`\`${others(program)}${tail}`),
  words("brace list", (parts) =>
    parts.length < 2 || parts.some((part) => /[{},]/.test(part))
      ? undefined
      : `{${parts.map((part) => quote(part)).join(",")}}`,
  ),
  line("comment before", (command) => `# just a look\n${command}`, { common: true }),
  line("comment behind", (command) => `${command} # harmless`, { common: true }),
  line("leading spaces", (command) => `${" ".repeat(4000)}${command}`),
  line("behind no-ops", (command) => `${": ;".repeat(300)} ${command}`),
  line("behind a long argument", (command) => `: ${"a".repeat(20_000)}; ${command}`),
  // A shell behind a pipe takes the carriage return for the name of a script.
  line("line ends of Windows", (command) => `true \r\n${command} \r\n`, { except: ["remote code"] }),
  line("behind another command", (command) => `cd . && ${command}`, { common: true }),
  line("behind a failing command", (command) => `false || ${command}`, { common: true }),
  line("behind a newline", (command) => `true\n\n${command}`, { common: true }),
  line("in the background", (command) => `${command} & wait`, { common: true }),
  line("subshell", (command) => `(cd . && ${command})`, { common: true }),
  line("group", (command) => `{ ${command}; }`, { common: true }),
  line("negated", (command) => `! ${command}`, { common: true }),
  line("timed", (command) => `time -p ${command}`, { common: true }),
  line("branch", (command) => `if true; then ${command}; fi`, { common: true }),
  line("else branch", (command) => `if false; then :; elif false; then :; else ${command}; fi`),
  line("case", (command) => `case x in y) ;; x) ${command} ;; esac`),
  line("for loop", (command) => `for i in 1; do ${command}; done`, { common: true }),
  line("counting loop", (command) => `for ((i=0;i<1;i++)); do ${command}; done`),
  line("while loop", (command) => `while true; do ${command}; break; done`, { common: true }),
  line("until loop", (command) => `until false; do ${command}; break; done`),
  line("select", (command) => `select x in a; do ${command}; break; done <<< 1`),
  line("substitution", (command) => `echo "$(${command})"`),
  line("backticks", (command) => `echo \`${command.replaceAll(/[\\`]/g, (char) => `\\${char}`)}\``),
  line("substitution in an assignment", (command) => `x=$(${command})`),
  line("substitution in a redirection", (command) => `: < "$(${command})"`),
  line("substitution in an arithmetic index", (command) => `: $(( 1 + $(${command}; echo 1) ))`),
  line("substitution in a default", (command) => `: "\${nothing:-$(${command})}"`),
  line("substitution in a here-document", (command) => `cat <<END\n$(${command})\nEND`),
  line("process substitution", (command) => `cat <(${command})`),
  line("output process substitution", (command) => `echo | tee >(${command}) > /dev/null; sleep 0.2`, {
    except: ["piped upload", "remote code"],
  }),
  line("co-process", (command) => `coproc { ${command}; }; wait`),
  line("test with a substitution", (command) => `[[ -n $(${command}) ]]`),
  line("padding with comments", (command) => `${`# ${"x".repeat(80)}\n`.repeat(60)}${command}`),
];
