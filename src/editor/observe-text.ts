import { makeVisibleLine } from "../base/visible-text.ts";
import type { ObservedRule, ObserveReport } from "../record/observe-report.ts";
import { Page, type PageDocument } from "./page.ts";
import { writeReplayedRule, type ReplayedPlace } from "./replayed-rules.ts";

/** What `signalbox audit observe-report --json` prints. */
export interface ObservedHere extends ObserveReport {
  /** Files of the policies that only observe now. */
  readonly observing: readonly string[];
}

const titles: readonly { readonly verdict: ObservedRule["verdict"]; readonly title: string }[] = [
  { verdict: "kill", title: "Would have been killed" },
  { verdict: "deny", title: "Would have been denied" },
  { verdict: "ask", title: "Would have been asked" },
];

/** What policies that only observe would have stopped, rule by rule, and what to write to switch. */
export function observeDocument(report: ObservedHere, place: ReplayedPlace): PageDocument {
  const { requests, days, would, rules, observing } = report;
  const page = new Page();
  page.line("Signalbox: observe mode report");
  page.gap();
  page.field("folder", makeVisibleLine(place.workspace));
  if (rules.length === 0) {
    page.field("record", "holds no request that a policy only observed and would have stopped");
  } else {
    const on = days === 1 ? "1 day" : `${days} days`;
    page.field("record", `${requests} requests on ${on} since policies only observe`);
    page.field(
      "result",
      `${would.kill} killed · ${would.deny} denied · ${would.ask} asked${askRate(report)}`,
    );
  }
  for (const { verdict, title } of titles) {
    const own = rules.filter((rule) => rule.verdict === verdict);
    if (own.length > 0) {
      page.gap();
      page.line(title);
    }
    for (const { rule, because, count, examples } of own) {
      writeReplayedRule(
        page,
        { title: count === 1 ? "1 request" : `${count} requests`, rule, because, examples },
        place,
      );
    }
  }
  page.gap();
  page.line(
    observing.length === 0 ? "Nothing only observes here now" : "To stop these, write `enforcement: enforce`",
  );
  page.gap();
  for (const file of observing) {
    page.place("    in       ", { file, line: 1 }, place.workspace);
  }
  return page.finish();
}

/** How often people would be interrupted: what a team wants to know before it switches. */
export function askRate({ would, days }: Pick<ObserveReport, "would" | "days">): string {
  return would.ask === 0 || days === 0 ? "" : ` (${(would.ask / days).toFixed(1).replace(/\.0$/, "")} a day)`;
}

const observing = /(["']?enforcement["']?\s*:\s*["']?)observe\b/;

/** Where a policy's text says `observe`: offsets of the word. Undefined where it does not. */
export function observeWord(text: string): { readonly start: number; readonly end: number } | undefined {
  const found = observing.exec(text);
  const start = found === null ? 0 : found.index + (found[1]?.length ?? 0);
  return found === null ? undefined : { start, end: start + "observe".length };
}
