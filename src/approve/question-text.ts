import { makeVisible, makeVisibleLine, shorten } from "../base/visible-text.ts";
import type { PendingQuestion, QuestionKind } from "./question.ts";

/** What stands over a question's text. */
export const textTitles: { readonly [K in QuestionKind]: string } = {
  request: "The request",
  reopen: "Why it was killed",
  uninstall: "What would be removed",
  policy_approval: "What would be approved",
  bind_task: "What the task may do",
  enroll: "Who wants to approve",
};

/** Everything that is known of a question, uncut, for a document or a terminal. Unseen characters are marked here, too. */
export function detailsText(question: PendingQuestion): string {
  const rules = question.rules.map(
    (rule) => `• ${makeVisibleLine(rule.because)} (${rule.file}:${rule.line})`,
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
export function whoBlock(question: PendingQuestion): string {
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
export function actionLine(action: PendingQuestion["actions"][number]): string {
  const { environment, target, effects } = action;
  // Targets often say their environment themselves.
  const where =
    environment === undefined || target.includes(environment) ? "" : ` in ${makeVisibleLine(environment)}`;
  const what = effects.length === 0 ? "" : ` [${effects.join(", ")}]`;
  return `• ${makeVisibleLine(action.id)} on ${shorten(makeVisibleLine(target), 120)}${where}${what}`;
}

/** Lines under a title; nothing where there are none. */
export function titled(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}:\n${lines.join("\n")}`;
}
