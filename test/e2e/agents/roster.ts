import { codex } from "./codex.ts";
import type { LiveAgent } from "./live-agent.ts";

/** Every agent that is run for real. */
export const liveAgents: readonly LiveAgent[] = [codex];
