import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../base/diagnostic.ts";
import { readPolicyFile } from "../boundary/files/policy-files.ts";
import type { PolicyRemarks } from "../boundary/check/policy-remarks.ts";
import { checkFile, type Reader } from "./policy-check.ts";
import { governedFile, policyNames, workspaceOfPolicy } from "./policy-files.ts";

/** Typing is checked once it pauses for this long, in ms. */
const pauseMs = 150;

/** What an editor shows of a file while it is open. `version` counts its edits. */
export interface OpenText {
  readonly version: number;
  getText(): string;
}

export interface ProblemPorts {
  reader(): Reader;
  /** The file as it stands in the editor; undefined where it is not open. */
  open(file: string): OpenText | undefined;
  publish(file: string, version: number | undefined, diagnostics: readonly Diagnostic[]): void;
  failed(file: string, error: unknown): void;
}

/** What is wrong with the files of this editor: of those that are open, and of its folders' policies from the start. */
export class Problems {
  readonly #ports: ProblemPorts;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #found = new Map<string, PolicyRemarks & { readonly text: string }>();

  constructor(ports: ProblemPorts) {
    this.#ports = ports;
  }

  /** What was found last; `text` is what it was found in. */
  of(file: string): (PolicyRemarks & { readonly text: string }) | undefined {
    return this.#found.get(file);
  }

  /** Files with problems or without, as far as they were looked at. */
  files(): readonly string[] {
    return [...this.#found.keys()];
  }

  /** Looks at a file soon: as it stands in the editor, else on disk. */
  later(file: string): void {
    clearTimeout(this.#timers.get(file));
    this.#timers.set(
      file,
      setTimeout(() => this.#look(file), pauseMs),
    );
  }

  /** Looks at the policies of folders. */
  folders(folders: readonly string[]): void {
    for (const file of folders.flatMap(policiesIn)) {
      this.later(file);
    }
  }

  /** A file changed on disk. What builds on it, or takes names from it, may have other problems now. */
  changed(file: string): void {
    const workspace = governedFile(file)?.workspace;
    for (const known of [file, ...this.#found.keys()]) {
      if (governedFile(known)?.workspace === workspace) {
        this.later(known);
      }
    }
  }

  dispose(): void {
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#timers.clear();
  }

  #look(file: string): void {
    this.#timers.delete(file);
    const governed = governedFile(file);
    const open = this.#ports.open(file);
    const text = open?.getText() ?? textOnDisk(file);
    if (governed === undefined || text === undefined) {
      this.#found.delete(file);
      this.#ports.publish(file, undefined, []);
      return;
    }
    try {
      const checked = checkFile({ ...governed, file, text }, this.#ports.reader());
      this.#found.set(file, { ...checked, text });
      this.#ports.publish(file, open?.version, checked.diagnostics);
    } catch (error) {
      this.#ports.failed(file, error);
    }
  }
}

/** Of what is not open only what is in force counts: nobody is told of a test that they do not look at. */
function textOnDisk(file: string): string | undefined {
  if (workspaceOfPolicy(file) === undefined) {
    return undefined;
  }
  const text = readPolicyFile(file);
  return text.ok ? text.value : undefined;
}

function policiesIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(join(folder, ".governance"));
    return policyNames
      .filter((name) => names.includes(name))
      .map((name) => join(folder, ".governance", name));
  } catch {
    return [];
  }
}
