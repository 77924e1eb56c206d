import type { Statement, TestExpression } from "unbash";
import type { Machine } from "./machine.ts";
import { knownWord } from "./word.ts";

type Node = Statement["command"];

/** A file that a test asks for, and whether it asks that there be none. */
interface Tested {
  readonly name: string;
  readonly negated: boolean;
}

/**
 * The file without which the next command runs, and only then: `[ -f X ] || …`, `[ ! -f X ] && …`. What such a command
 * writes to it takes the place of nothing.
 */
export function missingBefore(
  machine: Machine,
  node: Node | undefined,
  operator: string,
): string | undefined {
  const tested = node === undefined ? undefined : testedBy(node);
  return tested !== undefined && tested.negated === (operator === "&&")
    ? machine.scope.resolvePath(knownWord(tested.name, 0, 0))
    : undefined;
}

/** Runs something for which a file is missing. */
export function whileMissing<T>(machine: Machine, path: string | undefined, run: () => T): T {
  if (path === undefined || machine.state.missing.has(path)) {
    return run();
  }
  machine.state.missing.add(path);
  const result = run();
  machine.state.missing.delete(path);
  return result;
}

function testedBy(node: Node): Tested | undefined {
  if (node.type === "TestCommand") {
    return ofExpression(node.expression, false);
  }
  if (node.type !== "Command" || !/^(?:\[|test)$/.test(node.name?.text ?? "")) {
    return undefined;
  }
  const words = node.args.map((word) => word.text).filter((text) => text !== "]");
  const negated = words[0] === "!";
  const [operator, operand, ...more] = negated ? words.slice(1) : words;
  return more.length === 0 ? asksFor(operator, operand, negated) : undefined;
}

function ofExpression(expression: TestExpression, negated: boolean): Tested | undefined {
  if (expression.type === "TestNot") {
    return ofExpression(expression.operand, !negated);
  }
  return expression.type === "TestUnary"
    ? asksFor(expression.operator, expression.operand.text, negated)
    : undefined;
}

/** `-e` and `-f` of a name that stands there as it is. */
function asksFor(
  operator: string | undefined,
  operand: string | undefined,
  negated: boolean,
): Tested | undefined {
  const name = /^(["']?)([\w./~-]+)\1$/.exec(operand ?? "")?.[2];
  return name !== undefined && /^-[ef]$/.test(operator ?? "") ? { name, negated } : undefined;
}
