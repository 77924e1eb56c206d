import type { Adapter } from "./adapter.ts";

/** What is known of how far one version of an agent can be stopped. */
export interface Enforcement {
  /** The version that the strongest proof is about, and how this one stands to it. */
  readonly tested: {
    readonly kind: Adapter["proof"][0]["kind"];
    readonly version: string;
    readonly relation: "same" | "older" | "newer" | "unknown";
  };
  /** What this version cannot do yet, one clause each; empty where nothing is known to be missing, or the version is not. */
  readonly lacks: readonly string[];
}

export function enforcementOf({ proof, since = [] }: Adapter, version: string | undefined): Enforcement {
  const [{ kind, version: tested }] = proof;
  const known = version === undefined ? undefined : numbersOf(version);
  return {
    tested: { kind, version: tested, relation: relationOf(known, numbersOf(tested)) },
    lacks: since
      .filter(({ version: from }) => relationOf(known, numbersOf(from)) === "older")
      .map(({ version: from, what }) => `${what} (from ${from} on)`),
  };
}

/** The same for people, a line each. */
export function enforcementLines({ tested, lacks }: Enforcement): readonly string[] {
  const { relation, version } = tested;
  const differs =
    relation === "older" || relation === "newer"
      ? [
          `${relation} than the version that is known to be stopped (${version}): \`signalbox doctor --live\` proves it`,
        ]
      : [];
  return [...differs, ...lacks.map((what) => `this version cannot: ${what}`)];
}

function relationOf(
  own: readonly number[] | undefined,
  other: readonly number[] | undefined,
): Enforcement["tested"]["relation"] {
  if (own === undefined || other === undefined) {
    return "unknown";
  }
  // Of `1.139` every `1.139.x` is the same.
  const length = Math.min(own.length, other.length);
  const difference = own
    .slice(0, length)
    .map((part, index) => part - (other[index] ?? 0))
    .find((part) => part !== 0);
  return difference === undefined ? "same" : difference < 0 ? "older" : "newer";
}

/** Undefined for what is no version, or only a year. */
function numbersOf(version: string): readonly number[] | undefined {
  return /^v?\d{1,9}(?:\.\d{1,12})+/.exec(version)?.[0].replace("v", "").split(".").map(Number);
}
