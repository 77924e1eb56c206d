import type { AuditEntry } from "../entry.ts";
import { csvHeader, csvLine } from "./csv.ts";
import { otlpLine } from "./otlp.ts";
import { syslogLine } from "./syslog.ts";

/** Who exports: goes into formats that name their source. */
export interface ExportSource {
  readonly host: string;
  readonly version: string;
}

/** One way to write entries for another system: a line for each, and what stands before all of them. */
export interface ExportFormat {
  readonly name: string;
  /** For the help. */
  readonly what: string;
  readonly header?: string;
  readonly line: (entry: AuditEntry, source: ExportSource) => string;
}

export const exportFormats: readonly ExportFormat[] = [
  {
    name: "jsonl",
    what: "one JSON entry a line, as it is in the record",
    line: (entry) => JSON.stringify(entry),
  },
  { name: "csv", what: "a table for spreadsheets (RFC 4180)", header: csvHeader, line: csvLine },
  { name: "syslog", what: "one message a line (RFC 5424)", line: syslogLine },
  {
    name: "otlp-json",
    what: "OpenTelemetry logs, one export request a line (OTLP/JSON)",
    line: otlpLine,
  },
];
