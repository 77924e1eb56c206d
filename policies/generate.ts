// Makes policy.schema.json and reference.md beside this file from the language's own schema and its table of
// diagnostics, the templates in JSON from those in YAML, and the table of agents in the README from what their adapters declare.
// Run it after one of them has changed: node policies/generate.ts
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { withSupportTable } from "../src/boundary/hooks/support-table.ts";
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
  const readme = join(import.meta.dirname, "../README.md");
  const text = withSupportTable(readFileSync(readme, "utf8"));
  if (!text.ok) {
    throw new Error(text.error);
  }
  writeFileSync(readme, text.value);
}
