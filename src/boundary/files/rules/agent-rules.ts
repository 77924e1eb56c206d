import { join } from "node:path";
import { ok } from "../../../base/result.ts";
import type { InstallPlace, InstallScope } from "../../hooks/installer.ts";
import { commandPattern, commandPrefixes } from "./denied-commands.ts";
import { denyGlobs } from "./deny-globs.ts";
import { withIgnoreBlock, withoutIgnoreBlock } from "./ignore-block.ts";
import { bothRules, type Prohibitions, type RuleFile } from "./rule-file.ts";
import { jsonRules, yamlRules } from "./rule-list.ts";

/** By which of its own means an agent keeps files out of its context where hooks cannot see: mentions, attachments, its index. */
export interface AgentRules {
  /** The name for `signalbox install`. */
  readonly agent: string;
  /** None where it has no such means at this level. */
  readonly files: (place: InstallPlace) => readonly RuleFile[];
  /** What these means do not reach, one clause each. */
  readonly limits?: readonly string[];
  /** Set where there is no hook to install: its name for people, and what its own means come to. */
  readonly hookless?: { readonly title: string; readonly means: string };
}

type FilesOf = AgentRules["files"];

const none: FilesOf = () => [];

const githubExcludes =
  "Copilot has no ignore file: GitHub's content exclusion is an organisation's setting, not a file on this machine";

export const agentRules: readonly AgentRules[] = [
  {
    agent: "claude-code",
    files: ({ scope, base }) => [
      claudeLikeDenials(
        scope === "managed"
          ? join(base, "etc", "claude-code", "managed-settings.d", "50-signalbox.json")
          : join(base, ".claude", "settings.json"),
      ),
    ],
  },
  {
    agent: "cursor",
    files: inScopes({
      workspace: (base) => [
        ignoreFile(join(base, ".cursorignore"), base),
        ignoreFile(join(base, ".cursorindexingignore"), base),
      ],
    }),
    // `.cursor/cli.json` is left alone: nobody says whether its lists add to the user's or replace them.
    limits: ["Cursor reads ignore files from the workspace alone"],
  },
  {
    agent: "gemini-cli",
    files: inScopes({ workspace: (base) => [ignoreFile(join(base, ".geminiignore"), base)] }),
    limits: ["Gemini CLI reads its ignore file from the workspace alone"],
  },
  {
    agent: "qwen-code",
    files: inScopes({
      user: (base) => [claudeLikeDenials(join(base, ".qwen", "settings.json"))],
      workspace: (base) => [ignoreFile(join(base, ".qwenignore"), base)],
    }),
  },
  {
    agent: "cline",
    files: none,
    limits: ["Cline's command line obeys no ignore file, the extension's own either"],
  },
  {
    agent: "cline-vscode",
    files: inScopes({ workspace: (base) => [ignoreFile(join(base, ".clineignore"), base)] }),
    limits: ["Cline reads its ignore file from the workspace alone"],
  },
  {
    agent: "windsurf",
    files: inScopes({
      user: (base) => [ignoreFile(join(base, ".codeium", ".codeiumignore"))],
      workspace: (base) => [ignoreFile(join(base, ".codeiumignore"), base)],
    }),
    limits: [
      "the ignore file at home is one for enterprises, in other accounts the workspace's counts alone",
    ],
  },
  {
    agent: "kiro",
    files: inScopes({
      user: (base) => [kiroDenials(join(base, ".kiro", "settings", "permissions.yaml"))],
      workspace: (base) => [ignoreFile(join(base, ".kiroignore"), base)],
    }),
  },
  {
    agent: "auggie",
    files: inScopes({ workspace: (base) => [ignoreFile(join(base, ".augmentignore"), base)] }),
  },
  {
    agent: "crush",
    files: inScopes({ workspace: (base) => [ignoreFile(join(base, ".crushignore"), base)] }),
  },
  {
    agent: "continue",
    files: inScopes({
      user: (base) => [
        ignoreFile(join(base, ".continue", ".continueignore")),
        continueExclusions(join(base, ".continue", "permissions.yaml")),
      ],
      workspace: (base) => [ignoreFile(join(base, ".continueignore"), base)],
    }),
    hookless: {
      title: "Continue",
      means: "ignore files, and exclusions for its command line (which reads hooks and never calls them)",
    },
  },
  {
    agent: "roo",
    files: inScopes({
      workspace: (base) => [ignoreFile(join(base, ".rooignore"), base)],
    }),
    hookless: { title: "Roo Code", means: "an ignore file in a workspace" },
  },
  {
    agent: "aider",
    files: inScopes({ workspace: (base) => [ignoreFile(join(base, ".aiderignore"), base)] }),
    hookless: {
      title: "Aider",
      means: "an ignore file in a workspace, and it asks a person before each command itself",
    },
  },
  {
    agent: "zed",
    files: inScopes({
      user: (base) => [zedRules(join(base, ".config", "zed", "settings.json"))],
    }),
    // A workspace's list would take the place of the user's own.
    limits: ["Zed's lists are the user's: what only one workspace's policy hides is not in them"],
    hookless: { title: "Zed", means: "private files and denied commands for its own agent" },
  },
  { agent: "vscode", files: none, limits: [githubExcludes] },
  { agent: "copilot", files: none, limits: [githubExcludes] },
  {
    agent: "codex",
    files: none,
    limits: ["Codex has no ignore file; it reads by commands, which its hook sees"],
  },
  {
    agent: "opencode",
    files: none,
    limits: ["opencode needs none: the plugin decides reads and what a prompt brings in"],
  },
];

