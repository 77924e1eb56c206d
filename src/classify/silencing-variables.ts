/** Where agents look for their settings, and with them for the hooks that govern them. */
export const settingsVariables: readonly string[] = [
  "CLAUDE_CONFIG_DIR",
  "CLINE_DIR",
  "CLINE_DATA_DIR",
  "CLINE_GLOBAL_SETTINGS_PATH",
  "CLINE_SANDBOX",
  "CLINE_SANDBOX_DATA_DIR",
  "CODEX_HOME",
  "COPILOT_HOME",
  "CURSOR_CONFIG_DIR",
  "GEMINI_CLI_HOME",
  "GEMINI_CLI_SYSTEM_SETTINGS_PATH",
  "QWEN_HOME",
  "QWEN_CODE_SYSTEM_SETTINGS_PATH",
  "OPENCODE_CONFIG",
  "OPENCODE_CONFIG_DIR",
  "XDG_CONFIG_HOME",
  "USERPROFILE",
  "VSCODE_EXTENSIONS",
  "VSCODE_PORTABLE",
];

/** What changes every program that is started, the interpreter of the hook among them. */
export const loadingVariables: readonly string[] = [
  "LD_PRELOAD",
  "LD_AUDIT",
  "LD_TRACE_LOADED_OBJECTS",
  "LD_LIBRARY_PATH",
  "DYLD_INSERT_LIBRARIES",
  "BASH_ENV",
  "SHELLOPTS",
  "BASHOPTS",
];

/** What starts an agent without its hooks. */
const modeVariables: readonly string[] = ["QWEN_CODE_SAFE_MODE"];

/** Files of variables, which Gemini CLI, Qwen Code and Cline load from the workspace when they start. */
export const environmentFile: RegExp = /\/\.env(?:\.[\w-]+)*$/i;

const names = [String.raw`(?:LD|DYLD)_\w+`, ...settingsVariables, ...loadingVariables, ...modeVariables].join(
  "|",
);
/** Options by which Node and Bun run somebody's file before the program. */
const runsCode = String.raw`(?<![\w-])(?:-r\b|--(?:require|import|loader|experimental-loader|preload)\b)`;

/** A line of such a file after which an agent's hooks are not found, or do not run. */
export const silencingLine: RegExp = new RegExp(
  String.raw`^\s*(?:export\s+)?(?:(?:${names})\s*[=:]|(?:NODE|BUN)_OPTIONS\s*[=:].*?${runsCode})`,
  "m",
);
