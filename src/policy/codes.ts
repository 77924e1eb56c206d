import type { Severity } from "../base/diagnostic.ts";

/** What the reference says about one diagnostic. The texts of `wrong` and `right` are whole policies. */
export interface CodeInfo {
  readonly severity: Severity;
  /** When it is given, and what it means for decisions. Whole sentences. */
  readonly cause: string;
  readonly remedy: string;
  /** Missing where no short text shows it. */
  readonly wrong?: string;
  readonly right?: string;
}

/** The codes are stable: settings, documentation and other people's tests may name them. */
export type PolicyCode =
  | "policy/too-large"
  | "policy/unreadable"
  | "policy/too-deep"
  | "policy/empty"
  | "policy/not-a-map"
  | "policy/key"
  | "policy/merge-key"
  | "policy/anchor"
  | "policy/tag"
  | "policy/duplicate-key"
  | "policy/tab"
  | "policy/documents"
  | "policy/syntax"
  | "policy/unknown-key"
  | "policy/missing-key"
  | "policy/no-condition"
  | "policy/empty-list"
  | "policy/wrong-value"
  | "policy/wrong-type"
  | "policy/bad-pattern"
  | "policy/cannot-compile"
  | "policy/extends-unreadable"
  | "policy/extends-outside"
  | "policy/extends-cycle"
  | "policy/extends-too-much"
  | "policy/extends-loosens"
  | "policy/wrong-layer"
  | "policy/bad-source"
  | "policy/no-effect"
  | "policy/literal-bracket"
  | "policy/not-an-operation"
  | "policy/unknown-provider"
  | "policy/unknown-action-type"
  | "policy/unknown-operation"
  | "policy/unknown-credential"
  | "policy/unreachable-rule"
  | "policy/shadowed-rule"
  | "policy/contradiction"
  | "policy/broad-glob"
  | "policy/control-without-route"
  | "policy/missing-file"
  | "policy/credential-without-scope"
  | "policy/unmatched-production";

const readable = "session_scope:\n  signal:\n    default: open\n";
const aRule = (...lines: readonly string[]): string =>
  `policies:\n  kill:\n    - ${lines.join("\n      ")}\n`;
const aControl = (...lines: readonly string[]): string =>
  `policies:\n  control:\n    - ${lines.join("\n      ")}\n`;
const anApi = (api: string): string => `session_scope:\n  domain:\n    allowed_apis: ["${api}"]\n`;
const aSignal = (...lines: readonly string[]): string =>
  `session_scope:\n  signal:\n    ${lines.join("\n    ")}\n`;

