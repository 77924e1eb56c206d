/**
 * True where `a` is a later release than `b`, both `major.minor.patch`. What is not understood is not newer: two editors
 * must not take turns in replacing each other's broker.
 */
export function isNewer(a: string, b: string): boolean {
  const left = numbersOf(a);
  const right = numbersOf(b);
  if (left === undefined || right === undefined) {
    return false;
  }
  const index = left.findIndex((number, at) => number !== right[at]);
  return index >= 0 && (left[index] ?? 0) > (right[index] ?? 0);
}

function numbersOf(version: string): readonly number[] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(version);
  return match?.slice(1).map(Number);
}
