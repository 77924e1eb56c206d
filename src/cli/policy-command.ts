import { resolve } from "node:path";
import type { JsonObject } from "../base/json.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { Catalogues } from "../broker/catalogues.ts";
import { workspaceOf } from "../broker/workspace.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { becomesPossible } from "../decide/policy-diff/counts.ts";
import { diffPolicies, type PolicyChange, type PolicyDiff } from "../decide/policy-diff/policy-diff.ts";
import { changeText } from "../decide/policy-diff/wording.ts";
import type { AskTerms } from "../model/decision.ts";
import type { PoliciesInForce, PolicyStack } from "../policy/compiled.ts";
import { exitCodes, print, printJson, UsageError, type Command, type CommandContext } from "./command.ts";
import { candidateOnBaseline, readPolicyText, workspacePolicies } from "./evaluate.ts";
import { placeOf } from "./explain-text.ts";
import { approvePolicyHere } from "./policy-approve.ts";
import { checkPolicies } from "./policy-check.ts";
import { noPositionals, parseOptions, type ParsedOptions } from "./options.ts";

/** In the place of a file: the built-in policy alone. */
const baselineWord = "baseline";

export const policyCommand: Command = {
  name: "policy",
  summary: "show what is in force here, what a change of a policy would make possible, and approve it",
  help: `usage: signalbox policy check [FILE…] [--json]
       signalbox policy show [--json]
       signalbox policy diff FROM [TO] [--json]
       signalbox policy approve [DIR]

check    what is wrong with policies (default: this folder's own), and what their authors cannot have meant
show     the policies in force for this folder, and what waits for a human's approval
diff     what becomes stricter and what looser from FROM to TO, over operations, effects, files and commands rather than
         over texts. Each is a file, or \`${baselineWord}\`. With one file: from what is in force here to that file.
approve  put the policy of a folder (default: this one) in force as it is written now, on a terminal that no agent
         holds: it shows what becomes possible, and needs a key of this terminal (\`signalbox approver create\`)

exit codes of check: 0 it loads, 1 it does not; of diff: 0 nothing becomes looser, 1 something does, 2 wrong usage or a policy that does not load;
of approve: 0 answered, 1 there is nothing to approve, no key or no terminal`,
  async run(args, context) {
    const [what, ...rest] = args;
    switch (what) {
      case "check":
        return checkPolicies(parseOptions(rest, { json: "flag" }), context);
      case "show":
        return show(parseOptions(rest, { json: "flag" }), context);
      case "diff":
        return diff(parseOptions(rest, { json: "flag" }), context);
      case "approve":
        return approve(parseOptions(rest, {}), context);
      default:
        throw new UsageError(
          what === undefined
            ? "say `check`, `show`, `diff` or `approve`"
            : `unknown \`${what}\`; say \`check\`, \`show\`, \`diff\` or \`approve\``,
        );
    }
  },
};

function approve({ positionals, rest }: ParsedOptions, context: CommandContext): Promise<number> {
  const [folder = ".", ...more] = positionals;
  if (more.length > 0 || rest !== undefined) {
    throw new UsageError("give one folder");
  }
  return approvePolicyHere(context, resolve(context.cwd, folder));
}

function diff(parsed: ParsedOptions, context: CommandContext): number {
  const [first, second, ...more] = parsed.positionals;
  if (first === undefined || more.length > 0 || parsed.rest !== undefined) {
    throw new UsageError("give one or two policies");
  }
  const catalogue = packagedCatalogue();
  const place = { workspace: workspaceOf(context.cwd), home: context.home };
  const load = (name: string): PoliciesInForce => loadNamed(name, place, { catalogue, cwd: context.cwd });
  const [before, after] =
    second === undefined
      ? [workspacePolicies(context.home, catalogue).inForce(place.workspace), load(first)]
      : [load(first), load(second)];
  const vocabulary = extendedCatalogue(place.workspace, catalogue);
  const found = diffPolicies(before, after, { ...place, vocabulary });
  if (parsed.flags.has("json")) {
    printJson(context.stdout, diffJson(found, vocabulary));
  } else {
    print(context.stdout, diffLines(found, vocabulary, context.cwd).join("\n"));
  }
  return found.loosens.length === 0 ? exitCodes.done : exitCodes.failed;
}

/** With the operations that the workspace adds; what is wrong with its files is told by `signalbox catalogue test`. */
function extendedCatalogue(workspace: string, catalogue: Catalogue): Catalogue {
  return new Catalogues(catalogue).extended(workspace) ?? catalogue;
}

