import type { JsonObject } from "../base/json.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { userLayer } from "../broker/layers-above.ts";
import type { PendingPolicy } from "../broker/policies.ts";
import type { BrokerState } from "../broker/protocol.ts";
import { workspaceOf } from "../broker/workspace.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { becomesPossible } from "../decide/policy-diff/counts.ts";
import { diffPolicies, type PolicyDiff } from "../decide/policy-diff/policy-diff.ts";
import { changeText } from "../decide/policy-diff/wording.ts";
import type { PolicyStack } from "../policy/compiled.ts";
import { exitCodes, print, printJson, type CommandContext } from "./command.ts";
import { catalogueAt, workspacePolicies } from "./evaluate.ts";
import { placeOf } from "./explain-text.ts";
import { noPositionals, type ParsedOptions } from "./options.ts";
import { diffJson } from "./policy-diff-json.ts";

/** `policy show`: every layer that is in force for this folder, and what waits for a human's approval. */
export function showPolicies(parsed: ParsedOptions, context: CommandContext): number {
  noPositionals(parsed);
  const catalogue = packagedCatalogue();
  const workspace = workspaceOf(context.cwd);
  const vocabulary = catalogueAt(workspace, catalogue);
  const policies = workspacePolicies(context.home, catalogue);
  const { stacks, hash } = policies.inForce(workspace);
  const diffOf = (pending: PendingPolicy | undefined): PolicyDiff | undefined =>
    pending === undefined
      ? undefined
      : diffPolicies(pending.now, pending.approved, { workspace, home: context.home, vocabulary });
  const own = diffOf(policies.pending(workspace));
  const user = diffOf(policies.pending(userLayer));
  const states = policies.states();
  if (parsed.flags.has("json")) {
    printJson(context.stdout, {
      workspace,
      hash,
      stacks: stacks.map(stackJson),
      policies: states.map((state) => ({ ...state })),
      pending: pendingJson(own, vocabulary),
      pending_user: pendingJson(user, vocabulary),
    });
    return exitCodes.done;
  }
  const lines = [
    `workspace  ${workspace}`,
    `in force   ${hash.slice(0, 12)}${stacks.length > 1 ? ", the strictest verdict of:" : ""}`,
    ...stacks.flatMap((stack) => stackLines(stack, context.cwd)),
    "",
    ...states.map((state) => stateLine(state, context.cwd)),
    ...(own === undefined ? [] : ["", ...pendingLines("signalbox policy approve", own, vocabulary)]),
    ...(user === undefined
      ? []
      : ["", "your own policy:", ...pendingLines("signalbox policy approve --user", user, vocabulary)]),
  ];
  print(context.stdout, lines.join("\n"));
  return exitCodes.done;
}

function stateLine(policy: BrokerState["policies"][number], from: string): string {
  const { file, state, detail } = policy;
  const layer = policy.layer ?? "workspace";
  const place = file.includes("://") ? file : placeOf({ file, line: 1 }, from).replace(/:1$/, "");
  return `${layer.padEnd(12)} ${state.padEnd(10)} ${place}: ${detail}`;
}

function pendingJson(diff: PolicyDiff | undefined, catalogue: Catalogue): JsonObject | null {
  return diff === undefined ? null : { summary: becomesPossible(diff.loosens), ...diffJson(diff, catalogue) };
}

function stackLines({ policies }: PolicyStack, from: string): readonly string[] {
  return policies.map(({ layer, file, hash, enforcement, tasks }, index) => {
    const place = placeOf({ file, line: 1 }, from).replace(/:1$/, "");
    const extra = [
      ...(enforcement === "observe" ? ["observed only"] : []),
      ...(tasks.size === 0 ? [] : [`tasks ${[...tasks.keys()].join(", ")}`]),
    ];
    return `  ${index === 0 ? "-" : " "} ${layer.padEnd(12)} ${hash.slice(0, 12)} ${place}${extra.length === 0 ? "" : ` (${extra.join("; ")})`}`;
  });
}

function stackJson({ policies }: PolicyStack): JsonObject[] {
  return policies.map(({ layer, file, hash, enforcement, tasks }) => ({
    layer,
    file,
    hash,
    enforcement,
    tasks: [...tasks.keys()],
  }));
}

/** What a human decides about: only what would become possible; the rest is in force already. */
function pendingLines(command: string, { loosens }: PolicyDiff, catalogue: Catalogue): readonly string[] {
  return loosens.length === 0
    ? ["nothing becomes possible once it is approved: what it tightens is in force already"]
    : [
        `once a human approves it (in the editor, or by \`${command}\`), these operations become possible:`,
        ...loosens.map((change) => `  ${changeText(change, catalogue)}`),
      ];
}