/** Every diagnostic of the policy language. A file with an `error` does not load, and what was in force before stays so. */
export const policyCodes: Readonly<Record<PolicyCode, CodeInfo>> = {
  "policy/too-large": {
    severity: "error",
    cause: "The file, or it and all that it extends, has more characters than a person can review.",
    remedy: "Split it into layers or tasks, or replace long lists by globs.",
  },
  "policy/unreadable": {
    severity: "error",
    cause: "The file is no text file: it holds a NUL character, or the parser gave up.",
    remedy: "Save it as UTF-8 text, or write it anew with `signalbox init`.",
    wrong: "policies: \u0000",
    right: readable,
  },
  "policy/too-deep": {
    severity: "error",
    cause: "Brackets or lists nest deeper than anything in the language needs.",
    remedy: "Close every bracket. The language nests less than 10 levels.",
    wrong: `policies: ${"[".repeat(100)}`,
    right: readable,
  },
  "policy/empty": {
    severity: "error",
    cause: "The file holds nothing but white space and comments.",
    remedy: "Write at least `session_scope:` or `policies:`, or remove the file.",
    wrong: "# later\n",
    right: readable,
  },
  "policy/not-a-map": {
    severity: "error",
    cause: "The file is a list or a text. A policy is a map of keys.",
    remedy: "Start with `session_scope:` or `policies:` at the left margin.",
    wrong: '- action_type: "opaque"\n',
    right: aRule('action_type: "opaque"'),
  },
  "policy/key": {
    severity: "error",
    cause: "A key is a list, a map or nothing.",
    remedy: "Write `key: value`.",
    wrong: "? [policies]\n: {}\n",
    right: "policies: {}\n",
  },
  "policy/merge-key": {
    severity: "error",
    cause: "YAML's merge key `<<` puts keys where a reviewer does not see them.",
    remedy: "Write the keys out, or use `extends`.",
    wrong: "policies:\n  <<: {}\n",
    right: "policies: {}\n",
  },
  "policy/anchor": {
    severity: "error",
    cause:
      "Anchors and aliases let a rule stand somewhere else than where it is read, and a few of them can stand for gigabytes.",
    remedy: "Write the value out.",
    wrong: "policies: &p {}\nsession_scope: *p\n",
    right: "policies: {}\nsession_scope: {}\n",
  },
  "policy/tag": {
    severity: "error",
    cause: "A YAML tag (`!name`) asks for a type that the language does not have.",
    remedy: "Remove the tag, or quote the text that starts with `!`.",
    wrong: "description: !note x\n",
    right: 'description: "!note x"\n',
  },
  "policy/duplicate-key": {
    severity: "error",
    cause:
      "A key, or the name of a task or credential, stands twice in one place. One of the two would be lost.",
    remedy: "Merge the two into one.",
    wrong: "policies: {}\npolicies: {}\n",
    right: "policies: {}\n",
  },
  "policy/tab": {
    severity: "error",
    cause: "YAML does not allow tabs as indentation.",
    remedy: "Indent with spaces.",
    wrong: "policies:\n\tkill: []\n",
    right: "policies:\n  kill: []\n",
  },
  "policy/documents": {
    severity: "error",
    cause: "The file holds more than one YAML document. Only one would count.",
    remedy: "Remove what follows `---`, or write a second file.",
    wrong: "policies: {}\n---\npolicies: {}\n",
    right: "policies: {}\n",
  },
  "policy/syntax": {
    severity: "error",
    cause: "The text is neither YAML 1.2 nor JSON.",
    remedy: "Check indentation, quotes and brackets here and in the line above.",
    wrong: "policies: [\n",
    right: "policies: {}\n",
  },
  "policy/unknown-key": {
    severity: "error",
    cause: "The language has no such key here. A misspelt key would be a rule that never holds.",
    remedy: "Use the key that is suggested; a key of another place is shown with its path.",
    wrong: "polices: {}\n",
    right: "policies: {}\n",
  },
  "policy/missing-key": {
    severity: "error",
    cause: "The entry lacks the key that says what it is about.",
    remedy: "Add the key.",
    wrong: "session_scope:\n  domain:\n    blocked_actions: [{ environment: production }]\n",
    right:
      'session_scope:\n  domain:\n    blocked_actions: [{ api: "railway:deploy", environment: production }]\n',
  },
  "policy/no-condition": {
    severity: "error",
    cause: "A rule without conditions would match every request; `not: {}` would except every one.",
    remedy: "Say what the rule is about.",
    wrong: aControl("require_hitl: true"),
    right: aControl('action_type: "production_api_call"', "require_hitl: true"),
  },
  "policy/empty-list": {
    severity: "error",
    cause: "A condition lists nothing, which could mean none or any.",
    remedy: "Name at least one, or remove the key.",
    wrong: aRule("action: []"),
    right: aRule('action: ["railway:volume_delete"]'),
  },
  "policy/wrong-value": {
    severity: "error",
    cause: "The key takes one of a few words, and this is none of them.",
    remedy: "Use one of the words that are named.",
    wrong: aSignal("default: shut"),
    right: aSignal("default: closed"),
  },
  "policy/wrong-type": {
    severity: "error",
    cause: "A list stands where a map is expected, a number where a text is, and so on.",
    remedy: "Write what the message asks for.",
    wrong: "policies:\n  kill: { action_type: opaque }\n",
    right: aRule("action_type: opaque"),
  },
  "policy/bad-pattern": {
    severity: "error",
    cause: "The pattern cannot be compiled, or a text exists that it would take too long to compare it with.",
    remedy: "Simplify it, or write several entries.",
    wrong: aSignal('hidden_files: ["*a*b*c*d"]'),
    right: aSignal('hidden_files: ["*a*b*"]'),
  },
  "policy/cannot-compile": {
    severity: "error",
    cause: "A fault of Signalbox: a file passed the checks and yet cannot be used.",
    remedy: "Take out the rule that was added last, and report it.",
  },
  "policy/extends-unreadable": {
    severity: "error",
    cause: "A policy that this one builds on is not there, cannot be read, or has an error itself.",
    remedy: "Correct the name or that file. Templates are written `signalbox:railway/domains`.",
    wrong: "extends: ./nowhere.yaml\n",
    right: "extends: ./base.yaml\n",
  },
  "policy/extends-outside": {
    severity: "error",
    cause: "The name leads out of the folder `.governance`, where nobody guards the file.",
    remedy: "Put the file beside this one, and name it by its relative path.",
    wrong: "extends: ../../elsewhere.yaml\n",
    right: "extends: ./base.yaml\n",
  },
  "policy/extends-cycle": {
    severity: "error",
    cause: "A policy builds on itself, directly or through others.",
    remedy: "Take one of the `extends` out of the circle.",
    wrong: "extends: ./workspace.yaml\n",
    right: "extends: ./base.yaml\n",
  },
  "policy/extends-too-much": {
    severity: "error",
    cause: "Policies build on each other more than 8 deep, or more than 32 of them are needed.",
    remedy: "Merge some of them: whoever approves the policy has to read them all.",
  },
  "policy/extends-loosens": {
    severity: "information",
    cause:
      "This file allows what the policy that it builds on does not. That is the author's right: whoever approves sees all of it.",
    remedy: "Nothing, where it is meant. Otherwise remove the key here.",
    wrong: `extends: ./base.yaml\n${aSignal("default: open")}`,
    right: `extends: ./base.yaml\n${aSignal("default: closed")}`,
  },
  "policy/wrong-layer": {
    severity: "warning",
    cause:
      "The key does nothing in this layer: only an organisation's policy may lock, and only its managed file or the user's own policy may say where it is fetched from.",
    remedy: "Remove it, or put it in the layer that it is for.",
    wrong: `locked: true\n${readable}`,
    right: readable,
  },
  "policy/bad-source": {
    severity: "error",
    cause: "The organisation's policy cannot be fetched from that address, or the key is none.",
    remedy:
      "Write an `https` address without a password in it, and the public key that `signalbox policy keygen` printed.",
    wrong: 'organisation: { url: "ftp://example.com/policy.json", key: "none" }\n',
    right: readable,
  },
  "policy/no-effect": {
    severity: "warning",
    cause: "What is written does nothing: a glob in `allowed_files` unhides nothing while Signal is open.",
    remedy: "Name files by their literal path, or close Signal.",
    wrong: aSignal('allowed_files: ["config/*.env"]'),
    right: aSignal('allowed_files: ["config/staging.env"]'),
  },
  "policy/literal-bracket": {
    severity: "warning",
    cause: "In names, hosts and commands brackets stand for themselves; only in paths are they a choice.",
    remedy: "Write `{a,b}` for a choice.",
    wrong: aRule('command: "rm [ab]*"'),
    right: aRule('command: "rm {a,b}*"'),
  },
  "policy/not-an-operation": {
    severity: "warning",
    cause: "The text does not say which operation of which provider it means, and matches nothing.",
    remedy: "Write `provider:operation`.",
    wrong: anApi("railway"),
    right: anApi("railway:read"),
  },
  "policy/unknown-provider": {
    severity: "warning",
    cause: "Neither the catalogue nor Signalbox itself knows the provider. The name is matched literally.",
    remedy: "Correct it, or describe the provider in `.governance/catalogue/`.",
    wrong: anApi("railwy:deploy"),
    right: anApi("railway:deploy"),
  },
  "policy/unknown-action-type": {
    severity: "warning",
    cause: "There is no such effect. The rule never holds.",
    remedy: "Use one of the effects that are listed with `action_type`.",
    wrong: aRule("action_type: deploymnt"),
    right: aRule("action_type: deployment"),
  },
  "policy/unknown-operation": {
    severity: "warning",
    cause: "The provider has no such operation or group in the catalogue. The name is matched literally.",
    remedy: "Correct it; `signalbox explain -- COMMAND` shows what a command is called.",
    wrong: anApi("railway:deplloy"),
    right: anApi("railway:deploy"),
  },
  "policy/unknown-credential": {
    severity: "warning",
    cause: "Neither the catalogue nor `credentials` of this policy names it. It is matched literally.",
    remedy: "Correct it, or declare it under `credentials`.",
    wrong: aSignal('blocked_credentials: ["railway_cli_admin_tokn"]'),
    right: aSignal('blocked_credentials: ["railway_cli_admin_token"]'),
  },
  "policy/unreachable-rule": {
    severity: "warning",
    cause: "The conditions of the rule cannot all hold for one action, so it never applies.",
    remedy: "Remove the condition that does not fit, or write two rules.",
    wrong: aRule('action: "railway:deploy"', "provider: aws"),
    right: aRule('action: "railway:deploy"'),
  },
  "policy/shadowed-rule": {
    severity: "warning",
    cause:
      "Whatever the rule matches is matched by another one that is as strict or stricter, so it changes nothing.",
    remedy: "Remove it, or narrow the other one.",
    wrong: `${aRule('action: "railway:*"')}  deny:\n    - action: "railway:deploy"\n`,
    right: aRule('action: "railway:*"'),
  },
  "policy/contradiction": {
    severity: "warning",
    cause: "What is allowed here is always stopped elsewhere in the policy. The stricter of the two holds.",
    remedy: "Remove one of the two.",
    wrong:
      'session_scope:\n  domain:\n    allowed_apis: ["railway:deploy"]\n    blocked_actions: ["railway:deploy"]\n',
    right: anApi("railway:deploy"),
  },
  "policy/broad-glob": {
    severity: "warning",
    cause: "The glob covers everything there is, so the key that it stands in bounds nothing.",
    remedy: "Name what the task needs.",
    wrong: anApi("*:*"),
    right: anApi("railway:deploy"),
  },
  "policy/control-without-route": {
    severity: "warning",
    cause:
      "A control rule pauses for a human whom nobody can reach: `require_hitl: false` asks nobody, and an approver who is not enrolled cannot answer.",
    remedy: "Write `require_hitl: true`, and enrol the approver's editor.",
    wrong: aControl("action_type: opaque", "require_hitl: false"),
    right: aControl("action_type: opaque", "require_hitl: true"),
  },
  "policy/missing-file": {
    severity: "warning",
    cause: "A file that is allowed by its literal path does not exist.",
    remedy: "Correct the path. `./x` starts at the workspace, `~/x` at home.",
    wrong: aSignal('allowed_files: ["./config/stagin.env"]'),
    right: aSignal('allowed_files: ["./config/staging.env"]'),
  },
  "policy/credential-without-scope": {
    severity: "warning",
    cause: "A credential without `grants` is for no operation at all: any use of it is a mismatch.",
    remedy: "List the operations that it is for.",
    wrong: "credentials:\n  deploy_key: { provider: railway }\n",
    right: 'credentials:\n  deploy_key: { provider: railway, grants: ["railway:deploy"] }\n',
  },
  "policy/unmatched-production": {
    severity: "warning",
    cause: "The environment is declared and nothing says how it is recognised, so no target is ever in it.",
    remedy: "Name its ids by provider.",
    wrong: "environments:\n  production: {}\n",
    right: 'environments:\n  production: { railway: ["production"] }\n',
  },
};

/** Heading of a code in `policies/reference.md`. */
export function codeAnchor(code: PolicyCode): string {
  return code.slice("policy/".length);
}
