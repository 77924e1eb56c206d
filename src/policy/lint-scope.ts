import { clausesOfApi, covers, providerOf } from "./clauses.ts";
import type { PolicyCode } from "./codes.ts";
import type { CompiledPolicy } from "./compiled.ts";
import { CoverIndex } from "./cover-index.ts";
import { removeItem } from "./fixes.ts";
import type { LintedRule } from "./lint-rules.ts";
import { entryOf, textOf, textsOf, valueOf, type ListNode, type PolicyNode } from "./node.ts";
import { normalisePath, pathPattern } from "./path-pattern.ts";
import { isGlob } from "./pattern.ts";
import type { Reporter } from "./reporter.ts";
import { Stops } from "./stops.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface ScopeLint {
  readonly text: string;
  readonly vocabulary: Vocabulary;
  readonly reporter: Reporter;
  readonly workspace: string;
  readonly home: string;
  /** Whether an absolute path exists; undefined where nobody can tell. */
  readonly exists?: ((path: string) => boolean) | undefined;
  /** Policies that hold in any case, such as the baseline. */
  readonly above?: readonly CompiledPolicy[] | undefined;
}

export interface LintedScope {
  readonly scope: PolicyNode | undefined;
  /** The same of the policy that this one builds on. */
  readonly above: PolicyNode | undefined;
  readonly rules: readonly LintedRule[];
}

/** Says what is contradictory, boundless or missing in a `session_scope`, given the rules that hold in it. */
export function lintScope({ scope, above, rules }: LintedScope, lint: ScopeLint): void {
  const domain = valueOf(scope, "domain");
  const signal = valueOf(scope, "signal");
  lintApis(domain, rules, lint);
  lintFiles(signal, valueOf(above, "signal"), lint);
  lintCredentials(signal, lint);
}

/** What a task allows and the scope above it does not: the scope of a task narrows what stands at the top. */
export function lintTaskScope(scope: PolicyNode | undefined, top: AllowedAtTop, lint: ScopeLint): void {
  const list = valueOf(valueOf(scope, "domain"), "allowed_apis");
  for (const item of lint.reporter.isFull ? [] : itemsOf(list)) {
    const api = apiOf(item);
    const line = top.closes(api);
    if (line !== undefined) {
      const message = `\`${api}\` stays out of Domain: \`allowed_apis\` at the top closes \`${providerOf(api)}\` for it in line ${line}`;
      contradiction(list, item, message, lint);
    }
  }
}

/** What `allowed_apis` at the top says about operations, whatever their environment and resource. */
export class AllowedAtTop {
  readonly #lines = new Map<string, number>();
  readonly #names = new Set<string>();
  readonly #globs = new Set<string>();
  readonly #vocabulary: Vocabulary;

  constructor(scope: PolicyNode | undefined, vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    for (const item of itemsOf(valueOf(valueOf(scope, "domain"), "allowed_apis"))) {
      const api = apiOf(item);
      const provider = providerOf(api);
      const operation = vocabulary.operation(provider, api.slice(provider.length + 1));
      if (!this.#lines.has(provider)) {
        this.#lines.set(provider, item.range.line);
      }
      this.#names.add(operation === undefined ? api : `${provider}:${operation.name}`);
      if (isGlob(api)) {
        this.#globs.add(api);
      }
    }
  }

