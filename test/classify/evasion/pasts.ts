import { head, line, quote, words, type Technique } from "./technique.ts";

/** What looks replaced and is not: the harmless value stands in a branch, a job or a function that changes nothing. */
export const pasts: readonly Technique[] = [
  line("function of one branch", (command) => `if true; then f() { ${command}; }; else f() { ls; }; fi; f`),
  line("function kept", (command) => `f() { ${command}; }; false && f() { ls; }; f`),
  line("function of a list", (command) => `[ -n x ] && f() { ${command}; } || f() { ls; }; f`),
  line("function in the background", (command) => `f() { ${command}; }; f() { ls; } & wait; f`),
  words(
    "arguments of one branch",
    (_words, quoted) => `case a in a) set -- ${quoted};; b) set -- ls;; esac; "$@"`,
  ),
  line(
    "alias of one branch",
    (command) => `shopt -s expand_aliases\nif true; then alias x=${quote(command)}; else :; fi\nx`,
  ),
  line("variable kept", (command) => `x=${quote(command)}; false && x=ls; eval "$x"`),
  line("variable of a condition", (command) => `x=${quote(command)}; [ -e nothing ] && x=ls; eval "$x"`),
  line("variable in the background", (command) => `x=${quote(command)}; x=ls & wait; eval "$x"`),
  line("variable of a function", (command) => `x=${quote(command)}; f() { local x=ls; }; f; eval "$x"`),
  line(
    "variable declared in a function",
    (command) => `x=${quote(command)}; f() { declare x; x=ls; }; f; eval "$x"`,
  ),
  line(
    "variable behind break",
    (command) => `for i in 1; do x=${quote(command)}; break; x=ls; done; eval "$x"`,
  ),
  line("variable behind return", (command) => `f() { x=${quote(command)}; return; x=ls; }; f; eval "$x"`),
  line(
    "file behind return",
    (command) => `f() { echo ${quote(command)} > x; return; echo ls > x; }; f; sh x`,
  ),
  line("read-only variable", (command) => `readonly x=${quote(command)}\nx=ls\neval "$x"`),
  line(
    "file of one branch",
    (command) => `if true; then echo ${quote(command)} > x; else echo ls > x; fi; sh x`,
  ),
  line("file kept", (command) => `echo ${quote(command)} > x; false && echo ls > x; sh x`),
  line(
    "file of a case",
    (command) => `case a in a) echo ${quote(command)} > x;; *) echo ls > x;; esac; sh x`,
  ),
  line("descriptor kept", (command) => `exec 3<<< ${quote(command)}; false && exec 3<<< ls; sh <&3`),
  line("trap for later", (command) => `trap 'eval "$x"' EXIT; x=${quote(command)}`),
  line("trap with a function for later", (command) => `trap f EXIT; f() { ${command}; }`),
  head(
    "mapfile with NUL",
    (program, tail) => `mapfile -d '' a < <(printf '%s\\0' ${program}); \${a[0]}${tail}`,
  ),
];
