import type { Vocabulary } from "../catalogue/catalogue.ts";
import { policySchema, type NameKind, type Shape } from "../policy/schema.ts";
import { cursorAt, type Slot } from "./cursor.ts";
import { describeGroup, describeOperation, describeProvider } from "./describe.ts";
import { fieldAt } from "./shapes.ts";

/** What is told about the word under the cursor. Offsets are UTF-16 code units from 0. */
export interface Hover {
  readonly start: number;
  readonly end: number;
  readonly markdown: string;
  /** The operation or group that the word names, with its provider: for whoever can count its requests. */
  readonly operation?: string;
}

/** What the word at an offset means; undefined where there is nothing to tell. Never throws. */
export function hover(
  text: string,
  offset: number,
  vocabulary: Vocabulary,
  root: Shape = policySchema,
): Hover | undefined {
  const { slots, start, end, word } = cursorAt(text, offset, root);
  for (const slot of word === "" ? [] : slots) {
    const markdown =
      slot.role === "key" ? describeKey(slot, word, root) : describeValue(slot.shape, word, vocabulary);
    if (markdown !== undefined) {
      const operation = slot.role === "key" ? undefined : operationOf(slot.shape, word, vocabulary);
      return { start, end, markdown, ...(operation === undefined ? {} : { operation }) };
    }
  }
  return undefined;
}

function describeKey({ path }: Slot, key: string, root: Shape): string | undefined {
  const field = fieldAt([...path, key], root);
  if (field === undefined) {
    return undefined;
  }
  const { shape, description, required } = field;
  const facts = [
    ...(shape.kind === "word" ? [shape.words.map((word) => `\`${word}\``).join(" | ")] : []),
    ...(field.default === undefined ? [] : [`Default: ${field.default}`]),
    ...(required === true ? ["Required"] : []),
  ];
  return [`**${key}**`, description, ...facts].join("\n\n");
}

function describeValue(shape: Shape, word: string, vocabulary: Vocabulary): string | undefined {
  switch (shape.kind) {
    case "name":
    case "names":
      return describeName(shape.names, word, vocabulary);
    case "either":
      return describeValue(shape.text, word, vocabulary);
    default:
      return undefined;
  }
}

function describeName(kind: NameKind, word: string, vocabulary: Vocabulary): string | undefined {
  if (kind === "provider") {
    const provider = vocabulary.providers.get(word);
    return provider === undefined ? undefined : describeProvider(provider);
  }
  if (kind === "credential") {
    const known = vocabulary.credential(word);
    return known === undefined
      ? undefined
      : `**${known.name}** · ${known.summary}\n\nOf ${known.provider}${known.hosts.length === 0 ? "" : `, sent to ${known.hosts.map((host) => `\`${host}\``).join(", ")}`}`;
  }
  return kind === "api" ? describeApi(word, vocabulary) : undefined;
}

function operationOf(shape: Shape, word: string, vocabulary: Vocabulary): string | undefined {
  const text = shape.kind === "either" ? shape.text : shape;
  const isApi = (text.kind === "name" || text.kind === "names") && text.names === "api";
  const colon = word.indexOf(":");
  const provider = word.slice(0, Math.max(0, colon));
  const name = word.slice(colon + 1);
  const operation = isApi ? vocabulary.operation(provider, name) : undefined;
  return operation !== undefined
    ? `${provider}:${operation.name}`
    : isApi && vocabulary.providers.get(provider)?.groups.has(name) === true
      ? word
      : undefined;
}

function describeApi(word: string, vocabulary: Vocabulary): string | undefined {
  const colon = word.indexOf(":");
  const provider = vocabulary.providers.get(word.slice(0, colon));
  if (colon < 0 || provider === undefined) {
    return undefined;
  }
  const name = word.slice(colon + 1);
  const operation = vocabulary.operation(provider.name, name);
  if (operation !== undefined) {
    return describeOperation(provider, operation);
  }
  if (provider.groups.has(name)) {
    return describeGroup(provider, name);
  }
  return name.includes("*") ? `Every operation of ${provider.title} that matches \`${name}\`` : undefined;
}
