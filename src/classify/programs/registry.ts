import type { ProgramRule } from "../scope.ts";
import { findDelete, isMkfs, mirroring, overwriting, removal } from "./deletion.ts";

/** Every rule about programs. What is not in this table is not known, and hides nothing by that. */
export const programRules: readonly ProgramRule[] = [removal, findDelete, overwriting, mirroring];

const byProgram: ReadonlyMap<string, readonly ProgramRule[]> = index(programRules);

const nothing: readonly ProgramRule[] = [];

/** The rules for a program, by its name without folder. */
export function rulesFor(program: string): readonly ProgramRule[] {
  return (
    byProgram.get(program) ??
    byProgram.get(program.toLowerCase()) ??
    (isMkfs(program) ? [overwriting] : nothing)
  );
}

function index(rules: readonly ProgramRule[]): ReadonlyMap<string, readonly ProgramRule[]> {
  const table = new Map<string, ProgramRule[]>();
  for (const rule of rules) {
    for (const program of rule.programs) {
      const list = table.get(program) ?? [];
      list.push(rule);
      table.set(program, list);
    }
  }
  return table;
}
