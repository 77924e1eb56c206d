import type { CredentialSpec } from "../catalogue/catalogue.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { withCredentials } from "../catalogue/with-credentials.ts";
import type { PoliciesInForce } from "../policy/compiled.ts";

const specsOf = new WeakMap<PoliciesInForce, readonly CredentialSpec[]>();
const knowing = new WeakMap<Catalogue, Map<readonly CredentialSpec[], Catalogue>>();

/** The credentials that the policies in force declare, as the catalogue describes its own. */
export function declaredCredentials(policies: PoliciesInForce): readonly CredentialSpec[] {
  const known = specsOf.get(policies);
  if (known !== undefined) {
    return known;
  }
  const grants = policies.stacks.flatMap((stack) => stack.policies.flatMap(({ credentials }) => credentials));
  const specs = new Map<string, CredentialSpec>();
  for (const { name, provider = "", class: kind, hosts, found, sent } of grants) {
    const spec: CredentialSpec = {
      name,
      provider,
      class: kind,
      summary: "declared in the policy",
      hosts: hosts.map(({ source }) => source),
      environment: found.variables,
      files: found.files.map((path) => ({ path })),
      // Every call has an `authorization`: that header says nothing about which credential it carries.
      ...(sent === undefined || sent === "authorization" || !sent.includes("-") ? {} : { headers: [sent] }),
    };
    if (spec.environment.length + spec.files.length + (spec.headers?.length ?? 0) > 0) {
      specs.set(JSON.stringify(spec), spec);
    }
  }
  const declared = [...specs.values()];
  specsOf.set(policies, declared);
  return declared;
}

/** A catalogue that recognises what the policies in force declare as well: it knows more names, and loses none. */
export function knowingDeclared(catalogue: Catalogue, policies: PoliciesInForce): Catalogue {
  const declared = declaredCredentials(policies);
  if (declared.length === 0) {
    return catalogue;
  }
  const known = knowing.get(catalogue) ?? new Map<readonly CredentialSpec[], Catalogue>();
  knowing.set(catalogue, known);
  let made = known.get(declared);
  if (made === undefined) {
    // Policies that were edited leave theirs behind: a few are enough.
    if (known.size >= 8) {
      known.clear();
    }
    made = withCredentials(catalogue, declared);
    known.set(declared, made);
  }
  return made;
}
