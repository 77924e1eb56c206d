import type { Action } from "../model/action.ts";
import type { RuleHit } from "../model/decision.ts";
import type { ApiEntry, CompiledPolicy } from "../policy/compiled.ts";
import type { ResolvedEnvironment } from "./environments.ts";
import { hit, injectsVariables, isEveryday, isPlainRead, switchesTarget } from "./facts.ts";

/** One action with what entries of Domain are compared with. */
export interface DomainSubject {
  readonly action: Action;
  readonly names: readonly string[];
  readonly environment: ResolvedEnvironment;
}

export interface DomainFinding {
  readonly hits: readonly RuleHit[];
  readonly outOfDomain: boolean;
  /** Entries of `allowed_apis` that name the operation or a group of it: they lift what the baseline asks. */
  readonly named: readonly ApiEntry[];
}

/**
 * Judges one action by what the session is authorised for. Only remote operations are subject to it: those of the
 * catalogue's providers, and of any other provider that a policy gives an entry. `blocked_actions` hold for every action. `approvedFiles` are the policy files in which a control rule
 * names this operation, which puts it in their Domain with approval.
 */
export function judgeDomain(
  subject: DomainSubject & { readonly index: number; readonly inCatalogue: boolean },
  policies: readonly CompiledPolicy[],
  approvedFiles: ReadonlySet<string>,
): DomainFinding {
  const { action, index } = subject;
  const hits: RuleHit[] = [];
  const named: ApiEntry[] = [];
  let entries = false;
  for (const { domain, file } of policies) {
    for (const entry of domain.blocked.filter((candidate) => apiMatches(candidate, subject, "block"))) {
      hits.push(hit(entry.origin, "deny", `blocked_actions names \`${entry.api}\``, index));
    }
    const own = domain.allowed.filter((entry) => entry.providerPattern.matches(action.provider));
    const granting = own.filter((entry) => apiMatches(entry, subject, "grant"));
    entries ||= own.length > 0;
    named.push(...granting.filter((entry) => entry.literal && entry.origin.layer !== "builtin"));
    for (const entry of granting) {
      hits.push(hit(entry.origin, "allow", `allowed_apis names \`${entry.api}\``, index));
    }
    hits.push(...straying(own, subject).map((because) => hit(domain.allowedOrigin, "deny", because, index)));
    const closed =
      action.reach === "remote" && own.length > 0 && granting.length === 0 && !approvedFiles.has(file);
    if (closed && (domain.closedReads || !isHarmlessRead(subject))) {
      hits.push(hit(domain.allowedOrigin, "deny", whyClosed(own, subject), index));
    }
  }
  if (action.reach === "remote" && subject.inCatalogue && !isPlainRead(action)) {
    const declared = entries || approvedFiles.size > 0;
    const everyday = isEveryday(action) && !subject.environment.production;
    hits.push(
      ...(declared
        ? organisationDefault(subject, policies, approvedFiles)
        : undeclared(policies, { index, everyday })),
    );
  }
  return { hits, named, outOfDomain: hits.some((found) => found.verdict === "deny") };
}

/**
 * Says why a switch leads out of scope: all that is granted of the provider is granted in other environments than the one
 * that later commands would work on. Reads that are granted everywhere make no difference.
 */
function straying(own: readonly ApiEntry[], { action, environment }: DomainSubject): readonly string[] {
  const granting = own.filter((entry) => entry.environment !== undefined || !entry.api.endsWith(":read"));
  if (!switchesTarget(action) || granting.length === 0) {
    return [];
  }
  const granted = granting.some(
    (entry) =>
      entry.environment === undefined ||
      environment.known.some((name) => entry.environment?.matches(name) === true),
  );
  if (granted) {
    return [];
  }
  const where = environment.name ?? "an environment that is not known";
  return [`later commands would work on \`${where}\`, for which allowed_apis lists nothing`];
}

