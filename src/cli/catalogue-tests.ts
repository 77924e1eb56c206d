import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { packageRoot } from "../boundary/files/package-root.ts";
import { findCatalogueFiles, readCatalogueFile } from "../boundary/files/workspace-catalogue.ts";
import {
  exampleLines,
  extendCatalogue,
  readAddition,
  unreadable,
  withoutConflicts,
  type Addition,
} from "../catalogue/additions.ts";
import type { Provider } from "../catalogue/catalogue.ts";
import type { Catalogue, CatalogueFile } from "../catalogue/load.ts";
import { exampleFailures, exampleTitle } from "../classify/catalogue-example.ts";
import { isKnownProgram, localProviders } from "../classify/known-programs.ts";

interface Failure {
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly message: string;
}

export interface TestReport {
  readonly providers: number;
  readonly examples: number;
  readonly failures: readonly Failure[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Runs the examples of files as a workspace would have them: behind the shipped catalogue. */
export function testFiles(
  place:
    | { readonly kind: "folder"; readonly folder: string }
    | { readonly kind: "file"; readonly file: string },
): TestReport {
  const shipped = packagedCatalogue();
  const found = place.kind === "file" ? ok([place.file]) : filesIn(place.folder);
  if (!found.ok) {
    return { providers: 0, examples: 0, failures: [], diagnostics: found.error };
  }
  const additions: Addition[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of found.value) {
    const text = readCatalogueFile(file);
    const read = text.ok
      ? readAddition({ file, text: text.value }, { shipped, localProviders, isKnownProgram })
      : { addition: undefined, diagnostics: unreadable(file, text.error) };
    diagnostics.push(...read.diagnostics);
    additions.push(...(read.addition === undefined ? [] : [read.addition]));
  }
  const checked = withoutConflicts(additions);
  const catalogue = extendCatalogue(shipped, checked.additions);
  const tested = checked.additions.map((addition) => testProvider(addition.provider, addition, catalogue));
  return sum(tested, [...diagnostics, ...checked.diagnostics]);
}

/** Runs the examples of everything that ships. */
export function testShipped(): TestReport {
  const catalogue = packagedCatalogue();
  const folder = join(packageRoot(), "policies", "catalogue");
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => ({ file: join(folder, name), text: readFileSync(join(folder, name), "utf8") }));
  const tested = [...catalogue.providers.values()].map((provider) => {
    const start = new RegExp(`^provider: ${provider.name}$`, "m");
    const source = files.find(({ text }) => start.test(text)) ?? { file: folder, text: "" };
    return testProvider(provider, source, catalogue);
  });
  return sum(tested, []);
}

function filesIn(folder: string): Result<readonly string[], readonly Diagnostic[]> {
  const found = findCatalogueFiles(folder);
  return found.ok ? ok(found.value.map(({ file }) => file)) : err(unreadable(folder, found.error));
}

function testProvider(
  provider: Provider,
  source: CatalogueFile,
  catalogue: Catalogue,
): { readonly examples: number; readonly failures: readonly Failure[] } {
  const lines = exampleLines(source);
  const examples = provider.examples ?? [];
  const failures = examples.flatMap((example, at) =>
    exampleFailures(example, catalogue).map((message) => ({
      file: source.file,
      line: lines[at] ?? 1,
      title: exampleTitle(example),
      message,
    })),
  );
  return { examples: examples.length, failures };
}

function sum(
  tested: readonly { readonly examples: number; readonly failures: readonly Failure[] }[],
  diagnostics: readonly Diagnostic[],
): TestReport {
  return {
    providers: tested.length,
    examples: tested.reduce((count, { examples }) => count + examples, 0),
    failures: tested.flatMap(({ failures }) => failures),
    diagnostics,
  };
}
