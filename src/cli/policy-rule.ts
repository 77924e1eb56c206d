import { existsSync } from "node:fs";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { formatDiagnostic } from "../base/diagnostic.ts";
import {
  isJsonObject,
  objectField,
  parseJson,
  stringField,
  type JsonObject,
  type JsonValue,
} from "../base/json.ts";
import { lineDiff } from "../base/line-diff.ts";
import { policyOnBaseline } from "../boundary/check/policy-on-baseline.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { workspaceOf } from "../broker/workspace.ts";
import { actionId } from "../model/action.ts";
import {
  proposeRule,
  type PolicyText,
  type RuleProposal,
  type RuleSubject,
  type SubjectAction,
  type WantedVerdict,
} from "../policy/rule-proposal.ts";
import { exitCodes, print, printJson, UsageError, type CommandContext } from "./command.ts";
import { catalogueAt, createEvaluator, readPolicyText } from "./evaluate.ts";
import { noPositionals, type ParsedOptions } from "./options.ts";

/**
 * `signalbox policy rule`: shows the narrowest change of this folder's policy by which a command is decided as wanted. It
 * writes nothing. With `--stdin`, policy and subject come as JSON, for the editor.
 */
export async function ruleFor(parsed: ParsedOptions, context: CommandContext): Promise<number> {
  noPositionals(parsed);
  const wanted = wantedOf(parsed.flags);
  const { policy, subject } = parsed.flags.has("stdin")
    ? subjectOnStdin(await textOf(context.stdin))
    : subjectOfCommand(parsed, context);
  const proposal = proposeRule(policy, subject, wanted);
  const problem = proposal.ok ? problemOf(policy, proposal.value, context) : proposal.error;
  if (parsed.flags.has("json")) {
    printJson(
      context.stdout,
      proposal.ok && problem === undefined ? proposalJson(policy, proposal.value) : { error: problem ?? "" },
    );
  } else if (proposal.ok && problem === undefined) {
    const { title, notes } = proposal.value;
    const lines = [
      title,
      ...notes.map((note) => `note: ${note}`),
      `--- ${policy.file}`,
      ...diffOf(policy, proposal.value),
    ];
    print(context.stdout, lines.join("\n"));
  } else {
    print(context.stderr, `no rule is proposed: ${problem ?? ""}`);
  }
  return problem === undefined ? exitCodes.done : exitCodes.failed;
}

function wantedOf(flags: ReadonlySet<string>): WantedVerdict {
  const [wanted, ...more] = (["allow", "deny", "ask"] as const).filter((verdict) => flags.has(verdict));
  if (wanted === undefined || more.length > 0) {
    throw new UsageError("say `--allow`, `--deny` or `--ask`");
  }
  return wanted;
}

function subjectOfCommand(
  { rest }: ParsedOptions,
  { cwd, home, env }: CommandContext,
): { readonly policy: PolicyText; readonly subject: RuleSubject } {
  if (rest === undefined || rest.length === 0) {
    throw new UsageError("the command is missing: `signalbox policy rule --allow -- COMMAND`");
  }
  const workspace = workspaceOf(cwd);
  const names = ["policy.yaml", "policy.yml", "policy.json"].map((name) =>
    join(workspace, ".governance", name),
  );
  const file = names.find((name) => existsSync(name));
  const policy = {
    file: file ?? names[0] ?? "",
    text: file === undefined ? "" : readPolicyText(file),
    workspace,
  };
  const evaluator = createEvaluator({ home, env });
  const { decision } = evaluator.judge({
    context: { id: "rule", agent: "unknown", conversation: "rule", workspace, cwd, boundary: "check" },
    payload: { kind: "shell", command: rest.join(" "), shell: "bash" },
  });
  const actions = decision.actions.map((action) => ({
    id: actionId(action),
    access: action.access,
    ...action.target,
  }));
  return { policy, subject: { actions, rules: decision.rules.filter(({ verdict }) => verdict !== "allow") } };
}

function subjectOnStdin(text: string): { readonly policy: PolicyText; readonly subject: RuleSubject } {
  const parsed = parseJson(text);
  const json = parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
  const policy = json === undefined ? undefined : objectField(json, "policy");
  const [file, written, workspace] = ["file", "text", "workspace"].map((name) =>
    policy === undefined ? undefined : stringField(policy, name),
  );
  if (json === undefined || file === undefined || written === undefined || workspace === undefined) {
    throw new UsageError("`--stdin` takes `{policy: {file, text, workspace}, actions, rules}`");
  }
  return {
    policy: { file, text: written, workspace },
    subject: {
      actions: objectsOf(json["actions"]).map(actionOf),
      rules: objectsOf(json["rules"]).map(ruleOf),
    },
  };
}

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return (Array.isArray(value) ? (value as readonly JsonValue[]) : []).filter(isJsonObject);
}

function actionOf(json: JsonObject): SubjectAction {
  const access = stringField(json, "access");
  const named = ["resource", "environment", "path"].flatMap((name) => {
    const value = stringField(json, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    id: stringField(json, "id") ?? "",
    ...(access === "read" || access === "change" ? { access } : {}),
    ...Object.fromEntries(named),
  };
}

function ruleOf(json: JsonObject): RuleSubject["rules"][number] {
  return { pointer: stringField(json, "pointer") ?? "", file: stringField(json, "file") ?? "" };
}

/** Why what is proposed would not load; undefined where it does. */
function problemOf(policy: PolicyText, { text }: RuleProposal, { home }: CommandContext): string | undefined {
  const { workspace, file } = policy;
  const catalogue = catalogueAt(workspace, packagedCatalogue());
  const { policies, diagnostics } = policyOnBaseline({ file, text }, { workspace, home }, catalogue);
  const [first] = diagnostics.filter(({ severity }) => severity === "error");
  return policies !== undefined
    ? undefined
    : `the policy would not load: ${first === undefined ? "" : (formatDiagnostic(first).split("\n")[0] ?? "")}`;
}

function diffOf(policy: PolicyText, { text }: RuleProposal): readonly string[] {
  return lineDiff(policy.text, text);
}

function proposalJson(policy: PolicyText, proposal: RuleProposal): JsonObject {
  const { text, title, notes } = proposal;
  return { file: policy.file, text, title, notes: [...notes], diff: [...diffOf(policy, proposal)] };
}
