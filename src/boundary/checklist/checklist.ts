import { agentsPoint, boundariesPoint } from "./agent-points.ts";
import type { ChecklistFacts } from "./facts.ts";
import { pointOf, notMeasured, points, type Point, type PointKey } from "./point.ts";
import { approverPoint, controlPoint, killPoint, policyPoint } from "./policy-points.ts";
import { apisPoint, irreversiblePoint } from "./provider-points.ts";
import { recordPoint } from "./record-point.ts";
import { blanketPoint, credentialsPoint, secretsPoint } from "./secret-points.ts";

const measures: Readonly<Record<PointKey, (facts: ChecklistFacts) => Point>> = {
  policy: policyPoint,
  secrets: secretsPoint,
  credentials: credentialsPoint,
  blanket_credentials: blanketPoint,
  apis: apisPoint,
  irreversible: irreversiblePoint,
  kill: killPoint,
  control: controlPoint,
  approver: approverPoint,
  agents: agentsPoint,
  boundaries: boundariesPoint,
  record: recordPoint,
};

/**
 * The 12-point checklist before anything is executed. Each point is measured from the facts; one that throws was not measured.
 * `progress` hears of each point before it is looked at.
 */
export function checklist(
  facts: ChecklistFacts,
  progress: (title: string) => void = () => undefined,
): readonly Point[] {
  return points.map(([key, title]) => {
    progress(title);
    try {
      return measures[key](facts);
    } catch (error) {
      const why = error instanceof Error ? error.message : "unknown error";
      return pointOf(key, [notMeasured(`a fault of Signalbox's own: ${why}`)]);
    }
  });
}
