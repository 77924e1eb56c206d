import { openSync } from "node:fs";
import { UsageError } from "./command.ts";

/** Opens a file that is not there yet, for the user alone: what is there may be something that somebody keeps. */
export function openNewFile(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new UsageError(
      code === "EEXIST" ? `\`${path}\` is there already` : `\`${path}\` cannot be written (${code})`,
    );
  }
}
