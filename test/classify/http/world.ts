import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../../src/base/diagnostic.ts";
import { packagedTable } from "../../../src/boundary/files/packaged.ts";
import { loadCatalogue, type Catalogue } from "../../../src/catalogue/load.ts";
import { classify } from "../../../src/classify/classify.ts";
import type { Classification } from "../../../src/model/action.ts";
import { actionId } from "../../../src/model/action.ts";
import type { Lookups } from "../../../src/model/lookups.ts";
import type { RequestPayload } from "../../../src/model/request.ts";

const folder = "policies/catalogue";
const root = join(import.meta.dirname, "../../..");
const files = readdirSync(join(root, folder))
  .filter((name) => name.endsWith(".yaml"))
  .sort()
  .map((name) => ({
    file: `${folder}/${name}`,
    text: readFileSync(join(root, folder, name), "utf8"),
  }));
export const railwayText: string = files.find(({ file }) => file.endsWith("/railway.yaml"))?.text ?? "";
const loaded = loadCatalogue(files, packagedTable);
export const catalogue: Catalogue = loaded.catalogue;
export const diagnostics: readonly Diagnostic[] = loaded.diagnostics;

/** A table in place of the world. `values` are secret values by credential name. */
export interface World {
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly catalogue?: Catalogue;
}

export function lookupsOf(world: World): Lookups {
  const files = world.files ?? {};
  return {
    home: "/home/dev",
    caseSensitive: true,
    readFile: (path) => {
      const text = files[path];
      return text === undefined ? { kind: "missing" } : { kind: "text", text, digest: `digest of ${path}` };
    },
    realPath: (path) => path,
    kind: (path) => (path in files ? "file" : "missing"),
    list: () => [],
    below: () => ({ files: [], complete: true }),
    gitNames: () => [],
    env: (name) => world.environment?.[name],
    credentialsIn: (text) =>
      Object.entries(world.values ?? {})
        .filter(([, value]) => text.includes(value))
        .map(([name]) => name),
  };
}

export function classifyPayload(payload: RequestPayload, world: World = {}): Classification {
  return classify(
    {
      context: {
        id: "r1",
        agent: "test",
        conversation: "c1",
        workspace: "/work/shop",
        cwd: world.cwd ?? "/work/shop",
        boundary: "check",
      },
      payload,
    },
    world.catalogue ?? catalogue,
    lookupsOf(world),
  );
}

export function classifyCommand(command: string, world: World = {}): Classification {
  return classifyPayload({ kind: "shell", command, shell: "bash" }, world);
}

export function idsOf(classification: Classification): readonly string[] {
  return classification.actions.map((action) => actionId(action));
}
