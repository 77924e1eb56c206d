import type { ArithmeticExpression, ParsedScript } from "unbash";
import { inherited } from "./word.ts";
import type { Machine } from "./machine.ts";

/** Plays the commands that stand inside an arithmetic expression. Numbers themselves are not followed. */
export function walkArithmetic(machine: Machine, expression: ArithmeticExpression | undefined): void {
  if (expression === undefined) {
    return;
  }
  machine.tick();
  switch (expression.type) {
    case "ArithmeticBinary":
      walkArithmetic(machine, expression.left);
      walkArithmetic(machine, expression.right);
      return;
    case "ArithmeticUnary":
      walkArithmetic(machine, expression.operand);
      return;
    case "ArithmeticTernary":
      walkArithmetic(machine, expression.test);
      walkArithmetic(machine, expression.consequent);
      walkArithmetic(machine, expression.alternate);
      return;
    case "ArithmeticGroup":
      walkArithmetic(machine, expression.expression);
      return;
    case "ArithmeticCommandExpansion":
      playScript(machine, expression.script);
      return;
    case "ArithmeticWord":
      for (const part of expression.parts ?? []) {
        if (part.type === "CommandExpansion") {
          playScript(machine, part.script);
        }
      }
  }
}

function playScript(machine: Machine, script: ParsedScript | undefined): void {
  if (script !== undefined) {
    const saved = machine.state.save();
    machine.script(script, inherited, false);
    machine.state.restore(saved);
  }
}
