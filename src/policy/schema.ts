import { effects } from "../model/effect.ts";
import { organisationKeys } from "./schema-organisation.ts";

/** What a name in a policy refers to: decides how it is checked, completed and explained. */
export type NameKind =
  | "path"
  | "api"
  | "provider"
  | "effect"
  | "credential"
  | "environment"
  | "task"
  | "agent"
  | "host"
  | "pattern"
  | "approver"
  | "url"
  | "key"
  | "prose";

export type Shape =
  | { readonly kind: "map"; readonly keys: Readonly<Record<string, Field>> }
  /** A map whose keys the author chooses. `names` says what the keys are. */
  | { readonly kind: "record"; readonly names: NameKind; readonly value: Shape }
  | { readonly kind: "list"; readonly item: Shape }
  /** One text or a list of texts. */
  | { readonly kind: "names"; readonly names: NameKind }
  | { readonly kind: "name"; readonly names: NameKind }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | { readonly kind: "flag" }
  | { readonly kind: "number" }
  | { readonly kind: "duration" }
  /** A text, or a map with more to say. */
  | { readonly kind: "either"; readonly text: Shape; readonly map: Shape }
  /** A map by name, or a list of maps with `name`. */
  | { readonly kind: "named"; readonly value: Shape };

export interface Field {
  readonly shape: Shape;
  /** Whole sentences for documentation, hover and completion. */
  readonly description: string;
  /** What happens without the key: a value as written in a policy, or words. */
  readonly default?: string;
  /** A value as written in a policy. Scopes and lists of rules have their keys' own. */
  readonly example?: string;
  readonly required?: boolean;
}

const flag: Shape = { kind: "flag" };
const name = (names: NameKind): Shape => ({ kind: "name", names });
const names = (of: NameKind): Shape => ({ kind: "names", names: of });
const map = (keys: Readonly<Record<string, Field>>): Shape => ({ kind: "map", keys });

const apiEntry: Shape = {
  kind: "either",
  text: name("api"),
  map: map({
    api: {
      shape: name("api"),
      required: true,
      example: '"railway:volume_delete"',
      description:
        "The operation (`railway:volume_delete`), group (`railway:domain_management`) or glob (`railway:*`).",
    },
    environment: {
      shape: name("environment"),
      example: "staging",
      description:
        "Holds only for targets in this environment; a target whose environment is not known does not match.",
    },
    resource: {
      shape: name("pattern"),
      example: '"web-*"',
      description: "Holds only for resources (ids, names) that match this glob.",
    },
  }),
};

const apiList: Shape = { kind: "list", item: apiEntry };

const signal: Shape = map({
  default: {
    shape: { kind: "word", words: ["open", "closed"] },
    default: "open",
    example: "closed",
    description: "`open`: the agent may read all files but the hidden ones. `closed`: only `allowed_files`.",
  },
  allowed_files: {
    shape: { kind: "list", item: name("path") },
    example: '["./config/staging.env"]',
    description:
      "Exceptions to what is hidden, and in `closed` mode all that may be read. A literal path may unhide a file that the baseline or this policy hides; a glob never does, and neither does a name that is a symlink to a hidden file.",
  },
  hidden_files: {
    shape: { kind: "list", item: name("path") },
    example: '["**/*.pem", "./secrets/**"]',
    description:
      "Files whose content may not enter the agent's context, by whatever name they are reached; adds to the built-in list of secret-bearing files. Changing or deleting one that is there is asked about: what it holds would be lost. Making one where none is passes.",
  },
  visible_files: {
    shape: { kind: "list", item: name("path") },
    example: '["**/*.example.env"]',
    description:
      "Exceptions to `hidden_files` of this policy alone, for templates without secrets. Unhides nothing that another layer hides.",
  },
  writable_files: {
    shape: { kind: "list", item: name("path") },
    default: "the workspace without governance files",
    example: '["src/**", "docs/**"]',
    description:
      "Bounds writes: with this key, a write elsewhere is denied. Without it, a write outside the workspace is asked. Temporary files always pass, governance files never.",
  },
  allowed_credentials: {
    shape: { kind: "list", item: name("credential") },
    example: '["railway_project_token"]',
    description: "Credentials that the session may use; in `closed` mode any other is out of its scope.",
  },
  blocked_credentials: {
    shape: { kind: "list", item: name("credential") },
    example: '["railway_cli_admin_token"]',
    description:
      "Credentials that the session must not use. A use is denied and is a `credential_scope_mismatch`.",
  },
});

