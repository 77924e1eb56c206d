import { makeVisibleLine } from "../base/visible-text.ts";
import { answerHere, atTerminal } from "./approver-command.ts";
import { exitCodes, type CommandContext } from "./command.ts";

/**
 * Puts the policy of a workspace, or the `user`'s own, in force as it is written now, once a human at this terminal has
 * read and signed it.
 */
export function approvePolicyHere(context: CommandContext, workspace: string): Promise<number> {
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
