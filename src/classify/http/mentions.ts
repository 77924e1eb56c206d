import type { Provider } from "../../catalogue/catalogue.ts";
import type { Evidence } from "../../model/action.ts";
import type { Scope } from "../scope.ts";
import { credentialsInText } from "./credentials.ts";
import { emitReading, namedMutations } from "./emit-reading.ts";
import { unreadable } from "./graphql.ts";
import { namedOperation, providerAction, type CallContext } from "./provider-action.ts";

/**
 * Judges program text that is only searched, not understood (`python -c`, a script): where it names a provider's host,
 * the mutations that it names are taken at their word. True where something was emitted.
 */
export function classifyMentions(text: string, sender: string, scope: Scope, evidence: Evidence): boolean {
  let found = false;
  for (const provider of scope.catalogue.providers.values()) {
    if (provider.hosts.some((host) => text.includes(host.replace(/^\*/, "")))) {
      found = true;
      judgeMention(provider, { text, sender, scope, evidence });
    }
  }
  return found;
}

interface Mention {
  readonly text: string;
  readonly sender: string;
  readonly scope: Scope;
  readonly evidence: Evidence;
}

function judgeMention(provider: Provider, mention: Mention): void {
  const { text, sender, scope, evidence } = mention;
  const context: CallContext = {
    credentials: credentialsInText(text, scope).map((name) => ({
      name,
      provider: scope.catalogue.credential(name)?.provider ?? "",
    })),
    evidence,
    how: `sent by ${sender}`,
    ...(provider.hosts[0] === undefined ? {} : { host: provider.hosts[0] }),
  };
  const reading = unreadable("program text", text);
  const names = reading.kind === "unreadable" ? reading.names : [];
  if (namedMutations(provider, names).length > 0 || names.includes("mutation")) {
    emitReading(provider, reading, scope, context);
    return;
  }
  scope.emit(providerAction(provider, namedOperation(provider, "unknown_route"), context));
}
