// What the language server needs for a long policy, in process: what somebody who types has to wait for.
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { parse } from "yaml";
import { complete } from "../../src/language/complete.ts";
import { formatPolicy } from "../../src/language/format.ts";
import { hover } from "../../src/language/hover.ts";
import { rulesIn } from "../../src/language/lenses.ts";
import { occurrences } from "../../src/language/occurrences.ts";
import { checkFile } from "../../src/language/policy-check.ts";
import { symbolsOf } from "../../src/language/symbols.ts";
import { row, timeUs, type Row } from "./measure.ts";

const lines = 5000;

export function languageRows(): readonly Row[] {
  const text = longPolicy();
  const vocabulary = packagedCatalogue();
  const sources = {
    vocabulary,
    files: () => ["README.md"],
    agents: ["claude-code"],
    approvers: [],
    extendable: () => [],
  };
  const place = {
    kind: "policy",
    layer: "workspace",
    workspace: "/home/dev/shop",
    file: "/home/dev/shop/.governance/policy.yaml",
  } as const;
  // Another text each time, as when somebody types: what remembers the last one must not help.
  let edits = 0;
  const edited = (): string => `${text}# ${edits++}\n`;
  const middle = text.indexOf("- action:", text.length / 2) + "- action: railway:".length;
  const json = JSON.stringify(parse(text), undefined, 2);
  const middleOfJson = json.indexOf('"action": "', json.length / 2) + '"action": "railway:'.length;
  const measured = (rounds: number, work: (text: string) => unknown): readonly number[] =>
    Array.from({ length: rounds + 3 }, () => {
      const next = edited();
      return timeUs(() => void work(next)) / 1000;
    }).slice(3);
  return [
    row(
      `${lines} lines: diagnostics`,
      measured(20, (each) => checkFile({ ...place, text: each }, { home: "/home/dev" })),
      "ms",
      "≤ 100 ms",
    ),
    row(
      `${lines} lines: completion`,
      measured(20, (each) => complete(each, middle, sources)),
      "ms",
      "≤ 30 ms",
    ),
    row(
      `${lines} lines: hover`,
      measured(20, (each) => hover(each, middle, vocabulary)),
      "ms",
      "≤ 30 ms",
    ),
    row(
      `${lines} lines of JSON: completion`,
      measured(20, () =>
        complete(
          `${json.slice(0, middleOfJson)}${"x".repeat(edits % 7)}${json.slice(middleOfJson)}`,
          middleOfJson,
          sources,
        ),
      ),
      "ms",
      "≤ 30 ms",
    ),
    row(`${lines} lines: outline`, measured(20, symbolsOf), "ms", ""),
    row(
      `${lines} lines: lenses and names`,
      measured(20, (each) => [rulesIn(each), occurrences(each)]),
      "ms",
      "",
    ),
    row(`${lines} lines: formatting`, measured(5, formatPolicy), "ms", ""),
  ];
}

/** Many tasks with rules and scopes of their own, as a large repository would have them. */
function longPolicy(): string {
  const parts = ["session_scope:\n  domain:\n    allowed_apis: [railway:deploy]\nsessions:\n"];
  let count = 4;
  for (let index = 0; count < lines; index++) {
    const task = `  task_${index}:
    agents: [claude-code]
    session_scope:
      signal:
        allowed_files: ["./packages/p${index}/config.env"]
        writable_files:
          - packages/p${index}/**
      domain:
        allowed_apis:
          - railway:deploy
          - { api: "aws:s3:GetObject", resource: "bucket-${index}" }
        blocked_actions: [railway:volume_delete]
    policies:
      deny:
        - action: railway:variable_management
          environment: production
          reason: task ${index} has no business there
      control:
        - action_type: [deployment, schema_migration]
          resource: "p${index}-*"
          timeout: 5m
`;
    parts.push(task);
    count += task.split("\n").length - 1;
  }
  return parts.join("");
}
