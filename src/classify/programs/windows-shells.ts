import { report } from "../report.ts";
import type { Scope } from "../scope.ts";
import { decodeBase64 } from "../shell/decoders.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { isFromNetwork } from "../shell/word.ts";

/** The shell of Windows, as other shells start it: `cmd.exe /c …`. */
export const cmdProgram = "cmd";

/** Judges `pwsh` and `cmd` where another shell starts them. */
export function judgePowerShell(invocation: Invocation, scope: Scope): void {
  if (invocation.program.toLowerCase() === cmdProgram) {
    judgeCmd(invocation, scope);
    return;
  }
  const { words, stdin } = invocation;
  for (const [index, word] of words.entries()) {
    const option = word.text.toLowerCase();
    const value = words[index + 1];
    if (index === 0 || (value === undefined && option.startsWith("-"))) {
      continue;
    }
    if (/^-e(?:n|nc|nco|ncod|ncode|ncodedc?\w*)?$/.test(option) || option === "-ec") {
      judgeEncoded(value, invocation, scope);
      return;
    }
    if (/^-(?:c|com|comma|command)$/.test(option) && value?.text !== "-") {
      scope.foreign(textFrom(words, index + 1), "powershell");
      return;
    }
    if (/^-(?:f|fi|file)$/.test(option) && value !== undefined) {
      judgeFile(value, invocation, scope);
      return;
    }
    if (!option.startsWith("-") && option.endsWith(".ps1")) {
      judgeFile(word, invocation, scope);
      return;
    }
  }
  if (stdin.kind === "text") {
    scope.foreign(stdin.text, "powershell");
  }
}

function textFrom(words: readonly Word[], from: number): string {
  return words
    .slice(from)
    .map((rest) => rest.text)
    .join(" ");
}

/** What was encoded is asked about, whatever it is: a reader cannot see it. What it does is judged as well. */
function judgeEncoded(value: Word | undefined, invocation: Invocation, scope: Scope): void {
  const text = value?.known === true ? decodeBase64(value.text)?.replaceAll("\0", "") : undefined;
  scope.opaque("`-EncodedCommand` hides what runs", scope.evidence(invocation));
  if (text !== undefined) {
    scope.foreign(text, "powershell");
  }
}

function judgeFile(file: Word, invocation: Invocation, scope: Scope): void {
  const path = scope.resolvePath(file);
  const written = path === undefined ? undefined : scope.writtenFile(path);
  if (written !== undefined && isFromNetwork(written)) {
    report(scope, invocation, {
      action: "shell:run_remote_code",
      effects: ["remote_code_execution"],
      target: file.text,
      because: `\`${invocation.program}\` runs what was downloaded`,
    });
    return;
  }
  const there = path !== undefined && scope.elsewhere === undefined && scope.lookups.kind(path) !== "missing";
  const text = written ?? (there ? scope.readInput(path) : undefined);
  if (text?.kind === "text") {
    scope.foreign(text.text, "powershell");
  }
}

/** `/c` and `/k` take the rest of the line. */
function judgeCmd({ words, stdin }: Invocation, scope: Scope): void {
  const at = words.findIndex((word) => /^\/{1,2}[ckr]$/i.test(word.text));
  if (at > 0) {
    scope.foreign(textFrom(words, at + 1), "cmd");
  } else if (stdin.kind === "text") {
    scope.foreign(stdin.text, "cmd");
  }
}
