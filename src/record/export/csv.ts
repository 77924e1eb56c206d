import type { AuditEntry } from "../entry.ts";
import { commonFields } from "./fields.ts";

export const csvHeader =
  "seq,time,kind,verdict,effect,agent,session,task,workspace,headline,reason,actions,rules,hash";

export function csvLine(entry: AuditEntry): string {
  const fields = commonFields(entry);
  return [
    String(entry.seq),
    entry.time,
    entry.kind,
    fields.verdict,
    fields.effect,
    fields.agent,
    fields.session,
    fields.task,
    fields.workspace,
    fields.headline,
    fields.reason,
    fields.actions.join(" "),
    fields.rules.join(" "),
    entry.hash,
  ]
    .map(quoted)
    .join(",");
}

/** INVARIANT: a text that an agent wrote is never a formula to the spreadsheet that opens it. */
function quoted(field: string): string {
  const harmless = /^[=+\-@\t\r]/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
