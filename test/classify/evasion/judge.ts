import { digestOf } from "../../../src/record/digest.ts";
import { packagedBaseline } from "../../../src/boundary/files/packaged.ts";
import type { Decision } from "../../../src/model/decision.ts";
import type { ShellDialect } from "../../../src/model/request.ts";
import { judge as judgeRequest } from "../../../src/pipeline.ts";
import { policiesInForce } from "../../../src/policy/layers.ts";
import { loadPolicy } from "../../../src/policy/load.ts";
import { shippedCatalogue, tableLookups, workspace } from "../classify-command.ts";
import type { Spelled } from "./technique.ts";

const catalogue = shippedCatalogue();
const { file, text } = packagedBaseline();
const baseline = loadPolicy(
  { file, text, layer: "builtin", workspace, home: "/home/dev" },
  catalogue,
  digestOf,
).policy;

/** The verdict of the packaged baseline on a line of a shell, with files of the working directory. */
export function judge(spelled: Spelled | string, shell: ShellDialect = "bash"): Decision {
  if (baseline === undefined) {
    throw new Error("the packaged baseline does not load");
  }
  const { command, files } = typeof spelled === "string" ? { command: spelled, files: {} } : spelled;
  const table: Record<string, string> = {};
  for (const [name, content] of Object.entries(files)) {
    table[`${workspace}/${name}`] = content;
  }
  const policies = policiesInForce({ builtin: baseline, workspace: {} }, digestOf);
  return judgeRequest(
    {
      context: {
        id: "1",
        agent: "test",
        conversation: "c",
        workspace,
        cwd: workspace,
        boundary: "check",
      },
      payload: { kind: "shell", command, shell },
    },
    {
      catalogue,
      lookups: () => tableLookups(table),
      policies: () => policies,
      session: () => undefined,
    },
  );
}
