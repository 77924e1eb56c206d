import type { ChecklistFacts } from "./facts.ts";
import { failed, notMeasured, passed, pointOf, type Point } from "./point.ts";

/** 12: the record is whole. Exports are required by no key of the policy language. */
export function recordPoint({ record }: ChecklistFacts): Point {
  if (!record.ok) {
    return pointOf("record", [notMeasured(record.error)]);
  }
  const { intact, entries, lastSeq, findings, notes } = record.value;
  if (!intact) {
    return pointOf(
      "record",
      findings.slice(0, 20).map(({ message }) =>
        failed(`the record is not whole: ${message}`, "find out who changed it, and keep the file", {
          command: "signalbox audit verify",
        }),
      ),
    );
  }
  return pointOf("record", [
    entries === 0
      ? notMeasured("nothing has been recorded yet", "work with an agent, or run `signalbox doctor --live`")
      : passed(
          `${entries} entries are chained and whole, the last one is ${lastSeq}; no policy requires an export`,
        ),
    ...notes.map((note) => ({ state: "warn", what: note }) as const),
  ]);
}
