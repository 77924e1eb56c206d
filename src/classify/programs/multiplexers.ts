import { optionSpec, readArguments } from "../options.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";

/** What `screen` and `tmux` start, and what they type into a shell that is there already. */
export function judgeMultiplexer(invocation: Invocation, scope: Scope): void {
  if (invocation.program === "screen") {
    judgeScreen(invocation, scope);
    return;
  }
  const args = readArguments(invocation.words, optionSpec("-L -S -f -c -T", { stopAtOperand: true }));
  const text = args.values.get("-c");
  if (text !== undefined) {
    scope.shell(text.text, "tmux", scope.evidence(invocation));
  }
  let command: Word[] = [];
  for (const word of [...args.operands, undefined]) {
    if (word !== undefined && word.text !== ";") {
      command.push(word);
      continue;
    }
    judgeTmux(command, invocation, scope);
    command = [];
  }
}

function judgeScreen(invocation: Invocation, scope: Scope): void {
  const options = optionSpec("-c -e -h -p -s -S -t -T -x -X", { stopAtOperand: true });
  const { operands, values } = readArguments(invocation.words, options);
  if (values.get("-X")?.text === "stuff") {
    scope.shell(textOf(operands).replaceAll(/\\n|\\r|\^M/g, "\n"), "screen", scope.evidence(invocation));
  } else {
    scope.command(operands, invocation.stdin);
  }
}

const starting =
  /^(?:new|new-session|new-window|neww|split-window|splitw|run|run-shell|respawn-pane|respawnp|respawn-window|respawnw|popup|display-popup|if|if-shell|pipe-pane|pipep)$/;
/** Commands that keep another tmux command for later. */
const keeping = /^(?:set-hook|bind|bind-key|confirm|confirm-before|command-prompt)$/;

/** One command of tmux: `new -d TEXT`, `send-keys TEXT Enter`, `bind-key x run-shell TEXT`. */
function judgeTmux(words: readonly Word[], invocation: Invocation, scope: Scope): void {
  const verb = words[0]?.text ?? "";
  if (keeping.test(verb)) {
    judgeKept(words, invocation, scope);
    return;
  }
  const popup = verb.endsWith("popup");
  const session = /^new(?:-session)?$/.test(verb);
  const options = optionSpec(
    `-t -s -n -c -e -T -p -F -l ${popup ? "-h -w -x -y -d" : session ? "-x -y" : ""}`,
    {
      stopAtOperand: true,
    },
  );
  const { operands } = readArguments(words, options);
  if (starting.test(verb)) {
    scope.shell(textOf(operands), "tmux", scope.evidence(invocation));
  } else if (/^(?:send|send-keys)$/.test(verb)) {
    const keys = operands.filter(({ text }) => !/^(?:Enter|C-\w|Escape|Space|Tab|Up|Down)$/.test(text));
    scope.shell(textOf(keys), "tmux", scope.evidence(invocation));
  } else if (verb.startsWith("set") && /^default-(?:command|shell)$/.test(operands[0]?.text ?? "")) {
    scope.shell(textOf(operands.slice(1)), "tmux", scope.evidence(invocation));
  }
}

/** A tmux command as words, or in one word, that stands behind the key or event it is kept for. */
function judgeKept(words: readonly Word[], invocation: Invocation, scope: Scope): void {
  const at = words.findIndex((word, index) => index > 0 && starting.test(word.text));
  if (at > 0) {
    judgeTmux(words.slice(at), invocation, scope);
    return;
  }
  const [, verb = "", text = ""] =
    /^(\S+)\s+(?:-\w\s+)*["']?(.*?)["']?$/s.exec(words.at(-1)?.text ?? "") ?? [];
  if (starting.test(verb)) {
    scope.shell(text, "tmux", scope.evidence(invocation));
  }
}

function textOf(words: readonly Word[]): string {
  return words.map((word) => (word.known ? word.text : (word.template ?? word.text))).join(" ");
}
