/** Names of a workspace's policy inside `.governance`, the first that exists is in force. */
export const policyNames = ["policy.yaml", "policy.yml", "policy.json"] as const;

/** What a file below `.governance` holds. Policies are also those that others build on. */
export type GovernedKind = "policy" | "tests" | "catalogue";

/** A file that the language server speaks for. `workspace` is the folder that holds `.governance`. */
export interface GovernedFile {
  readonly kind: GovernedKind;
  readonly workspace: string;
}

/** Glob of all files that the language server speaks for, for a host that has to be told beforehand. */
export const governedGlob = "**/.governance/**/*.{yaml,yml,json}";

/** What a path means, or undefined where it is no file below `.governance`. `/`- or `\`-separated, absolute. */
export function governedFile(path: string): GovernedFile | undefined {
  const parts = /^(.*)[\\/]\.governance[\\/](.+)\.(?:yaml|yml|json)$/.exec(path);
  if (parts === null) {
    return undefined;
  }
  const [, folder = "", name = ""] = parts;
  const kind = name.endsWith(".test") ? "tests" : /^catalogue[\\/]/.test(name) ? "catalogue" : "policy";
  return { kind, workspace: folder || "/" };
}

/** The workspace of the policy that governs it, or undefined where the path is not one. */
export function workspaceOfPolicy(path: string): string | undefined {
  const parts = /^(.*)[\\/]\.governance[\\/]([^\\/]+)$/.exec(path);
  const name = parts?.[2] ?? "";
  return (policyNames as readonly string[]).includes(name) ? parts?.[1] || "/" : undefined;
}
