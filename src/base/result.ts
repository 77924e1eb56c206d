/** The answer of an operation that is expected to fail sometimes: a value, or a reason. */
export type Result<T, E = string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/** A bug of ours, never bad input. Caught only where a request enters or leaves, and never turned into `allow`. */
export class BugError extends Error {
  override readonly name = "BugError";

  static is(error: unknown): error is BugError {
    return error instanceof BugError;
  }
}

/** Makes a `switch` over a union exhaustive at compile time, and loud at run time. */
export function assertNever(value: never): never {
  throw new BugError(`unexpected value ${JSON.stringify(value)}`);
}
