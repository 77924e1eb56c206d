import { basename } from "node:path";
import type { ProcessTable } from "./process-tree.ts";

/** What a process is to the kill: only an `agent` may get a signal, only a `shell` may be walked over. */
export type ProcessRole = "agent" | "shell" | "editor" | "other";

/** Programs of agents that may be ended, by the name of the executable or of the script that a runtime executes. */
const agentNames: ReadonlySet<string> = new Set([
  "claude",
  "codex",
  "copilot",
  "gemini",
  "qwen",
  "opencode",
  "cline",
  "cursor-agent",
  "droid",
  "auggie",
  "crush",
  "devin",
  "kiro-cli",
  "kiro-cli-chat",
  "agy",
  "grok",
  "amp",
  "kimi",
]);

/** Packages of the same agents, for those that run under Node from a folder. */
const agentPackages =
  /[\\/]node_modules[\\/](?:@anthropic-ai[\\/]claude-code|@openai[\\/]codex|@github[\\/]copilot|@google[\\/]gemini-cli|@qwen-code[\\/]qwen-code|opencode-ai|cline|@cline[\\/]cli|@factory[\\/]cli|@augmentcode[\\/]auggie|@charmland[\\/]crush|@sourcegraph[\\/]amp|@ampcode[\\/]cli|@moonshot-ai[\\/]kimi-code)[\\/-]/;
/** Cursor's command line is a script of its own that runs under its own Node. */
const agentScripts = /[\\/]cursor-agent[\\/]versions[\\/][^\\/]+[\\/]index\.js$/;
/** Claude Code's own installer names the executable after its version. */
const agentVersions = /[\\/]claude[\\/]versions[\\/][^\\/]+$/;

const shellNames: ReadonlySet<string> = new Set([
  "sh",
  "bash",
  "dash",
  "zsh",
  "ksh",
  "fish",
  "ash",
  "busybox",
]);
const runtimeNames: ReadonlySet<string> = new Set(["node", "nodejs", "bun", "deno"]);

const editorNames =
  /^(?:code(?:-.+)?|code-server|code-oss|codium|vscodium|cursor|windsurf|electron|positron|trae|kiro|antigravity|zed(?:-editor)?|openvscode-server)$/;
const editorArguments =
  /extensionHost|bootstrap-fork|server-main\.js|(?:^|[\\/])code-server(?:[\\/]|$)|openvscode-server|\.vscode-server|--type=(?:renderer|gpu-process|utility|zygote)|Code Helper|\.app[\\/]Contents[\\/].*Electron/i;

/** INVARIANT: an editor is never taken for anything else, whatever else its command line looks like. */
export function roleOf(pid: number, table: ProcessTable): ProcessRole {
  const path = table.executable(pid).replace(/ \(deleted\)$/, "");
  const name = basename(path)
    .toLowerCase()
    .replace(/\.exe$/, "");
  const words = table.arguments(pid);
  if (isEditor(name, path, words)) {
    return "editor";
  }
  if (path === "") {
    return "other";
  }
  if (
    agentNames.has(name) ||
    agentVersions.test(path) ||
    (!runtimeNames.has(name) && agentPackages.test(path))
  ) {
    return "agent";
  }
  if (shellNames.has(name)) {
    return "shell";
  }
  return runtimeNames.has(name) && runsAgentScript(words) ? "agent" : "other";
}

function isEditor(name: string, path: string, words: readonly string[]): boolean {
  if (editorNames.test(name) || editorArguments.test(path)) {
    return true;
  }
  // The words of a shell or an agent may name an editor without being one (`claude "fix code-server"`).
  return runtimeNames.has(name) && words.some((word) => editorArguments.test(word));
}

/** The script is the first word behind the runtime that is not an option; what follows are the script's own words. */
function runsAgentScript(words: readonly string[]): boolean {
  const script = words.slice(1).find((word) => !word.startsWith("-"));
  if (script === undefined) {
    return false;
  }
  return (
    agentPackages.test(script) ||
    agentScripts.test(script) ||
    agentNames.has(basename(script).replace(/\.[cm]?js$/, ""))
  );
}
