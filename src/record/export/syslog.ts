import type { AuditEntry } from "../entry.ts";
import type { ExportSource } from "./format.ts";
import { commonFields } from "./fields.ts";

/** Security and authorisation messages (RFC 5424, table 1). */
const facility = 10;
const severities: Readonly<Record<string, number>> = { kill: 2, deny: 4, ask: 5, allow: 6 };
const loud: ReadonlySet<string> = new Set(["killed", "gap", "repaired", "refused"]);
/** Reserved for documentation and private use (RFC 5612). */
const enterprise = 32473;
/** Longest message in UTF-16 units: receivers must take 2 kB, and most take 8. */
const longest = 6000;

export function syslogLine(entry: AuditEntry, { host }: ExportSource): string {
  const { verdict, effect, agent, session, task, headline, reason, actions, rules } = commonFields(entry);
  const severity = severities[verdict] ?? (loud.has(entry.kind) ? 4 : 6);
  const data = Object.entries({
    seq: String(entry.seq),
    hash: entry.hash,
    verdict,
    effect,
    agent,
    session,
    task,
    actions: actions.join(" "),
    rules: rules.join(" "),
  })
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${escaped(oneLine(value))}"`);
  const message = oneLine(headline === "" ? reason : headline);
  const head = `<${facility * 8 + severity}>1 ${entry.time} ${printable(host)} signalbox - ${printable(entry.kind)}`;
  return `${head} [signalbox@${enterprise} ${data.join(" ")}]${message === "" ? "" : ` ${message}`}`.slice(
    0,
    longest,
  );
}

/** Control characters would end the message, and begin one that nobody sent. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, " ");
}

function escaped(value: string): string {
  return value.replaceAll(/["\\\]]/g, (letter) => `\\${letter}`);
}

function printable(name: string): string {
  return name.replaceAll(/[^!-~]/g, "").slice(0, 255) || "-";
}
