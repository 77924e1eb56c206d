/** What a canary asks for. */
export interface CanaryCommands {
  /** Denied by the policies in force, and harmless should it run all the same. */
  readonly denied: string;
  readonly harmless: string;
}

/** As the policies in force decide them; undefined where there is no such pair. */
export function canaryCommands(
  verdictOf: (command: string) => string,
  nonce: string,
): CanaryCommands | undefined {
  // Nothing of that name exists: run after all, they do nothing. A kill would be more than is meant.
  const denied = [
    `cat ~/.signalbox/canary-${nonce}`,
    `rm -f ~/.signalbox/canary-${nonce}`,
    `head -c 1 ~/.signalbox/canary-${nonce}`,
  ].find((command) => verdictOf(command) === "deny");
  const harmless = [`echo signalbox-canary-${nonce}`, "pwd", "true"].find(
    (command) => verdictOf(command) === "allow",
  );
  return denied === undefined || harmless === undefined ? undefined : { denied, harmless };
}
