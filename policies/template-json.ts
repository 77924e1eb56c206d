import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BugError } from "../src/base/result.ts";
import { jsonOf } from "../src/boundary/policy-tests/node-reader.ts";
import { parsePolicy } from "../src/policy/parse.ts";

/** The shipped templates in JSON, by name within `policies/`: what their YAML says, without its comments. */
export function templateJsonFiles(): ReadonlyMap<string, string> {
  const folder = join(import.meta.dirname, "templates");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".yaml") && !name.endsWith(".test.yaml"))
    .sort();
  return new Map(
    names.map((name) => {
      const { root } = parsePolicy(name, readFileSync(join(folder, name), "utf8"));
      if (root === undefined) {
        throw new BugError(`the template \`${name}\` cannot be read`);
      }
      return [
        `templates/${name.replace(/\.yaml$/, ".json")}`,
        `${JSON.stringify(jsonOf(root), null, 2)}\n`,
      ] as const;
    }),
  );
}
