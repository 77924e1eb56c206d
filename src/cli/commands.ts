import { approveCommand, approverCommand } from "./approver-command.ts";
import { auditCommand } from "./audit-command.ts";
import { catalogueCommand } from "./catalogue-command.ts";
import { checkCommand, explainCommand } from "./check-command.ts";
import type { Command } from "./command.ts";
import { doctorCommand } from "./doctor.ts";
import { hookCommand } from "./hook-command.ts";
import { initCommand } from "./init-command.ts";
import { installCommand, uninstallCommand } from "./install-commands.ts";
import { policyCommand } from "./policy-command.ts";
import { approvalsCommand, killCommand, reopenCommand, sessionsCommand } from "./registry-commands.ts";
import { statusCommand } from "./status-command.ts";
import { runCommand } from "./run-command.ts";
import { testCommand } from "./test-command.ts";

/** Every command, in the order of the overview. */
export const commands: readonly Command[] = [
  checkCommand,
  explainCommand,
  testCommand,
  policyCommand,
  initCommand,
  installCommand,
  uninstallCommand,
  statusCommand,
  doctorCommand,
  runCommand,
  sessionsCommand,
  killCommand,
  reopenCommand,
  approvalsCommand,
  approveCommand,
  approverCommand,
  auditCommand,
  catalogueCommand,
  hookCommand,
];