const domain: Shape = map({
  default: {
    shape: { kind: "word", words: ["allow", "ask", "deny"] },
    default: "ask",
    example: "deny",
    description:
      "For providers without an entry in `allowed_apis`: what happens to operations that change something remotely or reveal credentials. Other reads pass.",
  },
  closed: {
    shape: { kind: "word", words: ["reads"] },
    example: "reads",
    description: "`reads`: providers with an entry in `allowed_apis` are closed for their other reads, too.",
  },
  allowed_apis: {
    shape: apiList,
    example: '["railway:deploy", { api: "railway:variable_management", environment: staging }]',
    description:
      "Operations, groups or globs of catalogue providers that the session is authorised for. A provider with an entry is closed for all else: its other operations are denied, its reads pass unless they reveal credentials. This holds for providers outside the catalogue (`mcp`, `http`, …) once they have an entry. An entry that names an operation or group (no glob) also lifts what the built-in baseline would ask about it, but never a kill, a deny, `opaque`, or a rule of your own.",
  },
  blocked_actions: {
    shape: apiList,
    example: '["railway:volume_delete", "railway:database_drop"]',
    description:
      "Operations, groups or globs that are denied. No grant lifts this; a kill still outranks it.",
  },
});

const sessionScope: Shape = map({
  signal: { shape: signal, description: "The files and credentials that may enter the agent's context." },
  domain: { shape: domain, description: "The APIs and operations that the session is authorised for." },
});

const conditionKeys: Readonly<Record<string, Field>> = {
  action_type: {
    shape: names("effect"),
    example: "irreversible_infrastructure_deletion",
    description: `The effect of the action: ${effects.join(", ")}.`,
  },
  action: {
    shape: names("api"),
    example: '["railway:volume_management", "aws:s3:Delete*"]',
    description: "Operation, group or glob, as `provider:operation`.",
  },
  provider: {
    shape: names("provider"),
    example: "kubernetes",
    description: "The outside system, or `git`, `fs`, `shell`, `http`, `mcp`.",
  },
  environment: {
    shape: names("environment"),
    example: "production",
    description:
      "Environment of the target. `production` matches every production environment, and targets that may be.",
  },
  resource: {
    shape: names("pattern"),
    example: '"prod-*"',
    description: "Id or name of what the action is done to, as a glob.",
  },
  path: {
    shape: names("path"),
    example: '"migrations/**"',
    description: "File that the action reads or changes, as a glob.",
  },
  command: {
    shape: names("pattern"),
    example: '"npm publish*"',
    description: "The command line as the agent wrote it, or a command in it, as a glob (`npm publish*`).",
  },
  host: {
    shape: names("host"),
    example: '"*.example.com"',
    description: "Host that the action talks to, as a glob (`*.example.com`).",
  },
  agent: {
    shape: names("agent"),
    example: "claude-code",
    description: "The agent's identifier, such as `claude-code` or `vscode`.",
  },
  session: {
    shape: names("task"),
    example: "web",
    description: "Name of the task that the session is bound to, or a session's id.",
  },
  reach: {
    shape: { kind: "word", words: ["local", "remote"] },
    example: "remote",
    description: "Whether the action acts on this machine or on an outside system.",
  },
  access: {
    shape: { kind: "word", words: ["read", "change"] },
    example: "change",
    description: "Whether the action only reads. What is not known counts as `change`.",
  },
  credential_scope_mismatch: {
    shape: flag,
    example: "true",
    description:
      "A blocked credential is used, or a declared one outside its provider, hosts, environments or granted operations.",
  },
  out_of_domain: {
    shape: flag,
    example: "true",
    description: "Domain denies the action: blocked, or not among the allowed APIs of its provider.",
  },
  out_of_signal: {
    shape: flag,
    example: "true",
    description: "Signal denies the action: a hidden file, or a file outside the declared scope.",
  },
};

const condition: Shape = map(conditionKeys);

const not: Field = {
  shape: condition,
  example: "{ environment: staging }",
  description:
    "An exception: the rule holds only where these conditions do not all hold. What is not certain (an environment that is only said, a path by another name) exempts from nothing.",
};

const reason: Field = {
  shape: name("prose"),
  example: "nobody can put it back",
  description: "Why the rule is there; shown to the human.",
};

const stopRule: Shape = map({ ...conditionKeys, not, reason });

const controlRule: Shape = map({
  ...conditionKeys,
  not,
  reason,
  require_hitl: {
    shape: flag,
    default: "true",
    example: "true",
    description: "Pause until a human has answered.",
  },
  timeout: {
    shape: { kind: "duration" },
    default: "120",
    example: "5m",
    description:
      "How long to wait for the human, in seconds or as `90s`, `5m`, `1h`; then the request is denied.",
  },
  grant: {
    shape: { kind: "word", words: ["once", "session"] },
    default: "once",
    example: "session",
    description:
      "How far a yes may reach: this request alone, or, where every rule that asks says `session`, also the same request or the same operation on the same target, for a time or until the session ends, as the human picks. What cannot be put right is asked each time.",
  },
  approvers: {
    shape: names("approver"),
    example: '["ana"]',
    description: "Enrolled approvers of whom one must answer.",
  },
});

