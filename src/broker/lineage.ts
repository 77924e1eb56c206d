/** Sub-agents that are remembered; the oldest go first. */
const limit = 10_000;

/**
 * Which conversation a sub-agent belongs to. Some agents name only whoever started it, which may be a sub-agent itself; task, grants and
 * latch are those of the conversation that a person leads. Kept in memory: after a restart of the broker a sub-agent of a sub-agent
 * that was running already counts as its starter's.
 */
export class Lineage {
  private readonly roots = new Map<string, string>();

  /** The person's own conversation behind `starter`, which is a conversation or a sub-agent. */
  rootOf(agent: string, starter: string): string {
    return this.roots.get(keyOf(agent, starter)) ?? starter;
  }

  /** Notes that a sub-agent belongs to a conversation. */
  note(agent: string, subAgent: string, conversation: string): void {
    // What started itself would hide its own conversation.
    if (subAgent === conversation) {
      return;
    }
    const key = keyOf(agent, subAgent);
    this.roots.delete(key);
    this.roots.set(key, conversation);
    for (const oldest of this.roots.keys()) {
      if (this.roots.size <= limit) {
        return;
      }
      this.roots.delete(oldest);
    }
  }
}

function keyOf(agent: string, name: string): string {
  return `${agent}\0${name}`;
}
