import type { AuditEntry } from "../entry.ts";
import type { ExportSource } from "./format.ts";
import { commonFields } from "./fields.ts";

/** Numbers and names of OpenTelemetry's log data model. */
const severities: Readonly<Record<string, readonly [number, string]>> = {
  allow: [9, "INFO"],
  ask: [10, "INFO2"],
  deny: [13, "WARN"],
  kill: [17, "ERROR"],
};
const ofOthers: readonly [number, string] = [9, "INFO"];

type Value =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly arrayValue: { readonly values: readonly Value[] } };

/**
 * One `ExportLogsServiceRequest` in OTLP/JSON: what a collector's file receiver reads, and its HTTP receiver takes at
 * `/v1/logs`. Attributes have the names of OpenTelemetry's semantic conventions where there is one.
 */
export function otlpLine(entry: AuditEntry, { host, version }: ExportSource): string {
  const fields = commonFields(entry);
  const [severityNumber, severityText] = severities[fields.verdict] ?? ofOthers;
  const time = `${Date.parse(entry.time)}000000`;
  const attributes: readonly (readonly [string, Value | undefined])[] = [
    ["event.name", text(`signalbox.${entry.kind}`)],
    ["gen_ai.agent.name", text(fields.agent)],
    ["gen_ai.conversation.id", text(typeof entry["conversation"] === "string" ? entry["conversation"] : "")],
    ["session.id", text(fields.session)],
    ["signalbox.seq", { intValue: String(entry.seq) }],
    ["signalbox.hash", text(entry.hash)],
    ["signalbox.verdict", text(fields.verdict)],
    ["signalbox.effect", text(fields.effect)],
    ["signalbox.task", text(fields.task)],
    ["signalbox.workspace", text(fields.workspace)],
    ["signalbox.reason", text(fields.reason)],
    ["signalbox.actions", list(fields.actions)],
    ["signalbox.rules", list(fields.rules)],
  ];
  return JSON.stringify({
    resourceLogs: [
      {
        resource: {
          attributes: [
            pair("service.name", { stringValue: "signalbox" }),
            pair("service.version", { stringValue: version }),
            pair("host.name", { stringValue: host }),
          ],
        },
        scopeLogs: [
          {
            scope: { name: "signalbox.record", version },
            logRecords: [
              {
                timeUnixNano: time,
                observedTimeUnixNano: time,
                severityNumber,
                severityText,
                body: { stringValue: fields.headline === "" ? entry.kind : fields.headline },
                attributes: attributes.flatMap(([name, value]) =>
                  value === undefined ? [] : [pair(name, value)],
                ),
              },
            ],
          },
        ],
      },
    ],
  });
}

function pair(key: string, value: Value): { readonly key: string; readonly value: Value } {
  return { key, value };
}

function text(value: string): Value | undefined {
  return value === "" ? undefined : { stringValue: value };
}

function list(values: readonly string[]): Value | undefined {
  return values.length === 0
    ? undefined
    : { arrayValue: { values: values.map((value) => ({ stringValue: value })) } };
}
