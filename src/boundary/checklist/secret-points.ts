import { statSync } from "node:fs";
import { join, relative } from "node:path";
import { namesOf } from "../../decide/facts.ts";
import type { Action } from "../../model/action.ts";
import type { CompiledPolicy } from "../../policy/compiled.ts";
import { whose, type ChecklistFacts } from "./facts.ts";
import type { FoundCredential } from "./found-credentials.ts";
import { actionFor } from "./operation-action.ts";
import { failed, notApplicable, notMeasured, passed, pointOf, type Finding, type Point } from "./point.ts";
import { writtenPolicies } from "./written-policies.ts";
import { withUnseen } from "./provider-points.ts";

/** 2: every file that bears a secret, by its content or by its name, is asked for as an agent would ask. */
export function secretsPoint(facts: ChecklistFacts): Point {
  const { scan, credentials, inForce } = facts;
  const builtin = inForce.stacks[0]?.policies.find(({ layer }) => layer === "builtin");
  const named = scan.files.filter(
    (file) =>
      builtin !== undefined &&
      builtin.signal.hiddenSet.find(file) >= 0 &&
      builtin.signal.visible.find(file) < 0,
  );
  const bearing = new Map<string, { readonly why: string; readonly line?: number }>();
  for (const file of named) {
    bearing.set(file, { why: "by its name" });
  }
  for (const { file } of credentials.found.filter(({ line }) => line === undefined)) {
    if (file !== undefined) {
      bearing.set(file, { why: "a credential lies there" });
    }
  }
  for (const file of builtin === undefined ? [] : secretsAtHome(builtin, facts.home)) {
    bearing.set(file, { why: "by its name" });
  }
  for (const { file, line, what } of scan.secrets) {
    bearing.set(file, { why: `something like a ${what}`, line });
  }
  const findings = [...bearing].map(([file, { why, line }]) => secretFinding({ file, why, line }, facts));
  return pointOf("secrets", withUnseen(facts, findings, "no file here bears a secret"));
}

