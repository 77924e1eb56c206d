import { readRecord } from "./read.ts";
import { recordedDecision, type RecordedDecision } from "./replay.ts";

/** The last `last` decided requests of a record in order, all of them for 0; of one workspace, where that is said. */
export async function lastDecisions(
  folder: string,
  { workspace, last }: { readonly workspace: string | undefined; readonly last: number },
): Promise<readonly RecordedDecision[]> {
  const kept: RecordedDecision[] = [];
  for await (const entry of readRecord(folder, { kind: "decision" })) {
    const recorded = recordedDecision(entry);
    if (recorded !== undefined && (workspace === undefined || recorded.context.workspace === workspace)) {
      kept.push(recorded);
      if (last > 0 && kept.length > last) {
        kept.shift();
      }
    }
  }
  return kept;
}
