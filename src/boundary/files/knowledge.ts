import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatDiagnostic, type Diagnostic } from "../../base/diagnostic.ts";
import { isJsonObject, parseJson } from "../../base/json.ts";
import { BugError } from "../../base/result.ts";
import type { CatalogueFile } from "../../catalogue/load.ts";
import { openCatalogue, packCatalogue, type PackedCatalogue } from "../../catalogue/packed.ts";
import { loadPolicy } from "../../policy/load.ts";
import type { PolicyNode } from "../../policy/node.ts";
import { parsePolicy } from "../../policy/parse.ts";
import { digestOf } from "../../record/digest.ts";

/** What ships with the package, parsed and found to be without mistakes: plain JSON, made when the bundles are. */
export interface Knowledge {
  readonly catalogue: PackedCatalogue;
  readonly baseline: { readonly text: string; readonly checked: PolicyNode };
}

export const knowledgeFile = "knowledge.json";

/** Reads all of `policies/` in a folder. Throws `BugError` where a file has a mistake: never a smaller catalogue. */
export function packKnowledge(root: string): Knowledge {
  const { packed, diagnostics } = packCatalogue(catalogueFiles(root), digestOf);
  if (packed === undefined) {
    throw broken(diagnostics);
  }
  const file = baselineFile(root);
  const text = readFileSync(file, "utf8");
  const source = { file, text, layer: "builtin", workspace: "/", home: "/" } as const;
  const loaded = loadPolicy(source, openCatalogue(packed), digestOf);
  const { root: checked } = parsePolicy(file, text);
  if (loaded.policy === undefined || checked === undefined) {
    throw broken(loaded.diagnostics);
  }
  return { catalogue: packed, baseline: { text, checked } };
}

/** The knowledge that a build wrote beside its bundles; undefined where there is none, as when run from source. */
export function builtKnowledge(folder: string): Knowledge | undefined {
  return readKnowledge(join(folder, knowledgeFile))?.knowledge;
}

/**
 * The knowledge of a repository, from a cache in it that is as good as what it was made from: it names the digest of
 * every file that has a say. Only for running from source; a package has its knowledge beside its code.
 */
export function cachedKnowledge(root: string): Knowledge {
  const file = join(root, "node_modules", ".cache", "signalbox", knowledgeFile);
  const digest = sourcesDigest(root);
  const cached = readKnowledge(file);
  if (cached?.digest === digest) {
    return cached.knowledge;
  }
  const knowledge = packKnowledge(root);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify({ digest, knowledge }));
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // A folder that cannot be written costs the next start some time, nothing else.
  }
  return knowledge;
}

/** What a build writes. */
export function knowledgeText(root: string): string {
  return JSON.stringify({ digest: "built", knowledge: packKnowledge(root) });
}

export function baselineFile(root: string): string {
  return join(root, "policies", "baseline.yaml");
}

function readKnowledge(
  file: string,
): { readonly digest: unknown; readonly knowledge: Knowledge } | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const parsed = parseJson(text);
  return parsed.ok && isJsonObject(parsed.value) && isJsonObject(parsed.value["knowledge"])
    ? (parsed.value as unknown as { readonly digest: unknown; readonly knowledge: Knowledge })
    : undefined;
}

function catalogueFiles(root: string): readonly CatalogueFile[] {
  const folder = join(root, "policies", "catalogue");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => ({ file: `policies/catalogue/${name}`, text: readFileSync(join(folder, name), "utf8") }));
}

/** Over the files that are packed and over the code that packs them. */
function sourcesDigest(root: string): string {
  const hash = createHash("sha256");
  const folders = ["policies/catalogue", "policies", "src/base", "src/model", "src/catalogue", "src/policy"];
  for (const folder of [...folders, "src/boundary/files"]) {
    for (const name of readdirSync(join(root, folder)).sort()) {
      if (name.endsWith(".yaml") || name.endsWith(".ts")) {
        hash
          .update(`${folder}/${name}\0`)
          .update(readFileSync(join(root, folder, name)))
          .update("\0");
      }
    }
  }
  return hash.digest("hex");
}

function broken(diagnostics: readonly Diagnostic[]): BugError {
  const first = diagnostics.find(({ severity }) => severity === "error");
  return new BugError(first === undefined ? "a file of the package does not load" : formatDiagnostic(first));
}
