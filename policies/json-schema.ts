import { ruleExtras } from "../src/policy/clauses.ts";
import { effects } from "../src/model/effect.ts";
import { policySchema, type Field, type NameKind, type Shape } from "../src/policy/schema.ts";

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };
type JsonSchema = { readonly [key: string]: Json };

/**
 * The language as JSON Schema 2020-12, for editors that know nothing of Signalbox. It accepts what the loader accepts,
 * apart from what only the loader can know: names, patterns, and what names are declared twice.
 */
export function jsonSchemaText(): string {
  const { keys, ...root } = new SchemaWriter().root();
  return `${JSON.stringify({ ...root, ...keys }, null, 2)}\n`;
}

/** 1 second to 1 day. */
const duration =
  "^0*(?:[1-9]\\d{0,3}|[1-7]\\d{4}|8[0-5]\\d{3}|86[0-3]\\d{2}|86400)\\s*s?$|^0*(?:[1-9]\\d{0,2}|1[0-3]\\d{2}|14[0-3]\\d|1440)\\s*m$|^0*(?:[1-9]|1\\d|2[0-4])\\s*h$";

class SchemaWriter {
  /** Shapes that stand in several places get a name: that of the first key that they stand under. */
  readonly #names = new Map<Shape, string>();
  readonly #definitions: Record<string, JsonSchema> = {};

  root(): { readonly keys: JsonSchema; readonly [key: string]: Json } {
    this.#nameRepeated();
    const keys = this.#keys(policySchema.keys);
    return {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "Signalbox policy",
      description: "What a coding agent may see and do: `.governance/policy.yaml`.",
      keys,
      $defs: this.#definitions,
    };
  }

  #nameRepeated(): void {
    const seen = new Set<Shape>();
    const visit = (shape: Shape, name: string): void => {
      const inner = innerShapes(shape);
      if (inner.length === 0) {
        return;
      }
      if (seen.has(shape)) {
        this.#names.set(shape, this.#names.get(shape) ?? name);
        return;
      }
      seen.add(shape);
      for (const [key, each] of inner) {
        visit(each, key === "" ? name : key);
      }
    };
    visit(policySchema, "policy");
  }

  #of(shape: Shape): JsonSchema {
    const name = this.#names.get(shape);
    if (name === undefined) {
      return this.#written(shape);
    }
    if (this.#definitions[name] === undefined) {
      // Put first, so that the order of the definitions is that of the language.
      this.#definitions[name] = {};
      this.#definitions[name] = this.#written(shape);
    }
    return { $ref: `#/$defs/${name}` };
  }

  #written(shape: Shape): JsonSchema {
    switch (shape.kind) {
      case "map":
        return this.#keys(shape.keys);
      case "record":
        return { type: "object", additionalProperties: this.#of(shape.value) };
      case "list":
        return { type: "array", items: this.#of(shape.item) };
      case "names": {
        const text = nameSchema(shape.names);
        return { anyOf: [text, { type: "array", minItems: 1, items: text }] };
      }
      case "name":
        return nameSchema(shape.names);
      case "word":
        return { enum: shape.words };
      case "flag":
        return { type: "boolean" };
      case "number":
        return { const: 1 };
      case "duration":
        return {
          anyOf: [
            { type: "integer", minimum: 1, maximum: 86_400 },
            { type: "string", pattern: duration },
          ],
        };
      case "either":
        return { anyOf: [this.#of(shape.text), this.#of(shape.map)] };
      case "named":
        return this.#named(shape.value);
      default:
        return shape satisfies never;
    }
  }

  /** A map by name, or a list of maps with `name`. */
  #named(value: Shape): JsonSchema {
    const map = value.kind === "map" ? value.keys : {};
    const named = {
      name: { shape: { kind: "name", names: "prose" }, description: "Name." },
      ...map,
    } as const;
    const keys = this.#keys({ ...named, name: { ...named.name, required: true } });
    const item = { ...keys, allOf: [{ properties: { name: { minLength: 1 } } }] };
    return {
      anyOf: [
        { type: "object", additionalProperties: this.#of(value) },
        { type: "array", items: item },
      ],
    };
  }

  #keys(keys: Readonly<Record<string, Field>>): JsonSchema {
    const required = Object.entries(keys).flatMap(([key, field]) => (field.required === true ? [key] : []));
    const properties = Object.fromEntries(
      Object.entries(keys).map(([key, field]) => [key, this.#field(field, key)]),
    );
    return {
      type: "object",
      properties,
      additionalProperties: false,
      ...(required.length === 0 ? {} : { required }),
      ...conditions(keys),
    };
  }

  #field({ shape, description, default: fallback }: Field, key: string): JsonSchema {
    const schema = key === "not" ? { allOf: [this.#of(shape), { minProperties: 1 }] } : this.#of(shape);
    const value = fallback === undefined ? undefined : defaultOf(shape, fallback);
    return { description, ...(value === undefined ? {} : { default: value }), ...schema };
  }
}

/** A rule has at least one condition; an exception is told by its key. */
function conditions(keys: Readonly<Record<string, Field>>): JsonSchema {
  const isRule = keys["action_type"] !== undefined && keys["reason"] !== undefined;
  const own = Object.keys(keys).filter((key) => !ruleExtras.has(key));
  return isRule ? { anyOf: own.map((key) => ({ required: [key] })) } : {};
}

function innerShapes(shape: Shape): readonly (readonly [key: string, shape: Shape])[] {
  switch (shape.kind) {
    case "map":
      return Object.entries(shape.keys).map(([key, field]) => [key, field.shape]);
    case "record":
    case "named":
      return [["", shape.value]];
    case "list":
      return [["", shape.item]];
    case "either":
      return [
        ["", shape.text],
        ["", shape.map],
      ];
    case "names":
    case "name":
    case "word":
    case "flag":
    case "number":
    case "duration":
      return [];
    default:
      return shape satisfies never;
  }
}

/** Effects are suggested; others are accepted, because the loader only warns of them. */
function nameSchema(kind: NameKind): JsonSchema {
  return kind === "effect" ? { anyOf: [{ enum: effects }, { type: "string" }] } : { type: "string" };
}

function defaultOf(shape: Shape, written: string): Json | undefined {
  return shape.kind === "word"
    ? written
    : shape.kind === "flag"
      ? written === "true"
      : shape.kind === "number" || shape.kind === "duration"
        ? Number(written)
        : undefined;
}
