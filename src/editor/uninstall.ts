/**
 * What the editor runs once the extension was removed: hooks that would call a program which is gone are taken out, so that
 * agents are not stopped for ever by a hook that can only refuse.
 */
import { homedir } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { removeHooks } from "./remove-hooks.ts";

for (const failure of removeHooks(dirname(dirname(fileURLToPath(import.meta.url))), homedir())) {
  process.stderr.write(`signalbox: hooks stay: ${failure}\n`);
  process.exitCode = 1;
}
