/** An agent of this machine that is not governed, by the installer's name and for people. */
export interface FoundAgent {
  readonly agent: string;
  readonly title: string;
}

/** Of the agents found those that nobody was asked about yet. */
export function notOfferedYet(
  found: readonly FoundAgent[],
  offered: readonly string[],
): readonly FoundAgent[] {
  return found.filter(({ agent }) => !offered.includes(agent));
}

export function offerText(agents: readonly FoundAgent[]): string {
  const one = agents.length === 1;
  return `Signalbox: ${namesOf(agents)} ${one ? "is" : "are"} on this machine and not governed yet. With ${one ? "its" : "their"} hooks in place ${one ? "it asks" : "they ask"} before ${one ? "it acts" : "they act"}.`;
}

export function governedText(agents: readonly FoundAgent[], steps: readonly string[]): string {
  const left = steps.length === 0 ? "" : ` Left to do: ${steps.join("; ")}.`;
  return `Signalbox now governs ${namesOf(agents)}.${left}`;
}

/** `A`, `A and B`, `A, B and 3 more`. */
export function namesOf(agents: readonly FoundAgent[]): string {
  const titles = agents.map(({ title }) => title);
  const shown = titles.length > 3 ? [...titles.slice(0, 2), `${titles.length - 2} more`] : titles;
  const last = shown.at(-1) ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
}
