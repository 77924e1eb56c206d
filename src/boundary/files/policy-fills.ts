import { isProductionName } from "../../decide/environments.ts";
import { entryOf, textsOf, valueOf, type PolicyNode } from "../../policy/node.ts";
import type { WorkspaceFacts } from "./workspace-facts.ts";

/** A value for one key of a template, or why there is none. */
export interface Fill {
  readonly path: readonly string[];
  /** YAML in flow style; undefined where nothing was detected. */
  readonly value?: string;
  /** Where it comes from, or what to do about it. */
  readonly from: string;
}

/** What is known of one environment at one provider. */
interface Known {
  readonly value: string;
  readonly from: string;
}

/**
 * What a workspace says for the keys that a template has. Names that may be production go to `production` only; the
 * scope gets one place, the one that is in use, and never a production one.
 */
export function fillsOf(root: PolicyNode, facts: WorkspaceFacts): readonly Fill[] {
  const environments = valueOf(root, "environments");
  const declared = environments?.kind === "map" ? environments.entries : [];
  return [
    ...declared.flatMap(({ key, value }) =>
      value.kind === "map"
        ? value.entries.map((provider) => environmentFill([key, provider.key], provider.value, facts))
        : [],
    ),
    ...allowedFiles(root, facts),
  ];
}

function environmentFill(
  [environment, provider]: readonly [string, string],
  node: PolicyNode,
  facts: WorkspaceFacts,
): Fill {
  const path = ["environments", environment, provider];
  const production = isProductionName(environment);
  const known = knownPlace(provider, production, node, facts);
  const from = `check what ${provider} calls ${environment}, and write it here`;
  return known === undefined ? { path, from } : { path, ...known };
}

function knownPlace(
  provider: string,
  production: boolean,
  node: PolicyNode,
  facts: WorkspaceFacts,
): Known | undefined {
  switch (provider) {
    case "railway":
      return railway(production, node, facts);
    case "kubernetes":
    case "helm":
      return kubernetes(production, node, facts);
    case "aws":
      return aws(production, node, facts);
    case "terraform":
      return terraform(production, node, facts);
    default:
      return undefined;
  }
}

function railway(production: boolean, node: PolicyNode, { railway: all }: WorkspaceFacts): Known | undefined {
  const places = all.filter(
    ({ name, id = "" }) =>
      name !== undefined && isProductionName(name) === production && isLiteral(name) && !/[*?{}]/.test(id),
  );
  const [first] = production ? places : places.toSorted((a, b) => rank(a.name) - rank(b.name));
  const chosen = production ? places : first === undefined ? [] : [first];
  if (chosen.length === 0) {
    return undefined;
  }
  const names = chosen.flatMap(({ name, id }) => [name, id]);
  const kept = production ? plainNames(node) : [];
  return {
    value: list([...kept, ...names]),
    from: `the Railway project ${first?.project ?? ""} is linked to ${chosen.map(({ name }) => name ?? "").join(", ")}`,
  };
}

function kubernetes(production: boolean, node: PolicyNode, { contexts }: WorkspaceFacts): Known | undefined {
  const usable = contexts.filter(({ name }) => isLiteral(name) && isProductionName(name) === production);
  if (production) {
    const names = usable.map(({ name }) => name);
    return names.length === 0
      ? undefined
      : {
          value: map([["contexts", list([...memberTexts(node, "contexts"), ...names])]]),
          from: `contexts of the kubeconfig: ${names.join(", ")}`,
        };
  }
  const chosen =
    usable.find(({ current }) => current) ??
    usable.filter(({ name }) => rank(name) < unranked).toSorted((a, b) => rank(a.name) - rank(b.name))[0];
  if (chosen === undefined) {
    return undefined;
  }
  const namespace = chosen.namespace ?? "default";
  const bounded = entryOf(node, "namespaces") !== undefined && isLiteral(namespace);
  return {
    value: map([
      ["contexts", list([chosen.name])],
      ...(bounded ? [["namespaces", list([namespace])] as const] : []),
    ]),
    from: `${chosen.current ? "the context in use" : "a context of the kubeconfig"}${bounded ? `, with its namespace ${namespace}` : ""}`,
  };
}

/** Names of workspaces; what CI calls its environments is what its runs of Terraform are for. */
function terraform(
  production: boolean,
  node: PolicyNode,
  { terraform: workspaces, ci }: WorkspaceFacts,
): Known | undefined {
  const usable = [...workspaces, ...(workspaces.length === 0 ? ci : [])].filter(
    ({ name }) => isLiteral(name) && isProductionName(name) === production,
  );
  const other =
    usable.find(({ current }) => current) ?? usable.toSorted((a, b) => rank(a.name) - rank(b.name))[0];
  const chosen = production ? usable : other === undefined || rank(other.name) === unranked ? [] : [other];
  if (chosen.length === 0) {
    return undefined;
  }
  const kept = production ? plainNames(node) : [];
  return {
    value: list([...kept, ...chosen.map(({ name }) => name)]),
    from: sources(chosen.map(({ name, from }) => `${name} in ${from}`)),
  };
}