const policies: Shape = map({
  kill: {
    shape: { kind: "list", item: stopRule },
    example: "[{ action_type: irreversible_data_deletion, reach: remote }]",
    description: "Rules that deny the request and end the session. All conditions of one entry must hold.",
  },
  deny: {
    shape: { kind: "list", item: stopRule },
    example: '[{ action: "railway:volume_delete" }]',
    description: "Rules that deny the request.",
  },
  control: {
    shape: { kind: "list", item: controlRule },
    example: "[{ action_type: production_api_call, timeout: 5m }]",
    description:
      "Rules that pause the request for a human. An entry that names an operation puts it in Domain, with approval.",
  },
});

const credential: Shape = map({
  provider: { shape: name("provider"), example: "railway", description: "The provider that issued it." },
  class: { shape: name("prose"), example: "project", description: "What it opens: `account`, `project`, …" },
  hosts: {
    shape: names("host"),
    example: "backboard.railway.com",
    description: "Hosts that it may be sent to.",
  },
  environments: {
    shape: names("environment"),
    example: "staging",
    description: "Environments that it may be used in.",
  },
  grants: {
    shape: apiList,
    example: '["railway:deploy"]',
    description:
      "Operations that it is for; used for any other, it is out of scope. Without grants it is for none.",
  },
  found: {
    shape: names("prose"),
    example: '["$RAILWAY_TOKEN", ".env.staging"]',
    description: "Files or variables (`$NAME`) that hold it.",
  },
  sent: {
    shape: name("prose"),
    example: '"Authorization"',
    description: "How it is sent: a header or variable name.",
  },
  description: {
    shape: name("prose"),
    example: "token of the staging project",
    description: "What it is, for people.",
  },
});

/** One text, a list of texts, or lists by kind (`accounts`, `profiles`, `contexts`, …). */
const recognition: Shape = {
  kind: "either",
  text: names("pattern"),
  map: { kind: "record", names: "prose", value: names("pattern") },
};

const taskKeys: Readonly<Record<string, Field>> = {
  name: { shape: name("task"), example: "web", description: "Name of the task, where `sessions` is a list." },
  description: {
    shape: name("prose"),
    example: "changes to the web shop",
    description: "What the task is, for people.",
  },
  agents: {
    shape: names("agent"),
    example: '["claude-code", "cursor"]',
    description: "Agents that may be bound to it. Without: any.",
  },
  default: {
    shape: flag,
    default: "false",
    example: "true",
    description: "Holds for sessions that nobody bound to a task.",
  },
  session_scope: { shape: sessionScope, description: "Scope of this task; narrows what stands at the top." },
  policies: { shape: policies, description: "Rules of this task, in addition to those at the top." },
};

/** The whole language. Types, checks, documentation and completions derive from this. */
export const policySchema: Extract<Shape, { kind: "map" }> = {
  kind: "map",
  keys: {
    version: {
      shape: { kind: "number" },
      default: "1",
      example: "1",
      description: "Version of the policy language.",
    },
    description: { shape: name("prose"), example: "staging only", description: "What the policy is for." },
    extends: {
      shape: names("prose"),
      example: '["./base.yaml", "signalbox:railway/staging-only"]',
      description:
        "Policies that this one builds on: relative paths within `.governance/`, or shipped templates as `signalbox:NAME`. They come first, this file comes over them: lists are joined, words overridden, what has a name is merged by name. All of it is approved together.",
    },
    enforcement: {
      shape: { kind: "word", words: ["enforce", "observe"] },
      default: "enforce",
      example: "observe",
      description:
        "`observe`: everything is decided and recorded, and nothing is stopped but attempts to change what governs the agent. Holds once a human has approved it.",
    },
    undecided_execution: {
      shape: { kind: "word", words: ["report", "kill"] },
      default: "report",
      example: "kill",
      description:
        "What happens when an agent or a terminal tells of something that ran without a decision, or although it had been stopped. `report`: it is recorded, and told in the editor and by `signalbox status`. `kill`: the session is killed as well.",
    },
    ...organisationKeys,
    session_scope: { shape: sessionScope, description: "What every session may see and do." },
    policies: { shape: policies, description: "Rules over actions: the strictest verdict of all wins." },
    credentials: {
      shape: { kind: "named", value: credential },
      example: '{ deploy_key: { provider: railway, grants: ["railway:deploy"] } }',
      description: "Names credentials and says what they are for.",
    },
    environments: {
      shape: {
        kind: "record",
        names: "environment",
        value: { kind: "record", names: "provider", value: recognition },
      },
      example: '{ production: { railway: ["production"], aws: { accounts: ["123456789012"] } } }',
      description:
        "Says by provider how an environment is recognised: ids and names, accounts, profiles, contexts, namespaces, branches; `hosts` and `databases` for any provider. Where a provider is covered, a target that cannot be resolved counts as production for changes.",
    },
    sessions: {
      shape: { kind: "named", value: map(taskKeys) },
      example: '{ web: { agents: cursor, session_scope: { domain: { allowed_apis: ["railway:deploy"] } } } }',
      description:
        "Tasks that a session can be bound to by a human. Unbound and without a default, all of them bind at once.",
    },
  },
};
