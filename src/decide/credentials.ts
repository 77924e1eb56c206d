import type { Action, CredentialUse } from "../model/action.ts";
import type { RuleHit } from "../model/decision.ts";
import type { CompiledPolicy, CredentialGrant, NamedCredential } from "../policy/compiled.ts";
import type { Vocabulary } from "../catalogue/catalogue.ts";
import type { ResolvedEnvironment } from "./environments.ts";
import { hit, isPlainRead } from "./facts.ts";
import { apiMatches } from "./domain.ts";

/** One action with what a credential's scope is compared with. */
export interface CredentialSubject {
  readonly action: Action;
  readonly index: number;
  readonly names: readonly string[];
  readonly environment: ResolvedEnvironment;
}

/**
 * Every use of a credential outside its scope: one hit each, and each a `credential_scope_mismatch`. A credential that
 * no policy blocks or declares has no scope to leave.
 */
export function judgeCredentials(
  subject: CredentialSubject,
  policies: readonly CompiledPolicy[],
  vocabulary: Vocabulary,
): readonly RuleHit[] {
  return subject.action.credentials.flatMap((use) => [
    ...otherTasks(use, subject, policies),
    ...policies.flatMap((policy) => [
      ...blocked(use, subject, policy, vocabulary),
      ...policy.credentials
        .filter((grant) => grant.name === use.name)
        .flatMap((grant) => outside(grant, use, subject, vocabulary)),
    ]),
  ]);
}

/** What one task is given is out of reach in the others, unless the top of the policy gives it to all of them. */
function otherTasks(
  use: CredentialUse,
  { index }: CredentialSubject,
  policies: readonly CompiledPolicy[],
): readonly RuleHit[] {
  const allowing = ({ signal }: CompiledPolicy): NamedCredential | undefined =>
    signal.allowedCredentials.find((entry) => entry.pattern.matches(use.name));
  if (policies.some((policy) => allowing(policy) !== undefined)) {
    return [];
  }
  return policies.flatMap((policy) =>
    [...policy.tasks].flatMap(([name, task]) => {
      const entry = allowing(task);
      const because = `\`${use.name}\` is for the task \`${name}\` alone`;
      return entry === undefined ? [] : [hit(entry.origin, "deny", because, index)];
    }),
  );
}

function blocked(
  use: CredentialUse,
  { index }: CredentialSubject,
  { signal }: CompiledPolicy,
  vocabulary: Vocabulary,
): readonly RuleHit[] {
  const because = `blocked_credentials lists \`${use.name}\`${provenance(use, vocabulary)}`;
  const hits = signal.blockedCredentials
    .filter((entry) => entry.pattern.matches(use.name))
    .map((entry) => hit(entry.origin, "deny", because, index));
  if (
    signal.default === "open" ||
    signal.allowedCredentials.some((entry) => entry.pattern.matches(use.name))
  ) {
    return hits;
  }
  const origin = {
    ...signal.defaultOrigin,
    pointer: signal.defaultOrigin.pointer.replace(/default$/, "allowed_credentials"),
  };
  const unlisted = `signal is closed and allowed_credentials does not list \`${use.name}\``;
  return [...hits, hit(origin, "deny", unlisted, index)];
}

function outside(
  grant: CredentialGrant,
  use: CredentialUse,
  subject: CredentialSubject,
  vocabulary: Vocabulary,
): readonly RuleHit[] {
  const because = outsideBecause(grant, use, subject, vocabulary);
  return because === undefined
    ? []
    : [
        hit(
          grant.origin,
          "deny",
          `\`${use.name}\` is out of its scope: ${because}${provenance(use, vocabulary)}`,
          subject.index,
        ),
      ];
}

/** Where the request takes a credential from, and what it is for: what a human needs to see how it got there. */
function provenance({ name, from }: CredentialUse, vocabulary: Vocabulary): string {
  const known = vocabulary.credential(name);
  const purpose =
    known === undefined || known.summary === ""
      ? ""
      : `, ${[known.class, known.summary].filter(Boolean).join(": ")}`;
  return from === undefined && purpose === ""
    ? ""
    : ` (${from === undefined ? "" : `from ${from}`}${purpose})`;
}

function outsideBecause(
  grant: CredentialGrant,
  use: CredentialUse,
  { action, names, environment }: CredentialSubject,
  vocabulary: Vocabulary,
): string | undefined {
  const provider = grant.provider ?? vocabulary.credential(use.name)?.provider ?? use.provider;
  if (provider !== action.provider) {
    return `it is for ${provider}`;
  }
  const { host } = action.target;
  if (
    grant.hosts.length > 0 &&
    (host === undefined || !grant.hosts.some((pattern) => pattern.matches(host)))
  ) {
    return host === undefined
      ? "the host that it is sent to cannot be told"
      : `${host} is not among its hosts`;
  }
  if (
    grant.environments.length > 0 &&
    !grant.environments.some((pattern) => environment.known.some((name) => pattern.matches(name)))
  ) {
    return "the environment is not among its own";
  }
  if (grant.grants.length === 0) {
    return "it is declared without grants";
  }
  const granted =
    isPlainRead(action) ||
    grant.grants.some((entry) => apiMatches(entry, { action, names, environment }, "grant"));
  return granted ? undefined : "its grants do not list the operation";
}
