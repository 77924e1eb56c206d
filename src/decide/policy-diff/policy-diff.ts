import type { Vocabulary } from "../../catalogue/catalogue.ts";
import type { AskTerms, Decision, RuleHit } from "../../model/decision.ts";
import type { Verdict } from "../../model/verdict.ts";
import type { Pattern, PoliciesInForce } from "../../policy/compiled.ts";
import { namesOf } from "../facts.ts";
import { describe, Trial, type Difference } from "./trial.ts";
import { choicesFor, relevant, sharedValues, type SharedValues } from "./choices.ts";
import { byDanger, worstFirst, type DangerGround } from "./danger.ts";
import { elementsOf, frameOf, jointsOf, productionOf, type Element, type Touched } from "./elements.ts";
import { nameForms, overlapsOf, pathForms } from "./overlaps.ts";
import { another, boxesOf, boxKey, settingsOf, wereTried, type Box, type Setting } from "./settings.ts";
import {
  commandSubjects,
  effectSubjects,
  fileSubjects,
  operationSubjects,
  triedOverlaps,
  type Ground,
  type Subject,
  type SubjectKind,
} from "./subjects.ts";

/** Requests whose verdict is another one under another policy. */
export interface PolicyChange {
  /** `credentials`: uses of the credentials in `where`, and `names` what they would be used for. */
  readonly kind: SubjectKind | "credentials";
  readonly from: Verdict;
  readonly to: Verdict;
  /** Where both ask: what a human's answer needed, and needs. */
  readonly terms?: { readonly from: AskTerms; readonly to: AskTerms };
  /** Ids of operations; effects, files or commands in words. */
  readonly names: readonly string[];
  /** Those of the names that stand for what cannot be undone, which come first; missing where none does. */
  readonly irreversible?: readonly string[];
  /** Where it holds; a missing dimension holds anywhere. The empty text stands for what is not told. */
  readonly where: Box;
  /** The rules that make the difference: of the new policy where it tightens, of the old one where it loosens. */
  readonly rules: readonly Pick<RuleHit, "pointer" | "file" | "line">[];
}

/** The most dangerous changes come first: where somebody stops reading, what is left out is less. */
export interface PolicyDiff {
  readonly tightens: readonly PolicyChange[];
  readonly loosens: readonly PolicyChange[];
  /** Present where the policies speak of more than could be tried: there may be further changes. */
  readonly partial?: true;
}

/** What the diff needs to know beside the policies. Paths are absolute. */
export interface DiffSurroundings extends Ground {
  readonly vocabulary: Vocabulary;
}

/** Most requests that are tried of one kind, under each of both policies, where these are of usual length. */
const most: Readonly<Record<SubjectKind, number>> = {
  operations: 6000,
  effects: 3000,
  files: 1500,
  commands: 1000,
};

/** Settings that are tried with each request, as long as these are no more than `mostTrials` in all. */
const leastSettings = 64;
const mostTrials = 20_000;

/**
 * What becomes stricter and what looser from one policy to another, over what requests mean rather than over texts. It
 * decides a systematic set of requests under both: every operation of the catalogue and of the policies, every effect, and
 * the files and commands that either policy speaks of, each in every environment, with every credential and so on that
 * either speaks of. Equal policies have no differences, whatever their texts.
 */
