import type { Catalogue } from "../../catalogue/load.ts";
import type { Provider } from "../../catalogue/catalogue.ts";
import type { Evidence, PlaceKinds } from "../../model/action.ts";
import type { Scope } from "../scope.ts";
import type { HttpCall } from "./call.ts";
import { providerAction, type CallContext } from "./provider-action.ts";
import type { RequestUrl } from "./url.ts";

/** What a method of the client libraries, or of HTTP, is called as a command. */
const verbs: Readonly<Record<string, string>> = {
  delete: "delete",
  deletecollection: "delete_all",
  patch: "patch",
  replace: "replace",
  create: "create",
  put: "replace",
  post: "create",
};

/** `/api/v1/namespaces/web/pods/x`, `/apis/apps/v1/namespaces/web/deployments`: nobody else's API has these. */
const apiPath =
  /^\/(?:api\/v1|apis\/[a-z0-9.-]+\/v\d\w*)\/(?:namespaces\/([^/]+)\/([a-z]+)(?:\/([^/]+))?(?:\/|$)|(namespaces)\/([^/]+)$)/;

/** Kinds that lie in no namespace, beside namespaces: only the API server's own ports tell that they are meant. */
const clusterPath =
  /^\/(?:api\/v1|apis\/(?:[a-z0-9-]+\.)+(?:k8s\.io|io|com|dev)\/v\d\w*)\/([a-z]+)(?:\/([^/]+))?$/;

/** Emits what a request to an API server of Kubernetes changes, told by its path. */
export function judgeKubernetesCall(call: HttpCall, url: RequestUrl, scope: Scope, evidence: Evidence): void {
  const verb = verbs[call.method.toLowerCase()];
  const cluster = scope.catalogue.providers.get("kubernetes");
  if (verb === undefined || cluster === undefined || !/^\/apis?\//.test(url.path)) {
    return;
  }
  const object = objectAt(call, url);
  if (object !== undefined) {
    const { kind, name, namespace } = object;
    const context = { credentials: [], evidence, how: `sent by ${call.sender}`, host: url.host };
    emitKind(cluster, scope, context, {
      verb: verb === "delete" && name === undefined ? "delete_all" : verb,
      kind: singular(kind),
      places: { namespace: namespace === undefined ? [] : [namespace], address: [url.host] },
    });
  }
}

/** What a path names; no `name` where it is all of a kind. */
function objectAt(
  call: HttpCall,
  url: RequestUrl,
): { readonly kind: string; readonly name?: string; readonly namespace?: string } | undefined {
  const inside = apiPath.exec(url.path);
  const beside = /:(?:6443|8443|8001|16443)\b/.test(call.url) ? clusterPath.exec(url.path) : null;
  const kind = inside?.[2] ?? inside?.[4] ?? beside?.[1];
  const name = inside?.[3] ?? inside?.[5] ?? beside?.[2];
  const namespace = inside?.[1];
  return kind === undefined
    ? undefined
    : { kind, ...(name === undefined ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) };
}

/** `delete_namespaced_pod("x", "web")`, `patchNamespacedDeployment({name, namespace: "web"})`. */
const clientCall =
  /\.(delete|patch|replace|create)(?:_(collection)|(Collection))?_?(namespaced|Namespaced)?_?((?:[A-Z]|(?<=_))[A-Za-z]\w*)\(([^)]{0,300})/g;

/** Emits what code changes through a client library of Kubernetes. */
export function judgeKubernetesCode(text: string, scope: Scope, evidence: Evidence): void {
  const cluster = scope.catalogue.providers.get("kubernetes");
  if (cluster === undefined || !/\bkubernetes\b|@kubernetes\/client-node/.test(text)) {
    return;
  }
  for (const found of [...text.matchAll(clientCall)].slice(0, 64)) {
    const [, method = "", some, other, namespaced, kind = "", args = ""] = found;
    const verb = verbs[`${method}${some === undefined && other === undefined ? "" : "collection"}`];
    if (verb !== undefined) {
      const context = { credentials: [], evidence, how: "in code" };
      const named = kind.replaceAll("_", "").toLowerCase();
      const places = namespaced === undefined ? [] : namespaceOf(method, args);
      emitKind(cluster, scope, context, { verb, kind: named, places: { namespace: places } });
    }
  }
}

/** None where it is not written down. Objects are named before their namespace, and made with the namespace alone. */
function namespaceOf(method: string, args: string): readonly string[] {
  const named = /\bnamespace['"]?\s*[:=]\s*['"]([\w.-]+)['"]/.exec(args)?.[1];
  const literals = args.split(",").map((arg) => /^\s*['"]([\w.-]+)['"]\s*$/.exec(arg)?.[1]);
  const placed = method === "create" ? literals[0] : literals[1];
  const namespace = named ?? placed;
  return namespace === undefined ? [] : [namespace];
}

function singular(plural: string): string {
  if (plural.endsWith("ies")) {
    return `${plural.slice(0, -3)}y`;
  }
  return /(?:ss|x|ch|sh)es$/.test(plural) ? plural.slice(0, -2) : plural.replace(/s$/, "");
}

function emitKind(
  cluster: Provider,
  scope: Scope & { readonly catalogue: Catalogue },
  context: CallContext,
  { verb, kind, places }: { readonly verb: string; readonly kind: string; readonly places: PlaceKinds },
): void {
  const operation = scope.catalogue.operation(cluster.name, `${verb}:${kind}`);
  if (operation !== undefined) {
    scope.emit(providerAction(cluster, operation, context, { places }));
  }
}
