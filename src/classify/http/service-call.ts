import type { Operation, Provider } from "../../catalogue/catalogue.ts";
import type { Evidence } from "../../model/action.ts";
import type { Scope } from "../scope.ts";
import { addAmbient, placesContext, type Places } from "./environment.ts";
import { judgeKubernetesCode } from "./kubernetes-api.ts";
import { headerValue, type HttpCall } from "./call.ts";
import { providerAction, type CallContext } from "./provider-action.ts";
import type { RequestUrl } from "./url.ts";

/**
 * Judges a request to the API of a provider with a table: the action stands in the query or the body
 * (`Action=TerminateInstances`) or in a header (`X-Amz-Target: DynamoDB_20120810.DeleteTable`).
 */
export function judgeServiceCall(call: HttpCall, url: RequestUrl, scope: Scope, evidence: Evidence): void {
  for (const provider of scope.catalogue.providers.values()) {
    const service = provider.table?.endpoints?.exec(url.host)?.[1];
    const action =
      service === undefined ? undefined : (actionOf(call, url) ?? objectAction(service, call, url));
    if (service !== undefined && action !== undefined) {
      const how = `by \`${action}\` in a request sent by ${call.sender}`;
      emitOperation(provider, scope.catalogue.serviceOperation(provider, service, action), scope, {
        credentials: [],
        evidence,
        how,
        host: url.host,
      });
    }
  }
}

/** What a method does to an object, or to a whole bucket, of a store that is spoken to by paths. */
function objectAction(service: string, call: HttpCall, url: RequestUrl): string | undefined {
  const verb = { PUT: "put", POST: "put", DELETE: "delete" }[call.method.toUpperCase()];
  if (verb === undefined) {
    return undefined;
  }
  if (service !== "s3") {
    // Other services have paths of their own for each operation, which only their documentation tells.
    return verb === "delete" ? "delete-unknown" : "change-unknown";
  }
  const virtual = !/^s3[.-]/.test(url.host);
  const parts = url.path.split("/").filter((part) => part !== "");
  const whole = parts.length < (virtual ? 1 : 2);
  const names = whole
    ? { put: "create-bucket", delete: "delete-bucket" }
    : { put: "put-object", delete: "delete-object" };
  return url.query.has("delete") ? "delete-objects" : names[verb as "put" | "delete"];
}

function actionOf(call: HttpCall, url: RequestUrl): string | undefined {
  const target = headerValue(call, "x-amz-target");
  if (target !== undefined) {
    return /\.?(\w+)$/.exec(target)?.[1];
  }
  const body = call.body.kind === "text" ? call.body.text : "";
  return url.query.get("Action") ?? /(?:^|&)Action=(\w+)/.exec(body)?.[1];
}

/** Names of services in code, and the calls on their clients: Python's boto3, both of JavaScript's SDKs. */
const clients = [
  /\b(?:client|resource)\(\s*(?:service_name\s*=\s*)?['"]([a-z][a-z0-9-]*)['"]/g,
  /@aws-sdk\/client-([a-z0-9-]+)/g,
  /\bnew\s+AWS\.([A-Z]\w*)\(/g,
  /\bAws::([A-Z]\w*)::(?:Client|Resource)\b/g,
  /\bAws\\([A-Z]\w*)\\\w*Client\b/g,
];

const calls = [
  /\.([a-z]+(?:_[a-z0-9]+)+)\(/g,
  /\b([A-Z]\w+)Command\s*\)?\s*\(/g,
  /(?:\.|->)([a-z]+[A-Z]\w*)\(/g,
];

/** What a name without a service in it does to the service's main resource: `ec2.Instance(id).terminate()`. */
const shortCalls: ReadonlyMap<string, string> = new Map([
  ["s3.delete", "delete-objects"],
  ["ec2.terminate", "terminate-instances"],
  ["ec2.stop", "stop-instances"],
  ["lambda.invoke", "invoke-function"],
  ["s3.upload_file", "put-object"],
  ["s3.upload_fileobj", "put-object"],
  ["s3.upload", "put-object"],
  ["s3.put", "put-object"],
  ["sns.publish", "publish"],
  ["dynamodb.put", "put-item"],
  ["ec2.reboot", "reboot-instances"],
  ["dynamodb.delete", "delete-table"],
  ["rds.delete", "delete-db-instance"],
]);

const shortNames = /\.(delete|terminate|stop|reboot|invoke|publish|upload|put)\(/g;

/** Judges code that calls a provider's services through its SDK. Only changes, and what reveals, are emitted. */
export function judgeSdkCalls(text: string, scope: Scope, evidence: Evidence): void {
  if (!/boto3|aws-sdk|\bAWS\.|\bAws(?:::|\\)|kubernetes/.test(text)) {
    return;
  }
  for (const provider of scope.catalogue.providers.values()) {
    if (provider.table !== undefined) {
      judgeServices(provider, text, scope, evidence);
    }
  }
  judgeKubernetesCode(text, scope, evidence);
}

function judgeServices(provider: Provider, text: string, scope: Scope, evidence: Evidence): void {
  const services = new Set(
    clients.flatMap((pattern) => captures(text, pattern).map((name) => name.toLowerCase())),
  );
  const names = new Set(calls.flatMap((pattern) => captures(text, pattern)));
  const short = captures(text, shortNames);
  const place = placesContext(placesInCode(provider, text, scope), narrowing);
  for (const service of [...services].slice(0, 8)) {
    for (const written of [...new Set([...names, ...short])].slice(0, 64)) {
      const name = shortCalls.get(`${service}.${written.toLowerCase()}`) ?? written;
      const operation = scope.catalogue.serviceOperation(provider, service, name.replaceAll("_", "-"));
      const listed =
        operation !== undefined && scope.catalogue.operation(provider.name, operation.name) !== undefined;
      if (listed && (operation.effects.length > 0 || operation.access !== "read")) {
        const how = `by \`${name}\` in code`;
        emitOperation(provider, operation, scope, { credentials: [], evidence, how, ...place });
      }
    }
  }
}

const narrowing: ReadonlySet<string> = new Set(["region", "account"]);

/** The account that code says it works in: a profile by its name; what the tools are set up to otherwise. */
function placesInCode(provider: Provider, text: string, scope: Scope): Places {
  const places: Places = new Map();
  const profiles = captures(
    text,
    /\b(?:profile_name|profile|AWS_PROFILE['"]?\]?)\s*[:=]\s*['"]([\w.-]+)['"]/g,
  );
  const regions = captures(
    text,
    /\b(?:region_name|region|AWS_(?:DEFAULT_)?REGION['"]?\]?)\s*[:=]\s*['"]([\w-]+)['"]/g,
  );
  if (profiles.length > 0) {
    places.set("profile", profiles);
  }
  if (regions.length > 0) {
    places.set("region", regions);
  }
  if (/\baws_access_key_id\s*=|\baccessKeyId\s*:/.test(text)) {
    places.set("address", ["an access key in code"]);
  }
  addAmbient(places, provider, { scope, assignments: new Map(), switched: () => undefined });
  return places;
}

function captures(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].flatMap((found) => found[1] ?? []);
}

function emitOperation(
  provider: Provider,
  operation: Operation | undefined,
  scope: Scope,
  context: CallContext,
): void {
  if (operation !== undefined) {
    scope.emit(providerAction(provider, operation, context));
  }
}
