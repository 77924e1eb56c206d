import {
  cutInside,
  cutMiddle,
  firstLines,
  makeVisible,
  makeVisibleLine,
  shorten,
  type Needle,
} from "../base/visible-text.ts";
import type { PendingQuestion, QuestionAction, QuestionKind } from "./question.ts";

/** What stands over a question's text. */
const textTitles: { readonly [K in QuestionKind]: string } = {
  request: "The request",
  pause: "What it asks for",
  reopen: "Why it was killed",
  uninstall: "What would be removed",
  policy_approval: "What would be approved",
  bind_task: "What the task may do",
  enroll: "Who wants to approve",
};

const mostRules = 6;
const mostActions = 6;
const mostStakes = 4;
/** Fits into an editor's dialog, which is about 55 characters wide. */
const policyBudget = { rows: 26, columns: 52, lineLength: 180 };

/**
 * What a human has to know to answer, in paragraphs: who and where, why it is asked, what it would do, and the text with its
 * middle left out beyond `textBudget` UTF-16 units.
 */
export function summaryBlocks(question: PendingQuestion, textBudget: number): readonly string[] {
  const blocks = [
    whoBlock(question),
    rulesBlock(question),
    stakesBlock(question),
    actionsBlock(question),
    textBlock(question, textBudget),
  ];
  return blocks.filter((block) => block !== "");
}

