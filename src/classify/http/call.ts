import type { HttpPayload } from "../../model/request.ts";

/** One field of a form, urlencoded or multipart. `text` has holes where it is not known. */
export interface FormField {
  readonly name: string;
  readonly text: string;
}

/** What a request carries. Texts have a `hole` for every part that is not known. */
export type HttpBody =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string; readonly via?: string }
  | { readonly kind: "form"; readonly fields: readonly FormField[] }
  /** `hints` is text that is likely in it: names in it are taken at their word. */
  | { readonly kind: "unknown"; readonly because: string; readonly hints?: string };

export interface HttpHeader {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
}

/**
 * One HTTP request as a command, a tool or the proxy is about to send it. `url` has holes for what is not known;
 * `method` is upper case, with a hole where it is not known.
 */
export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly HttpHeader[];
  readonly body: HttpBody;
  /** Texts in which a credential may stand, as they were written: `$RAILWAY_TOKEN`, a substitution, a value. */
  readonly credentialTexts: readonly string[];
  /** What sends it, for people: `curl`. */
  readonly sender: string;
}

/** The proxy's and the hook's own form of a request. */
export function callFromPayload(payload: HttpPayload): HttpCall {
  const headers = Object.entries(payload.headers).map(([name, value]) => ({
    name: name.toLowerCase(),
    value,
  }));
  return {
    method: payload.method.toUpperCase(),
    url: payload.url,
    headers,
    body:
      payload.body === undefined || payload.body === ""
        ? { kind: "none" }
        : { kind: "text", text: payload.body },
    credentialTexts: [payload.url, ...headers.map((header) => header.value)],
    sender: "an HTTP request",
  };
}

export function headerValue(call: HttpCall, name: string): string | undefined {
  return call.headers.find((header) => header.name === name)?.value;
}

/** The same call with method and header names in the case that everything else expects. */
export function normalizedCall(call: HttpCall): HttpCall {
  return {
    ...call,
    method: call.method.toUpperCase(),
    headers: call.headers.map(({ name, value }) => ({ name: name.trim().toLowerCase(), value })),
  };
}
