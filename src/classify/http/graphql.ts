import { parse } from "graphql/language/parser.js";
import type {
  DefinitionNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from "graphql/language/ast.js";
import { assertNever } from "../../base/result.ts";
import { isRecord, unresolved, type ArgumentValue } from "../../catalogue/arguments.ts";
import type { GraphqlKind } from "../../catalogue/catalogue.ts";
import { isWhole } from "../../catalogue/hole.ts";

/** A field of the answer below a root field, with its arguments. */
export interface NestedField {
  readonly name: string;
  readonly args: ArgumentValue;
}

/** A field that the document asks of the API's root: its real name, never the alias. */
export interface RootField {
  readonly kind: GraphqlKind;
  readonly name: string;
  readonly args: ArgumentValue;
  readonly nested: readonly NestedField[];
}

/** What a document asks for. `names` of an unreadable one are the words in it that look like field names. */
export type GraphqlReading =
  | { readonly kind: "fields"; readonly fields: readonly RootField[] }
  | { readonly kind: "unreadable"; readonly because: string; readonly names: readonly string[] };

export interface GraphqlRequest {
  readonly document: string;
  readonly variables: ArgumentValue;
  readonly operationName?: string;
}

/** Longest document that is parsed, in tokens. What is longer is unreadable. */
const maxTokens = 8000;
const maxNested = 2000;

/** Reads one GraphQL request. Never throws; a document with a hole outside a string literal is unreadable. */
export function readGraphql(request: GraphqlRequest): GraphqlReading {
  let document: DocumentNode;
  try {
    document = parse(request.document, { noLocation: true, maxTokens });
  } catch {
    return unreadable("a GraphQL document that cannot be parsed", request.document);
  }
  const operations = document.definitions.filter(isOperation);
  if (operations.length === 0) {
    return unreadable("a GraphQL document without an operation", request.document);
  }
  const fragments = new Map(document.definitions.filter(isFragment).map((node) => [node.name.value, node]));
  const named = operations.filter((node) => node.name?.value === request.operationName);
  const chosen = request.operationName !== undefined && named.length > 0 ? named : operations;
  return {
    kind: "fields",
    fields: chosen.flatMap((operation) => rootFields(operation, fragments, request.variables)),
  };
}

export function unreadable(because: string, text: string): GraphqlReading {
  const names = new Set(text.slice(0, 100_000).match(/[A-Za-z_]\w{2,}/g) ?? []);
  return { kind: "unreadable", because, names: [...names] };
}

interface Reader {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variable: (name: string) => ArgumentValue | undefined;
}

function rootFields(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: ArgumentValue,
): readonly RootField[] {
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map((node) => [node.variable.name.value, node.defaultValue]),
  );
  const reader: Reader = {
    fragments,
    variable: (name) => {
      if (variables === unresolved) {
        return unresolved;
      }
      if (isRecord(variables) && Object.hasOwn(variables, name)) {
        return variables[name];
      }
      const value = defaults.get(name);
      return value === undefined ? undefined : valueOf(value, () => undefined);
    },
  };
  return fieldsIn(operation.selectionSet, fragments, new Set()).map((field) => ({
    kind: operation.operation,
    name: field.name.value,
    args: argumentsOf(field, reader),
    nested: nestedFields(field, reader),
  }));
}

/**
 * The fields of a selection with fragments put in; conditions (`@skip`, `@include`) are not trusted. A fragment is put in
 * once, however often it is named: it cannot ask for anything else the second time, and the work stays bounded.
 */
function fieldsIn(
  selection: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  entered: Set<string>,
): readonly FieldNode[] {
  return selection.selections.flatMap((node): readonly FieldNode[] => {
    switch (node.kind) {
      case "Field": {
        return [node];
      }
      case "InlineFragment": {
        return fieldsIn(node.selectionSet, fragments, entered);
      }
      case "FragmentSpread": {
        const name = node.name.value;
        const fragment = fragments.get(name);
        if (fragment === undefined || entered.has(name)) {
          return [];
        }
        entered.add(name);
        return fieldsIn(fragment.selectionSet, fragments, entered);
      }
      default: {
        return assertNever(node);
      }
    }
  });
}

function nestedFields(root: FieldNode, reader: Reader): readonly NestedField[] {
  const found: NestedField[] = [];
  const entered = new Set<string>();
  const visit = (selection: SelectionSetNode | undefined): void => {
    for (const node of selection?.selections ?? []) {
      if (found.length >= maxNested) {
        return;
      }
      if (node.kind === "Field") {
        found.push({ name: node.name.value, args: argumentsOf(node, reader) });
        visit(node.selectionSet);
      } else if (node.kind === "InlineFragment") {
        visit(node.selectionSet);
      } else if (!entered.has(node.name.value)) {
        entered.add(node.name.value);
        visit(reader.fragments.get(node.name.value)?.selectionSet);
      }
    }
  };
  visit(root.selectionSet);
  return found;
}

function argumentsOf(field: FieldNode, reader: Reader): ArgumentValue {
  const args: Record<string, ArgumentValue> = {};
  for (const node of field.arguments ?? []) {
    args[node.name.value] = valueOf(node.value, reader.variable);
  }
  return args;
}

function valueOf(node: ValueNode, variable: (name: string) => ArgumentValue | undefined): ArgumentValue {
  switch (node.kind) {
    case "Variable": {
      return variable(node.name.value) ?? null;
    }
    case "StringValue": {
      return isWhole(node.value) ? node.value : unresolved;
    }
    case "IntValue":
    case "FloatValue": {
      return Number(node.value);
    }
    case "EnumValue": {
      return node.value;
    }
    case "BooleanValue": {
      return node.value;
    }
    case "NullValue": {
      return null;
    }
    case "ListValue": {
      return node.values.map((item) => valueOf(item, variable));
    }
    case "ObjectValue": {
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, valueOf(field.value, variable)]),
      );
    }
    default: {
      return assertNever(node);
    }
  }
}

function isOperation(node: DefinitionNode): node is OperationDefinitionNode {
  return node.kind === "OperationDefinition";
}

function isFragment(node: DefinitionNode): node is FragmentDefinitionNode {
  return node.kind === "FragmentDefinition";
}
