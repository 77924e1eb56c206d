import type { Operation, Provider } from "../../catalogue/catalogue.ts";
import type { Action } from "../../model/action.ts";

/** Where and with what an operation would be done. */
export interface Circumstances {
  /** Empty where nothing says which environment it is about. */
  readonly environment?: string;
  readonly credential?: string;
}

/** One of a provider's operations as a request for it would be classified. */
export function actionFor(
  provider: Provider,
  operation: Operation,
  { environment = "", credential }: Circumstances = {},
): Action {
  const id = `${provider.name}:${operation.name}`;
  const [host] = provider.hosts;
  return {
    provider: provider.name,
    operation: operation.name,
    effects: operation.effects,
    access: operation.access,
    reach: operation.reach ?? "remote",
    target: {
      display: id,
      ...(environment === "" ? {} : { environment }),
      ...(host === undefined || host.includes("*") ? {} : { host }),
    },
    credentials: credential === undefined ? [] : [{ name: credential, provider: provider.name }],
    groups: operation.groups,
    aliases: [...operation.aliases, ...(operation.also ?? [])],
    evidence: { start: 0, end: 0, text: "" },
    because: "asked by the checklist",
  };
}

/** True for what nobody can put back, whatever its effects are called. */
export function isIrreversible(operation: Operation): boolean {
  return (
    operation.access !== "read" &&
    (!operation.reversible || operation.effects.some((effect) => effect.startsWith("irreversible_")))
  );
}
