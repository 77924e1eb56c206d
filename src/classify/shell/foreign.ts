import type { Scope } from "../scope.ts";

/** PowerShell and cmd. */
export function judgeForeignShell(_command: string, _shell: "powershell" | "cmd", _scope: Scope): void {
  return;
}
