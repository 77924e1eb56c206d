import { unresolved } from "../../catalogue/arguments.ts";
import type { Provider } from "../../catalogue/catalogue.ts";
import type { Evidence } from "../../model/action.ts";
import type { Scope } from "../scope.ts";
import { credentialsInText } from "./credentials.ts";
import { emitReading, namedMutations } from "./emit-reading.ts";
import { readGraphql, unreadable, type GraphqlReading, type RootField } from "./graphql.ts";
import { namedOperation, providerAction, type CallContext } from "./provider-action.ts";

/** A program that names more mutations than this is a client of the API: which of them it calls cannot be told. */
const mostCalls = 3;

/**
 * Judges program text that is only searched, not understood (`python -c`, a script): where it names a provider's host,
 * or names no host at all, the mutations that it names are taken at their word. True where something was emitted.
 */
export function classifyMentions(text: string, sender: string, scope: Scope, evidence: Evidence): boolean {
  let found = false;
  for (const provider of scope.catalogue.providers.values()) {
    const named = provider.hosts.some((host) => text.includes(host.replace(/^\*/, "")));
    if (named || (!text.includes("://") && /\bmutation\b/.test(text))) {
      found = judgeMention(provider, { text, sender, scope, evidence, named }) || found;
    }
  }
  return found;
}

interface Mention {
  readonly text: string;
  readonly sender: string;
  readonly scope: Scope;
  readonly evidence: Evidence;
  /** True where the provider's host stands in the text. */
  readonly named: boolean;
}

function judgeMention(provider: Provider, mention: Mention): boolean {
  const { text, sender, scope, evidence, named } = mention;
  const whole = unreadable("program text", text);
  const names = whole.kind === "unreadable" ? whole.names : [];
  const calls = namedMutations(provider, names);
  if (!named && calls.length === 0) {
    return false;
  }
  const context: CallContext = {
    credentials: credentialsInText(text, scope).map((name) => ({
      name,
      provider: scope.catalogue.credential(name)?.provider ?? "",
    })),
    evidence,
    how: `sent by ${sender}`,
    ...(named && provider.hosts[0] !== undefined ? { host: provider.hosts[0] } : {}),
  };
  const told =
    calls.length > mostCalls ? unreadable("the text of an API client", "") : readLiterals(text, calls);
  if (told !== undefined || calls.length > 0 || names.includes("mutation")) {
    emitReading(provider, told ?? whole, scope, context);
  } else {
    scope.emit(providerAction(provider, namedOperation(provider, "unknown_route"), context));
  }
  return true;
}

const literals =
  /"""([\s\S]*?)"""|'''([\s\S]*?)'''|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g;

/** The documents among the string literals, where they account for every mutation that the text names. */
function readLiterals(text: string, calls: readonly RootField[]): GraphqlReading | undefined {
  const fields: RootField[] = [];
  for (const match of text.matchAll(literals)) {
    const written = match.slice(1).find((group) => group !== undefined) ?? "";
    const literal = written.replaceAll("\\n", "\n").replace(/\\(.)/g, "$1").trim();
    if (!looksLikeDocument.test(literal)) {
      continue;
    }
    const reading = readGraphql({ document: literal, variables: unresolved });
    if (reading.kind === "unreadable") {
      return undefined;
    }
    fields.push(...reading.fields);
  }
  const told = new Set(fields.map((field) => field.name));
  return fields.length > 0 && calls.every((call) => told.has(call.name))
    ? { kind: "fields", fields }
    : undefined;
}

const looksLikeDocument = /^(?:query|mutation|subscription)\b[^{]*\{|^\{\s*[A-Za-z_]\w*\s*[({]/;
