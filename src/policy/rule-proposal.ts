import { err, ok, type Result } from "../base/result.ts";
import { insertEntry, insertItem } from "./insert.ts";

/** What a decision was about, as far as a rule can name it. */
export interface RuleSubject {
  readonly actions: readonly SubjectAction[];
  /** The rules that were in the way: JSON pointer and file of each. */
  readonly rules: readonly { readonly pointer: string; readonly file: string }[];
}

export interface SubjectAction {
  /** `provider:operation`. */
  readonly id: string;
  readonly access?: "read" | "change" | "unknown";
  readonly resource?: string;
  readonly environment?: string;
  /** Absolute; where it is done to a file. */
  readonly path?: string;
}

/** The policy that is to decide, as it is written now; empty where there is none yet. */
export interface PolicyText {
  readonly file: string;
  readonly text: string;
  /** The folder that it governs. */
  readonly workspace: string;
}

export type WantedVerdict = "allow" | "deny" | "ask";

export interface RuleProposal {
  /** The whole policy with the change in it. */
  readonly text: string;
  /** The change in words. */
  readonly title: string;
  /** What a human should know before they take it. */
  readonly notes: readonly string[];
}

interface Step {
  readonly text: string;
  readonly notes: readonly string[];
}

const apis = ["session_scope", "domain", "allowed_apis"];
const files = ["session_scope", "signal", "allowed_files"];

/**
 * The narrowest change of a policy by which it decides the same again without a human: exactly these operations, on exactly
 * these targets, in exactly this environment. The error says why there is none, in one line. It is a proposal: what loosens
 * still needs the human's approval.
 */
export function proposeRule(
  policy: PolicyText,
  subject: RuleSubject,
  wanted: WantedVerdict,
): Result<RuleProposal> {
  const actions = distinct(
    subject.actions.filter((action) => wanted === "allow" || action.access !== "read"),
  );
  if (actions.length === 0) {
    return err("nothing was recognised in the request that a rule could name");
  }
  const wild = actions.find((action) => namesOf(action).some((name) => /[*?[\]{}!,\n]/.test(name)));
  if (wild !== undefined) {
    return err(
      `a name in \`${wild.id}\` holds characters that stand for others in a policy; write the rule by hand`,
    );
  }
  const change = wanted === "allow" ? allowing(policy, subject, actions) : stopping(policy, actions, wanted);
  return change.ok
    ? ok({ ...change.value, notes: [...new Set(change.value.notes)], title: titleOf(actions, wanted) })
    : change;
}

function stopping(
  policy: PolicyText,
  actions: readonly SubjectAction[],
  wanted: "deny" | "ask",
): Result<Step> {
  let text: string | undefined = policy.text;
  for (const action of actions) {
    const conditions = [
      ...conditionsOf(action, policy.workspace),
      ...(wanted === "ask" ? ["require_hitl: true"] : []),
    ];
    const path = ["policies", wanted === "deny" ? "deny" : "control"];
    text = text === undefined ? undefined : insertItem(text, path, `{ ${conditions.join(", ")} }`);
  }
  return text === undefined ? unwritable(policy) : ok({ text, notes: [] });
}

function allowing(
  policy: PolicyText,
  { rules }: RuleSubject,
  actions: readonly SubjectAction[],
): Result<Step> {
  const foreign = rules.map((rule) => refusalOf(rule, policy)).find((refusal) => refusal !== undefined);
  if (foreign !== undefined) {
    return err(foreign);
  }
  const own = new Set(
    rules
      .filter(({ file, pointer }) => file === policy.file && pointer.startsWith("/policies/control/"))
      .map(({ pointer }) => pointer),
  );
  const others =
    rules.length === 0 || rules.some(({ file, pointer }) => file !== policy.file || !own.has(pointer));
  let step: Result<Step> = ok({ text: policy.text, notes: [] });
  if (own.size > 0 && actions.length > 1) {
    return err("a rule can except one action at a time, and the request has several; write the rule by hand");
  }
  for (const pointer of own) {
    step = step.ok ? excepting(policy, step.value, pointer, actions) : step;
  }
  for (const action of others ? actions : []) {
    step = step.ok ? opening(policy, step.value, action) : step;
  }
  return step;
}

/** Why this file cannot lift a rule; undefined where it can. */
function refusalOf(
  { file, pointer }: { readonly file: string; readonly pointer: string },
  policy: PolicyText,
): string | undefined {
  const where = `\`${pointer}\` of ${file}`;
  const builtIn = /(?:^|[\\/])policies[\\/]baseline\.yaml$/.test(file);
  if (file !== policy.file && !builtIn) {
    return `${where} decides it as well, and another layer's rule is not lifted here`;
  }
  return /^\/(?:policies\/(?:kill|deny)|session_scope\/domain\/blocked_actions|sessions|session)\b/.test(
    pointer,
  )
    ? `${where} stops it on purpose; change that rule itself if it is wrong`
    : undefined;
}