function inScopes(by: Partial<Record<InstallScope, (base: string) => readonly RuleFile[]>>): FilesOf {
  return ({ scope, base }) => by[scope]?.(base) ?? [];
}

/** A file read like `.gitignore`, whose patterns start from `root`; without one it holds in every folder. */
function ignoreFile(path: string, root?: string): RuleFile {
  return {
    path,
    withRules: (current, { globs, place }) =>
      ok({ text: withIgnoreBlock(current, globs, root, place), ours: [] }),
    withoutRules: (current) => {
      const rest = withoutIgnoreBlock(current);
      return ok(rest === "" ? undefined : rest);
    },
  };
}

/** `Read(//` with a glob anywhere, `Read(~/x)` at home, `Read(//x)` absolute. */
function claudeLikeDenials(path: string): RuleFile {
  return jsonRules({
    path,
    place: ["permissions", "deny"],
    fresh: "{}\n",
    left,
    entries: ({ globs, place }) =>
      denyGlobs(globs, place).denied.map((glob) =>
        glob.startsWith("~/") ? `Read(${glob})` : `Read(${glob.startsWith("/") ? "/" : "//"}${glob})`,
      ),
  });
}

function kiroDenials(path: string): RuleFile {
  return yamlRules({
    path,
    place: ["rules"],
    fresh: "",
    entries: ({ globs }) => [
      { capability: "fs_read", match: globs.hidden, exclude: globs.shown, effect: "deny" },
    ],
  });
}

function continueExclusions(path: string): RuleFile {
  return yamlRules({
    path,
    place: ["exclude"],
    fresh: "",
    left,
    entries: (prohibitions) => [
      ...absoluteDenied(prohibitions).map((glob) => `Read(${glob})`),
      ...prohibitions.commands.flatMap(commandPrefixes).map((prefix) => `Bash(${prefix}*)`),
    ],
  });
}

function zedRules(path: string): RuleFile {
  const commands = jsonRules({
    path,
    place: ["agent", "tool_permissions", "tools", "terminal", "always_deny"],
    fresh: "{}\n",
    entries: (prohibitions) => prohibitions.commands.map((command) => ({ pattern: commandPattern(command) })),
  });
  return bothRules(zedPrivateFiles(path), commands);
}

/** Zed's own list is replaced by the settings', so it is taken over. */
function zedPrivateFiles(path: string): RuleFile {
  return jsonRules({
    path,
    place: ["private_files"],
    fresh: "{}\n",
    defaults: ["**/.env*", "**/*.pem", "**/*.key", "**/*.cert", "**/*.crt", "**/.dev.vars", "**/secrets.yml"],
    left,
    entries: absoluteDenied,
  });
}

function left({ globs, place }: Prohibitions): readonly string[] {
  return denyGlobs(globs, place).left;
}

function absoluteDenied({ globs, place }: Prohibitions): readonly string[] {
  return denyGlobs(globs, place).denied.map((glob) => glob.replace(/^~(?=\/)/, () => place.home));
}
