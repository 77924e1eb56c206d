import { formsOf } from "../../../catalogue/forms.ts";
import type { Catalogue } from "../../../catalogue/load.ts";
import type { Effect } from "../../../model/effect.ts";

const irreversible: readonly Effect[] = [
  "irreversible_infrastructure_deletion",
  "irreversible_data_deletion",
];

/**
 * Command lines of providers' own tools that destroy for good: program and sub-commands, each with its other names
 * (`railway volume delete|remove|rm`). A second net for agents that nobody can stop: whoever writes a script goes around it.
 */
export function deniedCommands(catalogue: Catalogue): readonly string[] {
  const commands = [...catalogue.providers.values()].flatMap((provider) =>
    [...provider.operations.values()]
      .filter(({ effects }) => effects.some((effect) => irreversible.includes(effect)))
      .flatMap((operation) => formsOf(provider, operation).commands),
  );
  // Verbs that stand anywhere would take in harmless commands, and a program alone all of its commands.
  return [...new Set(commands)].filter((command) => /^[\w.-]+(?: [\w|:.-]+)+$/.test(command));
}

/** One line for each combination of names, as lists of prefixes want them. */
export function commandPrefixes(command: string): readonly string[] {
  return command
    .split(" ")
    .reduce<readonly string[]>(
      (lines, step) =>
        step.split("|").flatMap((word) => lines.map((line) => (line === "" ? word : `${line} ${word}`))),
      [""],
    );
}

/** A regular expression that finds it within a longer line, also behind options of the program. */
export function commandPattern(command: string): string {
  const [program = "", ...steps] = command.split(" ").map((step) => {
    const words = step.split("|").map((word) => word.replaceAll(/[.+?^$()[\]{}\\|*]/g, String.raw`\$&`));
    return words.length === 1 ? words.join("") : `(?:${words.join("|")})`;
  });
  return String.raw`\b${program}\b[^\n;|&]*\s${steps.join(String.raw`\s+`)}(?:\s|$)`;
}
