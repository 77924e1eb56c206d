type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Schema = { readonly [keyword: string]: Json };

/** True where a value satisfies a schema. Throws for a keyword that it does not know: it must not accept by ignorance. */
export function satisfies(value: Json, schema: Json, root: Json = schema): boolean {
  return Object.entries(objectOf(schema)).every(([keyword, argument]) => {
    const check = keywords[keyword];
    if (check === undefined) {
      throw new Error(`this check does not know the keyword \`${keyword}\``);
    }
    return check(value, argument, { root, schema: objectOf(schema) });
  });
}

interface Context {
  readonly root: Json;
  readonly schema: Schema;
}

type Check = (value: Json, argument: Json, context: Context) => boolean;

const any: Check = () => true;

const keywords: Readonly<Record<string, Check | undefined>> = {
  $schema: any,
  $defs: any,
  title: any,
  description: any,
  default: any,
  $ref: (value, argument, { root }) => satisfies(value, resolve(textOf(argument), root), root),
  type: (value, argument) =>
    typeOf(value) === argument || (argument === "number" && typeOf(value) === "integer"),
  enum: (value, argument) => listOf(argument).includes(value),
  const: (value, argument) => value === argument,
  anyOf: (value, argument, { root }) => listOf(argument).some((one) => satisfies(value, one, root)),
  allOf: (value, argument, { root }) => listOf(argument).every((one) => satisfies(value, one, root)),
  required: (value, argument) =>
    !isObject(value) || listOf(argument).every((key) => Object.hasOwn(value, textOf(key))),
  properties: (value, argument, { root }) =>
    !isObject(value) ||
    Object.entries(objectOf(argument)).every(
      ([key, schema]) => !Object.hasOwn(value, key) || satisfies(value[key] ?? null, schema, root),
    ),
  additionalProperties: (value, argument, { root, schema }) => {
    const known = Object.keys(objectOf(schema["properties"] ?? {}));
    const rest = isObject(value) ? Object.entries(value).filter(([key]) => !known.includes(key)) : [];
    return argument === false ? rest.length === 0 : rest.every(([, one]) => satisfies(one, argument, root));
  },
  minProperties: (value, argument) => !isObject(value) || Object.keys(value).length >= Number(argument),
  items: (value, argument, { root }) =>
    !Array.isArray(value) || value.every((one: Json) => satisfies(one, argument, root)),
  minItems: (value, argument) => !Array.isArray(value) || value.length >= Number(argument),
  minLength: (value, argument) => typeof value !== "string" || value.length >= Number(argument),
  pattern: (value, argument) => typeof value !== "string" || new RegExp(textOf(argument), "u").test(value),
  minimum: (value, argument) => typeof value !== "number" || value >= Number(argument),
  maximum: (value, argument) => typeof value !== "number" || value <= Number(argument),
};

function textOf(value: Json): string {
  if (typeof value !== "string") {
    throw new TypeError(`a text is wanted: ${JSON.stringify(value)}`);
  }
  return value;
}

function resolve(reference: string, root: Json): Json {
  return reference
    .replace(/^#\//, "")
    .split("/")
    .reduce<Json>((node, step) => objectOf(node)[step] ?? never(`nothing at \`${reference}\``), root);
}

function typeOf(value: Json): string {
  if (value === null) {
    return "null";
  }
  return Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeOf(value) === "object";
}

function objectOf(value: Json): Schema {
  return isObject(value) ? value : never("a schema must be an object");
}

function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : never("a list is expected");
}

function never(message: string): never {
  throw new Error(message);
}
