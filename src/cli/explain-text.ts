import { relative } from "node:path";
import { actionId, type Action } from "../model/action.ts";
import type { Decision, RuleHit } from "../model/decision.ts";
import { makeVisibleLine } from "../base/visible-text.ts";

/** One line: the verdict and why; a second one with the remedy where there is one. */
export function verdictLine(decision: Decision): string {
  const { verdict, reason, remedy } = decision;
  return [`${verdict}: ${reason}`, ...(remedy === "" ? [] : [`  remedy: ${remedy}`])].join("\n");
}

/** The whole story of a decision for a person at a terminal. `from` is the folder that file names are shown from. */
export function explanation(decision: Decision, from: string): string {
  const lines = [verdictLine(decision), "", decision.actions.length === 0 ? "actions: none" : "actions:"];
  for (const action of decision.actions) {
    lines.push(...actionLines(action));
  }
  lines.push("", decision.rules.length === 0 ? "rules: none matched" : "rules that matched:");
  for (const rule of decision.rules) {
    lines.push(`  ${ruleLine(rule, from)}`);
  }
  if (decision.observed !== undefined) {
    lines.push("", `only observed, it would have been \`${decision.observed.verdict}\`:`);
    for (const rule of decision.observed.rules) {
      lines.push(`  ${ruleLine(rule, from)}`);
    }
  }
  if (decision.wouldChange.length > 0) {
    lines.push("", "what would change it:", ...decision.wouldChange.map((sentence) => `  ${sentence}`));
  }
  return lines.join("\n");
}

/** Two or three lines, indented by two. */
export function actionLines(action: Action): readonly string[] {
  const { environment, display } = action.target;
  const where = environment === undefined ? "" : ` in ${makeVisibleLine(environment)}`;
  const effects = action.effects.length === 0 ? "" : ` [${action.effects.join(", ")}]`;
  const credentials = action.credentials.map((credential) => credential.name).join(", ");
  return [
    `  ${actionId(action)} on ${makeVisibleLine(display)}${where}${effects}`,
    `    ${makeVisibleLine(action.because)}`,
    ...(credentials === "" ? [] : [`    would use ${credentials}`]),
  ];
}

/** `verdict file:line pointer: because`, with the file as seen from a folder. */
export function ruleLine(rule: RuleHit, from: string): string {
  return `${rule.verdict.padEnd(5)} ${placeOf(rule, from)} ${rule.pointer}: ${rule.because}`;
}

/** `file:line`, with the file as seen from a folder where it lies in that. */
export function placeOf(rule: { readonly file: string; readonly line: number }, from: string): string {
  const path = relative(from, rule.file);
  return `${path.startsWith("..") || path === "" ? rule.file : path}:${rule.line}`;
}
