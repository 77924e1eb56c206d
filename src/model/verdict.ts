/** From weakest to strongest. `ask` is Control (pause for a human), `kill` is deny and end the session. */
export const verdicts = ["allow", "ask", "deny", "kill"] as const;

export type Verdict = (typeof verdicts)[number];

/** INVARIANT: kill > deny > ask > allow; whatever combines verdicts goes through here. */
export function stricter(a: Verdict, b: Verdict): Verdict {
  return verdicts.indexOf(a) >= verdicts.indexOf(b) ? a : b;
}
