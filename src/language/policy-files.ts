/** Names of a workspace's policy inside `.governance`, the first that exists is in force. */
export const policyNames = ["policy.yaml", "policy.yml", "policy.json"] as const;

/** The workspace of a policy file, or undefined where the path is not one. `/`- or `\`-separated, absolute. */
export function workspaceOfPolicy(path: string): string | undefined {
  const parts = /^(.*)[\\/]\.governance[\\/]([^\\/]+)$/.exec(path);
  const name = parts?.[2] ?? "";
  return (policyNames as readonly string[]).includes(name) ? parts?.[1] || "/" : undefined;
}
