import { isAbsolute } from "node:path";
import { stringField, type JsonObject } from "../base/json.ts";
import { hidesFile } from "../decide/signal.ts";
import { PathWorld } from "../decide/paths.ts";
import { emptyMachine } from "../model/lookups.ts";
import type { PolicyStack } from "../policy/compiled.ts";
import { stacksForSession } from "../policy/layers.ts";
import type { Host } from "./host.ts";
import { workspaceOf } from "./workspace.ts";

/** Which of these files the policies of a folder hide. The paths are absolute and have no symlinks in them. */
export interface SightRequest {
  readonly cwd: string;
  readonly agent: string;
  readonly task?: string;
  readonly paths: readonly string[];
}

export interface Sight {
  readonly workspace: string;
  /** Those of the paths that stay out of the agent's context. */
  readonly hidden: readonly string[];
  /** Variables of the environment that hold credentials with grants, and that no policy blocks. */
  readonly granted: readonly string[];
  /** True where everything is hidden that no policy allows, and not only what one names. */
  readonly closed: boolean;
}

/** Undefined where something is missing or of another kind. */
export function sightRequestOf(body: JsonObject): SightRequest | undefined {
  const cwd = stringField(body, "cwd") ?? "";
  const agent = stringField(body, "agent");
  const task = stringField(body, "task");
  const { paths } = body;
  const listed = Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : undefined;
  return listed === undefined ||
    agent === undefined ||
    !isAbsolute(cwd) ||
    listed.length !== (paths as readonly unknown[]).length ||
    !listed.every((path) => isAbsolute(path))
    ? undefined
    : { cwd, agent, paths: listed, ...(task === undefined ? {} : { task }) };
}

/**
 * What stays hidden from one session, by name alone: links are the asker's business, who gives every file by its own name.
 * A file is hidden where any of the stacks hides it, as in a decision.
 */
export function sightOf(
  { cwd, agent, task, paths }: SightRequest,
  host: Pick<Host, "home" | "policies">,
): Sight {
  const workspace = workspaceOf(cwd);
  const world = new PathWorld(emptyMachine(host.home), workspace);
  const stacks = host.policies
    .inForce(workspace)
    .stacks.flatMap((stack) => stacksForSession(stack, agent, task));
  return {
    workspace,
    hidden: paths.filter((path) => stacks.some(({ policies }) => hidesFile(path, policies, world))),
    granted: grantedVariables(stacks),
    closed: stacks.some(({ policies }) => policies.some(({ signal }) => signal.default === "closed")),
  };
}

/** What every stack grants: a credential is only as far in reach as the strictest says. */
function grantedVariables(stacks: readonly PolicyStack[]): readonly string[] {
  const [first, ...others] = stacks.map(({ policies }) => {
    const blocked = policies.flatMap(({ signal }) => signal.blockedCredentials);
    return new Set(
      policies
        .flatMap(({ credentials }) => credentials)
        .filter(
          ({ name, grants }) => grants.length > 0 && !blocked.some(({ pattern }) => pattern.matches(name)),
        )
        .flatMap(({ found }) => found.variables),
    );
  });
  return [...(first ?? [])].filter((name) => others.every((names) => names.has(name)));
}
