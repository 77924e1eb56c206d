import type { Action } from "../model/action.ts";
import type { RuleHit } from "../model/decision.ts";

export type Layer = RuleHit["layer"];

/** Where a rule or an entry is written. */
export interface RuleOrigin {
  readonly pointer: string;
  readonly file: string;
  readonly line: number;
  readonly layer: Layer;
}

/** A pattern over names, hosts or paths, compiled once. `source` is the text as written. */
export interface Pattern {
  readonly source: string;
  matches(text: string): boolean;
}

/** Patterns over absolute paths, indexed so that a long list costs as much as a short one. */
export interface PathSet {
  /** Index of the first pattern in their order that matches, or -1. */
  find(path: string): number;
}

/**
 * All conditions of one entry must hold; of a list, any member. A missing member puts no condition. Effects are text
 * because a name that we do not know matches literally.
 */
export interface Conditions {
  readonly actionTypes?: readonly string[];
  readonly actions?: readonly Pattern[];
  readonly providers?: readonly Pattern[];
  readonly environments?: readonly Pattern[];
  readonly resources?: readonly Pattern[];
  readonly paths?: readonly Pattern[];
  readonly commands?: readonly Pattern[];
  readonly hosts?: readonly Pattern[];
  readonly agents?: readonly Pattern[];
  readonly sessions?: readonly Pattern[];
  readonly reach?: Action["reach"];
  /** `change` includes actions whose access is unknown. */
  readonly access?: "read" | "change";
  readonly credentialScopeMismatch?: boolean;
  readonly outOfDomain?: boolean;
  readonly outOfSignal?: boolean;
  readonly not?: Conditions;
}

/** One entry of `policies.kill`, `policies.deny` or `policies.control`. */
export interface PolicyRule {
  readonly origin: RuleOrigin;
  readonly verdict: "kill" | "deny" | "ask";
  readonly when: Conditions;
  /** What the rule asks for, in words, for reasons: "action_type is opaque". */
  readonly summary: string;
  /** True where the rule names operations or groups without a wildcard: a control rule then puts them in Domain. */
  readonly namesOperations: boolean;
  readonly timeoutMs?: number;
  readonly grant?: "once" | "session";
  readonly approvers?: readonly string[];
}

/** `railway:domain_management`, with its optional narrowing. */
export interface ApiEntry {
  readonly origin: RuleOrigin;
  /** `provider:operation`, `provider:group` or a glob, as written. */
  readonly api: string;
  /** Empty where the entry does not say: then it closes or blocks what it matches, and grants nothing. */
  readonly provider: string;
  readonly providerPattern: Pattern;
  readonly pattern: Pattern;
  /** False for a glob. Only a name lifts what the baseline asks. */
  readonly literal: boolean;
  readonly environment?: Pattern;
  readonly resource?: Pattern;
}

export interface PathEntry {
  readonly origin: RuleOrigin;
  /** Absolute pattern after the workspace and `~` were put in. */
  readonly pattern: Pattern;
  /** A literal path may unhide a secret-bearing file; a glob never does. */
  readonly literal: boolean;
  /** For a literal: the folder that may be reached through symlinks, and the rest, which may not. */
  readonly anchor?: { readonly base: string; readonly rest: string };
}

export interface NamedCredential {
  readonly origin: RuleOrigin;
  readonly name: string;
  readonly pattern: Pattern;
}

export interface SignalScope {
  readonly default: "open" | "closed";
  /** Where `default: closed` is written. */
  readonly defaultOrigin: RuleOrigin;
  readonly allowed: readonly PathEntry[];
  readonly hidden: readonly PathEntry[];
  readonly hiddenSet: PathSet;
  /** Exceptions to `hidden` of this policy alone: templates that hold no secrets. */
  readonly visible: PathSet;
  /** The same, entry by entry. */
  readonly shown: readonly PathEntry[];
  /** Undefined where this policy puts no bound on writes. */
  readonly writable?: { readonly origin: RuleOrigin; readonly entries: readonly PathEntry[] };
  readonly allowedCredentials: readonly NamedCredential[];
  readonly blockedCredentials: readonly NamedCredential[];
}