function loadNamed(
  name: string,
  place: { readonly workspace: string; readonly home: string },
  { catalogue, cwd }: { readonly catalogue: Catalogue; readonly cwd: string },
): PoliciesInForce {
  const file = resolve(cwd, name);
  const source = name === baselineWord ? undefined : { file, text: readPolicyText(file) };
  return candidateOnBaseline(source, place, catalogue);
}

function diffLines({ tightens, loosens }: PolicyDiff, catalogue: Catalogue, from: string): readonly string[] {
  if (tightens.length + loosens.length === 0) {
    return ["no request would be decided otherwise"];
  }
  return [
    ...sectionLines("becomes possible, or needs less:", loosens, { catalogue, from }),
    ...sectionLines("becomes stricter:", tightens, { catalogue, from }),
  ];
}

function sectionLines(
  title: string,
  changes: readonly PolicyChange[],
  { catalogue, from }: { readonly catalogue: Catalogue; readonly from: string },
): readonly string[] {
  return changes.length === 0
    ? []
    : [
        title,
        ...changes.flatMap((change) => [
          `  ${changeText(change, catalogue)}`,
          ...(change.rules.length === 0
            ? []
            : [`    ${change.rules.map((rule) => `${placeOf(rule, from)} ${rule.pointer}`).join(", ")}`]),
        ]),
      ];
}

function diffJson({ tightens, loosens }: PolicyDiff, catalogue: Catalogue): JsonObject {
  const json = (change: PolicyChange): JsonObject => ({
    text: changeText(change, catalogue),
    kind: change.kind,
    from: change.from,
    to: change.to,
    ...(change.terms === undefined
      ? {}
      : { terms: { from: termsJson(change.terms.from), to: termsJson(change.terms.to) } }),
    names: [...change.names],
    where: Object.fromEntries(
      Object.entries(change.where).map(([dimension, values]) => [
        dimension,
        { in: [...values.in], not_in: [...values.notIn] },
      ]),
    ),
    rules: change.rules.map(({ pointer, file, line }) => ({ rule: pointer, file, line })),
  });
  return { tightens: tightens.map(json), loosens: loosens.map(json) };
}

function termsJson({ approvers, grant }: AskTerms): JsonObject {
  return { approvers: [...approvers], grant };
}

function show(parsed: ParsedOptions, context: CommandContext): number {
  noPositionals(parsed);
  const catalogue = packagedCatalogue();
  const workspace = workspaceOf(context.cwd);
  const vocabulary = extendedCatalogue(workspace, catalogue);
  const policies = workspacePolicies(context.home, catalogue);
  const { stacks, hash } = policies.inForce(workspace);
  const pending = policies.pending(workspace);
  const found =
    pending === undefined
      ? undefined
      : diffPolicies(pending.now, pending.approved, { workspace, home: context.home, vocabulary });
  const states = policies.states();
  if (parsed.flags.has("json")) {
    printJson(context.stdout, {
      workspace,
      hash,
      stacks: stacks.map(stackJson),
      policies: states.map((state) => ({ ...state })),
      pending:
        found === undefined
          ? null
          : { summary: becomesPossible(found.loosens), ...diffJson(found, vocabulary) },
    });
    return exitCodes.done;
  }
  const lines = [
    `workspace  ${workspace}`,
    `in force   ${hash.slice(0, 12)}${stacks.length > 1 ? ", the strictest verdict of:" : ""}`,
    ...stacks.flatMap((stack) => stackLines(stack, context.cwd)),
    "",
    ...states.map(
      ({ file, state, detail }) =>
        `${state.padEnd(10)} ${placeOf({ file, line: 1 }, context.cwd).replace(/:1$/, "")}: ${detail}`,
    ),
    ...(found === undefined ? [] : ["", ...pendingLines(found, vocabulary)]),
  ];
  print(context.stdout, lines.join("\n"));
  return exitCodes.done;
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
function pendingLines({ loosens }: PolicyDiff, catalogue: Catalogue): readonly string[] {
  return loosens.length === 0
    ? ["nothing becomes possible once it is approved: what it tightens is in force already"]
    : [
        "once a human approves it (in the editor, or by `signalbox policy approve`), these operations become possible:",
        ...loosens.map((change) => `  ${changeText(change, catalogue)}`),
      ];
}