export function diffPolicies(
  before: PoliciesInForce,
  after: PoliciesInForce,
  surroundings: DiffSurroundings,
): PolicyDiff {
  const steps = diffSteps(before, after, surroundings);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

/** The same in many small steps, each well below a millisecond in most policies: others may be served in between. */
export function* diffSteps(
  before: PoliciesInForce,
  after: PoliciesInForce,
  surroundings: DiffSurroundings,
): Generator<undefined, PolicyDiff, undefined> {
  if (before.hash === after.hash) {
    return { tightens: [], loosens: [] };
  }
  const { changed, common } = compared(elementsOf(before), elementsOf(after));
  const elements = [...changed, ...common];
  const { vocabulary } = surroundings;
  yield;
  const trial = new Trial(before, after, surroundings);
  // A decision costs more where there are more rules: what is tried gets fewer settings, the changed ones first.
  const share = Math.max(1 / 5, Math.min(1, 100 / elements.filter(({ paths }) => paths.length === 0).length));
  const patternsOf = (list: readonly Element[], key: "names" | "paths"): readonly Pattern[] =>
    list.flatMap((element) => element[key]);
  const names = yield* overlapsOf(patternsOf(changed, "names"), patternsOf(elements, "names"), nameForms);
  const paths = yield* overlapsOf(
    patternsOf(changed, "paths"),
    patternsOf(elements, "paths"),
    pathForms(surroundings),
  );
  const shared = yield* sharedValues(changed, elements);
  const reframed = frameOf(before) !== frameOf(after);
  const subjects: Readonly<Record<SubjectKind, readonly Subject[]>> = {
    operations: yield* operationSubjects(vocabulary, elements, names.found),
    effects: effectSubjects(vocabulary, elements),
    files: fileSubjects(elements, paths.found, { ground: surroundings, share }),
    commands: commandSubjects(elements, shared.of.get("command")?.found ?? []),
  };
  let partial =
    !names.complete ||
    !shared.complete ||
    !triedOverlaps(paths, share) ||
    !changed.every((element) => element.paths.every((path) => isAmong(path, subjects.files)));
  for (const kind of ["operations", "effects", "files", "commands"] as const) {
    const trials = yield* trialsOf(kind, subjects[kind], { changed, elements, shared, share, reframed });
    partial ||= !trials.complete;
    for (const subject of trials.concerned) {
      yield* trial.run(subject, trials.settings);
    }
  }
  yield;
  const found = yield* sorted(trial.found, { vocabulary, production: productionOf(elements) });
  return { ...found, ...(partial ? { partial } : {}) };
}

interface TrialGround {
  readonly changed: readonly Element[];
  readonly elements: readonly Element[];
  readonly shared: SharedValues;
  readonly share: number;
  readonly reframed: boolean;
}

interface Trials {
  readonly concerned: readonly Subject[];
  readonly settings: readonly Setting[];
  /** False where a changed entry speaks of something that is not tried with what it is about. */
  readonly complete: boolean;
}

/** What may come out differently, and where it is to be tried. */
function* trialsOf(
  kind: SubjectKind,
  subjects: readonly Subject[],
  ground: TrialGround,
): Generator<undefined, Trials, undefined> {
  const { changed, elements, shared, share, reframed } = ground;
  const choices = choicesFor(kind, elements, shared);
  const touching = new Set<Element>();
  const concerned: Subject[] = [];
  for (const subject of subjects) {
    yield;
    const { action } = subject;
    const own =
      action === undefined
        ? changed
        : touchedBy(changed, { action, names: namesOf(action), furtherEffects: choices.effect });
    if (reframed || kind === "files" || own.length > 0) {
      concerned.push(subject);
      own.forEach((element) => touching.add(element));
    }
  }
  const each = Math.max(1, concerned.length);
  const least = Math.max(2, Math.min(leastSettings, Math.floor(mostTrials / each)));
  const joint = yield* jointSettings(kind, { changed: [...touching], elements, concerned });
  const settings = settingsOf(
    choices,
    [...joint.wanted, ...joint.further],
    Math.max(least, Math.floor((most[kind] * share) / each)),
  );
  return { concerned, settings, complete: wereTried(joint.wanted, settings) };
}

function touchedBy(changed: readonly Element[], touched: Touched): readonly Element[] {
  return changed.filter((element) => element.touches(touched));
}

function* sorted(
  differences: readonly Difference[],
  ground: DangerGround,
): Generator<undefined, PolicyDiff, undefined> {
  const all = yield* changesOf(differences);
  const of = (direction: boolean): readonly PolicyChange[] =>
    all
      .flatMap(({ loosens, change }) => (loosens === direction ? [worstFirst(change, ground)] : []))
      .toSorted(byDanger(ground));
  return { tightens: of(false), loosens: of(true) };
}

/** Most requests of a kind by which it is told whether two entries speak of the same. */
const mostCommon = 20;

interface Joint {
  readonly wanted: readonly Partial<Setting>[];
  readonly further: readonly Partial<Setting>[];
}

/** What entries ask for together: each changed one by itself, and with each other one that speaks of the same. */
function* jointSettings(
  kind: SubjectKind,
  { changed, elements, concerned }: Pick<TrialGround, "changed" | "elements"> & Pick<Trials, "concerned">,
): Generator<undefined, Joint, undefined> {
  const joints = new Map(elements.map((element) => [element, relevantJoints(kind, element)]));
  const of = (element: Element): readonly Partial<Setting>[] => joints.get(element) ?? [];
  const placed = elements.filter((element) => Object.keys(of(element)[0] ?? {}).length > 0);
  const pairs: Partial<Setting>[] = [];
  for (const element of changed) {
    yield;
    const common: Subject[] = [];
    for (let at = 0; at < concerned.length && common.length <= mostCommon; at++) {
      common.push(...concerned.slice(at, at + 1).filter((subject) => speaksOf(element, subject)));
    }
    for (const other of placed) {
      if (common.length > mostCommon || common.some((subject) => speaksOf(other, subject))) {
        pairs.push({ ...of(other)[0], ...of(element)[0] });
      }
    }
  }
  return { wanted: [...changed.flatMap(of), ...pairs], further: elements.flatMap(of) };
}

function relevantJoints(kind: SubjectKind, element: Element): readonly Partial<Setting>[] {
  const own = relevant[kind].filter(
    (each) => each !== "effect" && (each !== "command" || element.commandWithAction),
  );
  return jointsOf(element).map((joint) =>
    Object.fromEntries(own.flatMap((each) => (joint[each] === undefined ? [] : [[each, joint[each]]]))),
  );
}

function speaksOf({ names }: Element, { action }: Subject): boolean {
  return (
    names.length === 0 ||
    action === undefined ||
    names.some((pattern) => namesOf(action).some((name) => pattern.matches(name)))
  );
}

function isAmong(pattern: Pattern, files: readonly Subject[]): boolean {
  return files.some(({ action }) => pattern.matches(action?.target.path ?? ""));
}

/** Entries of one policy alone make the difference; those of both only limit it. */
function compared(
  before: readonly Element[],
  after: readonly Element[],
): { readonly changed: readonly Element[]; readonly common: readonly Element[] } {
  const old = new Set(before.map(({ key }) => key));
  const now = new Set(after.map(({ key }) => key));
  const all = [...new Map([...before, ...after].map((element) => [element.key, element])).values()];
  const isChanged = ({ key }: Element): boolean => !old.has(key) || !now.has(key);
  return { changed: all.filter(isChanged), common: all.filter((each) => !isChanged(each)) };
}

interface Found {
  readonly loosens: boolean;
  readonly change: PolicyChange;
  /** With the names that say it already, where those are among them. */
  readonly names: Map<string, readonly string[]>;
  readonly rules: Map<string, RuleHit>;
}

/** Most rules that are told for one change. */
const mostRules = 5;

/** Differences of the same kind in the same places are one change. */
function* changesOf(
  differences: readonly Difference[],
): Generator<undefined, readonly { readonly loosens: boolean; readonly change: PolicyChange }[], undefined> {
  const changes = new Map<string, Found>();
  for (const { subject, from, to, loosens, settings, members, rules } of differences) {
    yield;
    for (const box of boxesOf(settings, members)) {
      const { kind, where } = shownAs(subject.kind, box);
      const key = JSON.stringify([loosens, kind, describe(from), describe(to), boxKey(where)]);
      const found: Found = changes.get(key) ?? {
        loosens,
        change: { kind, ...verdictsOf(from, to), names: [], where, rules: [] },
        names: new Map(),
        rules: new Map(),
      };
      subject.names.forEach((name) => found.names.set(name, subject.partOf ?? []));
      rules.forEach((hit, place) => found.rules.set(place, hit));
      changes.set(key, found);
    }
  }
  return [...changes.values()].map(({ loosens, change, names, rules }) => ({
    loosens,
    change: {
      ...change,
      names: [...names.keys()].filter((name) => !isSaidAlready(name, names)),
      rules: [...rules.values()]
        .slice(0, mostRules)
        .map(({ pointer, file, line }) => ({ pointer, file, line })),
    },
  }));
}

function verdictsOf(from: Decision, to: Decision): Pick<PolicyChange, "from" | "to" | "terms"> {
  const verdictsOnly = { from: from.verdict, to: to.verdict };
  return from.ask === undefined || to.ask === undefined
    ? verdictsOnly
    : { ...verdictsOnly, terms: { from: from.ask, to: to.ask } };
}

/** What holds for named credentials alone is a change of theirs: for what and where they would be used is left out. */
function shownAs(kind: SubjectKind, where: Box): Pick<PolicyChange, "kind" | "where"> {
  const { credential } = where;
  return credential === undefined || credential.in.some((name) => name === "" || name === another)
    ? { kind, where }
    : { kind: "credentials", where: { credential } };
}

/** An effect of one provider, or what two patterns share, is told where it differs from the effect or pattern in general. */
function isSaidAlready(name: string, names: ReadonlyMap<string, readonly string[]>): boolean {
  const general = /^[\w-]+: (.+)$/.exec(name)?.[1];
  return (
    (general !== undefined && names.has(general)) ||
    names.get(name)?.some((whole) => names.has(whole)) === true
  );
}
