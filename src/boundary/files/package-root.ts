import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BugError } from "../../base/result.ts";

/** The folder that holds `policies/`: the repository when run from source, the extension when run from a bundle. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "policies", "baseline.yaml"))) {
      return folder;
    }
    if (dirname(folder) === folder) {
      throw new BugError(
        "the package is incomplete: `policies/baseline.yaml` is missing; install Signalbox again",
      );
    }
  }
}
