import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { whyHooksFail } from "./agent-environment.ts";

const unguarded =
  /(?:^|\s)(?:--dangerously-skip-permissions|--dangerously-bypass-approvals-and-sandbox|--allow-dangerously-skip-permissions|--bare|--yolo|--no-safety|--skip-permissions|--full-auto|--auto-approve-everything|--permission-mode[= ]bypassPermissions|--approval-mode[= ]yolo|--ask-for-approval[= ]never|-a never|--sandbox[= ]danger-full-access|--trust-all-tools|--allow-all-tools|--dangerously-\S+|--no-hooks|--disable-hooks)(?:\s|=|$)/;

/** Signalbox's own switches, and agents or editors started with their guards off. */
export const governance: ProgramRule = {
  programs: [
    "signalbox",
    "railguard",
    "vectimus",
    "cc-safety-net",
    "agentguard",
    "dcg",
    "nah",
    "code",
    "code-insiders",
    "codium",
    "cursor",
    "cursor-agent",
    "windsurf",
    "claude",
    "codex",
    "gemini",
    "copilot",
    "opencode",
    "aider",
    "goose",
    "amp",
    "droid",
    "kiro",
    "q",
    "crush",
    "qwen",
    "kimi",
    "cn",
    "code-server",
    "code-oss",
    "positron",
    "trae",
    "kilocode",
    "auggie",
    "claude-code",
    "gemini-cli",
    "opencode-ai",
    "qwen-code",
  ],
  examples: {
    matches: [
      { command: "signalbox uninstall", actions: ["signalbox:uninstall"] },
      { command: "code --uninstall-extension signalbox.signalbox", actions: ["editor:disable_extension"] },
      { command: "cursor --disable-extensions .", actions: ["editor:disable_extension"] },
      { command: "claude --settings '{\"disableAllHooks\":true}' -p hi", actions: ["agent:start_unguarded"] },
      { command: "nah uninstall", actions: ["agent:disable_guard"] },
      { command: "vectimus pack disable agents", actions: ["agent:disable_guard"] },
      { command: "claude plugin disable guard", actions: ["agent:disable_guard"] },
      { command: "claude --bare -p hi", actions: ["agent:start_unguarded"] },
      { command: "claude --dangerously-skip-permissions", actions: ["agent:start_unguarded"] },
      { command: "CLAUDE_CONFIG_DIR=/tmp/x claude -p hi", actions: ["agent:start_unguarded"] },
      { command: "env -i claude -p hi", actions: ["agent:start_unguarded"] },
      { command: "claude --setting-sources user -p hi", actions: ["agent:start_unguarded"] },
      { command: "ulimit -v 1000; claude -p hi", actions: ["agent:start_unguarded"] },
      { command: "npx @anthropic-ai/claude-code@latest --bare", actions: ["agent:start_unguarded"] },
      { command: "code --profile none .", actions: ["agent:start_unguarded"] },
      { command: "signalbox kill s_abc", actions: ["signalbox:kill"] },
    ],
    misses: [
      { command: "code .", actions: ["editor:disable_extension"] },
      { command: "signalbox status", actions: ["signalbox:uninstall"] },
      { command: "claude -p 'summarise this'", actions: ["agent:start_unguarded"] },
      { command: "claude -p 'remove what is unused'", actions: ["agent:disable_guard"] },
      { command: "HOME=/home/dev claude -p hi", actions: ["agent:start_unguarded"] },
      { command: "CLAUDE_CONFIG_DIR=/tmp/x claude --version", actions: ["agent:start_unguarded"] },
      { command: "ulimit -n 65536; claude -p hi", actions: ["agent:start_unguarded"] },
      {
        command: "code --extensionDevelopmentPath=. --extensions-dir=.test",
        actions: ["agent:start_unguarded"],
      },
      { command: "codex exec --profile fast 'fix it'", actions: ["agent:start_unguarded"] },
      { command: "claude mcp remove docs", actions: ["agent:disable_guard"] },
      { command: "code --install-extension dbaeumer.vscode-eslint", actions: ["editor:disable_extension"] },
    ],
  },
  judge(invocation, scope) {
    const text = invocation.words
      .slice(1)
      .map((word) => word.text)
      .join(" ");
    if (invocation.program === "cursor-agent" && /(?:^|\s)(?:--force|-f)(?:\s|$)/.test(text)) {
      emit(invocation, scope, {
        action: "agent:start_unguarded",
        because: "it starts an agent that asks for nothing",
      });
    } else if (invocation.program === "signalbox") {
      judgeSignalbox(invocation, scope, text);
    } else if (takesOut(invocation)) {
      emit(invocation, scope, {
        action: "agent:disable_guard",
        because: `it takes out what \`${invocation.program}\` holds back`,
      });
    } else if (
      /--uninstall-extension|--disable-extensions?\b/.test(text) &&
      !/--uninstall-extension[= ](?!\S*signalbox)/i.test(text)
    ) {
      emit(invocation, scope, {
        action: "editor:disable_extension",
        because: "it starts the editor without Signalbox, or takes it out",
      });
    } else if (unguarded.test(` ${text} `) || /disableAllHooks|"hooks"\s*:\s*\{\s*\}/.test(text)) {
      emit(invocation, scope, {
        action: "agent:start_unguarded",
        because: `it starts \`${invocation.program}\` with its guards off`,
      });
    } else {
      judgeSurroundings(invocation, scope, text);
    }
  },
};