export interface DomainScope {
  /** Undefined where this policy does not say. */
  readonly default?: "allow" | "ask" | "deny";
  readonly defaultOrigin: RuleOrigin;
  readonly allowedOrigin: RuleOrigin;
  readonly allowed: readonly ApiEntry[];
  readonly blocked: readonly ApiEntry[];
  /** Providers with an entry are closed for everything else; here their reads are closed, too. */
  readonly closedReads: boolean;
}

export interface CredentialGrant {
  readonly origin: RuleOrigin;
  readonly name: string;
  readonly provider?: string;
  /** Empty where the policy puts no bound. */
  readonly hosts: readonly Pattern[];
  readonly environments: readonly Pattern[];
  /** What it opens: `account`, `project`, …; empty where the policy does not say. */
  readonly class: string;
  /** Where its value is: variables by name, files by absolute path or from `~/`. */
  readonly found: { readonly variables: readonly string[]; readonly files: readonly string[] };
  /** Header, in lower case, or variable that it is sent in. */
  readonly sent?: string;
  /** Operations it is for. One declared without grants has none. */
  readonly grants: readonly ApiEntry[];
}

/** How one environment is recognised: by provider, the identifiers that mean it. */
export interface EnvironmentSpec {
  readonly origin: RuleOrigin;
  readonly name: string;
  readonly recognised: ReadonlyMap<string, readonly Pattern[]>;
  /** The same by kind of place, for providers that are written as a mapping: `{contexts: [dev], namespaces: [web]}`. */
  readonly kinds: ReadonlyMap<string, ReadonlyMap<string, readonly Pattern[]>>;
}

/** A file that a policy was made of. */
export interface PolicyFile {
  readonly file: string;
  readonly hash: string;
}

/** A policy that is fetched and has to be signed. */
export interface OrganisationSource {
  readonly url: string;
  /** Public Ed25519 keys (SPKI, base64), any of which may have signed it. */
  readonly keys: readonly string[];
  readonly refreshMs: number;
}

/** A policy file, compiled. Immutable; `hash` is over its text and those that it builds on. */
export interface CompiledPolicy {
  readonly file: string;
  readonly layer: Layer;
  readonly hash: string;
  /** All files that it was made of, itself first. Not repeated on the policies of tasks. */
  readonly sources?: readonly PolicyFile[];
  readonly rules: readonly PolicyRule[];
  readonly signal: SignalScope;
  readonly domain: DomainScope;
  readonly credentials: readonly CredentialGrant[];
  readonly environments: readonly EnvironmentSpec[];
  readonly tasks: ReadonlyMap<string, CompiledPolicy>;
  readonly enforcement: "enforce" | "observe";
  /** What happens when something ran without a decision that let it. */
  readonly undecidedExecution: "report" | "kill";
  /** What layers below allow or observe loosens nothing. Means something in the organisation's layer alone. */
  readonly locked?: boolean;
  /** Where the organisation publishes its policy. Means something in its managed file and in the user's policy. */
  readonly organisation?: OrganisationSource;
  /** Set on the policies of tasks. */
  readonly task?: {
    readonly name: string;
    /** What the task is, for people. */
    readonly description?: string;
    readonly agents: readonly Pattern[];
    readonly isDefault: boolean;
  };
}

/** Policies that apply together, from the weakest layer (the baseline) to the strongest voice. */
export interface PolicyStack {
  readonly policies: readonly CompiledPolicy[];
}

/**
 * What is in force for a workspace. A request gets the strictest verdict over all stacks: one stack holds what a human
 * approved, another what is written now, so an edit applies at once where it tightens and waits where it loosens.
 */
export interface PoliciesInForce {
  readonly stacks: readonly PolicyStack[];
  /** Over all stacks, in order. */
  readonly hash: string;
}
