import type { Provider } from "../../catalogue/catalogue.ts";
import { sourceWord, type Carried, type CommandMatch } from "../../catalogue/command-line.ts";
import { hole, isWhole } from "../../catalogue/hole.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import type { HttpBody } from "./call.ts";
import { readPath, readStdin, resolveText, type ReadText } from "./carried.ts";
import { classifyProviderCall } from "./classify-call.ts";

type RestForm = Extract<Carried, { readonly kind: "rest" }>;

interface Sender {
  readonly provider: Provider;
  readonly match: CommandMatch;
  readonly invocation: Invocation;
  readonly scope: Scope;
}

/** Judges the one request that `gh api` and its like send to their provider. */
export function carryRest(form: RestForm, sender: Sender): void {
  const { match, scope, invocation, provider } = sender;
  const path = sourceWord(match, form.path)?.value ?? hole;
  const fields = fieldsOf(form, sender);
  const body = bodyOf(form, fields, sender);
  const method = form.httpMethod ?? sourceWord(match, form.method)?.value;
  const url = /^https?:\/\//i.test(path) ? path : `${form.base}/${path.replace(/^\/+/, "")}`;
  classifyProviderCall(
    provider,
    {
      method: (method ?? (body.kind === "none" ? "GET" : "POST")).toUpperCase(),
      // In a read, fields are part of the query.
      url,
      headers: [],
      body: method?.toUpperCase() === "GET" && fields.size > 0 ? { kind: "none" } : body,
      credentialTexts: [],
      sender: [invocation.program, ...match.path].join(" "),
    },
    scope,
    scope.evidence(invocation),
  );
}

/** `key=value`, where `@file` and `@-` stand for a content. */
function fieldsOf(form: RestForm, { match, scope, invocation }: Sender): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const name of form.fields) {
    for (const { value } of match.options.get(name) ?? []) {
      const equals = value.indexOf("=");
      const text = value.slice(equals + 1);
      const content = !text.startsWith("@")
        ? text
        : textOf(
            text === "@-"
              ? readStdin(invocation.stdin, scope)
              : readPath(resolveText(text.slice(1), scope), scope),
          );
      fields.set(equals < 0 ? hole : value.slice(0, equals), content);
    }
  }
  return fields;
}

function textOf(read: ReadText): string {
  return read.kind === "text" ? read.text : hole;
}

function bodyOf(form: RestForm, fields: ReadonlyMap<string, string>, sender: Sender): HttpBody {
  const { match, scope, invocation } = sender;
  const input = sourceWord(match, form.input)?.value;
  if (input !== undefined) {
    if (/^\s*[{[]/.test(input)) {
      return { kind: "text", text: input };
    }
    const name = input.replace(/^@/, "");
    const read =
      name === "-" ? readStdin(invocation.stdin, scope) : readPath(resolveText(name, scope), scope);
    return read.kind === "none" ? { kind: "unknown", because: "what is typed" } : read;
  }
  if (fields.size === 0) {
    return { kind: "none" };
  }
  const { query, operationName, ...variables } = Object.fromEntries(fields);
  if (query === undefined) {
    return { kind: "text", text: JSON.stringify(variables) };
  }
  if (query === hole || !isWhole([...fields.keys()].join(""))) {
    return { kind: "unknown", because: "a document that is not known" };
  }
  return { kind: "text", text: JSON.stringify({ query, operationName, variables }) };
}
