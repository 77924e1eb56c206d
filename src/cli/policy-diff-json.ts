import type { JsonObject } from "../base/json.ts";
import type { Catalogue } from "../catalogue/load.ts";
import type { PolicyChange, PolicyDiff } from "../decide/policy-diff/policy-diff.ts";
import { changeText } from "../decide/policy-diff/wording.ts";
import type { AskTerms } from "../model/decision.ts";

/** A semantic diff as `policy diff` and `policy show` print it. */
export function diffJson({ tightens, loosens, partial }: PolicyDiff, catalogue: Catalogue): JsonObject {
  const json = (change: PolicyChange): JsonObject => ({
    text: changeText(change, catalogue),
    kind: change.kind,
    from: change.from,
    to: change.to,
    ...(change.terms === undefined
      ? {}
      : { terms: { from: termsJson(change.terms.from), to: termsJson(change.terms.to) } }),
    names: [...change.names],
    where: Object.fromEntries(
      Object.entries(change.where).map(([dimension, values]) => [
        dimension,
        { in: [...values.in], not_in: [...values.notIn] },
      ]),
    ),
    rules: change.rules.map(({ pointer, file, line }) => ({ rule: pointer, file, line })),
  });
  return {
    tightens: tightens.map(json),
    loosens: loosens.map(json),
    ...(partial === undefined ? {} : { partial }),
  };
}

function termsJson({ approvers, grant }: AskTerms): JsonObject {
  return { approvers: [...approvers], grant };
}
