import { pathPattern, type PathPattern } from "./path-pattern.ts";
import { pathSet } from "./path-set.ts";
import type { PathSet } from "./compiled.ts";
import { must } from "./place.ts";

/**
 * Files that govern agents: our policies and state, and the hook, permission and settings files of the agents
 * themselves. Whoever writes them can silence a boundary.
 */
const governanceFiles: readonly string[] = [
  "**/.governance/**",
  "**/.signalbox/**",
  "**/.config/signalbox/**",
  "**/.local/share/signalbox/**",
  "**/.local/state/signalbox/**",
  "**/signalbox.signalbox*/**",
  "**/extensions/*signalbox*/**",
  "**/extensions/*signalbox*",
  "/etc/signalbox/**",
  "/Library/Application Support/Signalbox/**",
  "**/ProgramData/Signalbox/**",
  "**/.{vscode,vscode-server,vscode-oss,cursor,cursor-server,windsurf}/extensions/extensions.json",
  "**/.{vscode,vscode-server,vscode-oss,cursor,cursor-server,windsurf}/extensions/.obsolete",
  "**/code-server/extensions/extensions.json",
  "**/code-server/extensions/.obsolete",
  "/run/user/*/signalbox/**",
  "**/.claude/settings.json",
  "**/.claude/settings.local.json",
  "**/.claude/hooks/**",
  "**/.claude.json",
  "**/.mcp.json",
  "**/.vscode/mcp.json",
  "**/managed-settings.json",
  "**/managed-settings.d/**",
  "/etc/claude-code/**",
  "**/.cursor/hooks.json",
  "**/.cursor/hooks/**",
  "**/.cursor/mcp.json",
  "**/.agents/hooks/**",
  "**/.cursor/cli.json",
  "**/.cursor/cli-config.json",
  "**/.cursor/permissions.json",
  "**/.cursor/sandbox.json",
  "/etc/cursor/**",
  "**/.github/hooks/**",
  "**/.github/copilot/settings*.json",
  "**/.copilot/hooks/**",
  "**/.copilot/config.json",
  "**/.copilot/settings.json",
  "/etc/github-copilot/**",
  // Also its profiles, and what it takes into its environment.
  "**/.codex/config.toml",
  "**/.codex/*.config.toml",
  "**/.codex/.env",
  "**/.codex/hooks.json",
  "**/.codex/hooks/**",
  "**/.codex/rules/**",
  "/etc/codex/**",
  "**/.gemini/settings.json",
  "**/.gemini/hooks/**",
  "**/.gemini/policies/**",
  "/etc/gemini-cli/**",
  "**/.qwen/settings.json",
  "/etc/qwen-code/**",
  "**/opencode.json",
  "**/opencode.jsonc",
  "**/.opencode/plugin/**",
  "**/.opencode/plugins/**",
  "**/.config/opencode/plugin/**",
  "**/.config/opencode/plugins/**",
  // Code that is loaded into the process where the plugin lives.
  "**/.opencode/tool/**",
  "**/.opencode/tools/**",
  "**/.config/opencode/tool/**",
  "**/.config/opencode/tools/**",
  "**/.clinerules/hooks/**",
  "**/.cline/hooks/**",
  "**/Cline/Hooks/**",
  "/etc/opencode/**",
  "**/.windsurf/hooks.json",
  "/etc/windsurf/**",
  "**/.devin/hooks*.json",
  "**/.devin/config*.json",
  "**/.config/devin/config*.json",
  "**/.codeium/windsurf/hooks.json",
  "**/.codeium/windsurf/mcp_config.json",
  "**/.kiro/hooks/**",
  "**/.kiro/agents/**",
  "**/.kiro/settings/**",
  "**/.factory/hooks.json",
  "**/.factory/hooks/**",
  "**/.factory/settings*.json",
  "/etc/factory/**",
  "**/.augment/settings*.json",
  "/etc/augment/**",
  "**/crush.json",
  "**/.crush.json",
  "**/.agents/hooks.json",
  "**/.gemini/config/hooks.json",
  "**/.grok/hooks/**",
  "**/.grok/settings.json",
  "**/.amp/settings.json",
  "**/.amp/plugins/**",
  "**/.config/amp/plugins/**",
  "**/.config/amp/settings.json",
  "**/.kimi-code/config.toml",
  // What keeps hidden files out of agents' context by their own means.
  "**/.{cursor,cursorindexing,gemini,qwen,agent,ai,cline,roo,continue,aider,codeium,kiro,augment,crush}ignore",
  "**/.continue/permissions.yaml",
  "**/.aider.conf.yml",
  "**/.zed/settings.json",
  "**/.config/zed/settings.json",
];

/** Folders that hold such files: deleting or replacing one removes them. */
const governanceFolders: readonly string[] =
  ".governance .signalbox .claude .cursor .github .copilot .codex .gemini .qwen .opencode .cline .clinerules .windsurf .devin .kiro .factory .augment .grok .amp .kimi-code"
    .split(" ")
    .map((name) => `**/${name}`);

/** The longest literal step of every pattern: a path without any of them governs nothing, whatever else it is. */
const marks: RegExp = new RegExp(
  [...governanceFiles, ...governanceFolders]
    .map((source) =>
      source
        .split("/")
        .flatMap((step) => step.replaceAll(/\{.*?\}/g, "*").split("*"))
        .reduce((longest, piece) => (piece.length > longest.length ? piece : longest), ""),
    )
    .map((mark) => mark.replaceAll(/[.+?^$()[\]\\|]/g, "\\$&"))
    .filter((mark, index, all) => all.indexOf(mark) === index)
    .join("|"),
  "i",
);

const files: PathSet = setOf(governanceFiles);
const folders: PathSet = setOf(governanceFolders);

/**
 * True where changing this absolute path could loosen a policy or silence a boundary. `whole` for changes that take
 * away what is below the path, too (deleting or moving a folder).
 */
export function isGovernancePath(path: string, whole: boolean): boolean {
  return marks.test(path) && (files.find(path) >= 0 || (whole && folders.find(path) >= 0));
}

/** Where at home what governs agents lies: our state, the extension, the agents' own settings. */
const homePlaces: readonly string[] = [
  ".local/state/signalbox",
  ".local/share/signalbox",
  ".config/signalbox",
  ".signalbox",
  ...[".vscode", ".vscode-server", ".vscode-oss", ".cursor", ".cursor-server", ".windsurf"].map(
    (folder) => `${folder}/extensions`,
  ),
  ".claude",
  ".cursor",
  ".copilot",
  ".codex",
  ".gemini",
  ".qwen",
  ".codeium",
  ".kiro",
  ".factory",
  ".augment",
  ".grok",
];

/** True where all that governs an agent, or a part of it, lies at or below this absolute path. */
export function holdsGovernance(
  path: string,
  at: { readonly workspace: string; readonly home: string },
): boolean {
  const below = path.endsWith("/") ? path : `${path}/`;
  return [at.workspace, ...homePlaces.map((place) => `${at.home}/${place}`)].some((place) =>
    `${place}/`.startsWith(below),
  );
}

function setOf(sources: readonly string[]): PathSet {
  const patterns = sources.map((source): PathPattern =>
    must(pathPattern(source, { workspace: "", home: "", reach: "wide" })),
  );
  return pathSet(patterns);
}