/** A read that shows nothing secret: variables of production are, those of a stage for trying things out are not. */
function isHarmlessRead({ action, environment }: DomainSubject): boolean {
  return isPlainRead(action) && !(injectsVariables(action) && environment.production);
}

/** An operation that is listed for elsewhere needs another answer than one that is not listed at all. */
function whyClosed(own: readonly ApiEntry[], { action, names, environment }: DomainSubject): string {
  const narrowed = own.find((entry) => names.some((name) => entry.pattern.matches(name)));
  if (narrowed?.environment !== undefined) {
    const unknown = environment.known.length === 0 ? ", and the environment of this call is not known" : "";
    return `allowed_apis lists \`${narrowed.api}\` only for environment \`${narrowed.environment.source}\`${unknown}`;
  }
  return narrowed?.resource === undefined
    ? `allowed_apis does not list it, and ${action.provider} is closed for all else`
    : `allowed_apis lists \`${narrowed.api}\` only for resources \`${narrowed.resource.source}\``;
}

/**
 * No layer has an entry for the provider: the strictest default that a layer states counts, over the baseline's own. The
 * baseline's own lets everyday work pass: what the catalogue marks as such, away from production, while nobody has
 * declared which APIs the session is for.
 */
function undeclared(
  policies: readonly CompiledPolicy[],
  { index, everyday }: { readonly index: number; readonly everyday: boolean },
): readonly RuleHit[] {
  const stated = policies.filter((policy) => policy.domain.default !== undefined);
  const own = stated.filter((policy) => policy.layer !== "builtin");
  const declared = policies.some(({ layer, domain }) => layer !== "builtin" && domain.allowed.length > 0);
  return (own.length > 0 ? own : everyday && !declared ? [] : stated).map(({ domain }) => {
    const because = "no allowed_apis entry is about its provider, so domain.default counts";
    return hit(domain.defaultOrigin, domain.default ?? "ask", because, index);
  });
}

/** What the organisation states as its default no entry of a layer below opens: only an entry of its own does. */
function organisationDefault(
  { action, index }: DomainSubject & { readonly index: number },
  policies: readonly CompiledPolicy[],
  approvedFiles: ReadonlySet<string>,
): readonly RuleHit[] {
  const own = policies.filter(({ layer }) => layer === "organisation");
  const isOpened = own.some(
    ({ file, domain }) =>
      approvedFiles.has(file) ||
      domain.allowed.some((entry) => entry.providerPattern.matches(action.provider)),
  );
  const because =
    "no allowed_apis entry of the organisation is about its provider, so its domain.default counts";
  return isOpened
    ? []
    : own.flatMap(({ domain: { default: stated, defaultOrigin } }) =>
        stated === undefined || stated === "allow" ? [] : [hit(defaultOrigin, stated, because, index)],
      );
}

/**
 * True where the entry names the action. A `grant` must be certain: the environment is known and the resource is told.
 * A `block` also holds where they may be meant.
 */
export function apiMatches(entry: ApiEntry, subject: DomainSubject, purpose: "grant" | "block"): boolean {
  const { action, names, environment } = subject;
  if (!names.some((name) => entry.pattern.matches(name)) || (purpose === "grant" && entry.provider === "")) {
    return false;
  }
  // The group `read` is for looking; whatever shows credentials needs to be named itself.
  if (purpose === "grant" && entry.api.endsWith(":read") && !isPlainRead(action)) {
    return false;
  }
  const { environment: wanted, resource } = entry;
  const environments = purpose === "grant" ? environment.known : environment.possible;
  if (wanted !== undefined && !environments.some((name) => wanted.matches(name))) {
    return false;
  }
  const told = action.target.resource;
  if (resource === undefined || told === undefined) {
    return resource === undefined || purpose === "block";
  }
  // Several resources in one call are told with commas between them: a grant is for each, a block for any.
  const each = told.split(",");
  return purpose === "block"
    ? resource.matches(told) || each.some((one) => resource.matches(one))
    : resource.source === told || each.every((one) => resource.matches(one));
}
