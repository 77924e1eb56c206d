import { isNoise, type ActivityReport } from "./activity.ts";

/** A document as plain data: both writers tell the same. */
export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | {
      readonly kind: "table";
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

/** A report as a document: what was tried, what was stopped, who approved, and which rules only interrupt. */
export function reportDocument(report: ActivityReport): readonly Block[] {
  const { requests, verdicts, from, to, activeHours } = report;
  if (from === undefined || to === undefined) {
    return [{ kind: "paragraph", text: "The record holds no requests here." }];
  }
  const perHour = (verdicts.ask / activeHours).toFixed(1).replace(/\.0$/, "");
  return [
    {
      kind: "paragraph",
      text: `${requests} requests from ${from} to ${to}: ${verdicts.allow} allowed, ${verdicts.ask} asked, ${verdicts.deny} denied, ${verdicts.kill} killed. People were asked ${perHour} times in an hour with requests.`,
    },
    { kind: "heading", text: "Sessions" },
    {
      kind: "table",
      head: ["session", "agent", "task", "from", "to", "requests", "asked", "denied", "killed"],
      rows: report.sessions.map((session) => [
        session.id,
        session.agent,
        session.task === "" ? "none" : session.task,
        session.from,
        session.to,
        String(session.requests),
        String(session.verdicts.ask),
        String(session.verdicts.deny),
        session.killed ? "yes" : "no",
      ]),
    },
    ...eventBlocks(report),
    ...ruleBlocks(report),
  ];
}

function eventBlocks({ events, more }: ActivityReport): readonly Block[] {
  return [
    { kind: "heading", text: "What was stopped, and who approved" },
    ...(events.length === 0
      ? [{ kind: "paragraph" as const, text: "Nothing was stopped, and nobody was asked." }]
      : [
          {
            kind: "table" as const,
            head: ["time", "session", "outcome", "what", "why"],
            rows: events.map(({ time, session, what, headline, reason }) => [
              time,
              session,
              what,
              headline,
              reason,
            ]),
          },
        ]),
    ...(more === 0 ? [] : [{ kind: "paragraph" as const, text: `${more} earlier events are not listed.` }]),
  ];
}

function ruleBlocks({ rules }: ActivityReport): readonly Block[] {
  if (rules.length === 0) {
    return [];
  }
  const noise = rules.filter((rule) => isNoise(rule));
  return [
    { kind: "heading", text: "Rules that asked" },
    {
      kind: "table",
      head: ["rule", "asked", "approved", "denied", "unanswered", "about"],
      rows: rules.map(({ place, asked, approved, denied, unanswered, actions }) => [
        place,
        String(asked),
        String(approved),
        String(denied),
        String(unanswered),
        actions.join(", "),
      ]),
    },
    ...noise.map(({ place, asked, actions }) => ({
      kind: "paragraph" as const,
      text: `The rule at ${place} was approved all ${asked} times: it interrupts and stops nothing. Narrow it: \`not: {action: [${actions.join(", ")}]}\` leaves out what it asked about.`,
    })),
  ];
}
