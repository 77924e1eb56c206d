import type { PolicyChange } from "./policy-diff.ts";

/** What each kind of change counts, one and many of it. Files are counted by their pattern, however they would be used. */
const counted: readonly {
  readonly kind: PolicyChange["kind"];
  readonly one: string;
  readonly many: string;
  readonly names: (change: PolicyChange) => readonly string[];
}[] = [
  { kind: "operations", one: "operation", many: "operations", names: ({ names }) => names },
  {
    kind: "credentials",
    one: "credential's use",
    many: "credentials' uses",
    names: ({ where }) => where.credential?.in ?? [],
  },
  {
    kind: "effects",
    one: "kind of effect",
    many: "kinds of effects",
    names: ({ names }) => names.map((name) => name.replace(/ \(\w+ \w+\)$/, "")),
  },
  {
    kind: "files",
    one: "file pattern",
    many: "file patterns",
    names: ({ names }) => names.map((name) => name.replace(/^\w+ /, "")),
  },
  { kind: "commands", one: "command", many: "commands", names: ({ names }) => names },
];

/** `17 operations and 1 file pattern`; `nothing` for no changes. */
function countText(changes: readonly PolicyChange[]): string {
  const parts = counted.flatMap(({ kind, one, many, names }) => {
    const found = new Set(changes.filter((change) => change.kind === kind).flatMap(names));
    return found.size === 0 ? [] : [`${found.size} ${found.size === 1 ? one : many}`];
  });
  const last = parts.at(-1) ?? "nothing";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

/** `17 operations become possible (3 of them cannot be undone)`, `nothing becomes possible`. */
export function becomesPossible(changes: readonly PolicyChange[]): string {
  const count = countText(changes);
  const isOne = count === "nothing" || (count.startsWith("1 ") && !count.includes(" and "));
  const irreversible = new Set(changes.flatMap((change) => change.irreversible ?? [])).size;
  const lasting = irreversible === 0 ? "" : ` (${isOne ? "it" : `${irreversible} of them`} cannot be undone)`;
  return `${count} ${isOne ? "becomes" : "become"} possible${lasting}`;
}
