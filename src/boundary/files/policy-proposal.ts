import { makeVisibleLine } from "../../base/visible-text.ts";
import { textOf, valueOf } from "../../policy/node.ts";
import { parsePolicy } from "../../policy/parse.ts";
import { fileLookups } from "./lookups.ts";
import { packagedTemplates } from "./packaged.ts";
import { chosenTemplate, policyDraft, type PolicyDraft } from "./policy-draft.ts";
import { workspaceFacts, type WorkspaceFacts } from "./workspace-facts.ts";
import type { NamedEnvironment } from "./workspace-facts-environments.ts";

export interface ProposalOptions {
  /** Absolute path of the workspace. */
  readonly workspace: string;
  readonly home: string;
  readonly env: (name: string) => string | undefined;
  /** Name of a template; without it, the workspace's content decides. */
  readonly template?: string;
}

/** A policy for a workspace as it would be written, and why. */
export interface PolicyProposal extends PolicyDraft {
  /** What in the workspace speaks for the template. */
  readonly because: readonly string[];
  /** Templates of platforms that were found as well. */
  readonly others: readonly string[];
}

export interface TemplateSummary {
  readonly name: string;
  readonly description: string;
  /** Where it lies, in YAML; the same in JSON lies beside it. */
  readonly file: string;
}

/** The shipped templates, by name. */
export function templateSummaries(): readonly TemplateSummary[] {
  return [...packagedTemplates()].map(([name, { file, text }]) => ({
    name,
    description: textOf(valueOf(parsePolicy(file, text).root, "description")) ?? "",
    file,
  }));
}

/** The policy to propose; undefined where there is no template of that name. Reads, and writes nothing. */
export function proposePolicy({
  workspace,
  home,
  env,
  template,
}: ProposalOptions): PolicyProposal | undefined {
  const lookups = fileLookups({ home, workspace, env, credentialsIn: () => [] });
  const facts = workspaceFacts(lookups.realPath(workspace), lookups);
  const chosen = chosenTemplate(facts);
  const name = template ?? chosen.name;
  const text = packagedTemplates().get(name)?.text;
  if (text === undefined) {
    return undefined;
  }
  const because = name === chosen.name ? chosen.because : [];
  const draft = policyDraft({ name, text }, facts);
  const reason = because.length === 0 ? "" : `, because of ${because.slice(0, 4).join(", ")}`;
  const platform = name.split("/")[0];
  const also = [chosen.name, ...chosen.others].filter((other) => other.split("/")[0] !== platform);
  const header = [
    `# Made from the template ${name}${reason}.`,
    ...(also.length === 0 ? [] : [`# For what else was found here, see ${also.join(", ")}.`]),
    ...hiddenFiles(draft.text, facts.environmentFiles),
    ...environmentsElsewhere(facts),
  ].map(makeVisibleLine);
  const whole = `${header.join("\n")}\n${draft.text}`;
  return { ...draft, text: whole, because, others: also };
}

/** What people here call their environments, for whoever completes `environments:`. */
function environmentsElsewhere({ terraform, ci }: WorkspaceFacts): readonly string[] {
  const line = (what: string, all: readonly NamedEnvironment[]): readonly string[] =>
    all.length === 0
      ? []
      : [
          `# ${what}: ${all
            .slice(0, 6)
            .map(({ name, from }) => `${name} (${from})`)
            .join(", ")}.`,
        ];
  return [...line("Terraform workspaces", terraform), ...line("Environments that CI deploys to", ci)];
}

/** What lies here and stays hidden, where the template itself has no place to say so. */
function hiddenFiles(text: string, files: readonly string[]): readonly string[] {
  const shown = files.slice(0, 6).join(", ");
  return files.length === 0 || text.includes("allowed_files:")
    ? []
    : [
        `# Hidden from the agent: ${shown}. \`session_scope.signal.allowed_files\` makes exceptions, by literal paths.`,
      ];
}
