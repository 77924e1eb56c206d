import type { ProgramRule } from "../scope.ts";
import { buildScripts } from "./build-scripts.ts";
import { frameworkShells } from "./framework-shells.ts";
import { searching } from "./searching.ts";
import { treeCopies } from "./tree-copies.ts";
import { treeSearches } from "./tree-searches.ts";
import { clock } from "./clock.ts";
import { watchedWriting } from "./watched-texts.ts";
import { filling } from "./filling.ts";
import { ownBundle, ownSockets } from "./own-doors.ts";
import { copyingOver, gitGovernance, linking, unpacking } from "./governance-files.ts";
import { holding, killing } from "./killing.ts";
import { backups } from "./backups.ts";
import { agentPatch } from "./agent-patch.ts";
import { ansible } from "./ansible.ts";
import { cloudCmdlets, isCloudCmdlet } from "./cloud-cmdlets.ts";
import { cloud } from "./cloud.ts";
import { containers } from "./containers.ts";
import { curl } from "./curl.ts";
import { databaseTools } from "./database-tools.ts";
import { sqlClients } from "./databases.ts";
import { findDelete, isMkfs, mirroring, overwriting, removal } from "./deletion.ts";
import { environment } from "./environment.ts";
import { cargo } from "./cargo.ts";
import { gitArrivals } from "./git-arrivals.ts";
import { git } from "./git.ts";
import { gitContents } from "./git-contents.ts";
import { governance } from "./governance.ts";
import { httpie } from "./httpie.ts";
import { interpreterCode } from "./interpreters.ts";
import { invokeWeb } from "./invoke-web.ts";
import { kubernetesTools } from "./kubernetes-tools.ts";
import { leaks, staging } from "./leaks.ts";
import { machine } from "./machine.ts";
import { outputs } from "./outputs.ts";
import { foundGovernance } from "./governance-found.ts";
import { mining } from "./mining.ts";
import { serving } from "./serving.ts";
import { versionControl } from "./version-control.ts";
import { globalTools, tunnels } from "./machine-tools.ts";
import { machineVerbs } from "./machine-verbs.ts";
import { exfiltration, remoteShells } from "./network.ts";
import { migrations } from "./migrations.ts";
import { packageBinaries } from "./packages-binaries.ts";
import { packages } from "./packages.ts";
import { packing } from "./packing.ts";
import { accounts, schedulers, services } from "./processes.ts";
import { copying, printing, readingByOption } from "./readers.ts";
import { queues } from "./queues.ts";
import { keyAgent, keyMaking, secretsTools } from "./secrets-tools.ts";
import {
  awkEnvironment,
  brokenScripts,
  composedSettings,
  environmentFiles,
  namedInputs,
  wordsFromFiles,
} from "./showing-doors.ts";
import { shellDoors } from "./shell-doors.ts";
import { projectTasks } from "./project-tasks.ts";
import { packageAddresses } from "./package-addresses.ts";
import { packageSources } from "./package-sources.ts";
import { make, packageScripts } from "./task-runners.ts";
import { signedRequests } from "./signed-requests.ts";
import { unseenShells } from "./unseen-shells.ts";
import { wget } from "./wget.ts";
import { permissions, writing } from "./writers.ts";

/** Every rule about programs. What is not in this table is not known, and hides nothing by that. */
export const programRules: readonly ProgramRule[] = [
  removal,
  findDelete,
  overwriting,
  mirroring,
  printing,
  readingByOption,
  cargo,
  gitArrivals,
  gitContents,
  copying,
  packing,
  writing,
  permissions,
  git,
  versionControl,
  environment,
  killing,
  holding,
  services,
  accounts,
  schedulers,
  machine,
  outputs,
  machineVerbs,
  exfiltration,
  serving,
  remoteShells,
  leaks,
  staging,
  tunnels,
  mining,
  globalTools,
  packageSources,
  packageAddresses,
  governance,
  foundGovernance,
  unpacking,
  agentPatch,
  linking,
  gitGovernance,
  copyingOver,
  watchedWriting,
  ownBundle,
  ownSockets,
  clock,
  searching,
  treeSearches,
  treeCopies,
  awkEnvironment,
  environmentFiles,
  wordsFromFiles,
  namedInputs,
  brokenScripts,
  composedSettings,
  filling,
  interpreterCode,
  frameworkShells,
  shellDoors,
  unseenShells,
  sqlClients,
  databaseTools,
  migrations,
  queues,
  backups,
  secretsTools,
  keyMaking,
  keyAgent,
  packages,
  packageBinaries,
  packageScripts,
  projectTasks,
  make,
  buildScripts,
  curl,
  wget,
  httpie,
  invokeWeb,
  containers,
  ansible,
  cloudCmdlets,
  cloud,
  kubernetesTools,
  signedRequests,
];

const byProgram: ReadonlyMap<string, readonly ProgramRule[]> = index(programRules);

const nothing: readonly ProgramRule[] = [];

/** The rules for a program, by its name without folder. */
export function rulesFor(program: string): readonly ProgramRule[] {
  return (
    byProgram.get(program) ??
    cmdlet(program) ??
    versioned(program) ??
    (isMkfs(program) ? [overwriting] : nothing)
  );
}

/** `npx claude-code@latest`: a package is known by its name without the version. */
function versioned(program: string): readonly ProgramRule[] | undefined {
  const at = program.indexOf("@");
  return at > 0 ? byProgram.get(program.slice(0, at)) : undefined;
}

/** PowerShell does not care for the case of its commands. */
function cmdlet(program: string): readonly ProgramRule[] | undefined {
  if (!program.includes("-")) {
    return undefined;
  }
  const name = program.toLowerCase();
  return byProgram.get(name) ?? (isCloudCmdlet(name) ? [cloudCmdlets] : undefined);
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
