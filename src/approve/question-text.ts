import { cutMiddle, firstLines, makeVisible, makeVisibleLine, shorten } from "../base/visible-text.ts";
import type { PendingQuestion, QuestionKind } from "./question.ts";

/** What stands over a question's text. */
const textTitles: { readonly [K in QuestionKind]: string } = {
  request: "The request",
  reopen: "Why it was killed",
  uninstall: "What would be removed",
  policy_approval: "What would be approved",
  bind_task: "What the task may do",
  enroll: "Who wants to approve",
};

const mostRules = 6;
const mostActions = 6;
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
  const blocks = [
    makeVisibleLine(question.headline),
    whoBlock(question),
    titled("Asked because", rules),
    titled("It would do", question.actions.map(actionLine)),
    titled(textTitles[question.kind], question.text === "" ? [] : [makeVisible(question.text)]),
    titled("What an answer is bound to", [
      `request ${question.binding.requestHash}`,
      `policy  ${question.binding.policyHash}`,
    ]),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
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

/** One action as a line. */
function actionLine(action: PendingQuestion["actions"][number]): string {
  const { environment, target, effects } = action;
  // Targets often say their environment themselves.
  const where =
    environment === undefined || target.includes(environment) ? "" : ` in ${makeVisibleLine(environment)}`;
  const what = effects.length === 0 ? "" : ` [${effects.join(", ")}]`;
  return `• ${makeVisibleLine(action.id)} on ${shorten(makeVisibleLine(target), 120)}${where}${what}`;
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

function actionsBlock(question: PendingQuestion): string {
  return titled("It would do", capped(question.actions.map(actionLine), mostActions, "more actions"));
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

/** Texts that stay in view when the request is too long to show whole: targets, and the operations' own names. */
function dangerousParts(question: PendingQuestion): readonly string[] {
  return question.actions.flatMap((action) => {
    const operation = action.id.slice(action.id.lastIndexOf(":") + 1);
    const camel = operation.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [action.target, ...action.target.split(/\s+/), operation, camel];
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