/** Files of tools and keys that every home may have, as far as the baseline names them without a wildcard. */
function secretsAtHome({ signal }: CompiledPolicy, home: string | undefined): readonly string[] {
  return home === undefined
    ? []
    : signal.hidden
        .map(({ pattern }) => /^(?:~|\*\*)\/([^*?{}[\]]+)$/.exec(pattern.source)?.[1])
        .flatMap((name) => (name === undefined ? [] : [join(home, name)]))
        .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

function secretFinding(
  { file, why, line }: { readonly file: string; readonly why: string; readonly line: number | undefined },
  facts: ChecklistFacts,
): Finding {
  const { workspace, judge } = facts;
  const at = { file, ...(line === undefined ? {} : { line }) };
  const name = relative(workspace, file);
  const shown = name.startsWith("..") ? file : name;
  // By both doors: an agent's own tool, and the shell.
  const ways = [
    judge({ kind: "file_read", paths: [file], scope: "content" }),
    judge({ kind: "shell", command: `cat '${file.replaceAll("'", String.raw`'\''`)}'`, shell: "bash" }),
  ];
  const open = ways.find(({ verdict }) => verdict === "allow");
  if (open === undefined) {
    return passed(`\`${shown}\` is out of Signal (${why})`, at);
  }
  const [exception] = written(facts).flatMap(({ signal }) =>
    signal.allowed.filter(({ literal, pattern }) => literal && pattern.matches(file)),
  );
  return exception === undefined
    ? failed(
        `\`${shown}\` enters the agent's context (${why})${whose(open)}`,
        `add \`${shown}\` to \`session_scope.signal.hidden_files\`, or take the secret out of it`,
        at,
      )
    : passed(
        `\`${shown}\` may be read, because \`allowed_files\` names it (${relative(workspace, exception.origin.file)}:${exception.origin.line})`,
        at,
      );
}

/** 3: whatever lies around is known to a policy, with what it is for. */
export function credentialsPoint(facts: ChecklistFacts): Point {
  const { credentials } = facts;
  const policies = written(facts);
  const findings: Finding[] = credentials.unseen.map((why) => notMeasured(why));
  for (const credential of distinct(credentials.found)) {
    findings.push(registration(credential, policies));
  }
  for (const { name, grants, hosts, provider, origin } of policies.flatMap((policy) => policy.credentials)) {
    const scoped = provider !== undefined || hosts.length > 0 || grants.length > 0;
    findings.push(
      scoped
        ? passed(
            `\`${name}\` is declared ${grants.length === 0 ? "for nothing" : `for ${grants.map(({ api }) => api).join(", ")}`}`,
            {
              file: origin.file,
              line: origin.line,
            },
          )
        : failed(
            `\`${name}\` is declared without provider, hosts and grants`,
            "say what it is for under `grants`, and where it may be sent under `hosts`",
            { file: origin.file, line: origin.line },
          ),
    );
  }
  return pointOf(
    "credentials",
    findings.length === 0
      ? [notApplicable(`no credential lies in the ${credentials.places} places that were looked at`)]
      : findings,
  );
}

function registration(credential: FoundCredential, policies: readonly CompiledPolicy[]): Finding {
  const { name, spec, where } = credential;
  const at = placeOf(credential);
  const origin = registeredBy(name, policies);
  if (origin !== undefined) {
    return passed(`\`${name}\` (${where}) is registered`, at);
  }
  return spec === undefined
    ? {
        ...at,
        state: "warn",
        what: `\`${name}\` holds something like a secret, and no policy or catalogue knows it`,
        fix: `declare it: \`credentials: {${name.toLowerCase()}: {provider: …, variables: [${name}], grants: […]}}\``,
      }
    : failed(
        `\`${name}\` lies in ${where}, and no policy speaks of it`,
        `block it (\`signal.blocked_credentials: ["${name}"]\`), or declare under \`credentials:\` what it is for`,
        at,
      );
}

/** Kinds of credentials that open more than one project or environment. */
const blanket: ReadonlySet<string> = new Set([
  "account",
  "admin",
  "organisation",
  "organization",
  "root",
  "user",
]);

/** 4: a credential that opens everything, tried for everything that it was not granted for. */
export function blanketPoint(facts: ChecklistFacts): Point {
  const { credentials } = facts;
  const wide = distinct(credentials.found).filter(
    ({ spec }) => spec !== undefined && blanket.has(spec.class),
  );
  const findings = [
    ...credentials.unseen.map((why) => notMeasured(why)),
    ...wide.map((credential) => blanketFinding(credential, facts)),
  ];
  return pointOf(
    "blanket_credentials",
    findings.length === 0
      ? [
          notApplicable(
            `no account's credential lies in the ${credentials.places} places that were looked at`,
          ),
        ]
      : findings,
  );
}

function blanketFinding(credential: FoundCredential, facts: ChecklistFacts): Finding {
  const { name, spec, where } = credential;
  const at = placeOf(credential);
  const provider = facts.catalogue.providers.get(spec?.provider ?? "");
  if (provider === undefined) {
    return { ...at, ...notMeasured(`nobody knows what \`${name}\` (${where}) opens`) };
  }
  const grants = written(facts).flatMap((policy) =>
    policy.credentials.filter((declared) => declared.name === name).flatMap((declared) => declared.grants),
  );
  const isGranted = (action: Action): boolean =>
    grants.some(({ pattern }) => namesOf(action).some((each) => pattern.matches(each)));
  const tried = [...provider.operations.values()]
    .filter(({ access, reach }) => access !== "read" && reach !== "local")
    .map((operation) => actionFor(provider, operation, { credential: name }))
    .filter((action) => !isGranted(action));
  const open = tried.filter((action) => ["allow", "ask"].includes(facts.decide(action).verdict));
  if (open.length === 0) {
    return passed(
      `\`${name}\` (${where}) is stopped for all ${tried.length} operations that it was not granted for`,
      at,
    );
  }
  const passing = open.find((action) => facts.decide(action).verdict === "allow");
  const told = passing ?? open[0];
  return failed(
    `\`${name}\` opens a whole account (${where}), and ${open.length} of ${tried.length} operations with it ${passing === undefined ? "need no more than a question" : "are not stopped"}, \`${told?.target.display ?? ""}\` among them${told === undefined ? "" : whose(facts.decide(told))}`,
    `block it (\`signal.blocked_credentials: ["${name}"]\`) with \`policies: kill: [{credential_scope_mismatch: true}]\`, or take it away and use one for a single project`,
    at,
  );
}

function written({ inForce }: ChecklistFacts): readonly CompiledPolicy[] {
  return writtenPolicies(inForce).flatMap((policy) => [policy, ...policy.tasks.values()]);
}

function registeredBy(name: string, policies: readonly CompiledPolicy[]): unknown {
  return policies
    .flatMap(({ signal, credentials }) => [
      ...credentials.filter((declared) => declared.name === name),
      ...[...signal.allowedCredentials, ...signal.blockedCredentials].filter(({ pattern }) =>
        pattern.matches(name),
      ),
    ])
    .at(0)?.origin;
}

function placeOf({ file, line }: FoundCredential): Pick<Finding, "file" | "line"> {
  return { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
}

/** One of each name: where else it lies changes nothing. */
function distinct(found: readonly FoundCredential[]): readonly FoundCredential[] {
  return [...new Map(found.toReversed().map((each) => [each.name, each])).values()].toReversed();
}
