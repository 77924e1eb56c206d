import { err, ok, type Result } from "../base/result.ts";
import { isGlob, namePattern } from "../policy/pattern.ts";
import { occurrenceAt, occurrences, type DeclaredKind, type Occurrence } from "./occurrences.ts";

/** A policy, or one that it is connected with by `extends`. */
export interface FamilyText {
  readonly file: string;
  readonly text: string;
  /** Ships with the package, and so cannot be changed. */
  readonly shipped: boolean;
}

/** A place in one of the texts; offsets are UTF-16 code units from 0. */
export interface Place {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export interface Replacement extends Place {
  readonly text: string;
}

const titles: { readonly [K in DeclaredKind]: string } = {
  credential: "credential",
  environment: "environment",
  task: "session",
};

/** Where the name at an offset of the first text is given to something: in that text, or in one it is connected with. */
export function definitionsOf(family: readonly FamilyText[], offset: number): readonly Place[] {
  return places(family, offset, ({ declares }) => declares);
}

/** Where the name at an offset of the first text stands. */
export function referencesOf(
  family: readonly FamilyText[],
  offset: number,
  withDeclarations: boolean,
): readonly Place[] {
  return places(family, offset, ({ declares }) => withDeclarations || !declares);
}

/** The name at an offset where it can be renamed; the error says why it cannot, for people. */
export function renamable(
  family: readonly FamilyText[],
  offset: number,
  comesWithCatalogue: (credential: string) => boolean,
): Result<Occurrence> {
  const at = occurrenceAt(family[0]?.text ?? "", offset);
  if (at === undefined || at.kind === "extends") {
    return err("only a credential or a session can be renamed");
  }
  if (at.kind === "environment") {
    return err(
      "an environment's name decides what counts as production, so it is not renamed everywhere at once",
    );
  }
  if (at.kind === "credential" && comesWithCatalogue(at.name)) {
    return err(`\`${at.name}\` comes with the catalogue, and is recognised by that name`);
  }
  const declared = family.filter(({ text }) => sameNames(text, at).some(({ declares }) => declares));
  if (declared.length === 0) {
    return err(`no ${titles[at.kind]} \`${at.name}\` is declared here`);
  }
  const shipped = family.find(({ text, shipped: fixed }) => fixed && sameNames(text, at).length > 0);
  return shipped === undefined
    ? ok(at)
    : err(`\`${at.name}\` stands in \`${shipped.file}\`, which ships with Signalbox`);
}

/** What has to be written where, so that the policy means the same under the new name. The error is for people. */
export function rename(
  family: readonly FamilyText[],
  at: Occurrence,
  newName: string,
  comesWithCatalogue: (credential: string) => boolean,
): Result<readonly Replacement[]> {
  const all = family.flatMap(({ text }) => occurrences(text).filter(({ kind }) => kind === at.kind));
  if (!/^[A-Za-z_][\w.-]{0,99}$/.test(newName) || /^(?:true|false|null|yes|no|on|off)$/i.test(newName)) {
    return err("a name is made of letters, digits, `_`, `-` and `.`, a letter first");
  }
  if (newName !== at.name && all.some(({ name }) => name === newName)) {
    return err(`\`${newName}\` stands in the policy already`);
  }
  if (at.kind === "credential" && comesWithCatalogue(newName)) {
    return err(`\`${newName}\` is a credential of the catalogue`);
  }
  const glob = all.find(
    ({ name, declares }) => !declares && isGlob(name) && matches(name, at.name) !== matches(name, newName),
  );
  if (glob !== undefined) {
    return err(`the pattern \`${glob.name}\` means only one of the two names; change it first`);
  }
  return ok(
    family.flatMap(({ file, text }) =>
      sameNames(text, at).map(({ start, end }) => ({ file, start, end, text: newName })),
    ),
  );
}

function matches(glob: string, name: string): boolean {
  const pattern = namePattern(glob);
  return pattern.ok && pattern.value.matches(name);
}

function places(
  family: readonly FamilyText[],
  offset: number,
  wanted: (occurrence: Occurrence) => boolean,
): readonly Place[] {
  const at = occurrenceAt(family[0]?.text ?? "", offset);
  return at === undefined || at.kind === "extends"
    ? []
    : family.flatMap(({ file, text }) =>
        sameNames(text, at)
          .filter(wanted)
          .map(({ start, end }) => ({ file, start, end })),
      );
}

function sameNames(text: string, { kind, name }: Occurrence): readonly Occurrence[] {
  return occurrences(text).filter((other) => other.kind === kind && other.name === name);
}
