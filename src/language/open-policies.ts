import type { TextDocuments } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { readPolicyFile } from "../boundary/files/policy-files.ts";
import { governedFile, type GovernedFile } from "./policy-files.ts";
import { pathOf, uriOf } from "./wire.ts";

/** A policy, or another file of ours, that is open in the editor. */
export interface OpenPolicy extends GovernedFile {
  readonly document: TextDocument;
  readonly file: string;
  readonly text: string;
}

/** What is open in the editor, by address and by path. */
export class OpenPolicies {
  readonly #documents: TextDocuments<TextDocument>;

  constructor(documents: TextDocuments<TextDocument>) {
    this.#documents = documents;
  }

  /** Undefined for tests, catalogues, and what is no file of ours. */
  at(uri: string): OpenPolicy | undefined {
    const found = this.governed(uri);
    return found?.kind === "policy" ? found : undefined;
  }

  /** Undefined for what is no file of ours. */
  governed(uri: string): OpenPolicy | undefined {
    const document = this.#documents.get(uri);
    const file = pathOf(uri);
    const governed = governedFile(file);
    return document === undefined || governed === undefined
      ? undefined
      : { ...governed, document, file, text: document.getText() };
  }

  /** As a file stands in the editor, else on disk; undefined where it cannot be read. */
  text(file: string): string | undefined {
    const open = this.document(file);
    const saved = open === undefined ? readPolicyFile(file) : undefined;
    return open?.getText() ?? (saved?.ok === true ? saved.value : undefined);
  }

  /** Editors escape other characters in an address than we do, so the path is what counts. */
  document(file: string): TextDocument | undefined {
    return this.#documents.get(uriOf(file)) ?? this.#documents.all().find(({ uri }) => pathOf(uri) === file);
  }

  /** The address by which the editor knows a file. */
  uri(file: string): string {
    return this.document(file)?.uri ?? uriOf(file);
  }
}
