/** Agents of the chat view, by the runtime that drives it. */
export const chatAgents: readonly string[] = ["vscode", "copilot"];
