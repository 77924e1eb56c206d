import type { Operation, Provider } from "../../catalogue/catalogue.ts";
import { isWhole } from "../../catalogue/hole.ts";
import type { Action, CredentialUse, Evidence } from "../../model/action.ts";
import type { HttpCall } from "./call.ts";
import { decodeLenient, type RequestUrl } from "./url.ts";

const readingMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND"]);

/** More segments than any route has: what stands behind them decides nothing. */
const maxSegments = 40;

export function methodAccess(method: string): Action["access"] {
  if (!isWhole(method)) {
    return "unknown";
  }
  return readingMethods.has(method) ? "read" : "change";
}

/** The operation behind a method and a path, where the provider's routes name it. */
export function routeOperation(provider: Provider, method: string, path: string): Operation | undefined {
  // Servers take `/items/3/` for `/items/3`.
  const segments = path
    .replace(/(?<=.)\/+$/, "")
    .split("/")
    .slice(0, maxSegments);
  return provider.rest?.find(
    (route) =>
      (route.method === method || route.method === "*") && segmentsMatch(route.path.split("/"), segments),
  )?.operation;
}

/** `{name}` stands for one segment, `{+name}` for one or more, `**` at the end for any number. */
function segmentsMatch(template: readonly string[], segments: readonly string[]): boolean {
  const [part, ...others] = template;
  const [segment, ...left] = segments;
  if (part === undefined || part === "**") {
    return part === "**" || segment === undefined;
  }
  if (segment === undefined) {
    return false;
  }
  if (part.startsWith("{+")) {
    return segmentsMatch(others, left) || segmentsMatch(template, left);
  }
  return (part.startsWith("{") || part === decodeLenient(segment)) && segmentsMatch(others, left);
}

/** A request to a host that is nobody's in the catalogue: told by its method, with no effect of its own. */
export function plainHttpAction(
  call: HttpCall,
  url: RequestUrl,
  context: { readonly credentials: readonly CredentialUse[]; readonly evidence: Evidence },
): Action {
  const method = isWhole(call.method) ? call.method : "request";
  const host = isWhole(url.host) && url.host !== "" ? url.host : undefined;
  return {
    provider: "http",
    operation: method.toLowerCase(),
    effects: [],
    access: methodAccess(call.method),
    reach: "remote",
    target: {
      display:
        host === undefined ? "a host that is not known" : `${host}${isWhole(url.path) ? url.path : ""}`,
      ...(host === undefined ? {} : { host }),
    },
    credentials: context.credentials,
    groups: [],
    aliases: [],
    evidence: context.evidence,
    because: `a ${method} request sent by ${call.sender}`,
  };
}
