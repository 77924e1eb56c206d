import type { ToolCall } from "../harness/companion/wire.ts";
import type { ModelDialect, ModelTurn } from "../models/model-api.ts";

/** What the scripted model wants done; every agent has tools of its own for it. Paths are absolute. */
export type LiveCall =
  | { readonly op: "shell"; readonly command: string }
  | { readonly op: "read"; readonly path: string }
  | { readonly op: "write"; readonly path: string; readonly content: string }
  /** A tool of the MCP server `railway`: `volume_delete {volumeId}` or `get_project {projectId}`. */
  | { readonly op: "mcp"; readonly tool: string; readonly input: Readonly<Record<string, unknown>> };

/** Where one agent runs. */
export interface LivePlace {
  readonly home: string;
  readonly workspace: string;
  /** The scripted model's address, without a path. */
  readonly model: string;
  /** How the agent starts the MCP server `railway`. */
  readonly mcp: { readonly command: string; readonly args: readonly string[] };
}

/** One start of the agent, headless and with every permission given: what stops it then is not the agent itself. */
export interface LiveStart {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to a clean environment that holds HOME, PATH and no proxy. */
  readonly env: Readonly<Record<string, string>>;
}

/** What becomes of a call while the hook is broken. */
export interface LiveFate {
  readonly call: "prevented" | "executed";
  /** Why it cannot be helped; the README says it as well. */
  readonly because?: string;
}

export interface LiveTraits {
  /** After a denial the run goes on, and the model is told the reason. Otherwise the run ends there. */
  readonly goesOnAfterDenial: boolean;
  /**
   * Exit code of the agent's outermost process after the one below it, which works, was killed. Without it there is only one, which
   * is killed itself.
   */
  readonly codeWhenKilled?: number;
  /** Command lines of what serves all sessions of the agent, and comes back by itself without the one that was killed. */
  readonly staysAfterKill?: RegExp;
  /** The hook client's file is gone when the agent calls it. */
  readonly withoutClient: LiveFate;
  /** The hook client is killed while it waits for a human. */
  readonly killedClient: LiveFate;
  /** The shell that the agent has started the client with is killed as well. */
  readonly killedHook: LiveFate;
  /** A hidden file that the prompt names with `@`; without it that is prevented. */
  readonly mention?: LiveFate;
  /** The switch that the agent has for turning hooks off, in a file of the workspace or below the home. */
  readonly offSwitch: {
    /** Relative to `in`. */
    readonly path: string;
    readonly in: "workspace" | "home";
    readonly content: string;
    /** What becomes of the next call of the conversation in which somebody wrote it behind our back. */
    readonly sameSession: LiveFate;
    /** What becomes of the first call of the next conversation. */
    readonly nextSession: LiveFate;
  };
}

/** A way to the destruction that leads round the plain tools, in the agent's own words. */
export interface LiveDetour {
  readonly name: string;
  readonly turns: (place: LivePlace) => readonly ModelTurn[];
  /** Options that the agent is started with for it. */
  readonly options?: readonly string[];
}

/** A real agent from npm. */
export interface LiveAgent {
  /** As `signalbox install` calls it. */
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly dialect: ModelDialect;
  /** Fetches the agent unless it is there, and returns the path of its executable. */
  install(progress: (line: string) => void): Promise<string>;
  /** Writes the agent's own configuration, first-run questions answered. */
  prepare(place: LivePlace): Promise<void>;
  start(executable: string, place: LivePlace, prompt: string, options?: readonly string[]): LiveStart;
  /** The call in the agent's own tool names. */
  toolCall(call: LiveCall): ToolCall;
  /** Besides those that all agents have. */
  readonly detours?: readonly LiveDetour[];
  readonly traits: LiveTraits;
}
