import {
  LSPErrorCodes,
  ResponseError,
  type Connection,
  type Location,
  type Position,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Result } from "../base/result.ts";
import { familyOf, pathOfExtends } from "./family.ts";
import { occurrenceAt } from "./occurrences.ts";
import type { OpenPolicies } from "./open-policies.ts";
import { vocabularyOf } from "./policy-check.ts";
import type { Problems } from "./problems.ts";
import {
  definitionsOf,
  referencesOf,
  renamable,
  rename,
  type FamilyText,
  type Place,
  type Replacement,
} from "./rename.ts";
import { spanRange } from "./wire.ts";

/** Where the cursor is, and the texts that the name there may stand in. */
interface Asked {
  readonly family: readonly FamilyText[];
  readonly offset: number;
  readonly file: string;
  readonly document: TextDocument;
  readonly comesWithCatalogue: (credential: string) => boolean;
}

/** Go to definition, references and rename. */
export function serveNames(connection: Connection, open: OpenPolicies, problems: Problems): void {
  const asked = (uri: string, position: Position): Asked | undefined => {
    const policy = open.at(uri);
    return policy === undefined
      ? undefined
      : {
          family: familyOf(policy.file, problems, (file) => open.document(file)?.getText()),
          offset: policy.document.offsetAt(position),
          file: policy.file,
          document: policy.document,
          comesWithCatalogue: (name) => vocabularyOf(policy.workspace).credential(name) !== undefined,
        };
  };
  connection.onDefinition(({ textDocument, position }) => {
    const at = asked(textDocument.uri, position);
    return at === undefined
      ? null
      : [...(extendsAt(at, open) ?? locations(definitionsOf(at.family, at.offset), at, open))];
  });
  connection.onReferences(({ textDocument, position, context }) => {
    const at = asked(textDocument.uri, position);
    return at === undefined
      ? null
      : [...locations(referencesOf(at.family, at.offset, context.includeDeclaration), at, open)];
  });
  connection.onPrepareRename(({ textDocument, position }) => {
    const at = asked(textDocument.uri, position);
    if (at === undefined) {
      return null;
    }
    const name = orRefuse(renamable(at.family, at.offset, at.comesWithCatalogue));
    return { range: spanRange(at.document, name), placeholder: name.name };
  });
  connection.onRenameRequest(({ textDocument, position, newName }) => {
    const at = asked(textDocument.uri, position);
    if (at === undefined) {
      return null;
    }
    const name = orRefuse(renamable(at.family, at.offset, at.comesWithCatalogue));
    return editOf(orRefuse(rename(at.family, name, newName, at.comesWithCatalogue)), at, open);
  });
}

function orRefuse<T>(result: Result<T>): T {
  if (!result.ok) {
    throw new ResponseError(LSPErrorCodes.RequestFailed, result.error);
  }
  return result.value;
}

/** The file behind a name of `extends`; undefined where no such name is. */
function extendsAt({ document, offset, file }: Asked, open: OpenPolicies): readonly Location[] | undefined {
  const at = occurrenceAt(document.getText(), offset);
  if (at?.kind !== "extends") {
    return undefined;
  }
  const path = pathOfExtends(at.name, file);
  const top = { line: 0, character: 0 };
  return path === undefined ? [] : [{ uri: open.uri(path), range: { start: top, end: top } }];
}

function locations(places: readonly Place[], { family }: Asked, open: OpenPolicies): readonly Location[] {
  return places.map((place) => ({
    uri: open.uri(place.file),
    range: spanRange(documentOf(place.file, family), place),
  }));
}

function editOf(replacements: readonly Replacement[], { family }: Asked, open: OpenPolicies): WorkspaceEdit {
  const changes: Record<string, TextEdit[]> = {};
  for (const replacement of replacements) {
    const range = spanRange(documentOf(replacement.file, family), replacement);
    (changes[open.uri(replacement.file)] ??= []).push({ range, newText: replacement.text });
  }
  return { changes };
}

/** The text that the places were found in, to count its lines. */
function documentOf(file: string, family: readonly FamilyText[]): TextDocument {
  const text = family.find((each) => each.file === file)?.text ?? "";
  return TextDocument.create(file, "yaml", 0, text);
}
