import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Catalogue } from "../../catalogue/load.ts";
import { openCatalogue } from "../../catalogue/packed.ts";
import type { PolicyNode } from "../../policy/node.ts";
import { baselineFile, builtKnowledge, cachedKnowledge, packKnowledge, type Knowledge } from "./knowledge.ts";
import { packageRoot } from "./package-root.ts";

/** A text that ships with the package, and where it lies, for diagnostics and rule origins. */
export interface PackagedText {
  readonly file: string;
  readonly text: string;
}

let knowledge: Knowledge | undefined;

/** What a build has beside its bundles, else what the files in `policies/` say. */
function packagedKnowledge(): Knowledge {
  knowledge ??= builtKnowledge(dirname(fileURLToPath(import.meta.url))) ?? readKnowledge(packageRoot());
  return knowledge;
}

/** A package whose build lost a file is slow to start, and knows as much. */
function readKnowledge(root: string): Knowledge {
  return existsSync(join(root, "src")) ? cachedKnowledge(root) : packKnowledge(root);
}

/** The providers' operations that ship with the package. Throws where a file of ours is broken: never a smaller catalogue. */
export function packagedCatalogue(): Catalogue {
  return openCatalogue(packagedKnowledge().catalogue, packagedTable);
}

/** A table of `policies/catalogue/tables`, which is read only when a command needs it. */
export function packagedTable(name: string): string | undefined {
  const file = join(packageRoot(), "policies", "catalogue", "tables", `${name}.json`);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** A policy that ships with the package and was checked when that was made. */
export interface PackagedPolicy extends PackagedText {
  readonly checked: PolicyNode;
}

export function packagedBaseline(): PackagedPolicy {
  return { file: baselineFile(packageRoot()), ...packagedKnowledge().baseline };
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
