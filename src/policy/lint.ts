import type { CompiledPolicy, Layer } from "./compiled.ts";
import { approversOf, lintRules, rulesOf, type LintedRule } from "./lint-rules.ts";
import {
  AllowedAtTop,
  lintBroad,
  lintScope,
  lintTaskScope,
  namedNodes,
  type ScopeLint,
} from "./lint-scope.ts";
import { textsOf, valueOf, type MapNode, type PolicyNode } from "./node.ts";
import type { Reporter } from "./reporter.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What of the world a diagnostic may ask about. Whatever is missing is not asked about. */
export interface PolicyWorld {
  /** Names of the approvers who can answer. */
  readonly enrolled?: readonly string[];
  /** Whether an absolute path exists. */
  readonly exists?: (path: string) => boolean;
  /** Policies that hold whatever this one says: the baseline, an organisation's. */
  readonly above?: readonly CompiledPolicy[];
}

export interface LintSource {
  readonly text: string;
  readonly layer: Layer;
  readonly workspace: string;
  readonly home: string;
  /** What it builds on, merged. */
  readonly base?: MapNode;
  readonly world?: PolicyWorld;
}

/** What a policy without mistakes says that its author cannot have meant: warnings only, they change no decision. */
export function lintPolicy(
  source: LintSource,
  root: MapNode,
  vocabulary: Vocabulary,
  reporter: Reporter,
): void {
  const { text, workspace, home, base, world = {} } = source;
  const lint: ScopeLint = {
    text,
    vocabulary,
    reporter,
    workspace,
    home,
    exists: world.exists,
    above: world.above,
  };
  lintLayer(source.layer, root, reporter);
  const scope = valueOf(root, "session_scope");
  const rules = rulesOf(valueOf(root, "policies"));
  lintRules(text, rules, vocabulary, reporter);
  lintScope({ scope, above: valueOf(base, "session_scope"), rules }, lint);
  const tasks = namedNodes(valueOf(root, "sessions"));
  const top = new AllowedAtTop(scope, vocabulary);
  const below = new Map(namedNodes(valueOf(base, "sessions")).map((task) => [task.name, task.node]));
  for (const { name, node } of tasks) {
    const own = rulesOf(valueOf(node, "policies"));
    lintRules(text, own, vocabulary, reporter);
    const above = valueOf(below.get(name), "session_scope");
    lintScope({ scope: valueOf(node, "session_scope"), above, rules: [...rules, ...own] }, lint);
    lintTaskScope(valueOf(node, "session_scope"), top, lint);
  }
  for (const node of [root, ...tasks.map((task) => task.node)]) {
    lintApprovers(rulesOf(valueOf(node, "policies")), world, reporter);
  }
  lintCredentialScopes(root, base, lint);
  lintEnvironments(root, reporter);
}

/** Layers in which a key of the top does something, where that is not every layer. */
const layersOf: Readonly<Record<string, readonly Layer[]>> = {
  locked: ["organisation"],
  organisation: ["organisation", "user"],
};

function lintLayer(layer: Layer, root: MapNode, reporter: Reporter): void {
  for (const { key, keyRange } of root.entries) {
    const layers = Object.hasOwn(layersOf, key) ? layersOf[key] : undefined;
    if (layers?.includes(layer) === false) {
      const message = `\`${key}\` does nothing in the ${layer} layer`;
      const help = `remove it; it is for the ${layers.join(" or the ")} layer`;
      reporter.report({ code: "policy/wrong-layer", message, help }, keyRange);
    }
  }
}

function lintApprovers(rules: readonly LintedRule[], { enrolled }: PolicyWorld, reporter: Reporter): void {
  for (const { name, node } of enrolled === undefined
    ? []
    : rules.flatMap((rule) => approversOf(rule.node))) {
    if (enrolled?.includes(name) === false) {
      const message = `no approver \`${name.slice(0, 60)}\` is enrolled, so nobody can answer as one`;
      const help = enrolled.length === 0 ? "enrol an editor first" : `enrolled are ${enrolled.join(", ")}`;
      reporter.report({ code: "policy/control-without-route", message, help }, node.range);
    }
  }
}

function lintCredentialScopes(root: MapNode, base: MapNode | undefined, lint: ScopeLint): void {
  const below = new Map(namedNodes(valueOf(base, "credentials")).map((one) => [one.name, one.node]));
  for (const { name, node, at } of namedNodes(valueOf(root, "credentials"))) {
    const grants = valueOf(node, "grants");
    const all = [grants, valueOf(below.get(name), "grants")];
    if (all.every((list) => list?.kind !== "list" || list.items.length === 0)) {
      const message = `\`${name.slice(0, 60)}\` is declared without grants, so any use of it is a mismatch`;
      const help = "list under `grants` the operations that it is for";
      lint.reporter.report({ code: "policy/credential-without-scope", message, help }, at);
    }
    lintBroad(grants, "grants", lint);
    lintBroad(valueOf(node, "hosts"), "hosts", lint);
  }
}

function lintEnvironments(root: MapNode, reporter: Reporter): void {
  for (const { name, node, at } of namedNodes(valueOf(root, "environments"))) {
    if (!recognises(node)) {
      const message = `nothing says how \`${name.slice(0, 60)}\` is recognised, so no target is ever in it`;
      const help = 'name its ids by provider, for example `railway: ["production"]`';
      reporter.report({ code: "policy/unmatched-production", message, help }, at);
    }
  }
}

/** True where some provider has some text. */
function recognises(node: PolicyNode): boolean {
  return node.kind === "map" ? node.entries.some(({ value }) => recognises(value)) : textsOf(node).length > 0;
}
