import { join } from "node:path";
import { makeVisibleLine } from "../base/visible-text.ts";
import { stateDirectory } from "../broker/places.ts";
import type { AuditEntry } from "../record/entry.ts";
import { exportFormats } from "../record/export/format.ts";
import { parseSince, readRecord, type RecordFilter } from "../record/read.ts";
import { verifyRecord } from "../record/verify.ts";
import { exportOptions, exportRecord } from "./audit-export.ts";
import { reportActivity, reportOptions } from "./audit-report.ts";
import { exitCodes, print, printJson, UsageError, type Command, type CommandContext } from "./command.ts";
import { noPositionals, parseOptions, type ParsedOptions } from "./options.ts";
import { observeReport, observeReportOptions } from "./observe-report.ts";
import { replayOptions, replayRecord } from "./replay.ts";

export const auditCommand: Command = {
  name: "audit",
  summary:
    "show the record of decisions, prove that nobody changed it, replay it against a policy, or report what was only observed",
  help: `usage: signalbox audit show [--session ID] [--verdict V] [--agent A] [--kind K] [--since TIME] [--limit N] [--json]
       signalbox audit verify [--json]
       signalbox audit replay [--policy FILE [--stdin]] [--last N] [--all] [--json] [--progress]
       signalbox audit observe-report [--last N] [--all] [--json]
       signalbox audit report [SESSION] [--agent A] [--since TIME] [--html | --json] [--output FILE]
       signalbox audit export [--format F] [--output FILE] [--follow] [--session ID] [--verdict V] [--agent A] [--kind K] [--since TIME]

show options:
  --session ID    only that session (\`signalbox sessions\` lists them)
  --verdict V     only allow, ask, deny or kill
  --agent A       only that agent
  --kind K        only that kind of entry: decision, refused, approval, killed, reopened, …
  --since TIME    an ISO time, or an age such as 30m, 2h, 7d
  --limit N       the last N entries (default 50; 0 for all)
  --json          one JSON entry a line

replay options:
  --policy FILE   decide the recorded requests by FILE as if it were approved (default: by what is in force now)
  --stdin         take FILE's text from standard input, as an editor has it before it is saved
  --progress      write how many are done to standard error
  --last N        the last N requests (default 1000; 0 for all)
  --all           of all folders, not only of this one

observe-report tells what policies with \`enforcement: observe\` would have stopped, rule by rule, and how to switch:
  --last N        look at the last N requests (default 10000; 0 for all)
  --all           of all folders, not only of this one

report tells what was tried, what was stopped, who approved, and which rules only interrupt: of one session, or of all
  --html          one page of HTML (default: Markdown), to attach to a pull request or an incident
  --output FILE   a new file, readable by you alone (default: standard output)

export writes the record for other systems, with the filters of show:
${exportFormats.map(({ name, what }, index) => `  ${(index === 0 ? "--format F" : "").padEnd(16)}${name}: ${what}${index === 0 ? " (default)" : ""}`).join("\n")}
  --output FILE   a new file, readable by you alone (default: standard output)
  --follow        go on with what is recorded from now on, until it is interrupted

exit codes of verify: 0 intact, 1 changed, removed, reordered or cut`,
  async run(args, context) {
    const [what, ...rest] = args;
    switch (what) {
      case "show":
        return show(parseOptions(rest, showOptions), context);
      case "verify":
        return verify(parseOptions(rest, { json: "flag" }), context);
      case "replay":
        return replayRecord(parseOptions(rest, replayOptions), context, recordFolder(context));
      case "observe-report":
        return observeReport(parseOptions(rest, observeReportOptions), context, recordFolder(context));
      case "report": {
        const parsed = parseOptions(rest, reportOptions);
        return reportActivity(parsed, filterFrom(parsed), context, recordFolder(context));
      }
      case "export": {
        const parsed = parseOptions(rest, exportOptions);
        return exportRecord(parsed, filterFrom(parsed), context, recordFolder(context));
      }
      default:
        throw new UsageError(
          what === undefined ? `say ${subcommands}` : `unknown \`${what}\`; say ${subcommands}`,
        );
    }
  },
};

const subcommands = "`show`, `verify`, `replay`, `observe-report`, `report` or `export`";

const showOptions = {
  session: "text",
  verdict: "text",
  agent: "text",
  kind: "text",
  since: "text",
  limit: "text",
  json: "flag",
} as const;

async function show(parsed: ParsedOptions, context: CommandContext): Promise<number> {
  noPositionals(parsed);
  const limit = Number(parsed.text["limit"] ?? "50");
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new UsageError("`--limit` takes a whole number from 0");
  }
  // Only the last ones are kept while reading: a record of any length takes constant memory.
  const kept: AuditEntry[] = [];
  for await (const entry of readRecord(recordFolder(context), filterFrom(parsed))) {
    if (limit === 0) {
      printEntry(entry, parsed, context);
      continue;
    }
    kept.push(entry);
    if (kept.length > limit) {
      kept.shift();
    }
  }
  for (const entry of kept) {
    printEntry(entry, parsed, context);
  }
  return exitCodes.done;
}

function printEntry(entry: AuditEntry, parsed: ParsedOptions, context: CommandContext): void {
  print(context.stdout, parsed.flags.has("json") ? JSON.stringify(entry) : entryLine(entry));
}

function entryLine(entry: AuditEntry): string {
  const words = [
    wouldText(entry) ?? entry["verdict"] ?? entry.kind,
    entry["agent"],
    entry["sessionId"],
    entry["headline"] ?? entry["reason"],
  ];
  const shown = words.filter((word) => typeof word === "string").map((word) => makeVisibleLine(word));
  return [String(entry.seq).padStart(6), entry.time, ...shown].join("  ");
}

/** What was only observed is told as what it would have been. */
function wouldText({ observed }: AuditEntry): string | undefined {
  const verdict =
    typeof observed === "object" && observed !== null && "verdict" in observed ? observed.verdict : undefined;
  return typeof verdict === "string" ? `would have been ${verdict}` : undefined;
}

function filterFrom(parsed: ParsedOptions): RecordFilter {
  const { session, verdict, agent, kind, since } = parsed.text;
  const from = since === undefined ? undefined : parseSince(since, new Date());
  if (since !== undefined && from === undefined) {
    throw new UsageError("`--since` takes an ISO time or an age such as 30m, 2h, 7d");
  }
  return {
    ...(session === undefined ? {} : { session }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(agent === undefined ? {} : { agent }),
    ...(kind === undefined ? {} : { kind }),
    ...(from === undefined ? {} : { since: from }),
  };
}

async function verify(parsed: ParsedOptions, context: CommandContext): Promise<number> {
  noPositionals(parsed);
  const report = await verifyRecord(recordFolder(context));
  if (parsed.flags.has("json")) {
    printJson(context.stdout, report);
  } else {
    for (const finding of report.findings) {
      print(
        context.stdout,
        `${finding.line === 0 ? "record" : `${finding.file === undefined ? "" : `${finding.file} `}line ${finding.line}`}: ${finding.message}`,
      );
    }
    for (const note of report.notes) {
      print(context.stdout, `note: ${note}`);
    }
    print(
      context.stdout,
      report.intact
        ? `intact: ${report.entries} entries, the last one ${report.lastSeq} ${report.lastHash}`
        : `NOT intact: ${report.findings.length} findings in ${report.entries} entries`,
    );
  }
  return report.intact ? exitCodes.done : exitCodes.failed;
}

function recordFolder(context: CommandContext): string {
  return join(stateDirectory(context.home), "record");
}
