import { reportDeletion, reportWrite } from "../file-actions.ts";
import type { ProgramRule } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";

/** Coding agents' own patch program: the patch is its first word, or what it is fed with. */
export const agentPatch: ProgramRule = {
  programs: ["apply_patch", "applypatch"],
  examples: {
    matches: [
      {
        command:
          "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: .codex/hooks.json\n@@\n-a\n+b\n*** End Patch\nEOF",
        actions: ["fs:write"],
      },
      {
        command: "apply_patch '*** Begin Patch\n*** Delete File: ../other/notes.txt\n*** End Patch'",
        actions: ["fs:delete"],
      },
      { command: 'apply_patch "$PATCH"', actions: ["shell:opaque"] },
      { command: "applypatch < x.patch", actions: ["shell:opaque"] },
    ],
    misses: [
      {
        command:
          "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: src/a.ts\n+*** Delete File: b\n*** End Patch\nEOF",
        actions: ["fs:delete", "shell:opaque"],
      },
    ],
  },
  judge(invocation, scope) {
    const text = patchOf(invocation);
    if (text === undefined) {
      scope.opaque(
        `\`${invocation.program}\` applies a patch that cannot be read here`,
        scope.evidence(invocation),
      );
      return;
    }
    for (const [, verb, path = ""] of text.matchAll(
      /^\*\*\* (Add File|Update File|Delete File|Move to): (.+?)\s*$/gm,
    )) {
      const file = knownWord(path, invocation.start, invocation.end);
      if (verb === "Delete File") {
        reportDeletion(scope, file, invocation, { recursive: false, how: `\`${invocation.program}\`` });
      } else {
        reportWrite(scope, file, invocation, `\`${invocation.program}\``);
      }
    }
  },
};

function patchOf({ words, stdin }: Invocation): string | undefined {
  const word = words[1];
  if (word !== undefined) {
    return word.known ? word.text : undefined;
  }
  return stdin.kind === "text" ? stdin.text : undefined;
}
