import { join } from "node:path";
import { silencingLine } from "../../classify/silencing-variables.ts";
import type { SwitchFile } from "./installer.ts";

/** Switches of an agent that takes variables from files as it starts; `names` are relative to each of the folders. */
export function environmentFiles(
  folders: readonly (string | undefined)[],
  names: readonly string[],
): readonly SwitchFile[] {
  return folders
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => names.map((name) => ({ path: join(folder, name), faults: environmentFaults })));
}

function environmentFaults(text: string | undefined): readonly string[] {
  return text !== undefined && silencingLine.test(text)
    ? [
        "sets a variable that the agent loads at its start, and by which its hooks are not found or do not run",
      ]
    : [];
}
