/** A member of an entry that should be a text; empty where it is none. */
export function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A member of an entry that should be a list of objects, without what is none. */
export function objectsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.filter(
    (item): item is Readonly<Record<string, unknown>> =>
      typeof item === "object" && item !== null && !Array.isArray(item),
  );
}
