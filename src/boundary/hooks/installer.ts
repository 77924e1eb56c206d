import type { Result } from "../../base/result.ts";

/** Who is bound: the user's sessions, everybody's in one workspace, or everybody's on the machine, out of users' reach. */
export type InstallScope = "user" | "workspace" | "managed";

/** Where hooks are installed. All paths are absolute. */
export interface InstallPlace {
  readonly scope: InstallScope;
  /** The home directory, the workspace or the root of the file system, by scope. */
  readonly base: string;
}

/** One file of an agent's that holds hooks, or consists of them. Both functions are pure. */
export interface HookFile {
  readonly path: string;
  /** True for scripts that the agent starts by their names. */
  readonly executable?: boolean;
  /**
   * The file with exactly our hooks in it and everything else as it was; `current` is undefined for a new file. `planned` holds
   * the texts that the files before it in the list shall have.
   */
  withHooks(
    current: string | undefined,
    hookPath: string,
    planned: ReadonlyMap<string, string>,
  ): Result<string>;
  /** The file without our hooks; undefined where it holds nothing else by its nature and shall go. */
  withoutHooks(current: string, hookPath: string): Result<string | undefined>;
}

/** A file that can switch an agent's hooks off behind our back. */
export interface SwitchFile {
  readonly path: string;
  /** What is wrong with it, one sentence each that follows the file's name; `text` is undefined where there is none. */
  readonly faults: (text: string | undefined, scope: InstallScope) => readonly string[];
}

/** How one agent's hooks are installed. */
export interface AgentInstaller {
  /** The name for `signalbox install`. */
  readonly agent: string;
  /** Every file that is needed, the one to show to people first; at least one. The error says why the scope is not to be had. */
  files(place: InstallPlace): Result<readonly HookFile[]>;
  switches?(at: { readonly home: string; readonly workspace: string | undefined }): readonly SwitchFile[];
  /** What a human has to do once so that the agent takes the hooks, one sentence each. */
  steps?(place: InstallPlace): readonly string[];
}
