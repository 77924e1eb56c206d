/** Names of a workspace's policy inside `.governance`, the first that exists is in force. */
export const policyNames = ["policy.yaml", "policy.yml", "policy.json"] as const;

/** What a file below `.governance` holds. Policies are also those that others build on. */
export type GovernedKind = "policy" | "tests" | "catalogue";

/** A file that the language server speaks for. `workspace` is the folder that its paths start at. */
export interface GovernedFile {
  readonly kind: GovernedKind;
  readonly workspace: string;
  readonly layer: "organisation" | "user" | "workspace";
}

/** Glob of a workspace's own files that the language server speaks for. */
export const governedGlob = "**/.governance/**/*.{yaml,yml,json}";

/** Globs of all files that the language server speaks for, for a host that has to be told beforehand. */
export const governedGlobs: readonly string[] = [
  governedGlob,
  "**/.config/signalbox/policy.{yaml,yml,json}",
  "**/{etc/signalbox,ProgramData/Signalbox,Application Support/Signalbox}/policy.yaml",
];

/** The user's own policy and an organisation's managed file, each by its place. */
const above: readonly (readonly [pattern: RegExp, layer: GovernedFile["layer"]])[] = [
  [/^(.*)[\\/]\.config[\\/]signalbox[\\/]policy\.(?:yaml|yml|json)$/, "user"],
  [/^()\/etc\/signalbox\/policy\.yaml$/, "organisation"],
  [/^()\/Library\/Application Support\/Signalbox\/policy\.yaml$/, "organisation"],
  [/^([A-Za-z]:)\\ProgramData\\Signalbox\\policy\.yaml$/, "organisation"],
];

/** What a path means, or undefined where it is no file of ours. `/`- or `\`-separated, absolute. */
export function governedFile(path: string): GovernedFile | undefined {
  for (const [pattern, layer] of above) {
    const folder = pattern.exec(path)?.[1];
    if (folder !== undefined) {
      return { kind: "policy", workspace: folder || "/", layer };
    }
  }
  const parts = /^(.*)[\\/]\.governance[\\/](.+)\.(?:yaml|yml|json)$/.exec(path);
  if (parts === null) {
    return undefined;
  }
  const [, folder = "", name = ""] = parts;
  const kind = name.endsWith(".test") ? "tests" : /^catalogue[\\/]/.test(name) ? "catalogue" : "policy";
  return { kind, workspace: folder || "/", layer: "workspace" };
}

/** The workspace of the policy that governs it, or undefined where the path is not one. */
export function workspaceOfPolicy(path: string): string | undefined {
  const parts = /^(.*)[\\/]\.governance[\\/]([^\\/]+)$/.exec(path);
  const name = parts?.[2] ?? "";
  return (policyNames as readonly string[]).includes(name) ? parts?.[1] || "/" : undefined;
}
