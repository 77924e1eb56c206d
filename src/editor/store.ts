import type { BrokerState, DecidedNotice, FromApprover, SignedAnswer } from "../broker/protocol.ts";
import type { SwitchFinding } from "./switches.ts";

/** Whether this window can answer for the human. `why` and `remedy` are one line each. */
export type Link =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  | { readonly kind: "down"; readonly why: string; readonly remedy: string };

/** How this window talks to the broker once it is connected. */
export interface ApproverLink {
  /** Signs and sends an answer. False where there was no connection to send it over. */
  answer(signed: SignedAnswer): Promise<boolean>;
  send(message: FromApprover): void;
}

/** Whether the editor's agents call us. `unavailable`: this editor has no agent hooks to arm. */
export type Hooks =
  | { readonly kind: "checking" }
  | { readonly kind: "installed" }
  | { readonly kind: "declined" }
  | { readonly kind: "failed"; readonly why: string };

/** All that this window shows, in one place. */
export interface EditorState {
  readonly link: Link;
  readonly hooks: Hooks;
  readonly findings: readonly SwitchFinding[];
  /** False where this editor has no hooks for its own agents. */
  readonly agentHooks: boolean;
  /** Policy files of this window that do not load. */
  readonly brokenPolicies: readonly string[];
  readonly broker?: BrokerState;
  /** Newest first. */
  readonly decisions: readonly DecidedNotice[];
  /** Open questions for this human, in this window or another. */
  readonly questions: number;
}

const initial: EditorState = {
  link: { kind: "connecting" },
  hooks: { kind: "checking" },
  findings: [],
  agentHooks: true,
  brokenPolicies: [],
  decisions: [],
  questions: 0,
};

const mostDecisions = 500;

/** The window's state, told to whoever shows it. */
export class Store {
  #state: EditorState = initial;
  readonly #listeners = new Set<(state: EditorState) => void>();

  get state(): EditorState {
    return this.#state;
  }

  update(change: Partial<EditorState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) {
      listener(this.#state);
    }
  }

  /** The broker's own picture; decisions that it no longer lists stay. */
  updateBroker(broker: BrokerState): void {
    this.update({ broker, decisions: mergeDecisions(this.#state.decisions, broker.recent) });
  }

  addDecision(decision: DecidedNotice): void {
    this.update({ decisions: mergeDecisions(this.#state.decisions, [decision]) });
  }

  /** Calls `listener` after every change; the returned object ends that. */
  onChange(listener: (state: EditorState) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }
}

/** Both lists without doubles, newest first, bounded. */
export function mergeDecisions(
  known: readonly DecidedNotice[],
  added: readonly DecidedNotice[],
): readonly DecidedNotice[] {
  const byKey = new Map<string, DecidedNotice>();
  for (const decision of [...known, ...added]) {
    byKey.set([decision.at, decision.sessionId, decision.verdict, decision.text].join("\u0000"), decision);
  }
  return [...byKey.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, mostDecisions);
}
