import { resolve } from "node:path";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { userLayer } from "../broker/layers-above.ts";
import { workspaceOf } from "../broker/workspace.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { diffPolicies, type PolicyChange, type PolicyDiff } from "../decide/policy-diff/policy-diff.ts";
import { changeText } from "../decide/policy-diff/wording.ts";
import type { PoliciesInForce } from "../policy/compiled.ts";
import { exitCodes, print, printJson, UsageError, type Command, type CommandContext } from "./command.ts";
import { candidateOnBaseline, catalogueAt, readPolicyText, workspacePolicies } from "./evaluate.ts";
import { placeOf } from "./explain-text.ts";
import { makeOrganisationKey, signOrganisationPolicy } from "./organisation-commands.ts";
import { approvePolicyHere } from "./policy-approve.ts";
import { diffJson } from "./policy-diff-json.ts";
import { checkPolicies } from "./policy-check.ts";
import { ruleFor } from "./policy-rule.ts";
import { showPolicies } from "./policy-show.ts";
import { parseOptions, type ParsedOptions } from "./options.ts";

/** In the place of a file: the built-in policy alone. */
const baselineWord = "baseline";

const ruleOptions = { allow: "flag", deny: "flag", ask: "flag", json: "flag", stdin: "flag" } as const;

export const policyCommand: Command = {
  name: "policy",
  summary: "show what is in force here, what a change of a policy would make possible, and approve it",
  help: `usage: signalbox policy check [FILE…] [--json]
       signalbox policy show [--json]
       signalbox policy diff FROM [TO] [--json]
       signalbox policy rule --allow|--deny|--ask [--json] -- COMMAND
       signalbox policy approve [DIR | --user]
       signalbox policy keygen --out KEY
       signalbox policy sign --key KEY [--version N] [--expires WHEN] FILE

check    what is wrong with policies (default: this folder's own), and what their authors cannot have meant
show     the policies in force for this folder, and what waits for a human's approval
diff     what becomes stricter and what looser from FROM to TO, over operations, effects, files and commands rather than
         over texts. Each is a file, or \`${baselineWord}\`. With one file: from what is in force here to that file.
rule     the narrowest change of this folder's policy by which COMMAND would be allowed, denied or asked about; it only shows
         the change, and what loosens needs a human's approval as ever
approve  put the policy of a folder (default: this one) in force as it is written now, or with \`--user\` your own, on a
         terminal that no agent holds: it shows what becomes possible, and needs a key of this terminal (\`signalbox
         approver create\`)
keygen   a key pair for an organisation: the private half to the file, the public one to stdout
sign     the organisation's policy as it is to be published, on stdout. The version has to count up (default: seconds since
         1970); it expires at a day or after some days (\`2027-01-31\`, \`90d\`; default: 30d)

exit codes of check: 0 it loads, 1 it does not; of diff: 0 nothing becomes looser, 1 something does, 2 wrong usage or a policy that does not load;
of rule: 0 there is such a change, 1 there is none; of approve: 0 answered, 1 there is nothing to approve, no key or no terminal`,
  async run(args, context) {
    const [what, ...rest] = args;
    switch (what) {
      case "check":
        return checkPolicies(parseOptions(rest, { json: "flag" }), context);
      case "show":
        return showPolicies(parseOptions(rest, { json: "flag" }), context);
      case "diff":
        return diff(parseOptions(rest, { json: "flag" }), context);
      case "rule":
        return ruleFor(parseOptions(rest, ruleOptions), context);
      case "approve":
        return approve(parseOptions(rest, { user: "flag" }), context);
      case "keygen":
        return makeOrganisationKey(parseOptions(rest, { out: "text" }), context);
      case "sign":
        return signOrganisationPolicy(
          parseOptions(rest, { key: "text", version: "text", expires: "text" }),
          context,
        );
      default:
        throw new UsageError(
          `${what === undefined ? "" : `unknown \`${what}\`; `}say \`check\`, \`show\`, \`diff\`, \`rule\`, \`approve\`, \`keygen\` or \`sign\``,
        );
    }
  },
};

function approve({ positionals, flags, rest }: ParsedOptions, context: CommandContext): Promise<number> {
  const [folder, ...more] = positionals;
  if (more.length > 0 || rest !== undefined || (flags.has("user") && folder !== undefined)) {
    throw new UsageError("give one folder, or `--user`");
  }
  return approvePolicyHere(
    context,
    flags.has("user") ? userLayer : workspaceOf(resolve(context.cwd, folder ?? ".")),
  );
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
  const vocabulary = catalogueAt(place.workspace, catalogue);
  const found = diffPolicies(before, after, { ...place, vocabulary });
  if (parsed.flags.has("json")) {
    printJson(context.stdout, diffJson(found, vocabulary));
  } else {
    print(context.stdout, diffLines(found, vocabulary, context.cwd).join("\n"));
  }
  return found.loosens.length === 0 ? exitCodes.done : exitCodes.failed;
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
