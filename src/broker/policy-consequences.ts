import { canonicalJson } from "../base/json.ts";
import { lineDiff } from "../base/line-diff.ts";
import { makeVisibleLine } from "../base/visible-text.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { onlyObserves } from "../decide/prepare.ts";
import { becomesPossible } from "../decide/policy-diff/counts.ts";
import { diffSteps, type PolicyChange, type PolicyDiff } from "../decide/policy-diff/policy-diff.ts";
import { changeText } from "../decide/policy-diff/wording.ts";
import type { OrganisationSource, PoliciesInForce } from "../policy/compiled.ts";
import type { ExtendedText } from "../policy/extend.ts";
import type { Candidate } from "./governed-policy.ts";
import type { PendingPolicy } from "./policies.ts";

/** Most changes that are shown one by one: of those that loosen, and of those that tighten. */
const mostLoosened = 40;
const mostTightened = 20;

/** What a human reads before a policy is approved. */
export interface Consequences {
  /** `17 operations become possible`. */
  readonly summary: string;
  /** What becomes possible, what is tightened, what changed in the texts, and the texts. */
  readonly text: string;
}

/**
 * What a human decides about when a policy waits for approval: the operations that become possible come first. What it
 * tightens is in force already. The last diff is kept, so that a proposal that is made again and again costs nothing.
 */
export class PolicyConsequences {
  /** The catalogue with what a workspace adds. */
  private readonly catalogueOf: (workspace: string) => Catalogue;
  private readonly home: string;
  private last:
    | { readonly key: string; readonly vocabulary: Catalogue; readonly diff: Promise<PolicyDiff> }
    | undefined;

  constructor(catalogueOf: (workspace: string) => Catalogue, home: string) {
    this.catalogueOf = catalogueOf;
    this.home = home;
  }

  /** Takes up to seconds where a policy is long; whoever else asks is served meanwhile. */
  async of(workspace: string, candidate: Candidate, pending: PendingPolicy): Promise<Consequences> {
    const vocabulary = this.catalogueOf(workspace);
    const { loosens, tightens, partial } = await this.diff(workspace, pending, vocabulary);
    const shown = (changes: readonly PolicyChange[], most: number): readonly string[] =>
      capped(
        changes.map((change) => `- ${changeText(change, vocabulary)}`),
        most,
      );
    const publisher = newPublisher(pending);
    const blocks = [
      publisher === undefined
        ? []
        : [
            `From now on ${publisher.url} may make more possible than is listed here, without asking you:`,
            ...publisher.keys.map((key) => `- what is signed by ${key}`),
          ],
      // One sentence says more than all that follows from it.
      onlyObserves(pending.approved) && !onlyObserves(pending.before)
        ? ["It only observes: nothing is stopped any more but attempts to change what governs the agents."]
        : [],
      partial === true ? [morePossible] : [],
      loosens.length === 0
        ? partial === true
          ? []
          : ["Nothing becomes possible: what it tightens is in force already."]
        : ["These operations become possible:", ...shown(loosens, mostLoosened)],
      tightens.length === 0
        ? []
        : ["It tightens, and that is in force already:", ...shown(tightens, mostTightened)],
      lasting(loosens),
      changedCatalogue(pending.catalogue),
      changedTexts(candidate, pending.beforeTexts),
      [candidate.file, `SHA-256 ${candidate.approval.textHash}`],
      [candidate.text],
      ...candidate.extended.flatMap(({ file, text }) => [[`${file}, which it builds on`], [text]]),
    ];
    return {
      summary: `${becomesPossible(loosens)}${partial === true ? ", and perhaps more" : ""}${changedCatalogue(pending.catalogue).length === 0 ? "" : ", and its catalogue changed"}${publisher === undefined ? "" : `, and ${new URL(publisher.url).host} may allow more`}`,
      text: blocks.flatMap((lines) => (lines.length === 0 ? [] : [lines.join("\n")])).join("\n\n"),
    };
  }

