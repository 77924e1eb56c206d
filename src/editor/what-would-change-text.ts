import { makeVisibleLine } from "../base/visible-text.ts";
import type { ReplayDifference, ReplayReport } from "../record/replay.ts";
import { Page, type PageDocument } from "./page.ts";
import { writeReplayedRule, type ReplayedPlace } from "./replayed-rules.ts";

export interface CandidateShown extends ReplayedPlace {
  /** The policy's file as people know it, and whether its text is not saved yet. */
  readonly policy: string;
  readonly unsaved: boolean;
}

/** What a policy would have said of the recorded requests, grouped by the rule that makes the difference. */
export function whatWouldChangeDocument(report: ReplayReport, shown: CandidateShown): PageDocument {
  const page = new Page();
  page.line("Signalbox: what would change");
  page.gap();
  page.field(
    "policy",
    `${makeVisibleLine(shown.policy)}${shown.unsaved ? ", with what is not saved yet" : ""}`,
  );
  page.field("record", recordText(report, shown.workspace));
  if (report.requests > 0) {
    page.field("result", resultText(report));
    const by = (direction: ReplayDifference["direction"]): readonly ReplayDifference[] =>
      report.differences.filter((difference) => difference.direction === direction);
    writeDifferences(page, "Would be stricter, by these rules of the policy", by("stricter"), shown);
    writeDifferences(page, "Would be looser, without these rules of then", by("looser"), shown);
    writeMatches(page, report, shown);
  }
  return page.finish();
}

function recordText({ requests, byRequest, latched }: ReplayReport, workspace: string): string {
  if (requests === 0) {
    return `holds no decided requests of ${makeVisibleLine(workspace)} yet`;
  }
  const rest = requests - byRequest;
  return [
    `the last ${plural(requests, "request")} of ${makeVisibleLine(workspace)}`,
    ...(rest === 0
      ? []
      : [
          `${rest} of them decided by what they were taken for, because the record holds them masked or cut, or what they speak of has changed`,
        ]),
    ...(latched === 0 ? [] : [`${latched} of killed sessions left out`]),
  ].join("; ");
}

function resultText({ requests, differences }: ReplayReport): string {
  const count = (direction: ReplayDifference["direction"]): number =>
    differences
      .filter((difference) => difference.direction === direction)
      .reduce((sum, difference) => sum + difference.count, 0);
  const [stricter, looser] = [count("stricter"), count("looser")];
  return stricter + looser === 0
    ? "none would be decided otherwise"
    : `${stricter} stricter · ${looser} looser · ${requests - stricter - looser} as before`;
}

function writeDifferences(
  page: Page,
  title: string,
  differences: readonly ReplayDifference[],
  place: ReplayedPlace,
): void {
  if (differences.length === 0) {
    return;
  }
  page.gap();
  page.line(title);
  for (const { from, to, count, rule, because, examples } of differences) {
    writeReplayedRule(page, { title: `${count} × ${from} → ${to}`, rule, because, examples }, place);
  }
}

/** How often each rule matched: a rule that is missing here matched none of these requests. */
function writeMatches(page: Page, { rules }: ReplayReport, { workspace }: ReplayedPlace): void {
  if (rules.length === 0) {
    return;
  }
  page.gap();
  page.line("Rules that matched");
  page.gap();
  for (const { rule, verdict, matched, decided } of rules.toSorted((a, b) => b.matched - a.matched)) {
    page.place(`${String(matched).padStart(5)} × ${verdict.padEnd(4)} `, rule, workspace);
    if (decided < matched) {
      page.field("", `for ${matched - decided} of them another rule is stricter`);
    }
  }
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
