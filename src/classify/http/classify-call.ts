import { isJsonObject, parseJson, stringField } from "../../base/json.ts";
import type { Operation, Provider } from "../../catalogue/catalogue.ts";
import { hole, isWhole } from "../../catalogue/hole.ts";
import type { CredentialUse, Evidence } from "../../model/action.ts";
import type { HttpPayload } from "../../model/request.ts";
import type { Scope } from "../scope.ts";
import { callFromPayload, headerValue, type HttpBody, type HttpCall } from "./call.ts";
import { callCredentials } from "./credentials.ts";
import { readGraphqlBody, readGraphqlParameters } from "./graphql-body.ts";
import { emitReading } from "./emit-reading.ts";
import { unreadable, type GraphqlReading } from "./graphql.ts";
import { unknownPlace } from "./environment.ts";
import { judgeKubernetesCall } from "./kubernetes-api.ts";
import { namedOperation, providerAction, type CallContext, type Extra } from "./provider-action.ts";
import { isMetadataAddress, reportMetadata } from "./metadata.ts";
import { judgeServiceCall } from "./service-call.ts";
import { judgeStore } from "./stores.ts";
import { methodAccess, plainHttpAction, routeOperation } from "./rest.ts";
import { isUnclearHost, readUrl, type RequestUrl } from "./url.ts";

/** One call with everything that was looked up for it once. */
interface Judged {
  readonly call: HttpCall;
  readonly url: RequestUrl;
  readonly scope: Scope;
  readonly credentials: readonly CredentialUse[];
  readonly evidence: Evidence;
}

/** Judges a request that the proxy or a tool hands over whole. */
export function classifyHttpPayload(payload: HttpPayload, scope: Scope): void {
  const text = `${payload.method} ${payload.url}`;
  classifyHttpCall(callFromPayload(payload), scope, {
    start: 0,
    end: text.length,
    text: safeUrlText(payload),
  });
}

/**
 * Emits the actions of one HTTP request: a provider's operations where the host is a provider's, or may be one; a plain
 * `http:<method>` otherwise. What cannot be read of a request to a provider is `unknown_call`, never nothing.
 */
export function classifyHttpCall(call: HttpCall, scope: Scope, evidence: Evidence): void {
  const url = readUrl(call.url);
  const judged: Judged = { call, url, scope, credentials: callCredentials(call, scope), evidence };
  const hosts = [url.host, ...namedHosts(call)];
  const provider = hosts
    .map((host) => scope.catalogue.providerByHost(host))
    .find((found) => found !== undefined);
  if (provider !== undefined) {
    judgeProviderCall(provider, judged);
    return;
  }
  if (isUnclearHost(url.host) && judgeAnyProvider(judged)) {
    return;
  }
  if (isMetadataAddress(url.host, url.path)) {
    reportMetadata(scope, url.host, evidence);
  }
  judgeStore(call, url, scope, evidence);
  judgeServiceCall(call, url, scope, evidence);
  judgeKubernetesCall(call, url, scope, evidence);
  scope.emit(plainHttpAction(call, url, judged));
}

/** Emits the actions of a request that a provider's own tool sends, wherever its API is. */
export function classifyProviderCall(
  provider: Provider,
  call: HttpCall,
  scope: Scope,
  evidence: Evidence,
): void {
  const url = readUrl(call.url);
  judgeProviderCall(provider, { call, url, scope, credentials: callCredentials(call, scope), evidence });
}

/** Hosts that the request names beside its URL: what a server in front goes by. */
function namedHosts(call: HttpCall): readonly string[] {
  return ["host", "x-forwarded-host", ":authority"].flatMap((name) => {
    const value = headerValue(call, name);
    return value === undefined ? [] : [readUrl(`//${value}`).host];
  });
}