  private diff(
    workspace: string,
    { before, approved }: PendingPolicy,
    vocabulary: Catalogue,
  ): Promise<PolicyDiff> {
    const key = `${workspace}\n${before.hash}\n${approved.hash}`;
    if (this.last?.key !== key || this.last.vocabulary !== vocabulary) {
      const surroundings = { workspace, home: this.home, vocabulary };
      this.last = { key, vocabulary, diff: inSlices(diffSteps(before, approved, surroundings)) };
    }
    return this.last.diff;
  }
}

/** How long others wait at most for one slice of the work, in ms. */
const sliceMs = 4;

async function inSlices<T>(steps: Generator<undefined, T, undefined>): Promise<T> {
  for (let until = performance.now() + sliceMs; ;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    if (performance.now() > until) {
      await new Promise((resolve) => setImmediate(resolve));
      until = performance.now() + sliceMs;
    }
  }
}

/** Where the user's policy, once approved, lets somebody else say what is possible. */
function newPublisher({ before, approved }: PendingPolicy): OrganisationSource | undefined {
  const of = ({ stacks }: PoliciesInForce): OrganisationSource | undefined =>
    stacks.flatMap(({ policies }) => policies).find(({ layer }) => layer === "user")?.organisation;
  const source = of(approved);
  return canonicalJson(source) === canonicalJson(of(before)) ? undefined : source;
}

const morePossible =
  "It speaks of more than could be tried, so more may become possible than is told here: read the whole text.";

/** The lines above name a few; here is each of them. */
function lasting(changes: readonly PolicyChange[]): readonly string[] {
  const names = [...new Set(changes.flatMap(({ irreversible = [] }) => irreversible))];
  return names.length === 0
    ? []
    : ["All that cannot be undone:", ...capped(names.map(makeVisibleLine), 1000)];
}

function capped(lines: readonly string[], most: number): readonly string[] {
  const more = lines.length - most;
  return more > 0 ? [...lines.slice(0, most), `- and ${more} more changes`] : lines;
}

/**
 * What the catalogue said when the policy was approved counts until it is approved anew: whoever does that has to see what
 * it says no longer. Nothing where no policy was approved before with a catalogue.
 */
function changedCatalogue({ before, now }: PendingPolicy["catalogue"]): readonly string[] {
  const textIn = (texts: readonly ExtendedText[], name: string): string =>
    texts.find((one) => one.file === name)?.text ?? "";
  const names = before.length === 0 ? [] : [...new Set([...before, ...now].map((one) => one.file))];
  const changed = names
    .map((name) => ({ name, lines: lineDiff(textIn(before, name), textIn(now, name)) }))
    .filter(({ lines }) => lines.length > 0);
  return changed.length === 0
    ? []
    : [
        "The catalogue has changed; what it no longer describes is no longer known as what it was:",
        ...changed.flatMap(({ name, lines }) => [name, ...lines]),
      ];
}

/** Against what was approved last, file by file; the policy itself is the first of both, whatever it was called then. */
function changedTexts(
  { file, text, extended }: Candidate,
  before: readonly ExtendedText[],
): readonly string[] {
  const [policy, ...others] = before;
  if (policy === undefined) {
    return ["No policy was approved here before."];
  }
  const names = [...new Set([...others, ...extended].map((one) => one.file))];
  const textIn = (texts: readonly ExtendedText[], name: string): string =>
    texts.find((one) => one.file === name)?.text ?? "";
  const changed = [
    { name: file, lines: lineDiff(policy.text, text) },
    ...names.map((name) => ({ name, lines: lineDiff(textIn(others, name), textIn(extended, name)) })),
  ].filter(({ lines }) => lines.length > 0);
  return changed.length === 0
    ? ["The texts are those that were approved last."]
    : ["What changed since it was approved last:", ...changed.flatMap(({ name, lines }) => [name, ...lines])];
}