function aws(
  production: boolean,
  node: PolicyNode,
  { profiles, accounts }: WorkspaceFacts,
): Known | undefined {
  const usable = profiles.filter(({ name }) => isLiteral(name) && isProductionName(name) === production);
  // An account that nothing names may be production, and the strict side is to say so.
  const isOther = (from: string): boolean => !isProductionName(from) && rank(from) < unranked;
  const others = profiles.filter(({ name }) => !isProductionName(name)).map(({ account }) => account);
  const named = accounts.filter(({ id, from }) => isOther(from) !== production && !others.includes(id));
  if (production) {
    const ids = [...usable.flatMap(({ account }) => account ?? []), ...named.map(({ id }) => id)];
    if (ids.length === 0 && usable.length === 0) {
      return undefined;
    }
    const names = list([...memberTexts(node, "profiles"), ...usable.map(({ name }) => name)]);
    return {
      value: map([["profiles", names], ...(ids.length === 0 ? [] : [["accounts", list(ids)] as const])]),
      from: sources([
        ...usable.map(({ name }) => `profile ${name}`),
        ...named.map(({ id, from }) => `${id} in ${from}`),
      ]),
    };
  }
  const chosen =
    usable.find(({ current }) => current) ??
    usable.filter(({ name }) => rank(name) < unranked).toSorted((a, b) => rank(a.name) - rank(b.name))[0];
  if (chosen === undefined) {
    return undefined;
  }
  const { name, account, region } = chosen;
  const bounded = entryOf(node, "regions") !== undefined && region !== undefined;
  return {
    value: map([
      ["profiles", list([name])],
      ...(account === undefined ? [] : [["accounts", list([account])] as const]),
      ...(bounded ? [["regions", list([region])] as const] : []),
    ]),
    from: sources([`profile ${name}`]),
  };
}

function sources(all: readonly string[]): string {
  return [...new Set(all)].join(", ");
}

/** Which hidden file an agent may read is a human's choice: what lies here is told, and nothing is added. */
function allowedFiles(root: PolicyNode, { environmentFiles }: WorkspaceFacts): readonly Fill[] {
  const path = ["session_scope", "signal", "allowed_files"];
  const names = textsOf(path.reduce<PolicyNode | undefined>((node, key) => valueOf(node, key), root));
  const written = names.map(({ value }) => String(value).replace(/^\.\//, ""));
  if (written.length === 0 || !written.every(isLiteral)) {
    return [];
  }
  const missing = written.filter((name) => !environmentFiles.includes(name));
  const hidden = environmentFiles.filter((file) => !written.includes(file));
  const others =
    hidden.length === 0
      ? "no other environment file lies here"
      : `${hidden.slice(0, 6).join(", ")} stay hidden; a literal path here lets the agent read one`;
  const value = list(names.map((name) => String(name.value)));
  return [
    missing.length === 0
      ? { path, value, from: others }
      : { path, from: `${missing.join(", ")} is not here; ${others}` },
  ];
}

const unranked = 9;

/** What is most likely meant for trying things out comes first. */
function rank(name: string | undefined): number {
  const order = [/stag/i, /(?:^|[^a-z])dev/i, /test|qa|preview|sandbox|local|minikube|kind/i];
  const index = order.findIndex((pattern) => pattern.test(name ?? ""));
  return index === -1 ? unranked : index;
}

/** Names of a template that stand for themselves: ids in it are examples. */
function plainNames(node: PolicyNode): readonly string[] {
  return textsOf(node)
    .map(({ value }) => String(value))
    .filter((name) => !/\d{8}/.test(name));
}

function memberTexts(node: PolicyNode, key: string): readonly string[] {
  return textsOf(valueOf(node, key)).map(({ value }) => String(value));
}

/** In a policy these would be patterns, and match what nobody meant. */
function isLiteral(name: string): boolean {
  return !/[*?{}[\]!\\]/.test(name) && name !== "";
}

function list(values: readonly (string | undefined)[]): string {
  const texts = values.filter((value) => value !== undefined && isWritable(value));
  return `[${[...new Set(texts)].map((text) => JSON.stringify(text)).join(", ")}]`;
}

function isWritable(value: string): boolean {
  return value.length <= 200;
}

function map(entries: readonly (readonly [string, string])[]): string {
  return `{ ${entries.map(([key, value]) => `${key}: ${value}`).join(", ")} }`;
}
