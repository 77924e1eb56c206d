import { closeSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { once } from "node:events";
import { exportFormats, type ExportFormat, type ExportSource } from "../record/export/format.ts";
import { followRecord } from "../record/follow.ts";
import { readRecord, type RecordFilter } from "../record/read.ts";
import { exitCodes, print, UsageError, type CommandContext } from "./command.ts";
import { openNewFile } from "./new-file.ts";
import { noPositionals, type ParsedOptions } from "./options.ts";
import { packagedVersion } from "../boundary/files/packaged.ts";

export const exportOptions = {
  session: "text",
  verdict: "text",
  agent: "text",
  kind: "text",
  since: "text",
  format: "text",
  output: "text",
  follow: "flag",
} as const;

/** Writes the record for other systems, to standard output or a new file; with `--follow` until it is interrupted. */
export async function exportRecord(
  parsed: ParsedOptions,
  filter: RecordFilter,
  context: CommandContext,
  folder: string,
): Promise<number> {
  noPositionals(parsed);
  const format = formatOf(parsed.text["format"] ?? "jsonl");
  const source: ExportSource = { host: hostname(), version: packagedVersion() };
  const out = openOutput(parsed.text["output"], context);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  let count = 0;
  try {
    if (format.header !== undefined) {
      await out.write(`${format.header}\n`);
    }
    const entries = parsed.flags.has("follow")
      ? followRecord(folder, filter, stop.signal)
      : readRecord(folder, filter);
    for await (const entry of entries) {
      await out.write(`${format.line(entry, source)}\n`);
      count += 1;
    }
  } finally {
    out.close();
    process.off("SIGINT", end);
    process.off("SIGTERM", end);
  }
  if (out.path !== undefined) {
    print(context.stderr, `${count} entries written to ${out.path}`);
  }
  return exitCodes.done;
}

function formatOf(name: string): ExportFormat {
  const format = exportFormats.find((known) => known.name === name);
  if (format === undefined) {
    const known = exportFormats.map((each) => `\`${each.name}\``).join(", ");
    throw new UsageError(`\`--format\` takes ${known}`);
  }
  return format;
}

interface Output {
  readonly path?: string;
  readonly write: (text: string) => Promise<void>;
  readonly close: () => void;
}

function openOutput(path: string | undefined, context: CommandContext): Output {
  if (path === undefined) {
    return {
      // A slow reader slows the export down instead of filling the memory.
      write: async (text) => {
        if (!context.stdout.write(text)) {
          await once(context.stdout, "drain");
        }
      },
      close: () => undefined,
    };
  }
  const descriptor = openNewFile(path);
  return {
    path,
    write: (text) => {
      writeSync(descriptor, text);
      return Promise.resolve();
    },
    close: () => closeSync(descriptor),
  };
}
