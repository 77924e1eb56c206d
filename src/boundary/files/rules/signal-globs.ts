import { basename, dirname } from "node:path";
import { braceExpand } from "minimatch";
import type { CompiledPolicy, PathEntry, PoliciesInForce, PolicyStack } from "../../../policy/compiled.ts";
import { pathPattern } from "../../../policy/path-pattern.ts";

/**
 * What stays out of agents' context, as patterns that can be written down for them. Each starts with `**` and a slash (anywhere), `~/` or `/`,
 * has no braces left, and covers what lies below it. What policies of single tasks hide is not in it: files know no session.
 */
export interface SignalGlobs {
  readonly hidden: readonly string[];
  /** Exceptions: templates without secrets, and files that a policy allows by name. */
  readonly shown: readonly string[];
  /** True where a policy hides everything but what it lists: then `hidden` tells only a part. */
  readonly closed: boolean;
}

/** Both absolute. `workspace` is the home directory itself for what holds everywhere. */
export interface SignalPlace {
  readonly workspace: string;
  readonly home: string;
}

/** Strict like the decision: what any policy in force hides is hidden, and shown is only what all of them would show. */
export function signalGlobs(policies: PoliciesInForce, place: SignalPlace): SignalGlobs {
  const every = [...new Set(policies.stacks.flatMap((stack) => stack.policies))];
  const written = (policy: CompiledPolicy, entries: readonly PathEntry[]): readonly string[] =>
    entries.flatMap(({ pattern }) => plainGlobs(pattern.source, rootOf(policy, place)));
  const hidden = every.flatMap((policy) => written(policy, policy.signal.hidden));
  const candidates = every.flatMap((policy) => [
    ...written(policy, policy.signal.shown),
    ...written(
      policy,
      policy.signal.allowed.filter(({ literal }) => literal),
    ),
  ]);
  const shown = candidates.filter((glob) => {
    const paths = samples(glob, place);
    return (
      paths.some((path) => every.some(({ signal }) => signal.hiddenSet.find(path) >= 0)) &&
      paths.every((path) => policies.stacks.every((stack) => isShown(path, stack)))
    );
  });
  return {
    hidden: [...new Set(hidden)],
    shown: [...new Set(shown)],
    closed: every.some(({ signal }) => signal.default === "closed"),
  };
}

/** Paths that a pattern matches, one with its stars empty and one with them filled. Absolute. */
export function samples(glob: string, { workspace, home }: SignalPlace): readonly string[] {
  const at = glob.startsWith("**/") ? `${workspace}/${glob.slice(3)}` : glob.replace(/^~(?=\/)/, () => home);
  const filled = (fill: string): string =>
    at
      .replaceAll(/\/\*\*(?=\/)/g, "")
      .replaceAll("**", "x")
      .replaceAll(/\[!?(.)[^\]]*\]/g, (group, first: string) => (group.startsWith("[!") ? "x" : first))
      .replaceAll(/[*?]/g, fill);
  return [filled(""), filled("x")].filter((path) => !/\/(?:\/|$)/.test(path));
}

/** A test for paths, as the decision would have it. */
export function globMatcher(glob: string, place: SignalPlace): (path: string) => boolean {
  const pattern = pathPattern(glob, { ...place, reach: "wide" });
  return pattern.ok ? (path) => pattern.value.matches(path) : () => true;
}

function isShown(path: string, { policies }: PolicyStack): boolean {
  return policies.every(
    (hiding) =>
      hiding.signal.hiddenSet.find(path) < 0 ||
      hiding.signal.visible.find(path) >= 0 ||
      policies.some(
        (policy) =>
          (hiding.layer === "builtin" || policy.file === hiding.file) &&
          policy.signal.allowed.some(({ literal, pattern }) => literal && pattern.matches(path)),
      ),
  );
}

/** Relative patterns of a workspace's policy start where that policy lies, also when it is one of a folder around. */
function rootOf({ layer, file }: CompiledPolicy, { workspace }: SignalPlace): string {
  const folder = dirname(file);
  return layer === "workspace" && basename(folder) === ".governance" ? dirname(folder) : workspace;
}

function plainGlobs(source: string, root: string): readonly string[] {
  return braceExpand(source).map((glob) => {
    const whole = glob.replace(/\/(?:\*\*)?$/, "/**").replace(/^\.\//, "");
    return /^(?:\*\*\/|~\/|\/)/.test(whole) ? whole : `${root}/${whole}`;
  });
}