/** Everything that is known of a question, uncut, for a document or a terminal. Unseen characters are marked here, too. */
export function detailsText(question: PendingQuestion): string {
  const rules = question.rules.map(
    (rule) => `• ${makeVisibleLine(rule.because)} (${makeVisibleLine(rule.file)}:${rule.line})`,
  );
  const { details } = question;
  const blocks = [
    makeVisibleLine(question.headline),
    whoBlock(question),
    titled("Asked because", rules),
    titled(
      "At stake",
      (question.stakes ?? []).map((line) => `• ${makeVisibleLine(line)}`),
    ),
    titled("It would do", question.actions.flatMap(actionDetails)),
    titled(textTitles[question.kind], question.text === "" ? [] : [markedText(question)]),
    titled("Environment variables that it names", details?.variables.map(makeVisibleLine) ?? []),
    ...(details?.diffs ?? []).map(({ path, lines }) =>
      titled(`Change of ${makeVisibleLine(path)}`, lines.map(makeVisibleLine)),
    ),
    ...(details?.scripts ?? []).map(({ path, digest, text }) =>
      titled(`${makeVisibleLine(path)} (SHA-256 ${makeVisibleLine(digest)})`, [makeVisible(text)]),
    ),
    titled("What an answer is bound to", [
      `request ${question.binding.requestHash}`,
      `policy  ${question.binding.policyHash}`,
    ]),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function actionDetails(action: QuestionAction, index: number): readonly string[] {
  const { because, via } = action;
  return [
    `${index + 1}. ${makeVisibleLine(action.sentence ?? action.id)}`,
    `   ${bare(action)}`,
    ...(because === undefined || because === "" ? [] : [`   because ${makeVisibleLine(because)}`]),
    ...(via === undefined ? [] : [`   found in ${makeVisibleLine(via)}`]),
  ];
}

/** The text with the numbers of the actions before what they were found in: `⟦1⟧railway volume delete vol_1⟦/1⟧`. */
function markedText({ text, actions }: PendingQuestion): string {
  const marks = actions.flatMap(({ evidence }, index) =>
    evidence === undefined || evidence.start >= evidence.end || evidence.end > text.length
      ? []
      : [
          { at: evidence.start, mark: `⟦${index + 1}⟧`, opens: true },
          { at: evidence.end, mark: `⟦/${index + 1}⟧`, opens: false },
        ],
  );
  let shown = "";
  let at = 0;
  for (const mark of marks.toSorted((a, b) => a.at - b.at || Number(a.opens) - Number(b.opens))) {
    shown += `${makeVisible(unmarked(text.slice(at, mark.at)))}${mark.mark}`;
    at = mark.at;
  }
  return `${shown}${makeVisible(unmarked(text.slice(at)))}`;
}

/** What looks like a mark of ours in the text becomes another bracket, so that none can be forged. */
function unmarked(text: string): string {
  return text.replaceAll("⟦", "[[").replaceAll("⟧", "]]");
}

/** Who asks, and where. */
function whoBlock(question: PendingQuestion): string {
  const { agent, sessionId, task, workspace } = question;
  const who = [
    ...(isNamed(agent) ? [makeVisibleLine(agent)] : []),
    ...(isNamed(sessionId) ? [`session ${makeVisibleLine(sessionId)}`] : []),
    ...(task === undefined ? [] : [`task ${makeVisibleLine(task)}`]),
  ].join(" · ");
  const where = isNamed(workspace) ? `Workspace ${shorten(makeVisibleLine(workspace), 160)}` : "";
  return [who, where].filter((line) => line !== "").join("\n");
}

/** The broker writes `-` where a question has no agent, session or workspace. */
export function isNamed(name: string): boolean {
  return name !== "" && name !== "-";
}

/** One action as a line: in words where they are known, and by the name that policies use. */
function actionLine(action: QuestionAction): string {
  return action.sentence === undefined
    ? `• ${bare(action)}`
    : `• ${cutInside(makeVisibleLine(action.sentence), 200, 60)} (${makeVisibleLine(action.id)})`;
}

/** A single action is the headline already: here stands what it is called, and how it is known. */
function onlyAction(action: QuestionAction): string {
  const { because } = action;
  return because === undefined || because === ""
    ? `• ${bare(action)}`
    : `• ${makeVisibleLine(action.id)}: ${shorten(makeVisibleLine(because), 200)}`;
}

function bare(action: QuestionAction): string {
  const { environment, target, effects } = action;
  // Targets often say their environment themselves.
  const where =
    environment === undefined || target.includes(environment) ? "" : ` in ${makeVisibleLine(environment)}`;
  const what = effects.length === 0 ? "" : ` [${effects.join(", ")}]`;
  return `${makeVisibleLine(action.id)} on ${shorten(makeVisibleLine(target), 120)}${where}${what}`;
}

/** Lines under a title; nothing where there are none. */
function titled(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}:\n${lines.join("\n")}`;
}

function rulesBlock(question: PendingQuestion): string {
  const lines = question.rules.map(
    (rule) =>
      `• ${shorten(makeVisibleLine(rule.because), 200)} (${placeOf(rule.file, rule.line, question.workspace)})`,
  );
  return titled("Asked because", capped(lines, mostRules, "more rules"));
}

function stakesBlock({ stakes = [] }: PendingQuestion): string {
  const lines = stakes.map((line) => `• ${shorten(makeVisibleLine(line), 200)}`);
  return titled("At stake", capped(lines, mostStakes, "more"));
}

function actionsBlock({ actions }: PendingQuestion): string {
  const lines = actions.length === 1 ? actions.map(onlyAction) : actions.map(actionLine);
  return titled("It would do", capped(lines, mostActions, "more actions"));
}

function textBlock(question: PendingQuestion, budget: number): string {
  if (question.text === "") {
    return "";
  }
  // What becomes possible stands first, and nothing may push it out of view; the rest is in the details.
  return question.kind === "policy_approval"
    ? firstLines(question.text, policyBudget)
    : titled(textTitles[question.kind], [cutMiddle(question.text, dangerousParts(question), budget)]);
}

/** What stays in view when the request is too long to show whole, the worst first. */
function dangerousParts({ actions, text }: PendingQuestion): readonly Needle[] {
  return actions.slice(0, 20).flatMap((action) => {
    const operation = action.id.slice(action.id.lastIndexOf(":") + 1);
    const camel = operation.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const names = [action.target, ...action.target.split(/\s+/), operation, camel];
    const { evidence } = action;
    // Where the place is known, a name that stands elsewhere as well is looked for there: a decoy before it moves nothing.
    return names
      .map((name) => ({ text: name, from: evidence?.start ?? 0 }))
      .concat(
        evidence === undefined
          ? []
          : [
              {
                text: text.slice(evidence.start, Math.min(evidence.end, evidence.start + 60)),
                from: evidence.start,
              },
            ],
      );
  });
}

/** `.governance/policy.yaml:12`: relative to the workspace where the file is inside it, by name where it is our own. */
export function placeOf(file: string, line: number, workspace: string): string {
  const base = workspace.endsWith("/") ? workspace : `${workspace}/`;
  const builtIn = /[\\/]policies[\\/](baseline\.yaml)$/.exec(file)?.[1];
  const outside = builtIn === undefined ? file : `built-in ${builtIn}`;
  return `${makeVisibleLine(file.startsWith(base) ? file.slice(base.length) : outside)}:${line}`;
}

function capped(lines: readonly string[], most: number, what: string): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), `• and ${lines.length - most} ${what}`];
}

/** How the broker says that a question ended, in words for people (`it was denied elsewhere`). */
export function endedWords(result: string): string {
  const words: ReadonlyMap<string, string> = new Map([
    ["approved", "it was approved elsewhere"],
    ["denied", "it was denied elsewhere"],
    ["killed", "its session was killed"],
    ["timed_out", "its time ran out"],
    ["unattended", "no approver was connected"],
    ["withdrawn", "the agent no longer waits"],
  ]);
  return words.get(result) ?? makeVisibleLine(result);
}
