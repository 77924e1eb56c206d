import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatDiagnostic } from "../../base/diagnostic.ts";
import { BugError } from "../../base/result.ts";
import { loadCatalogue, type Catalogue } from "../../catalogue/load.ts";

/** A text that ships with the package, and where it lies, for diagnostics and rule origins. */
export interface PackagedText {
  readonly file: string;
  readonly text: string;
}

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

/** The providers' operations that ship with the package. Throws where a file of ours is broken: never a smaller catalogue. */
export function packagedCatalogue(): Catalogue {
  const folder = join(packageRoot(), "policies", "catalogue");
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => packagedText(join(folder, name)));
  const { catalogue, diagnostics } = loadCatalogue(files);
  const broken = diagnostics.find((diagnostic) => diagnostic.severity === "error");
  if (broken !== undefined) {
    throw new BugError(formatDiagnostic(broken));
  }
  return catalogue;
}

export function packagedBaseline(): PackagedText {
  return packagedText(join(packageRoot(), "policies", "baseline.yaml"));
}

/** Names and texts of the policies that `init` offers. */
export function packagedTemplates(): ReadonlyMap<string, PackagedText> {
  const folder = join(packageRoot(), "policies", "templates");
  const templates = new Map<string, PackagedText>();
  for (const name of existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()
    : []) {
    if (name.endsWith(".yaml") && !name.endsWith(".test.yaml")) {
      templates.set(name.slice(0, -".yaml".length).replaceAll("\\", "/"), packagedText(join(folder, name)));
    }
  }
  return templates;
}

/** The version that this code was built as; `dev` when run from source. */
export function packagedVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
    version?: unknown;
  };
  return typeof manifest.version === "string" ? manifest.version : "dev";
}

function packagedText(file: string): PackagedText {
  return { file, text: readFileSync(file, "utf8") };
}
