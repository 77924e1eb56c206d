import type { Operation, Provider } from "../../catalogue/catalogue.ts";
import { isWhole } from "../../catalogue/hole.ts";
import type { Action, CredentialUse, Evidence } from "../../model/action.ts";
import type { HttpCall } from "./call.ts";
import { decodeLenient, type RequestUrl } from "./url.ts";

const readingMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND"]);

export function methodAccess(method: string): Action["access"] {
  if (!isWhole(method)) {
    return "unknown";
  }
  return readingMethods.has(method) ? "read" : "change";
}

/** The operation behind a method and a path, where the provider's routes name it. */
export function routeOperation(provider: Provider, method: string, path: string): Operation | undefined {
  const segments = path.split("/");
  return provider.rest?.find(
    (route) =>
      (route.method === method || route.method === "*") && segmentsMatch(route.path.split("/"), segments),
  )?.operation;
}

function segmentsMatch(template: readonly string[], segments: readonly string[]): boolean {
  const open = template.at(-1) === "**";
  const fixed = open ? template.slice(0, -1) : template;
  return (
    (open ? segments.length >= fixed.length : segments.length === fixed.length) &&
    fixed.every((part, index) => part.startsWith("{") || part === decodeLenient(segments[index] ?? ""))
  );
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
