import type { ArithmeticExpression, ParsedScript } from "unbash";
import type { Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { specialValue } from "./variables.ts";
import { inherited } from "./word.ts";

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
      playNamed(machine, expression.value);
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

/** A variable in an expression is evaluated as an expression itself: a substitution in its value runs. */
function playNamed(machine: Machine, name: string): void {
  const value = /^[A-Za-z_]\w*$/.test(name) ? specialValue(machine, name) : undefined;
  if (value !== undefined) {
    playIndices(machine, value);
  }
}

/** Text that the shell evaluates as an expression, such as `a[$(command)]`: the substitutions in it run. */
export function playIndices(machine: Machine, word: Word): void {
  if (/\$\(|`/.test(word.text) && word.known) {
    machine.text(`: "${word.text}"`, { stdin: inherited, via: "an expression", wanted: false });
  }
}
