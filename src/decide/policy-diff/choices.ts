import type { Pattern } from "../../policy/compiled.ts";
import type { Element } from "./elements.ts";
import { nameForms, overlapsOf, type Overlaps } from "./overlaps.ts";
import { another, dimensions, type Choices, type Dimension } from "./settings.ts";
import type { SubjectKind } from "./subjects.ts";

/** Most values of one dimension. */
const mostValues = 60;

/** Values that changed patterns have in common with others. */
export interface SharedValues {
  readonly of: ReadonlyMap<Dimension, Overlaps>;
  /** False where there are more than can be tried. */
  readonly complete: boolean;
}

/** What each dimension may be for requests of a kind. The first value is the usual one. */
export const relevant: Readonly<Record<SubjectKind, readonly Dimension[]>> = {
  operations: dimensions,
  effects: dimensions,
  files: ["task", "agent", "command", "effect"],
  commands: ["task", "agent"],
};

/** Per dimension, values that a changed pattern has in common with another one. */
export function* sharedValues(
  changed: readonly Element[],
  elements: readonly Element[],
): Generator<undefined, SharedValues, undefined> {
  const patternsOf = (list: readonly Element[], each: Dimension): readonly Pattern[] =>
    list.flatMap(({ patterns }) => patterns[each] ?? []);
  const of = new Map<Dimension, Overlaps>();
  for (const each of dimensions) {
    of.set(each, yield* overlapsOf(patternsOf(changed, each), patternsOf(elements, each), nameForms));
  }
  return {
    of,
    complete: [...of.values()].every(({ complete, found }) => complete && found.length < mostValues),
  };
}

export function choicesFor(kind: SubjectKind, elements: readonly Element[], shared: SharedValues): Choices {
  const valuesOf = (each: Dimension): readonly string[] => {
    if (!relevant[kind].includes(each)) {
      return [""];
    }
    if (each === "effect") {
      const effects = elements.flatMap(({ effectsWith }) =>
        kind === "commands" ? [] : (effectsWith[kind] ?? []),
      );
      return [...new Set(["", ...effects])].slice(0, mostValues);
    }
    const values = elements.flatMap((element) =>
      each === "command" && !element.commandWithAction ? [] : (element.values[each] ?? []),
    );
    const usual = usualValues[each] ?? (values.length > 0 ? ["", another] : [""]);
    const common = values.length === 0 ? [] : (shared.of.get(each)?.found.map(({ text }) => text) ?? []);
    return [...new Set([...usual, ...common, ...values])].slice(0, mostValues);
  };
  return {
    task: valuesOf("task"),
    agent: valuesOf("agent"),
    command: valuesOf("command"),
    environment: valuesOf("environment"),
    credential: valuesOf("credential"),
    host: valuesOf("host"),
    resource: valuesOf("resource"),
    effect: valuesOf("effect"),
  };
}

/** What is tried whether or not a policy speaks of it: a closed Signal, and production, are about names that nobody wrote. */
const usualValues: Partial<Readonly<Record<Dimension, readonly string[]>>> = {
  environment: ["", another, "production"],
  credential: ["", another],
};
