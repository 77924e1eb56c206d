import { optionSpec, readArguments } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { whyHooksFail } from "./agent-environment.ts";
import { guardedAgents, guardSwitch } from "./agent-guards.ts";

/** Signalbox's own switches, and agents or editors started with their guards off. */
export const governance: ProgramRule = {
  programs: [
    ...new Set([
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
      "windsurf",
      "code-server",
      "code-oss",
      "positron",
      "trae",
      ...guardedAgents,
    ]),
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
      { command: "codex exec -c 'features={hooks = false}' hi", actions: ["agent:start_unguarded"] },
      {
        command: `codex exec -c 'hooks.state={"/home/dev/.codex/hooks.json:pre_tool_use:0:0"={enabled=false}}' hi`,
        actions: ["agent:start_unguarded"],
      },
      { command: "codex exec --ignore-user-config hi", actions: ["agent:start_unguarded"] },
      { command: "codex -m gpt-5 features disable hooks", actions: ["agent:start_unguarded"] },
      { command: "opencode run --pure hi", actions: ["agent:start_unguarded"] },
      { command: "aider --aiderignore /dev/null -m hi", actions: ["agent:start_unguarded"] },
      { command: "qwen --bare -p hi", actions: ["agent:start_unguarded"] },
      { command: "qwen --safe-mode hi", actions: ["agent:start_unguarded"] },
      { command: "QWEN_CODE_SAFE_MODE=1 qwen -p hi", actions: ["agent:start_unguarded"] },
      { command: "cline --config .x hi", actions: ["agent:start_unguarded"] },
      { command: "CLINE_DIR=.x cline hi", actions: ["agent:start_unguarded"] },
      { command: "OPENCODE_PURE=1 opencode run hi", actions: ["agent:start_unguarded"] },
      { command: "code --profile none .", actions: ["agent:start_unguarded"] },
      { command: "signalbox kill s_abc", actions: ["signalbox:kill"] },
      { command: "signalbox policy approve", actions: ["signalbox:policy_approve"] },
      { command: "signalbox approver create", actions: ["signalbox:approver"] },
    ],
    misses: [
      { command: "code .", actions: ["editor:disable_extension"] },
      { command: "signalbox status", actions: ["signalbox:uninstall"] },
      { command: "signalbox policy diff a.yaml b.yaml", actions: ["signalbox:policy_approve"] },
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
      { command: "claude -p 'what does --yolo do'", actions: ["agent:start_unguarded"] },
      { command: "claude -p hi --allowedTools 'Bash(git log:*),Read'", actions: ["agent:widen"] },
      { command: "codex exec -s workspace-write 'fix it'", actions: ["agent:start_unguarded"] },
      { command: "codex features list", actions: ["agent:start_unguarded"] },
      { command: "codex features disable web_search", actions: ["agent:start_unguarded"] },
      { command: "codex exec 'how do I disable hooks'", actions: ["agent:start_unguarded"] },
      { command: "OPENCODE_PURE=0 opencode run hi", actions: ["agent:start_unguarded"] },
      { command: "goose up -y", actions: ["agent:start_unguarded"] },
      { command: "agent -f config.yaml", actions: ["agent:start_unguarded"] },
      { command: "yolo train --auto", actions: ["agent:start_unguarded"] },
      { command: "code --install-extension dbaeumer.vscode-eslint", actions: ["editor:disable_extension"] },
    ],
  },
  judge(invocation, scope) {
    const text = invocation.words
      .slice(1)
      .map((word) => word.text)
      .join(" ");
    const unguarded = guardSwitch(invocation, scope);
    if (invocation.program === "signalbox") {
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
    } else if (unguarded !== undefined || /disableAllHooks|"hooks"\s*:\s*\{\s*\}/.test(text)) {
      emit(invocation, scope, {
        action: "agent:start_unguarded",
        because: `it starts \`${invocation.program}\` with its guards off${unguarded === undefined ? "" : `, by ${unguarded}`}`,
      });
    } else {
      judgeSurroundings(invocation, scope, text);
      judgeWidened(invocation, scope);
    }
  },
};

/** Every command permitted beforehand, or a server of tools that nobody has seen: less than no guards, and still a question. */
function judgeWidened(invocation: Invocation, scope: Scope): void {
  if (invocation.program !== "claude" && invocation.program !== "claude-code") {
    return;
  }
  const words = invocation.words.slice(1).map((word) => word.text);
  const after = (name: RegExp): string =>
    words.flatMap((word, index) => (name.test(words[index - 1] ?? "") ? [word] : [])).join(",");
  const tools = words.find((word) => /^--allowed-?tools=/i.test(word)) ?? after(/^--allowed-?tools$/i);
  const because = /(?:^|[=,\s])(?:\*|Bash(?:\((?::?\*)?\))?)(?:$|[,\s])/.test(tools)
    ? "it permits the agent every command beforehand"
    : /^mcp (?:add|add-json|add-from\S*)\b/.test(words.join(" ")) ||
        words.some((word) => word.startsWith("--mcp-config"))
      ? "it gives the agent tools of a server that nobody has seen"
      : bringsSettings(invocation, scope)
        ? "it takes settings from a file that permits more, or cannot be read"
        : /^config set\b.*(?:hasTrustDialogAccepted|allowedTools|hooks|apiKeyHelper)/i.test(words.join(" "))
          ? "it changes what the agent asks before it acts"
          : undefined;
  if (because !== undefined) {
    report(scope, invocation, {
      action: "agent:widen",
      effects: ["persistence"],
      target: words.join(" ").slice(0, 160),
      because,
    });
  }
}

/** `claude --settings FILE`, where the file says more than how things look. */
function bringsSettings(invocation: Invocation, scope: Scope): boolean {
  const given = readArguments(invocation.words, optionSpec("--settings")).values.get("--settings");
  if (given === undefined || given.text.trimStart().startsWith("{")) {
    return false;
  }
  const path = scope.resolvePath(given);
  const file = path === undefined ? undefined : scope.readInput(path);
  return (
    file?.kind !== "text" || /"(?:hooks|allow|defaultMode|disableAllHooks|apiKeyHelper)"\s*:/.test(file.text)
  );
}

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
  const verb = /^(?:--\S+\s+)*(uninstall|reopen|approver?|policy\s+approve|kill|install)\b/.exec(text)?.[1];
  if (verb === "kill") {
    report(scope, invocation, {
      action: "signalbox:kill",
      effects: ["process_kill"],
      target: text.slice(0, 160),
      because: "`signalbox kill` ends the sessions of other agents",
    });
  } else if (verb !== undefined && verb !== "install") {
    emit(invocation, scope, {
      action: `signalbox:${verb.replace(/\s+/, "_")}`,
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
