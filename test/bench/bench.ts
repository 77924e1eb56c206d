// npm run bench: what decisions, hooks and starts cost, beside the bars of the design and the last run on this machine.
// Reports; never fails on a figure. Whole processes are measured as built: run `npm run build` first.
import { join } from "node:path";
import { brokerRows, recordRows } from "./broker.ts";
import { decisionRows } from "./decisions.ts";
import { report } from "./measure.ts";
import { languageRows } from "./language.ts";
import { processRows } from "./processes.ts";
import { scopeRows } from "./scopes.ts";

const rows = [
  ...decisionRows(),
  ...scopeRows(),
  ...languageRows(),
  ...(await processRows()),
  ...(await brokerRows()),
  ...(await recordRows()),
];
report(rows, join(import.meta.dirname, "..", "..", ".cache", "bench.json"));
