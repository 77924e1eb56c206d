import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { packagedTable } from "../../src/boundary/files/packaged.ts";
import { loadCatalogue, type Catalogue } from "../../src/catalogue/load.ts";
import { classify } from "../../src/classify/classify.ts";
import { actionId, type Classification } from "../../src/model/action.ts";
import type { Effect } from "../../src/model/effect.ts";
import type { Lookups } from "../../src/model/lookups.ts";
import type { RequestPayload, ShellDialect } from "../../src/model/request.ts";

export const workspace = "/home/dev/project";

const folder = fileURLToPath(new URL("../../policies/catalogue/", import.meta.url));

let loaded: Catalogue | undefined;

/** The shipped catalogue, read once. */
export function shippedCatalogue(): Catalogue {
  loaded ??= loadCatalogue(
    readdirSync(folder)
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => ({ file: name, text: readFileSync(folder + name, "utf8") })),
    packagedTable,
  ).catalogue;
  return loaded;
}

/** Look-ups over a table of files; everything else is missing. Folders are those that hold a file. */
export function tableLookups(
  files: Readonly<Record<string, string>> = {},
  links: Readonly<Record<string, string>> = {},
): Lookups {
  const paths = Object.keys(files);
  return {
    home: "/home/dev",
    caseSensitive: true,
    readFile: (path) => {
      const text = files[path];
      return text === undefined ? { kind: "missing" } : { kind: "text", text, digest: `digest of ${path}` };
    },
    realPath: (path) => links[path] ?? path,
    kind: (path) =>
      path in files ? "file" : paths.some((name) => name.startsWith(`${path}/`)) ? "directory" : "missing",
    list: (path) => [
      ...new Set(
        paths
          .filter((name) => name.startsWith(`${path}/`))
          .map((name) => name.slice(path.length + 1).split("/")[0] ?? ""),
      ),
    ],
    below: () => ({ files: [], complete: true }),
    // A repository in which the branch `hostile` has other settings of an agent.
    gitNames: (_path, { words }, wanted) =>
      words.some((word) => /\bhostile\b/.test(word))
        ? [`${workspace}/.claude/settings.json`].filter((path) => wanted(path))
        : [],
    env: () => undefined,
    credentialsIn: () => [],
  };
}

export function classifyPayload(payload: RequestPayload, lookups: Lookups = tableLookups()): Classification {
  const context = {
    id: "r1",
    agent: "test",
    conversation: "c1",
    workspace,
    cwd: workspace,
    boundary: "check",
  } as const;
  return classify({ context, payload }, shippedCatalogue(), lookups);
}

export function classifyCommand(
  command: string,
  more: { readonly files?: Readonly<Record<string, string>>; readonly shell?: ShellDialect } = {},
): Classification {
  return classifyPayload({ kind: "shell", command, shell: more.shell ?? "bash" }, tableLookups(more.files));
}

export function idsOf(classification: Classification): readonly string[] {
  return classification.actions.map(actionId);
}

export function effectsOf(classification: Classification): ReadonlySet<Effect> {
  return new Set(classification.actions.flatMap((action) => action.effects));
}

const passing: ReadonlySet<Effect> = new Set([
  "file_deletion",
  "infrastructure_change",
  "deployment",
  "schema_migration",
]);

/** Effects that are never waved through without a human. */
export function seriousEffects(classification: Classification): readonly Effect[] {
  return [...effectsOf(classification)].filter((effect) => !passing.has(effect));
}