  /** The line that closes the provider for an operation which no entry may be about; undefined where that is not certain. */
  closes(api: string): number | undefined {
    const provider = providerOf(api);
    const operation = this.#vocabulary.operation(provider, api.slice(provider.length + 1));
    // Globs are not looked into: one is enough for doubt.
    if (
      operation === undefined ||
      [...this.#globs].some((glob) => isGlob(providerOf(glob)) || providerOf(glob) === provider)
    ) {
      return undefined;
    }
    const listed = [operation.name, ...operation.groups].some((name) =>
      this.#names.has(`${provider}:${name}`),
    );
    return listed ? undefined : this.#lines.get(provider);
  }
}

/** Globs that cover everything, with how they are written there. */
export function lintBroad(list: PolicyNode | undefined, key: string, lint: ScopeLint): void {
  const broad = broadest[key];
  for (const item of broad === undefined ? [] : itemsOf(list)) {
    const text = apiOf(item);
    if (broad?.test(text) === true) {
      const message = `\`${text}\` in \`${key}\` covers everything, so the key bounds nothing`;
      tell("policy/broad-glob", item, { message, help: "name what the task needs" }, lint);
    }
  }
}

const everything = /^\*(?::\*)*$/;
const broadest: Readonly<Record<string, RegExp | undefined>> = {
  allowed_files: /^(?:\.\/|\/|~\/)?\*{1,2}(?:\/\*{1,2})*\/?$/,
  writable_files: /^(?:\/|~\/?|[/~]\/?\*\*(?:\/\*{1,2})?)$/,
  visible_files: /^(?:\.\/|\/|~\/)?\*{1,2}(?:\/\*{1,2})*\/?$/,
  allowed_apis: /^\*(?::.*)?$/,
  grants: /^\*(?::.*)?$/,
  allowed_credentials: everything,
  hosts: everything,
};

function lintApis(domain: PolicyNode | undefined, rules: readonly LintedRule[], lint: ScopeLint): void {
  const list = valueOf(domain, "allowed_apis");
  lintBroad(list, "allowed_apis", lint);
  const blocked = itemsOf(valueOf(domain, "blocked_actions")).map((node) => ({
    node,
    clauses: clausesOfApi(node),
  }));
  const blocks = new CoverIndex(blocked, lint.vocabulary);
  const stops = new Stops(rules, lint.above ?? [], lint.vocabulary);
  for (const item of lint.reporter.isFull ? [] : itemsOf(list)) {
    const clauses = clausesOfApi(item);
    const block = blocks.candidates(clauses).find((entry) => covers(entry.clauses, clauses, lint.vocabulary));
    const stop = block === undefined ? stops.find(clauses) : undefined;
    const api = apiOf(item);
    if (block !== undefined) {
      const line = block.node.range.line;
      const message = `\`${api}\` is allowed here and blocked in line ${line}: the block holds`;
      contradiction(list, item, message, lint);
    } else if (stop !== undefined) {
      const message = `\`${api}\` is allowed here, and the ${stop.verdict} rule in ${stop.place} always stops it`;
      contradiction(list, item, message, lint);
    }
  }
}

function lintFiles(signal: PolicyNode | undefined, above: PolicyNode | undefined, lint: ScopeLint): void {
  const closed = textOf(valueOf(signal, "default") ?? valueOf(above, "default")) === "closed";
  const list = valueOf(signal, "allowed_files");
  if (closed) {
    lintBroad(list, "allowed_files", lint);
  }
  lintBroad(valueOf(signal, "writable_files"), "writable_files", lint);
  lintBroad(valueOf(signal, "visible_files"), "visible_files", lint);
  const hidden = new Map(textsOf(valueOf(signal, "hidden_files")).map((node) => [plainPath(node), node]));
  for (const item of itemsOf(list)) {
    const path = textOf(item) ?? "";
    if (isGlob(path) && !closed) {
      // Whoever writes a glob there expects it to unhide something.
      const message = "a glob unhides nothing, and while signal is open nothing else needs to be allowed";
      const help = "name the file by its literal path, or write `default: closed`";
      tell("policy/no-effect", item, { message, help, list }, lint);
    }
    const twin = isGlob(path) ? undefined : hidden.get(plainPath(item));
    if (twin !== undefined) {
      const message = `\`${path}\` is allowed here and hidden in line ${twin.range.line}: it is not hidden`;
      contradiction(list, item, message, lint);
    }
    const missing = isGlob(path) ? undefined : missingPath(path, lint);
    if (missing !== undefined) {
      const message = `\`${path}\` is allowed, and there is no such file`;
      const help = `it would be \`${missing}\`: correct the path, or remove the entry`;
      tell("policy/missing-file", item, { message, help }, lint);
    }
  }
}

function plainPath(node: PolicyNode): string {
  return (textOf(node) ?? "").replace(/^(?:\.\/)+/, "");
}

function missingPath(path: string, { exists, workspace, home }: ScopeLint): string | undefined {
  const pattern = pathPattern(path, { workspace, home, reach: "narrow" });
  const anchor = pattern.ok && pattern.value.literal ? pattern.value.anchor : undefined;
  const absolute = anchor === undefined ? undefined : normalisePath(`${anchor.base}${anchor.rest}`);
  return absolute !== undefined && exists?.(absolute) === false ? absolute : undefined;
}

function lintCredentials(signal: PolicyNode | undefined, lint: ScopeLint): void {
  const list = valueOf(signal, "allowed_credentials");
  lintBroad(list, "allowed_credentials", lint);
  const blocked = new Map(
    itemsOf(valueOf(signal, "blocked_credentials")).map((item) => [textOf(item), item] as const),
  );
  for (const item of itemsOf(list)) {
    const twin = blocked.get(textOf(item));
    if (twin !== undefined) {
      const message = `\`${textOf(item) ?? ""}\` is allowed here and blocked in line ${twin.range.line}: the block holds`;
      contradiction(list, item, message, lint);
    }
  }
}

function contradiction(
  list: PolicyNode | undefined,
  item: PolicyNode,
  message: string,
  lint: ScopeLint,
): void {
  tell("policy/contradiction", item, { message, help: "remove one of the two", list }, lint);
}

function tell(
  code: PolicyCode,
  item: PolicyNode,
  said: { readonly message: string; readonly help: string; readonly list?: PolicyNode | undefined },
  { text, reporter }: ScopeLint,
): void {
  const { message, help, list } = said;
  const fix = list?.kind === "list" ? removeItem(text, list, item, "remove the entry") : undefined;
  reporter.report({ code, message, help, ...(fix === undefined ? {} : { fix }) }, item.range);
}

function apiOf(node: PolicyNode): string {
  return textOf(node) ?? textOf(valueOf(node, "api")) ?? "";
}

/** The items of a list, or the one text in the place of a list. */
function itemsOf(node: PolicyNode | undefined): ListNode["items"] {
  return node === undefined || node.kind === "map" ? [] : node.kind === "list" ? node.items : [node];
}

/** Entries of a map by key, or of a list of maps by `name`, with where the name is written. */
export function namedNodes(
  node: PolicyNode | undefined,
): readonly { readonly name: string; readonly node: PolicyNode; readonly at: PolicyNode["range"] }[] {
  if (node?.kind === "map") {
    return node.entries.map(({ key, keyRange, value }) => ({ name: key, node: value, at: keyRange }));
  }
  return itemsOf(node).map((item) => {
    const name = entryOf(item, "name")?.value;
    return { name: textOf(name) ?? "", node: item, at: (name ?? item).range };
  });
}
