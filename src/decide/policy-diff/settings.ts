/** What may differ between two requests for the same operation. */
export const dimensions = [
  "task",
  "agent",
  "command",
  "environment",
  "credential",
  "host",
  "resource",
  "effect",
] as const;

export type Dimension = (typeof dimensions)[number];

/** One value per dimension; the empty text where a request does not tell, or has none. */
export type Setting = Readonly<Record<Dimension, string>>;

/** Values per dimension; a setting takes one of each. */
export type Choices = Readonly<Record<Dimension, readonly string[]>>;

/** Stands for every value that no policy speaks of. */
export const another = "another";

/** Values of a dimension that belong to a part, and those that were tried and do not. */
export interface Values {
  readonly in: readonly string[];
  readonly notIn: readonly string[];
}

/** A part of the settings. A missing dimension takes any value. */
export type Box = Partial<Readonly<Record<Dimension, Values>>>;

/**
 * The settings to try: every combination where there are at most `most`. Where there are more: each value of each dimension
 * alone, and the combinations that policies themselves ask for together (`joint`), as many as fit.
 */
export function settingsOf(
  choices: Choices,
  joint: readonly Partial<Setting>[],
  most: number,
): readonly Setting[] {
  const base = Object.fromEntries(dimensions.map((each) => [each, choices[each][0] ?? ""])) as Setting;
  const count = dimensions.reduce((product, each) => product * Math.max(1, choices[each].length), 1);
  if (count <= most) {
    return dimensions.reduce<readonly Setting[]>(
      (all, each) => all.flatMap((one) => choices[each].map((value) => ({ ...one, [each]: value }))),
      [base],
    );
  }
  const single = dimensions.flatMap((each) => choices[each].map((value) => ({ ...base, [each]: value })));
  const together = joint.map((values) => ({ ...base, ...values }));
  const seen = new Map([base, ...together, ...single].map((one) => [keyOf(one), one]));
  return [...seen.values()].slice(0, Math.max(1, most));
}

/** True where each of these combinations was tried, with nothing beside it. */
export function wereTried(joint: readonly Partial<Setting>[], tried: readonly Setting[]): boolean {
  const [base] = tried;
  const seen = new Set(tried.map(keyOf));
  return base !== undefined && joint.every((values) => seen.has(keyOf({ ...base, ...values })));
}

function keyOf(setting: Setting): string {
  return dimensions.map((each) => setting[each]).join("\n");
}

/** Few boxes that hold exactly the members among the settings that were tried. */
export function boxesOf(tried: readonly Setting[], members: ReadonlySet<Setting>): readonly Box[] {
  const inside = tried.filter((one) => members.has(one));
  if (inside.length === 0) {
    return [];
  }
  const box: Box = Object.fromEntries(
    dimensions.flatMap((each) => {
      const values = valuesIn(inside, tried, each);
      return values.notIn.length === 0 ? [] : [[each, values]];
    }),
  );
  if (tried.filter((one) => isIn(one, box)).length === inside.length) {
    return [box];
  }
  const split = dimensions.find((each) => tried.some((one) => one[each] !== inside[0]?.[each]));
  if (split === undefined) {
    return [box];
  }
  const values = valuesIn(inside, tried, split);
  const parts = values.in.flatMap((value) =>
    boxesOf(
      tried.filter((one) => one[split] === value),
      members,
    ).map((part) => ({ part, value })),
  );
  return joined(parts, split, [...values.in, ...values.notIn]);
}

function valuesIn(inside: readonly Setting[], tried: readonly Setting[], dimension: Dimension): Values {
  const own = new Set(inside.map((one) => one[dimension]));
  const all = new Set(tried.map((one) => one[dimension]));
  return { in: [...own], notIn: [...all].filter((value) => !own.has(value)) };
}

/** Parts that differ in the split dimension only are one. */
function joined(
  parts: readonly { readonly part: Box; readonly value: string }[],
  split: Dimension,
  all: readonly string[],
): readonly Box[] {
  const byRest = new Map<string, { readonly part: Box; readonly values: string[] }>();
  for (const { part, value } of parts) {
    const key = boxKey(part);
    const known = byRest.get(key) ?? { part, values: [] };
    known.values.push(value);
    byRest.set(key, known);
  }
  return [...byRest.values()].map(({ part, values }) => {
    const notIn = all.filter((value) => !values.includes(value));
    return notIn.length === 0 ? part : { ...part, [split]: { in: values, notIn } };
  });
}

/** One text per part. */
export function boxKey(box: Box): string {
  return JSON.stringify(dimensions.map((each) => box[each]?.in ?? null));
}

function isIn(setting: Setting, box: Box): boolean {
  return dimensions.every((each) => box[each]?.in.includes(setting[each]) !== false);
}
