import type { Companion } from "./companion/connect.ts";
import type { Turn } from "./companion/wire.ts";

/** A turn, and what happens in the world right before the model takes it. */
export interface ScriptedTurn extends Turn {
  readonly before?: () => void;
}

/** A model whose turns are written down beforehand, and which remembers everything that it was told. */
export interface ScriptedModel {
  /** The turns of the next conversation; those of an earlier one that were not played are dropped. */
  play(turns: readonly ScriptedTurn[]): void;
  /** Everything that the model received since `play`, one entry per request, tool results included. */
  received(): readonly string[];
  /** Turns that have not been asked for yet. */
  left(): number;
  /** Tools that the agent offered last. */
  tools(): readonly string[];
  /** Everything received since the model exists: where a secret must never be found. */
  everything(): string;
}

/**
 * Serves the companion's model requests from a script. Requests without tools are the editor's own chores (titles,
 * summaries): they are recorded, and get a fixed text.
 */
export function scriptModel(companion: Companion): ScriptedModel {
  let script: ScriptedTurn[] = [];
  let received: string[] = [];
  let tools: readonly string[] = [];
  const all: string[] = [];
  companion.onModelRequest((offered, text) => {
    all.push(text);
    if (offered.length === 0) {
      return { text: "A scripted conversation" };
    }
    tools = offered;
    received.push(text);
    const { before, ...turn } = script.shift() ?? { text: "Done." };
    before?.();
    return turn;
  });
  return {
    play: (turns) => {
      script = [...turns];
      received = [];
    },
    received: () => received,
    left: () => script.length,
    tools: () => tools,
    everything: () => all.join("\n"),
  };
}
