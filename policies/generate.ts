// Makes policy.schema.json and reference.md beside this file from the language's own schema and its table of
// diagnostics, and the templates in JSON from those in YAML. Run it after one of them has changed: node policies/generate.ts
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { jsonSchemaText } from "./json-schema.ts";
import { referenceText } from "./reference.ts";
import { templateJsonFiles } from "./template-json.ts";

/** The texts of the files that are made, by name. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["policy.schema.json", jsonSchemaText()],
    ["reference.md", referenceText()],
    ...templateJsonFiles(),
  ]);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of generatedFiles()) {
    writeFileSync(join(import.meta.dirname, name), text);
  }
}
