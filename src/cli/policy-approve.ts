import { workspaceOf } from "../broker/workspace.ts";
import { makeVisibleLine } from "../base/visible-text.ts";
import { answerHere, atTerminal } from "./approver-command.ts";
import { exitCodes, type CommandContext } from "./command.ts";

/** Puts the policy of a folder in force as it is written now, once a human at this terminal has read and signed it. */
export function approvePolicyHere(context: CommandContext, folder: string): Promise<number> {
  const workspace = workspaceOf(folder);
  return atTerminal(context, async (terminal, seat) => {
    const question = await seat.propose(
      { type: "propose", kind: "policy_approval", workspace },
      (asked) => asked.kind === "policy_approval" && asked.workspace === workspace,
    );
    if (!question.ok) {
      terminal.write(`${makeVisibleLine(question.error)}\n`);
      return exitCodes.failed;
    }
    return (await answerHere(terminal, seat, question.value)) ? exitCodes.done : exitCodes.failed;
  });
}
