import type { Operation, Provider } from "../../catalogue/catalogue.ts";
import type { Evidence } from "../../model/action.ts";
import type { Scope } from "../scope.ts";
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
    const action = service === undefined ? undefined : actionOf(call, url);
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
];

const calls = [/\.([a-z]+(?:_[a-z0-9]+)+)\(/g, /\bnew\s+([A-Z]\w+)Command\(/g, /\.([a-z]+[A-Z]\w*)\(/g];

/** What a name without a service in it does to the service's main resource: `ec2.Instance(id).terminate()`. */
const shortCalls: ReadonlyMap<string, string> = new Map([
  ["s3.delete", "delete-objects"],
  ["ec2.terminate", "terminate-instances"],
  ["dynamodb.delete", "delete-table"],
  ["rds.delete", "delete-db-instance"],
]);

/** Judges code that calls a provider's services through its SDK. Only changes, and what reveals, are emitted. */
export function judgeSdkCalls(text: string, scope: Scope, evidence: Evidence): void {
  if (!/boto3|aws-sdk|\bAWS\.|kubernetes/.test(text)) {
    return;
  }
  for (const provider of scope.catalogue.providers.values()) {
    if (provider.table !== undefined) {
      judgeServices(provider, text, scope, evidence);
    }
  }
  const cluster = scope.catalogue.providers.get("kubernetes");
  if (cluster !== undefined && /\bkubernetes\b/.test(text)) {
    for (const [, collection, kind] of text.matchAll(/\.delete_(collection_)?(?:namespaced_)?([a-z_]+)\(/g)) {
      const verb = collection === undefined ? "delete" : "delete_all";
      const operation = scope.catalogue.operation(
        cluster.name,
        `${verb}:${(kind ?? "").replaceAll("_", "")}`,
      );
      emitOperation(cluster, operation, scope, { credentials: [], evidence, how: "in code" });
    }
  }
}

function judgeServices(provider: Provider, text: string, scope: Scope, evidence: Evidence): void {
  const services = new Set(
    clients.flatMap((pattern) => captures(text, pattern).map((name) => name.toLowerCase())),
  );
  const names = new Set(calls.flatMap((pattern) => captures(text, pattern)));
  for (const service of [...services].slice(0, 8)) {
    const short = captures(text, /\.(delete|terminate)\(\s*\)/g).flatMap(
      (name) => shortCalls.get(`${service}.${name}`) ?? [],
    );
    for (const name of [...names, ...short].slice(0, 64)) {
      const operation = scope.catalogue.serviceOperation(provider, service, name.replaceAll("_", "-"));
      const listed =
        operation !== undefined && scope.catalogue.operation(provider.name, operation.name) !== undefined;
      if (listed && operation.effects.length > 0) {
        emitOperation(provider, operation, scope, {
          credentials: [],
          evidence,
          how: `by \`${name}\` in code`,
        });
      }
    }
  }
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
