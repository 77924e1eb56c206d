import type { Action } from "../model/action.ts";
import type { RuleHit } from "../model/decision.ts";
import type { TreeReach } from "../model/tree.ts";
import type { CompiledPolicy, PathEntry } from "../policy/compiled.ts";
import { hit } from "./facts.ts";
import type { PathForms, PathWorld } from "./paths.ts";
import { hiddenInTree, narrowed, type Reached } from "./trees.ts";

interface TreeSubject {
  readonly action: Action;
  readonly index: number;
  /** Of the folder. */
  readonly forms: PathForms;
  readonly policies: readonly CompiledPolicy[];
  readonly world: PathWorld;
}

/** What a request shows of hidden files by going through all of a folder: one hit for each policy that hides one of them. */
export function judgeTree(subject: TreeSubject): readonly RuleHit[] {
  const { tree } = subject.action.target;
  if (tree === undefined) {
    return [];
  }
  const hiding = subject.policies.filter(({ signal }) => signal.hidden.length > 0);
  const closed = subject.policies.filter(({ signal }) => signal.default === "closed");
  return [
    ...hiding.flatMap((policy) => judgeOne(tree, policy, subject)),
    ...(tree.git === undefined ? [] : closed.flatMap((policy) => judgeClosed(tree, policy, subject))),
  ];
}

/** Where only what is listed may be seen, git may print nothing else either. */
function judgeClosed(
  tree: TreeReach,
  { signal }: CompiledPolicy,
  { forms, index, world }: TreeSubject,
): readonly RuleHit[] {
  const hidden = (path: string): boolean => {
    const names = world.forms(path);
    return !signal.allowed.some(
      (entry) => world.isNamedBy(entry, names) || entry.pattern.matches(names.mapped),
    );
  };
  const { files, unknown } = hiddenInTree({ root: forms.real, tree, lookups: world.lookups, hidden });
  const [first] = files;
  const because = `signal is closed and allowed_files does not list \`${nameIn(first ?? "", forms.real)}\``;
  return first === undefined ? [] : [hit(signal.defaultOrigin, unknown ? "ask" : "deny", because, index)];
}

function judgeOne(tree: TreeReach, policy: CompiledPolicy, subject: TreeSubject): readonly RuleHit[] {
  const { forms, index } = subject;
  const reached = reachedBy(tree, policy, subject);
  const shown = reached.files.filter((path) => !isExcepted(path, policy, subject));
  const [first] = shown;
  const entry = first === undefined ? undefined : hiddenBy(first, policy, forms);
  if (first === undefined || entry === undefined) {
    return [];
  }
  const named = shown.slice(0, 3).map((path) => `\`${nameIn(path, forms.real)}\``);
  const more = shown.length > named.length ? ` and ${shown.length - named.length} more` : "";
  const rule = `hidden_files lists \`${entry.pattern.source}\``;
  if (reached.unknown) {
    const because = `${rule}: whether ${named.join(", ")} would be printed cannot be told in time`;
    return [hit(entry.origin, "ask", because, index)];
  }
  const because = `${rule}: it would show ${named.join(", ")}${more}`;
  return [{ ...hit(entry.origin, "deny", because, index), remedy: remedyFor(tree, shown, forms.real) }];
}

function remedyFor({ narrowing }: TreeReach, shown: readonly string[], root: string): string {
  const instead = narrowing === undefined ? undefined : narrowed(narrowing, shown, root);
  return instead === undefined
    ? "leave those files out, or name only the files and folders that you need"
    : `leave those files out: ${instead}`;
}

/** What was found in a tree, for as long as its request is judged: several stacks ask the same. */
const found = new WeakMap<PathWorld, Map<string, Map<CompiledPolicy, Reached>>>();

function reachedBy(tree: TreeReach, policy: CompiledPolicy, { forms, world }: TreeSubject): Reached {
  const trees = found.get(world) ?? new Map<string, Map<CompiledPolicy, Reached>>();
  found.set(world, trees);
  const key = `${forms.real}\n${JSON.stringify(tree)}`;
  const byPolicy = trees.get(key) ?? new Map<CompiledPolicy, Reached>();
  trees.set(key, byPolicy);
  let reached = byPolicy.get(policy);
  if (reached === undefined) {
    const hidden = (path: string): boolean => hiddenBy(path, policy, forms) !== undefined;
    reached = hiddenInTree({ root: forms.real, tree, lookups: world.lookups, hidden });
    byPolicy.set(policy, reached);
  }
  return reached;
}

/** A file below a folder has as many names as the folder. */
function hiddenBy(path: string, { signal }: CompiledPolicy, { all, real }: PathForms): PathEntry | undefined {
  const below = path.startsWith(`${real}/`) ? path.slice(real.length) : undefined;
  for (const name of below === undefined
    ? [path]
    : all.map((form) => `${form === "/" ? "" : form}${below}`)) {
    const index = signal.hiddenSet.find(name);
    if (index >= 0 && signal.visible.find(name) < 0) {
      return signal.hidden[index];
    }
  }
  return undefined;
}

/** A literal unhides what the baseline or its own file hides, never what another layer hides. */
function isExcepted(path: string, hiding: CompiledPolicy, { policies, world }: TreeSubject): boolean {
  return policies.some(
    (policy) =>
      (hiding.layer === "builtin" || policy.file === hiding.file) &&
      policy.signal.allowed.some((entry) => world.isNamedBy(entry, world.forms(path))),
  );
}

function nameIn(path: string, root: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}
