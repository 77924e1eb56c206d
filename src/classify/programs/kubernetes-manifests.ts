import { readStdin, resolveText } from "../http/carried.ts";
import type { CommandMatch } from "../../catalogue/command-line.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

/** One object that a manifest describes: its kind in the singular, lower case, and the namespace that it names. */
export interface DescribedObject {
  readonly kind: string;
  /** Undefined where the manifest leaves it to the command; empty where it is not known. */
  readonly namespace?: string;
}

/** Most files of a folder that are read. */
const maxFiles = 32;

/** The objects that files or the standard input describe; none where they cannot be read. */
export function describedObjects(
  options: readonly string[],
  {
    match,
    invocation,
    scope,
  }: { readonly match: CommandMatch; readonly invocation: Invocation; readonly scope: Scope },
): readonly DescribedObject[] {
  return options.flatMap((option) =>
    (match.options.get(option) ?? []).flatMap(({ value }) => {
      if (value === "-") {
        const read = readStdin(invocation.stdin, scope);
        return read.kind === "text" ? objectsIn(read.text) : [];
      }
      // What lies elsewhere may be anything, in any namespace.
      if (/^(?:https?:|github\.com\/|git@)/.test(value)) {
        return [{ kind: "object", namespace: "" }];
      }
      const path = resolveText(value, scope);
      return path === undefined ? [] : objectsAt(path, scope);
    }),
  );
}

function objectsAt(path: string, scope: Scope): readonly DescribedObject[] {
  const folder = scope.lookups.kind(path) === "directory";
  const files = folder
    ? scope.lookups
        .list(path)
        .filter((name) => /\.(?:ya?ml|json)$/.test(name))
        .slice(0, maxFiles)
        .map((name) => `${path}/${name}`)
    : [path];
  const texts = files.flatMap((file) => {
    const written = scope.writtenFile(file);
    const found = written ?? scope.readInput(file);
    return found.kind === "text" ? [found.text] : [];
  });
  const all = texts.flatMap(objectsIn);
  // A kustomization puts all that it gathers into its namespace.
  const common = texts.map((text) => /^kind:\s*Kustomization\b/m.test(text) && topLevel(text, "namespace"));
  const namespace = common.find((name) => typeof name === "string");
  const objects = all.filter(({ kind }) => kind !== "kustomization" || all.length === 1);
  return typeof namespace === "string" ? objects.map(({ kind }) => ({ kind, namespace })) : objects;
}

function topLevel(text: string, key: string): string | undefined {
  return new RegExp(`^${key}:\\s*["']?([\\w.-]+)`, "m").exec(text)?.[1];
}

/** The objects of a text of several documents. */
function objectsIn(text: string): readonly DescribedObject[] {
  return text.split(/^---.*$/m).flatMap((document) => {
    const kinds = kindsOf(document);
    const namespaces = namespacesOf(document);
    return namespaces.length === 0
      ? kinds.map((kind) => ({ kind }))
      : kinds.flatMap((kind) => namespaces.map((namespace) => ({ kind, namespace })));
  });
}

/** Namespaces of the objects themselves, not of what they refer to; any that a list of objects speaks of. */
function namespacesOf(document: string): readonly string[] {
  const text = document.trimStart().startsWith("{")
    ? [...document.matchAll(/"metadata"\s*:\s*\{([^}]*)/g)].map((found) => found[1] ?? "").join("\n")
    : /^kind:\s*["']?\w*List\b/m.test(document)
      ? document
      : (/^metadata:(.*(?:\n(?:[ \t].*|\s*))*)/m.exec(document)?.[1] ?? "");
  const found = [...text.matchAll(/(?:^|[\s{,"])namespace["']?\s*:\s*["']?([\w.-]+)/g)];
  return [...new Set(found.map((one) => one[1] ?? ""))].slice(0, 8);
}

/** Kinds of the objects themselves, not of what they refer to; those of a list's items count. */
function kindsOf(text: string): readonly string[] {
  const kinds = [...text.matchAll(kindPattern(text))].map((found) => (found[1] ?? "").toLowerCase());
  return kinds.filter((kind) => !/^(?:\w*list)?$/.test(kind));
}

function kindPattern(text: string): RegExp {
  if (text.trimStart().startsWith("{")) {
    return /"kind"\s*:\s*"(\w+)"/g;
  }
  return /^kind:\s*["']?\w*List\b/m.test(text)
    ? /^(?: {0,2}- | {2,4})kind:\s*["']?(\w+)/gm
    : /^kind:\s*["']?(\w+)/gm;
}
