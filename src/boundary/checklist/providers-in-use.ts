import type { Provider } from "../../catalogue/catalogue.ts";
import type { ChecklistFacts } from "./facts.ts";
import { writtenPolicies } from "./written-policies.ts";

/** A provider that sessions in this workspace work with, and what speaks for it. */
export interface ProviderInUse {
  readonly provider: Provider;
  readonly because: string;
  readonly file?: string;
  readonly line?: number;
}

const known = new WeakMap<ChecklistFacts, readonly ProviderInUse[]>();

/** Providers that files, scripts, credentials, MCP servers or policies of the workspace speak of, each with its first evidence. */
export function inUse(facts: ChecklistFacts): readonly ProviderInUse[] {
  const before = known.get(facts);
  if (before !== undefined) {
    return before;
  }
  const found = new Map<string, ProviderInUse>();
  for (const { name, ...evidence } of evidenceOf(facts)) {
    const provider = facts.catalogue.providers.get(name);
    if (provider !== undefined && !found.has(name)) {
      found.set(name, { provider, ...evidence });
    }
  }
  const all = [...found.values()];
  known.set(facts, all);
  return all;
}

type Evidence = Omit<ProviderInUse, "provider"> & { readonly name: string };

function evidenceOf(facts: ChecklistFacts): readonly Evidence[] {
  return [...ofWorkspace(facts), ...ofCredentials(facts), ...ofPolicies(facts)];
}

function* ofWorkspace(facts: ChecklistFacts): Generator<Evidence> {
  const { catalogue, scan } = facts;
  for (const { host, file, line } of scan.hosts) {
    yield { name: catalogue.providerByHost(host)?.name ?? "", because: `calls ${host}`, file, line };
  }
  for (const { name, url, file, line } of scan.servers) {
    const provider =
      catalogue.providerByServer(name) ?? (url === undefined ? undefined : providerOfUrl(facts, url));
    yield { name: provider?.name ?? "", because: `MCP server \`${name}\``, file, line };
  }
  for (const { text, file, line } of scan.commands) {
    for (const { provider, operation } of facts.judge({ kind: "shell", command: text, shell: "bash" })
      .actions) {
      yield { name: provider, because: `runs \`${provider}:${operation}\``, file, line };
    }
  }
}

function* ofCredentials({ credentials }: ChecklistFacts): Generator<Evidence> {
  for (const { spec, where, file, line } of credentials.found) {
    const at = { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
    yield { name: spec?.provider ?? "", because: `a credential in ${where}`, ...at };
  }
}

function* ofPolicies({ inForce }: ChecklistFacts): Generator<Evidence> {
  for (const { domain, credentials: declared, environments } of writtenPolicies(inForce)) {
    for (const { provider, api, origin } of [...domain.allowed, ...domain.blocked]) {
      yield { name: provider, because: `the policy names \`${api}\``, file: origin.file, line: origin.line };
    }
    for (const { provider = "", name, origin } of declared) {
      yield {
        name: provider,
        because: `the policy declares \`${name}\``,
        file: origin.file,
        line: origin.line,
      };
    }
    for (const { recognised, name, origin } of environments) {
      for (const provider of recognised.keys()) {
        yield {
          name: provider,
          because: `the policy knows its \`${name}\``,
          file: origin.file,
          line: origin.line,
        };
      }
    }
  }
}

export function providerOfUrl({ catalogue }: ChecklistFacts, url: string): Provider | undefined {
  return URL.canParse(url) ? catalogue.providerByHost(new URL(url).hostname) : undefined;
}
