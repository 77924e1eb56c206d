import { closeSync, writeFileSync } from "node:fs";
import { readRecord, type RecordFilter } from "../record/read.ts";
import { ActivityCount } from "../record/report/activity.ts";
import { reportDocument } from "../record/report/document.ts";
import { htmlOf } from "../record/report/html.ts";
import { markdownOf } from "../record/report/markdown.ts";
import { exitCodes, print, printJson, UsageError, type CommandContext } from "./command.ts";
import { openNewFile } from "./new-file.ts";
import type { ParsedOptions } from "./options.ts";

export const reportOptions = {
  agent: "text",
  since: "text",
  html: "flag",
  json: "flag",
  output: "text",
} as const;

/** What agents tried, what was stopped and who approved: of one session, or of all. */
export async function reportActivity(
  parsed: ParsedOptions,
  filter: RecordFilter,
  context: CommandContext,
  folder: string,
): Promise<number> {
  const [session, ...more] = parsed.positionals;
  if (more.length > 0) {
    throw new UsageError(`unexpected argument \`${more[0] ?? ""}\``);
  }
  const count = new ActivityCount();
  for await (const entry of readRecord(folder, {
    ...filter,
    ...(session === undefined ? {} : { session }),
  })) {
    count.add(entry);
  }
  const report = count.report();
  if (session !== undefined && report.requests === 0) {
    throw new UsageError(`the record knows no session \`${session}\`; \`signalbox sessions\` lists them`);
  }
  if (parsed.flags.has("json")) {
    printJson(context.stdout, report);
    return exitCodes.done;
  }
  const title = session === undefined ? "Signalbox: what agents did" : `Signalbox: session ${session}`;
  const write = parsed.flags.has("html") ? htmlOf : markdownOf;
  const text = write(title, reportDocument(report));
  const path = parsed.text["output"];
  if (path === undefined) {
    print(context.stdout, text);
    return exitCodes.done;
  }
  const descriptor = openNewFile(path);
  try {
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
  return exitCodes.done;
}
