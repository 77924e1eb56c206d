/** An error as one line for a log or a message; never a stack, which may hold what an agent wrote. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
