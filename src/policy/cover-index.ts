import { providerOf, type Clauses } from "./clauses.ts";
import { isGlob } from "./pattern.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** How many entries one is compared with for each reason: a policy of thousands of alike entries takes linear time. */
const maximumCandidates = 40;

/** Rules or entries by one of their conditions, so that few have to be compared with each other. */
export class CoverIndex<T extends { readonly clauses: Clauses }> {
  readonly #byAnchor = new Map<string, T[]>();
  readonly #broad: T[] = [];
  readonly #vocabulary: Vocabulary;

  constructor(entries: readonly T[], vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    for (const entry of entries) {
      const anchor = [...entry.clauses.values].find(([, values]) => values.every((value) => !isGlob(value)));
      if (anchor === undefined) {
        this.#add(this.#broad, entry);
        continue;
      }
      for (const value of anchor[1]) {
        const key = `${anchor[0]} ${value.toLowerCase()}`;
        const known = this.#byAnchor.get(key) ?? [];
        this.#byAnchor.set(key, known);
        this.#add(known, entry);
      }
    }
  }

  /** What may cover a rule with these clauses: the conditions of such an entry are among its own, or wider. */
  candidates({ values }: Clauses): readonly T[] {
    const found = new Set<T>(this.#broad);
    for (const [key, [first = ""]] of values) {
      for (const anchor of this.#wider(key, first)) {
        this.#byAnchor.get(anchor)?.forEach((entry) => found.add(entry));
      }
    }
    return [...found];
  }

  /** The anchors under which an entry stands that covers this value. */
  #wider(key: string, value: string): readonly string[] {
    const own = `${key} ${value.toLowerCase()}`;
    if (key !== "action") {
      return [own];
    }
    const provider = providerOf(value);
    const groups = this.#vocabulary.operation(provider, value.slice(provider.length + 1))?.groups ?? [];
    return [
      own,
      `provider ${provider.toLowerCase()}`,
      ...groups.map((group) => `action ${provider}:${group}`.toLowerCase()),
    ];
  }

  #add(list: T[], entry: T): void {
    if (list.length < maximumCandidates) {
      list.push(entry);
    }
  }
}
