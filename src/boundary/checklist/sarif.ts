import { isAbsolute, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { JsonObject } from "../../base/json.ts";
import { points, type CheckState, type Finding, type Point } from "./point.ts";

/** How grave a finding is in SARIF's terms; the others are no results. */
const levels: Partial<Readonly<Record<CheckState, "error" | "warning">>> = { fail: "error", warn: "warning" };

/**
 * What failed and what is worth a look, as SARIF 2.1.0. A finding that is about no file is told at the policy, because services
 * that show results need a place.
 */
export function checklistSarif(
  all: readonly Point[],
  { workspace, version }: { readonly workspace: string; readonly version: string },
): JsonObject {
  const results = all.flatMap(({ key, findings }) =>
    findings.flatMap((finding) => {
      const level = levels[finding.state];
      return level === undefined ? [] : [resultOf(finding, key, level, workspace)];
    }),
  );
  const ids = [...new Set(results.map(({ ruleId }) => ruleId))];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Signalbox",
            semanticVersion: version,
            rules: ids.map((id) => ({ id, shortDescription: { text: descriptionOf(id) } })),
          },
        },
        originalUriBaseIds: { [root]: { uri: `${pathToFileURL(workspace).href}/` } },
        results: results.map(({ ruleId, ...rest }) => ({ ruleId, ruleIndex: ids.indexOf(ruleId), ...rest })),
        columnKind: "utf16CodeUnits",
      },
    ],
  };
}

const root = "SRCROOT";

interface SarifResult extends JsonObject {
  readonly ruleId: string;
}

function resultOf(
  { what, code, file, line, fix, command }: Finding,
  key: string,
  level: "error" | "warning",
  workspace: string,
): SarifResult {
  const remedy = [fix, command === undefined ? undefined : `\`${command}\``].filter(
    (part) => part !== undefined,
  );
  const text = remedy.length === 0 ? what : `${what}. To do: ${remedy.join(": ")}`;
  return {
    ruleId: code ?? `checklist/${key}`,
    level,
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: locationOf(file ?? `${workspace}/.governance/policy.yaml`, workspace),
          region: { startLine: line ?? 1 },
        },
      },
    ],
  };
}

function locationOf(file: string, workspace: string): JsonObject {
  const inside = relative(workspace, file);
  return inside.startsWith("..") || isAbsolute(inside)
    ? { uri: pathToFileURL(file).href }
    : { uri: inside.split(/[\\/]/).map(encodeURIComponent).join("/"), uriBaseId: root };
}

function descriptionOf(id: string): string {
  const title = points.find(([key]) => id === `checklist/${key}`)?.[1];
  return title ?? `policy diagnostic ${id}`;
}