const editors = /^(?:code|code-insiders|codium|cursor|windsurf|code-server|code-oss|positron|trae)$/;

/** Agents and editors whose guards are on, but would not be found where they are started. */
function judgeSurroundings(invocation: Invocation, scope: Scope, text: string): void {
  if (
    /^(?:--version|-v|--help|-h|--status|--list-extensions)\b/.test(text) ||
    scope.elsewhere !== undefined
  ) {
    return;
  }
  const because = editors.test(invocation.program)
    ? /(?:^|\s)--(?:profile|profile-temp|extensions-dir)(?:[= ]|$)/.test(text) &&
      !/(?:^|\s)--extension(?:Development|Tests)Path(?:[= ]|$)/.test(text)
      ? "it starts the editor with other extensions or settings than those that govern agents"
      : undefined
    : whyHooksFail(invocation, scope);
  if (because !== undefined) {
    emit(invocation, scope, { action: "agent:start_unguarded", because });
  }
}

/** `nah uninstall`, `claude plugin disable guard`: verbs, not words of a prompt. */
function takesOut(invocation: Invocation): boolean {
  const [first = "", second = ""] = invocation.words
    .slice(1)
    .map((word) => word.text)
    .filter((text) => !text.startsWith("-"));
  const verb = /^(?:uninstall|disable|off|remove|pause|bypass)$/;
  const guard = /^(?:railguard|vectimus|cc-safety-net|agentguard|dcg|nah)$/.test(invocation.program);
  return (
    verb.test(first) ||
    (guard && verb.test(second)) ||
    (/^(?:plugins?|hooks?|extensions?)$/.test(first) && verb.test(second))
  );
}

function judgeSignalbox(invocation: Invocation, scope: Scope, text: string): void {
  const verb = /^(?:--\S+\s+)*(uninstall|reopen|approve|kill|install)\b/.exec(text)?.[1];
  if (verb === "kill") {
    report(scope, invocation, {
      action: "signalbox:kill",
      effects: ["process_kill"],
      target: text.slice(0, 160),
      because: "`signalbox kill` ends the sessions of other agents",
    });
  } else if (verb !== undefined && verb !== "install") {
    emit(invocation, scope, {
      action: `signalbox:${verb}`,
      because: `\`signalbox ${verb}\` loosens what holds agents back`,
    });
  }
}

function emit(
  invocation: Invocation,
  scope: Scope,
  parts: { action: `${string}:${string}`; because: string },
): void {
  report(scope, invocation, {
    ...parts,
    effects: ["governance_tampering"],
    target: invocation.words
      .map((word) => word.text)
      .join(" ")
      .slice(0, 160),
  });
}

const unmistakable =
  /^--(?:dangerously-\S+|allow-dangerously-\S+|skip-permissions|no-safety|yolo|trust-all-tools|allow-all-tools|auto-approve-everything)$/;

/** Flags that switch guards off, for agents that nobody listed. */
export function judgeUnguarded(invocation: Invocation, scope: Scope): void {
  if (invocation.words.some((word) => unmistakable.test(word.text))) {
    emit(invocation, scope, {
      action: "agent:start_unguarded",
      because: `it starts \`${invocation.program}\` with its guards off`,
    });
  }
}
