/** How a sandbox sees the home folder, by the names of what lies at its top. */
export interface HomeView {
  readonly shown: readonly string[];
  readonly writable: readonly string[];
  readonly fixed: readonly string[];
  /** The agent's own files: it cannot sign in to its model without what is hidden among them. */
  readonly own: readonly string[];
}

/** What tools fetch again when it is gone: written through, so that nothing is fetched twice. */
const caches = [
  ".cache",
  ".npm",
  ".yarn",
  ".bun/install/cache",
  ".local/share/pnpm",
  ".cargo/registry",
  ".cargo/git",
  ".gradle/caches",
  ".m2/repository",
  ".nuget/packages",
  ".pub-cache",
  ".deno",
  ".ivy2/cache",
  "go/pkg",
];

/** Where each agent keeps its state, by the program that starts it; and what there governs it; folders end with a slash. */
const agents: ReadonlyMap<
  string,
  { readonly state: readonly string[]; readonly governing: readonly string[] }
> = new Map([
  [
    "claude",
    {
      state: [".claude", ".claude.json"],
      governing: [
        ".claude/settings.json",
        ".claude/settings.local.json",
        ".claude/hooks/",
        ".claude/plugins/",
      ],
    },
  ],
  [
    "codex",
    { state: [".codex"], governing: [".codex/hooks.json", ".codex/config.toml", ".codex/requirements.toml"] },
  ],
  ["gemini", { state: [".gemini"], governing: [".gemini/settings.json"] }],
  ["qwen", { state: [".qwen"], governing: [".qwen/settings.json"] }],
  [
    "opencode",
    {
      state: [".local/share/opencode", ".local/state/opencode", ".config/opencode"],
      governing: [".config/opencode/opencode.json", ".config/opencode/plugin/", ".config/opencode/plugins/"],
    },
  ],
  ["copilot", { state: [".copilot"], governing: [".copilot/hooks/", ".copilot/config.json"] }],
  [
    "cursor-agent",
    { state: [".cursor", ".config/cursor"], governing: [".cursor/hooks.json", ".cursor/mcp.json"] },
  ],
  ["cline", { state: [".cline"], governing: [".cline/hooks/"] }],
]);

/** Agents that wrap the commands they run in a sandbox of their own. */
const sandboxing: ReadonlySet<string> = new Set(["claude", "codex", "copilot", "cursor-agent", "gemini"]);

export function bringsSandbox(program: string): boolean {
  return sandboxing.has(program);
}

/** Never shown, whatever is in them: sockets of the desktop, and what decides for us. */
const absent: ReadonlySet<string> = new Set([".signalbox", ".ssh", ".gnupg", ".pki", ".dbus", ".vnc"]);

/** True for real paths in what is never shown. */
export function leadsToAbsent(home: string, path: string): boolean {
  return [...absent].some((name) => `${path}/`.startsWith(`${home}/${name}/`));
}

/**
 * Of the home folder a sandbox has what begins with a dot, where tools keep their settings, and the folders that PATH leads to;
 * other projects and documents are not there. `names` is what lies at its top, `path` the value of PATH. Pure.
 */
export function homeView(
  home: string,
  {
    names,
    path,
    program,
  }: { readonly names: readonly string[]; readonly path: string; readonly program: string },
): HomeView {
  const inside = (name: string): string => `${home}/${name}`;
  const onPath = path
    .split(":")
    .filter((folder) => folder.startsWith(`${home}/`))
    .map((folder) => folder.slice(home.length + 1).split("/")[0] ?? "")
    .filter((name) => name !== "");
  const agent = agents.get(program);
  return {
    shown: names
      .filter((name) => (name.startsWith(".") && !absent.has(name)) || onPath.includes(name))
      .map(inside),
    writable: [...caches, ...(agent?.state ?? [])].map(inside),
    fixed: (agent?.governing ?? []).map(inside),
    own: (agent?.state ?? []).map(inside),
  };
}
