import type { WireReply } from "./adapter.ts";
import type { ApprovalResult, Outcome } from "../../model/outcome.ts";
import type { RuleHit } from "../../model/decision.ts";

const maxReasonLength = 600;

/** A reply that an agent reads as JSON from stdout. */
export function jsonReply(value: object): WireReply {
  return { exit: 0, stdout: JSON.stringify(value), stderr: "" };
}

/** The most widely understood stop: exit code 2, the reason on stderr, nothing on stdout. */
export function portableStop(reason: string): WireReply {
  return { exit: 2, stdout: "", stderr: oneLine(reason) };
}

/**
 * What the agent is told: what was stopped, by which rule (file and line), and what to do instead. One line of at most
 * 600 characters, never empty, because several agents run the tool when the reason is empty.
 */
export function stopReason(outcome: Outcome): string {
  const { decision } = outcome;
  const rule = decidingRule(outcome);
  const place = rule === undefined ? "" : `${rule.file}:${rule.line}`;
  const parts = [
    `Signalbox: ${decision.reason === "" ? unexplained[outcome.effect] : decision.reason}`,
    place === "" || decision.reason.includes(place) ? "" : `rule ${place}`,
    outcome.approval === undefined ? "" : approvalTexts[outcome.approval],
  ].filter((part) => part !== "");
  return fit(parts.join("; "), remedyAfter[outcome.approval ?? "none"] ?? decision.remedy);
}

/** Once the human's part is over, waiting for it is no remedy any more. */
const remedyAfter: Readonly<Partial<Record<ApprovalResult | "none", string>>> = {
  denied: "do something else, or ask the human what they want; do not look for another way to do the same",
  timed_out: "go on with other work and tell the human that this waits for them",
  awaited:
    "go on with other work, and try exactly the same again in a minute: once the human says yes, it passes",
  unattended:
    "go on with other work and tell the human to open the editor that has Signalbox, then try again",
  changed: "leave the files as they are while a human decides, then try again",
};

/** For a decision that gives no reason: it must not leave the agent without one. */
const unexplained: Readonly<Record<Outcome["effect"], string>> = {
  pass: "nothing to say",
  deny: "the policy does not allow this",
  kill: "the policy does not allow this, and the session is ended",
};

/** One line without control, bidirectional or zero-width characters, so that a reason cannot forge a terminal or a protocol line. */
export function oneLine(text: string): string {
  const flat = text
    // oxlint-disable-next-line no-control-regex -- control characters are what is taken out here.
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g, " ")
    .trim();
  const short = flat.length <= maxReasonLength ? flat : `${flat.slice(0, maxReasonLength - 1)}…`;
  return short === "" ? "Signalbox stopped this" : short;
}

function decidingRule(outcome: Outcome): RuleHit | undefined {
  const { rules, verdict } = outcome.decision;
  return rules.find((rule) => rule.verdict === verdict) ?? rules[0];
}

/** How the human's part ended, in the words of a reason. */
const approvalTexts: Readonly<Record<ApprovalResult, string>> = {
  approved: "",
  granted: "",
  denied: "a human denied it",
  killed: "a human ended the session",
  timed_out: "no human answered in time",
  awaited: "a human is still asked, for longer than you can wait",
  unattended: "it needs a human's approval and no approver is connected",
  withdrawn: "the request for approval was withdrawn",
  changed: "what was approved has changed since",
};

/** The remedy is what the agent acts on, so a long reason is cut in favour of it. */
function fit(reason: string, remedy: string): string {
  const tail = remedy === "" ? "" : `. Instead: ${oneLine(remedy)}`;
  const room = Math.max(120, maxReasonLength - tail.length);
  const head = oneLine(reason);
  return oneLine(`${head.length <= room ? head : `${head.slice(0, room - 1)}…`}${tail}`);
}
