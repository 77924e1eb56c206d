/** The editor's own settings that silence hooks: what they say now, what that means for us, and how to put it right. */

export type Scope = "user" | "workspace" | "folder";

/** One setting as `inspect()` tells it. `known` is false where this editor does not have the setting at all. */
export interface InspectedSwitch {
  readonly key: SwitchKey;
  readonly known: boolean;
  readonly values: readonly { readonly scope: Scope; readonly value: unknown }[];
  /** Forced by an organisation; no extension and no human in the editor can change it. */
  readonly forced?: unknown;
}

export const switchKeys = ["chat.useHooks", "chat.plugins.enabled", "chat.hookFilesLocations"] as const;
export type SwitchKey = (typeof switchKeys)[number];

/** `all`: no hook runs. `plugin`, `file`: one of our two ways in is closed, the other still serves. */
export type Silenced = "all" | "plugin" | "file";

export interface SwitchFinding {
  readonly key: SwitchKey;
  readonly scope: Scope | "organisation";
  readonly silenced: Silenced;
  readonly message: string;
  /** What to write at that scope; `undefined` clears it. Missing where only an organisation can. */
  readonly repair?: { readonly value: unknown };
}

const silencedBy: { readonly [K in SwitchKey]: Silenced } = {
  "chat.useHooks": "all",
  "chat.plugins.enabled": "plugin",
  "chat.hookFilesLocations": "file",
};

/** Folder of the user-level hook file, as `chat.hookFilesLocations` names it. */
const hookFolder = "~/.copilot/hooks";

/**
 * Every scope at which a switch is off. A scope that is outvoted by a nearer one counts, too: it takes effect in the
 * next window. A value of an unexpected type counts as off.
 */
export function findSwitchedOff(switches: readonly InspectedSwitch[]): readonly SwitchFinding[] {
  return switches
    .filter((setting) => setting.known)
    .flatMap((setting) => [
      ...(isOff(setting.key, setting.forced) ? [forcedFinding(setting.key)] : []),
      ...setting.values
        .filter(({ value }) => isOff(setting.key, value))
        .map(({ scope, value }) => findingAt(setting.key, scope, value)),
    ]);
}

/** True where no way in is left: hooks are off, or the plugin and the hook file both are. */
export function silencesEverything(findings: readonly SwitchFinding[]): boolean {
  const silenced = new Set(findings.map((finding) => finding.silenced));
  return silenced.has("all") || (silenced.has("plugin") && silenced.has("file"));
}

function isOff(key: SwitchKey, value: unknown): boolean {
  if (value === undefined) {
    return false;
  }
  if (key === "chat.hookFilesLocations") {
    return isRecord(value) && Object.entries(value).some(([path, on]) => isOurFolder(path) && on !== true);
  }
  return value !== true;
}

function isOurFolder(path: string): boolean {
  const bare = path.replace(/\/+$/, "");
  return bare === hookFolder || bare.startsWith(`${hookFolder}/`);
}

function findingAt(key: SwitchKey, scope: Scope, value: unknown): SwitchFinding {
  const message = `\`${key}\` is off in the ${scope} settings`;
  return { key, scope, silenced: silencedBy[key], message, repair: { value: repaired(key, value) } };
}

function forcedFinding(key: SwitchKey): SwitchFinding {
  const message = `\`${key}\` is switched off by your organisation; ask its administrator`;
  return { key, scope: "organisation", silenced: silencedBy[key], message };
}

/** Clearing gives the default back, which is on; of the locations only ours is touched. */
function repaired(key: SwitchKey, value: unknown): unknown {
  if (key !== "chat.hookFilesLocations" || !isRecord(value)) {
    return undefined;
  }
  const rest = Object.entries(value).filter(([path]) => !isOurFolder(path));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
