import type { CompiledPolicy, PoliciesInForce } from "../../policy/compiled.ts";

/** The policies in force that somebody here wrote, each once: all but the built-in baseline. */
export function writtenPolicies({ stacks }: PoliciesInForce): readonly CompiledPolicy[] {
  const written = stacks.flatMap(({ policies }) => policies).filter(({ layer }) => layer !== "builtin");
  return [...new Map(written.map((policy) => [`${policy.file} ${policy.hash}`, policy])).values()];
}
