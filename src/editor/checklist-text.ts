import { makeVisibleLine } from "../base/visible-text.ts";
import type { CheckState, Finding, Point } from "../boundary/checklist/point.ts";
import type { CommandId } from "./command-list.ts";
import { Page, type PageDocument } from "./page.ts";

/** What `signalbox doctor --json` prints. */
export interface ChecklistReport {
  readonly workspace: string;
  readonly points: readonly Point[];
}

const words: Readonly<Record<CheckState, string>> = {
  fail: "Failed",
  not_measured: "Not measured: nobody could look",
  warn: "Worth a look",
  pass: "Passed",
  not_applicable: "Not applicable",
};

/** What somebody has to do something about comes first, each finding with its place and its fix. */
const order: readonly CheckState[] = ["fail", "not_measured", "warn", "pass", "not_applicable"];

/** Most findings of one point that are shown. */
const shownLimit = 8;

/** The checklist as a page: points by how they turned out, with links to the places. */
export function checklistDocument({ workspace, points }: ChecklistReport): PageDocument {
  const page = new Page();
  page.line("Signalbox: checklist");
  page.gap();
  page.field("folder", makeVisibleLine(workspace));
  page.field("result", resultWords(points));
  for (const state of order) {
    const own = points.filter((point) => point.state === state);
    if (own.length > 0) {
      page.gap();
      page.line(words[state]);
    }
    for (const point of own) {
      page.gap();
      writePoint(page, point, workspace);
    }
  }
  return page.finish();
}

/** `2 failed, 10 passed`: in one line, for messages as well. */
export function resultWords(points: readonly Point[]): string {
  const names: Readonly<Record<CheckState, string>> = {
    fail: "failed",
    not_measured: "not measured",
    warn: "worth a look",
    pass: "passed",
    not_applicable: "not applicable",
  };
  return order
    .map((state) => ({ state, count: points.filter((point) => point.state === state).length }))
    .flatMap(({ state, count }) => (count === 0 ? [] : [`${count} ${names[state]}`]))
    .join(" · ");
}

function writePoint(page: Page, { number, title, summary, findings }: Point, workspace: string): void {
  page.line(`${String(number).padStart(2)}  ${title}`);
  const open = findings.filter(({ state }) => state !== "pass" && state !== "not_applicable");
  if (open.length === 0) {
    page.wrapped("    ", makeVisibleLine(summary));
    return;
  }
  open.slice(0, shownLimit).forEach((finding) => writeFinding(page, finding, workspace));
  if (open.length > shownLimit) {
    page.line(`    and ${open.length - shownLimit} more`);
  }
}

function writeFinding(page: Page, { what, file, line, fix, command }: Finding, workspace: string): void {
  if (file === undefined) {
    page.wrapped("    ", makeVisibleLine(what));
  } else {
    page.place("    ", { file, line: line ?? 1 }, workspace);
    page.wrapped("    ", makeVisibleLine(what));
  }
  const remedy = [fix, command === undefined ? undefined : `\`${command}\``].filter(
    (part) => part !== undefined,
  );
  if (remedy.length > 0) {
    page.wrapped("    fix: ", makeVisibleLine(remedy.join(": ")));
  }
}

/** Something that the editor itself can do about a point. */
export interface ChecklistAction {
  readonly title: string;
  readonly command: CommandId;
}

/** The first two that help: a message has room for no more. */
export function checklistActions(points: readonly Point[]): readonly ChecklistAction[] {
  const commands = points
    .filter(({ state }) => state === "fail")
    .flatMap(({ findings }) => findings)
    .flatMap(({ state, command }) => (state === "fail" && command !== undefined ? [command] : []));
  const known: readonly (readonly [start: string, action: ChecklistAction])[] = [
    ["signalbox init", { title: "Create Policy…", command: "signalbox.createPolicy" }],
    ["signalbox policy approve", { title: "Approve Policy…", command: "signalbox.approvePolicy" }],
    ["signalbox install", { title: "Govern Agents…", command: "signalbox.governAgents" }],
  ];
  return known
    .flatMap(([start, action]) => (commands.some((command) => command.startsWith(start)) ? [action] : []))
    .slice(0, 2);
}

/** True where a canary would tell what nobody has measured yet. */
export function needsCanary(points: readonly Point[]): boolean {
  return points.some(
    ({ key, findings }) =>
      key === "boundaries" &&
      findings.some(
        ({ state, command }) =>
          state === "not_measured" && command?.startsWith("signalbox doctor --live") === true,
      ),
  );
}
