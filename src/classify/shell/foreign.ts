import type { RequestScope } from "../request-scope.ts";

/** PowerShell and cmd. */
export function judgeForeignShell(
  _command: string,
  _shell: "powershell" | "cmd",
  _scope: RequestScope,
): void {
  return;
}
