import { isRecord, unresolved, type ArgumentValue } from "../../catalogue/arguments.ts";
import { hole, isWhole } from "../../catalogue/hole.ts";
import { readGraphql, unreadable, type GraphqlReading } from "./graphql.ts";
import { readQuery } from "./url.ts";

/** Longest body that is read, in characters. */
const maxLength = 1_000_000;

/**
 * The GraphQL requests in the text of a body: JSON, a batch, an urlencoded form or a bare document. Undefined where it
 * is none of these; a body that may be one but cannot be read is `unreadable`.
 */
export function readGraphqlBody(text: string): GraphqlReading | undefined {
  const body = text.replace(/^\uFEFF/, "").trim();
  if (body.length > maxLength) {
    return unreadable("a body that is too long to be read", body);
  }
  const json = parseWithHoles(body);
  if (json !== undefined) {
    return hasRepeatedKey(body, json)
      ? unreadable("a JSON body that gives a key twice", body)
      : readGraphqlJson(json, body);
  }
  if (/^[\w.-]+=/.test(body)) {
    return readGraphqlParameters(readQuery(body).query);
  }
  if (looksLikeDocument(body)) {
    return readBareDocument(body);
  }
  return /^[[{]/.test(body) || body.includes(hole)
    ? unreadable("a body that cannot be parsed", body)
    : undefined;
}

/** Members of the JSON form: as root fields they say that the quotes of a JSON body were lost on the way. */
const envelope: ReadonlySet<string> = new Set([
  "query",
  "mutation",
  "subscription",
  "variables",
  "operationName",
]);

function readBareDocument(document: string): GraphqlReading {
  const reading = readGraphql({ document, variables: {} });
  return reading.kind === "fields" && reading.fields.some((field) => envelope.has(field.name))
    ? unreadable("a body that has lost its quotes", document)
    : reading;
}

/** `query=`, `variables=` and `operationName=` of a URL or a form. Undefined where no `query` is given. */
export function readGraphqlParameters(parameters: ReadonlyMap<string, string>): GraphqlReading | undefined {
  const operations = parameters.get("operations");
  if (operations !== undefined) {
    return readGraphqlBody(operations) ?? unreadable("a GraphQL form that cannot be read", operations);
  }
  const document = parameters.get("query");
  if (document === undefined) {
    const stored = ["extensions", "documentId", "queryId", "id"].some((name) => parameters.has(name));
    return stored ? unreadable("a GraphQL request by the name of a stored document", "") : undefined;
  }
  const operationName = parameters.get("operationName");
  return readGraphql({
    document,
    variables: variablesOf(parameters.get("variables") ?? null),
    ...(operationName === undefined || !isWhole(operationName) ? {} : { operationName }),
  });
}

function readGraphqlJson(json: ArgumentValue, body: string): GraphqlReading | undefined {
  if (Array.isArray(json)) {
    const readings = json.map((item: ArgumentValue) => readGraphqlJson(item, body));
    return readings.length === 0 ? undefined : joined(readings);
  }
  if (json === unresolved) {
    return unreadable("a body that is not known", body);
  }
  if (!isRecord(json)) {
    return undefined;
  }
  const document = json["query"] ?? json["mutation"];
  if (document === unresolved) {
    return unreadable("a GraphQL document that is not known", body);
  }
  if (typeof document !== "string") {
    const stored = ["extensions", "documentId", "queryId"].some((name) => Object.hasOwn(json, name));
    return stored ? unreadable("a GraphQL request by the name of a stored document", body) : undefined;
  }
  const operationName = json["operationName"];
  return readGraphql({
    document,
    variables: variablesOf(json["variables"] ?? null),
    ...(typeof operationName === "string" ? { operationName } : {}),
  });
}

function joined(readings: readonly (GraphqlReading | undefined)[]): GraphqlReading | undefined {
  const bad = readings.find((reading) => reading?.kind === "unreadable");
  const fields = readings.flatMap((reading) => (reading?.kind === "fields" ? reading.fields : []));
  if (bad?.kind === "unreadable") {
    return { ...bad, names: [...bad.names, ...fields.map((field) => field.name)] };
  }
  return readings.every((reading) => reading === undefined) ? undefined : { kind: "fields", fields };
}

/** Variables come as an object, or as JSON text in a form. */
export function variablesOf(value: ArgumentValue): ArgumentValue {
  if (typeof value !== "string") {
    return value ?? {};
  }
  return value.trim() === "" ? {} : (parseWithHoles(value) ?? unresolved);
}

/**
 * JSON in which a part may not be known: a hole inside a string makes that string unresolved unless it is a document,
 * one outside stands for any value. Undefined where it is not JSON.
 */
export function parseWithHoles(text: string): ArgumentValue | undefined {
  try {
    if (isWhole(text)) {
      return JSON.parse(text) as ArgumentValue;
    }
    return markUnresolved(JSON.parse(quoteHoles(text)) as ArgumentValue, "");
  } catch {
    return undefined;
  }
}

/** Members whose text is read on, holes and all. */
const documentMembers: ReadonlySet<string> = new Set(["query", "mutation", "variables"]);

function markUnresolved(value: ArgumentValue, member: string): ArgumentValue {
  if (typeof value === "string") {
    const readOn = documentMembers.has(member) && value !== hole;
    return isWhole(value) || readOn ? value : unresolved;
  }
  if (Array.isArray(value)) {
    return value.map((item: ArgumentValue) => markUnresolved(item, member));
  }
  if (!isRecord(value)) {
    return value;
  }
  const entries = Object.entries(value);
  if (entries.some(([key]) => !isWhole(key))) {
    return unresolved;
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, markUnresolved(item, key)]));
}

/** Puts quotes around holes that stand outside strings, so that the rest can be parsed. */
function quoteHoles(text: string): string {
  let result = "";
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (inString && char === "\\") {
      result += char + text.charAt(at + 1);
      at += 1;
      continue;
    }
    if (char === '"') {
      inString = !inString;
    }
    result += char === hole && !inString ? `"${hole}"` : char;
  }
  return result;
}

/** Raw control characters are not allowed in JSON strings, but a GraphQL document typed over several lines has them. */
function looksLikeDocument(body: string): boolean {
  return (
    /^(?:#[^\n]*\n\s*)*(?:query|mutation|subscription|fragment)\b/.test(body) || /^\{\s*[A-Za-z_]/.test(body)
  );
}

/** True where the text names a key more often than the parsed value has it: which one counts depends on the server. */
function hasRepeatedKey(text: string, json: ArgumentValue): boolean {
  const written = text.match(/(?<!\\)"(?:query|variables|operationName)"\s*:/g)?.length ?? 0;
  return written > 1 && written > countKeys(json);
}

function countKeys(value: ArgumentValue): number {
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly ArgumentValue[]) {
      count += countKeys(item);
    }
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) {
      count += (key === "query" || key === "variables" || key === "operationName" ? 1 : 0) + countKeys(item);
    }
  }
  return count;
}
