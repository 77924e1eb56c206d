/** A command that has started in a terminal, as the editor tells it; no type of the editor's. */
export interface StartedCommand {
  readonly line: string;
  /** 2: the shell said it; 1: it was read from the screen; 0: it was guessed from there. */
  readonly confidence: number;
  /** Variables that whoever made the terminal gave it. */
  readonly variables: Readonly<Record<string, string | null | undefined>>;
  /** Where it runs, as an absolute path, where the shell says so. */
  readonly folder: string | undefined;
}

/** Variables by which the editor's chat agents mark the terminals that they make. */
const marks = ["COPILOT_AGENT", "AI_AGENT"] as const;

/**
 * What to tell the broker of a command; undefined where it is none of an agent's, or where nobody knows what it is: an alarm for a
 * line that was guessed from the screen would be worse than none.
 */
export function commandToReport(
  { line, confidence, variables, folder }: StartedCommand,
  folders: readonly string[],
): { readonly folder: string; readonly command: string } | undefined {
  const isAgents = marks.some((name) => typeof variables[name] === "string" && variables[name] !== "");
  const where = folder ?? folders[0];
  return isAgents && confidence > 0 && line.trim() !== "" && where !== undefined
    ? { folder: where, command: line }
    : undefined;
}