/** An exception in a rule of this very file. */
function excepting(
  policy: PolicyText,
  { text, notes }: Step,
  pointer: string,
  actions: readonly SubjectAction[],
): Result<Step> {
  const index = Number(/^\/policies\/control\/(\d+)$/.exec(pointer)?.[1] ?? "NaN");
  const [action] = actions;
  const conditions = action === undefined ? [] : conditionsOf(action, policy.workspace);
  const entry = { key: "not", value: `{ ${conditions.join(", ")} }` };
  const added = Number.isNaN(index) ? undefined : insertEntry(text, ["policies", "control"], index, entry);
  return added === undefined
    ? err(
        `the rule at ${pointer} has an exception already, or is written in a way that nothing can be added to; edit it by hand`,
      )
    : ok({ text: added, notes });
}

/** What lets the built-in policy, and a scope that does not name it, pass an operation or a file. */
function opening(policy: PolicyText, { text, notes }: Step, action: SubjectAction): Result<Step> {
  const { id, path, resource, environment } = action;
  if (id === "fs:read" && path !== undefined) {
    const added = insertItem(text, files, quote(`./${relativeTo(policy.workspace, path) ?? ""}`));
    return relativeTo(policy.workspace, path) === undefined
      ? err(`\`${path}\` lies outside the workspace; a policy of the workspace does not show it`)
      : added === undefined
        ? unwritable(policy)
        : ok({ text: added, notes });
  }
  if (path !== undefined) {
    return err(
      `\`${id}\` is asked for what it causes, wherever it is done; a policy can deny it, and does not lift that`,
    );
  }
  const entry =
    resource === undefined && environment === undefined
      ? quote(id)
      : `{ ${[`api: ${quote(id)}`, ...targetConditions(action)].join(", ")} }`;
  const added = insertItem(text, apis, entry);
  const provider = id.slice(0, id.indexOf(":"));
  return added === undefined
    ? unwritable(policy)
    : ok({
        text: added,
        notes: [
          ...notes,
          ...(new RegExp(`["'\\s]${provider}:`).test(policy.text)
            ? []
            : [
                `as the first entry about ${provider}, it closes the scope: what changes ${provider} otherwise is denied from then on, not asked`,
              ]),
          ...(resource === undefined
            ? [`it holds for any target of \`${id}\`, because the request told none`]
            : []),
        ],
      });
}

/** Target and environment narrow it; a path stands for the target where there is one. */
function conditionsOf(action: SubjectAction, workspace: string): readonly string[] {
  const { id, path } = action;
  const inside = path === undefined ? undefined : (relativeTo(workspace, path) ?? path);
  return [
    `action: ${quote(id)}`,
    ...(inside === undefined ? targetConditions(action) : [`path: ${quote(inside === "" ? "." : inside)}`]),
  ];
}

function targetConditions({ resource, environment }: SubjectAction): readonly string[] {
  return [
    ...(environment === undefined ? [] : [`environment: ${quote(environment)}`]),
    ...(resource === undefined ? [] : [`resource: ${quote(resource)}`]),
  ];
}

function relativeTo(workspace: string, path: string): string | undefined {
  const base = workspace.endsWith("/") ? workspace : `${workspace}/`;
  return path === workspace ? "" : path.startsWith(base) ? path.slice(base.length) : undefined;
}

function namesOf({ id, resource = "", environment = "", path = "" }: SubjectAction): readonly string[] {
  return [id, resource, environment, path];
}

function distinct(actions: readonly SubjectAction[]): readonly SubjectAction[] {
  return [...new Map(actions.map((action) => [namesOf(action).join("\u0000"), action])).values()];
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function unwritable({ file }: PolicyText): Result<never> {
  return err(`${file} is written in a way that nothing can be added to by itself; write the rule by hand`);
}

const verbs: { readonly [W in WantedVerdict]: string } = { allow: "Allow", deny: "Deny", ask: "Ask for" };

function titleOf([first, ...rest]: readonly SubjectAction[], wanted: WantedVerdict): string {
  const target = first?.path ?? first?.resource;
  const on = target === undefined ? "" : ` on ${target}`;
  const where = first?.environment === undefined ? "" : ` in ${first.environment}`;
  const more = rest.length === 0 ? "" : `, and ${rest.length} more`;
  return `${verbs[wanted]} ${first?.id ?? ""}${on}${where}${more}`;
}