function judgeProviderCall(provider: Provider, judged: Judged): void {
  const { call, url, scope } = judged;
  const context = contextOf(judged, url.host);
  const paths = provider.graphql?.paths;
  const asksGraphql = provider.graphql !== undefined && (paths === undefined || paths.includes(url.path));
  const reading = asksGraphql ? readingOf(call, url) : undefined;
  if (reading !== undefined) {
    emitReading(provider, reading, scope, context);
    return;
  }
  const method = headerValue(call, "x-http-method-override")?.toUpperCase() ?? call.method;
  const route = routeOperation(provider, method, url.path);
  if (route !== undefined) {
    scope.emit(providerAction(provider, route, context, placeInBody(route, call.body)));
    return;
  }
  const quiet = methodAccess(method) === "read" && (call.body.kind === "none" || !asksGraphql);
  scope.emit(
    providerAction(provider, namedOperation(provider, quiet ? "unknown_route" : "unknown_call"), context),
  );
}

/** What the body of a request says of the place, for operations that are told there. */
function placeInBody({ environment = [] }: Operation, body: HttpBody): Extra {
  if (environment.length === 0 || body.kind === "none") {
    return {};
  }
  const parsed = body.kind === "text" ? parseJson(body.text) : undefined;
  if (parsed?.ok !== true || !isJsonObject(parsed.value)) {
    return { places: { address: [unknownPlace] } };
  }
  const { value } = parsed;
  const named = environment.map((member) => stringField(value, member)).find((text) => text !== undefined);
  return named === undefined ? {} : { environment: named };
}

/**
 * A request to a host that is not known: judged as a call to every provider that it may reach and whose API has what it
 * asks for. True where something was emitted.
 */
function judgeAnyProvider(judged: Judged): boolean {
  const { call, url, scope } = judged;
  const reading = readingOf(call, url);
  if (reading === undefined) {
    return false;
  }
  const start = isWhole(url.host) ? "" : (url.host.split(hole)[0] ?? "");
  const end = isWhole(url.host) ? "" : (url.host.split(hole).at(-1) ?? "");
  const context = contextOf(judged, undefined);
  let found = false;
  for (const provider of scope.catalogue.providersByPartialHost(start, end)) {
    if (hasWhatIsAsked(provider, reading)) {
      emitReading(provider, reading, scope, context);
      found = true;
    }
  }
  return found;
}

/** True where the API has one of the fields: only names that it is known by count, as any API has a `me`. */
function hasWhatIsAsked(provider: Provider, reading: GraphqlReading): boolean {
  const fields = provider.graphql?.fields;
  if (fields === undefined) {
    return false;
  }
  return reading.kind === "fields"
    ? reading.fields.some((field) => fields[field.kind].has(field.name))
    : reading.names.some((name) => fields.mutation.has(name));
}

/** What the body and the URL ask for in GraphQL; undefined where neither asks anything. */
function readingOf(call: HttpCall, url: RequestUrl): GraphqlReading | undefined {
  const inUrl = readGraphqlParameters(url.query);
  const inBody = readBody(call.body);
  if (inUrl === undefined || inBody === undefined) {
    return inUrl ?? inBody;
  }
  const names = [inUrl, inBody].flatMap((reading) =>
    reading.kind === "fields" ? reading.fields.map((field) => field.name) : reading.names,
  );
  return unreadable("a request with a document in its URL and another in its body", names.join(" "));
}

function readBody(body: HttpBody): GraphqlReading | undefined {
  switch (body.kind) {
    case "none":
      return undefined;
    case "text":
      return readGraphqlBody(body.text);
    case "form":
      return readGraphqlParameters(new Map(body.fields.map((field) => [field.name, field.text])));
    case "unknown":
      return unreadable(`a body that is not known (${body.because})`, body.hints ?? "");
  }
}

function contextOf(judged: Judged, host: string | undefined): CallContext {
  const { call, credentials, evidence } = judged;
  return {
    credentials,
    evidence,
    how: `sent by ${call.sender}`,
    ...(host === undefined || host === "" ? {} : { host }),
  };
}

/** The request line without the query, which may hold a secret. */
function safeUrlText(payload: HttpPayload): string {
  const url = readUrl(payload.url);
  return `${payload.method} ${url.host}${url.path}`;
}
