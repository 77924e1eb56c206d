import type { Provider } from "../../catalogue/catalogue.ts";
import type { Scope } from "../scope.ts";
import type { GraphqlReading, RootField } from "./graphql.ts";
import { fieldAction, namedOperation, providerAction, type CallContext } from "./provider-action.ts";

/** Most mutations that are taken out of a text that could not be read. */
const maxNamed = 20;

/** Emits what a GraphQL request asks of the provider; what could not be read is `unknown_call` as well. */
export function emitReading(
  provider: Provider,
  reading: GraphqlReading,
  scope: Scope,
  context: CallContext,
): void {
  if (reading.kind === "fields") {
    for (const field of reading.fields.filter(({ name }) => name !== "__typename")) {
      scope.emit(fieldAction(provider, field, context));
    }
    return;
  }
  const unread: CallContext = { ...context, how: `in ${reading.because} ${context.how}` };
  for (const field of namedMutations(provider, reading.names)) {
    scope.emit(fieldAction(provider, field, unread));
  }
  scope.emit(providerAction(provider, namedOperation(provider, "unknown_call"), unread));
}

/** Mutations that are named in a text that could not be read: taken at their word, with arguments unknown. */
export function namedMutations(provider: Provider, names: readonly string[]): readonly RootField[] {
  const mutations = provider.graphql?.fields.mutation;
  return names
    .filter((name) => mutations?.has(name) === true)
    .slice(0, maxNamed)
    .map((name) => ({ kind: "mutation", name, args: {}, nested: [] }));
}
