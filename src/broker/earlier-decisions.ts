import { isJsonObject, type JsonObject } from "../base/json.ts";
import type { RequestPayload } from "../model/request.ts";
import { readRecord } from "../record/read.ts";
import { essenceOf } from "./executions.ts";

/** What the record keeps of a decision that something may have run by. */
export interface EarlierDecision {
  readonly callId: string | undefined;
  /** Of the request as it is recorded, with secrets masked and without what was to be written. */
  readonly essence: string;
  readonly passed: boolean;
}

/** The decisions of a session that were recorded before a time (ISO 8601). */
export async function earlierDecisions(
  folder: string,
  session: string,
  before: string,
): Promise<readonly EarlierDecision[]> {
  const found: EarlierDecision[] = [];
  for await (const entry of readRecord(folder, { kind: "decision", session })) {
    const { payload, callId, effect } = entry;
    if (entry.time < before && isJsonObject(payload)) {
      found.push({
        callId: typeof callId === "string" ? callId : undefined,
        essence: recordedEssence(payload),
        passed: effect === "pass",
      });
    }
  }
  return found;
}

/** An entry of a version that wrote another form of a request matches nothing. */
function recordedEssence(payload: JsonObject): string {
  try {
    return essenceOf(payload as unknown as RequestPayload);
  } catch {
    return "";
  }
}
