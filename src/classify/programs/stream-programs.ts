import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

/** `system("…")`, `"…" | getline` and `print … | "sh"`. */
export function judgeAwk(text: string, invocation: Invocation, scope: Scope): void {
  if (!/system\s*\(|\|\s*getline|\|\s*["$&a-z]|@load/.test(text)) {
    return;
  }
  if (/\w\s*\|\s*getline|\|&?\s*[a-z_]/i.test(text)) {
    // `cmd = "…"; cmd | getline`: which literal the variable holds is not followed.
    for (const [, literal = ""] of text.matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
      if (/\S\s+\S/.test(literal) && scope.wouldHarm(unescaped(literal))) {
        scope.shell(unescaped(literal), "awk", scope.evidence(invocation));
      }
    }
  }
  for (const match of text.matchAll(/system\s*\(\s*(?:"((?:[^"\\]|\\.)*)"\s*\)|([^)]*))/g)) {
    if (match[1] !== undefined) {
      scope.shell(unescaped(match[1]), "awk", scope.evidence(invocation));
    } else {
      scope.opaque(
        `\`awk\` runs what its input holds: \`system(${(match[2] ?? "").slice(0, 60)})\``,
        scope.evidence(invocation),
      );
    }
  }
  for (const match of text.matchAll(
    /"((?:[^"\\]|\\.)*)"\s*\|\s*(?:getline|&)|(?:print|printf)\b(?:"(?:[^"\\]|\\.)*"|[^|{};"])*\|\s*"((?:[^"\\]|\\.)*)"/g,
  )) {
    const command = unescaped(match[1] ?? match[2] ?? "");
    if (match[1] === undefined && /^\s*(?:\S*\/)?(?:ba|da|k|z|a)?sh(?:\s+-[^c\s]*)*\s*$/.test(command)) {
      judgePrinted(match[0], invocation, scope);
    } else {
      scope.shell(command, "awk", scope.evidence(invocation));
    }
  }
}

/** `print "…" | "sh"`: what is printed is the program. */
function judgePrinted(statement: string, invocation: Invocation, scope: Scope): void {
  const literal = /^printf?\s*\(?\s*"((?:[^"\\]|\\.)*)"\s*\)?\s*\|/.exec(statement)?.[1];
  if (literal === undefined) {
    scope.opaque("`awk` hands its input to a shell as commands", scope.evidence(invocation));
  } else {
    scope.shell(unescaped(literal), "awk", scope.evidence(invocation));
  }
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(["\\])/g, "$1");
}

/** An address of `sed`, or two: `3`, `$`, `/x/`, `1,/x/!`. */
const address = String.raw`(?:(?:\d+|\$|\/(?:\\.|[^/\\\n])*\/I?)(?:\s*[,~]\s*[+~]?(?:\d+|\$|\/(?:\\.|[^/\\\n])*\/I?))?\s*!?)?`;

const runCommand = new RegExp(String.raw`(?:^|[;{}\n])\s*${address}\s*e[ \t]+(\S[^\n]*)`, "g");
const runsSpace = new RegExp(String.raw`[;{}\n]\s*${address}\s*e\s*(?:$|[;}\n])`);
const runsResult =
  /(?:^|[;{}\s\d$/!])s([^\w\s\\])(?:\\.|(?!\1)[^\\])*\1(?:\\.|(?!\1)[^\\])*\1[gpI0-9]*e[gpI]*(?:$|[;}\s])/;

/** `e COMMAND` and `s///e`, in a script of any number of commands. */
export function judgeSed(text: string, invocation: Invocation, scope: Scope): void {
  const script = text.replace(/^(?:--expression=|-[a-zA-Z]*e(?=[^\s]))/, "").slice(0, 8192);
  for (const [, command = ""] of script.matchAll(runCommand)) {
    scope.shell(command.replaceAll("\\\\", "\\").replace(/\}\s*$/, ""), "sed", scope.evidence(invocation));
  }
  if (runsResult.test(script) || runsSpace.test(script)) {
    scope.opaque("`sed` runs what its input holds", scope.evidence(invocation));
  }
}
