/** What the companion extension and the test say to each other: one JSON object a line on a unix socket, both ways. */

/** Name of the environment variable that tells the companion where to listen. */
export const socketVariable = "SIGNALBOX_TEST_COMPANION";

export const modelVendor = "signalbox-test";

export interface ToolCall {
  /** The editor's own tool name, such as `run_in_terminal`. */
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the model says in one turn. Without calls the agent's loop ends. */
export interface Turn {
  readonly text?: string;
  readonly calls?: readonly ToolCall[];
}

export type ToCompanion =
  | { readonly type: "evaluate"; readonly id: number; readonly code: string }
  | { readonly type: "turn"; readonly id: number; readonly turn: Turn };

export type FromCompanion =
  | { readonly type: "value"; readonly id: number; readonly value: unknown }
  | { readonly type: "failed"; readonly id: number; readonly message: string }
  /** The agent asks its model. `received` is everything that it put into the context, as text. */
  | {
      readonly type: "model";
      readonly id: number;
      readonly tools: readonly string[];
      readonly received: string;
    };
