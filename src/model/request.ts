/** What an agent is about to do, as a boundary handed it over. Plain data; nothing here is a wire format. */

/** The grammar that a command line is written in. `unknown` is judged as `bash` and marked opaque where that differs. */
export type ShellDialect = "bash" | "zsh" | "sh" | "powershell" | "cmd" | "unknown";

/** Where a request was stopped before it took effect. `check` is the command line's dry question. */
export type BoundaryKind = "hook" | "terminal" | "sandbox" | "egress" | "mcp" | "editor" | "check";

/** Who asks, from where. All paths are absolute and `/`-separated. */
export interface RequestContext {
  readonly id: string;
  /** An agent's identifier (`claude-code`, `vscode`, …), told from the payload; `unknown` where nobody is recognised. */
  readonly agent: string;
  /** The agent's own name of the root conversation. A sub-agent carries its parent's. */
  readonly conversation: string;
  /** The folder whose policy applies, bound at the session's first request. */
  readonly workspace: string;
  /** Where relative paths start. `cd` moves this and nothing else. */
  readonly cwd: string;
  readonly boundary: BoundaryKind;
  /** The agent's own id of this call, when it has one: the same call seen by two events is decided once. */
  readonly callId?: string;
}

export interface ShellPayload {
  readonly kind: "shell";
  readonly command: string;
  readonly shell: ShellDialect;
  /**
   * How the agent's programs get their input: `seen`, where typing into a running one is a request of its own or not to be had at
   * all; `unseen`, where a bare `bash` then runs anything; left out where it is not known who asks.
   */
  readonly input?: "seen" | "unseen";
}

/** `scope` is what of `paths` enters the agent's context: the content, names only, or a search through a tree. */
export interface FileReadPayload {
  readonly kind: "file_read";
  readonly paths: readonly string[];
  readonly scope: "content" | "list" | "search";
  /** What a search looks for, as a regular expression, where the agent tells it. */
  readonly pattern?: string;
}

export interface FileChange {
  readonly path: string;
  readonly change: "write" | "delete";
  /** The text that will be written, where the agent tells it. */
  readonly content?: string;
}

export interface FileWritePayload {
  readonly kind: "file_write";
  readonly changes: readonly FileChange[];
}

export interface McpCallPayload {
  readonly kind: "mcp_call";
  readonly server: string;
  readonly tool: string;
  readonly input: unknown;
}

export interface HttpPayload {
  readonly kind: "http";
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Further addresses that the same call asks for in the same way. Each is judged like `url`. */
  readonly moreUrls?: readonly string[];
}

export interface PromptPayload {
  readonly kind: "prompt";
  readonly text: string;
  /** Files that the prompt brings into the context without a read call. */
  readonly attachments: readonly string[];
}

export interface SessionPayload {
  readonly kind: "session_start" | "session_end";
}

/** A tool of the agent's that nobody has described to us. Judged as opaque, never waved through. */
export interface ToolPayload {
  readonly kind: "tool";
  readonly tool: string;
  readonly input: unknown;
}

/** A tool of the agent's that has no effect outside its own loop (todo lists, thinking, starting a sub-agent). */
export interface InternalToolPayload {
  readonly kind: "internal";
  readonly tool: string;
}

export type RequestPayload =
  | ShellPayload
  | FileReadPayload
  | FileWritePayload
  | McpCallPayload
  | HttpPayload
  | PromptPayload
  | SessionPayload
  | ToolPayload
  | InternalToolPayload;

export interface AgentRequest {
  readonly context: RequestContext;
  readonly payload: RequestPayload;
}
