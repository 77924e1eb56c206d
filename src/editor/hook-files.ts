import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { install, status, uninstall } from "../boundary/hooks/install.ts";
import { endpointOf, hookClientOf, type InstallOptions } from "../boundary/hooks/install-plan.ts";
import { installers } from "../boundary/hooks/installers.ts";
import { endpointConf } from "../boundary/hooks/launcher.ts";
import { endpointInClient } from "./hook-client-text.ts";
import { userInstall } from "./user-install.ts";
import { isNewer } from "./version.ts";

/** The user-level hooks that this extension installs and keeps. */
export interface HookFiles {
  /** The editor agents' hook file, for people. */
  readonly file: string;
  /** Files whose change is looked into: those of every agent whose hooks are installed now. */
  watched(): readonly string[];
  /** Tells the hook client inside the extension where broker and runtime are. */
  writeEndpoint(): Promise<void>;
  /** Installs what is missing or differs. Rejects with a sentence for the human. */
  settle(): Promise<Settled>;
  /** Takes the editor agents' hooks out again. */
  uninstall(): Promise<void>;
}

/** `written`: it was not there. `replaced`: an earlier release of ours was. `repaired`: somebody had changed it. */
export interface Settled {
  readonly kind: "unchanged" | "written" | "replaced" | "repaired";
  /** What differed, one sentence each. */
  readonly details: readonly string[];
}

/** `extensionPath` is the folder that holds `dist` and `media/plugin`; `version` is this extension's own. */
export function hookFiles(extensionPath: string, version: string, home: string): HookFiles {
  const options = (agent: string): InstallOptions => userInstall(extensionPath, agent, home);
  const own = options("vscode");
  return {
    file: status(own).file,
    watched: () => {
      const known = installers
        .map(({ agent }) => status(options(agent)))
        .filter(({ state }) => state !== "missing");
      // Whoever installs or removes hooks writes it down in the ledger.
      const ledger = join(own.stateDir, "installed.json");
      return [...new Set([...known.flatMap(({ watched }) => watched), status(own).file, ledger])];
    },
    writeEndpoint: () => writeEndpoint(extensionPath, own),
    settle: async () => {
      if (await servedByLater(own, version)) {
        return { kind: "unchanged", details: [] };
      }
      const before = await installedEndpoint(own);
      const settled = installers
        .map(({ agent }) => settleOne(options(agent), agent === "vscode"))
        .reduce(stronger, { kind: "unchanged", details: [] });
      const moved = before !== undefined && before.brokerPath !== own.brokerPath;
      return settled.kind === "repaired" && moved ? { ...settled, kind: "replaced" } : settled;
    },
    uninstall: () => {
      const removed = uninstall(own);
      return removed.ok ? Promise.resolve() : Promise.reject(new Error(removed.error));
    },
  };
}

/** Hooks that nobody installed are left alone, apart from the editor's own. */
function settleOne(options: InstallOptions, wanted: boolean): Settled {
  const before = status(options);
  if (before.state === "installed" || (before.state === "missing" && !wanted)) {
    return { kind: "unchanged", details: [] };
  }
  const done = install(options);
  const after = status(options);
  if (!done.ok || after.state !== "installed") {
    throw new Error(
      done.ok ? (after.details[0] ?? `the hooks of ${options.agent} stay missing`) : done.error,
    );
  }
  return { kind: before.state === "missing" ? "written" : "repaired", details: before.details };
}

function stronger(a: Settled, b: Settled): Settled {
  const kinds: readonly Settled["kind"][] = ["unchanged", "written", "replaced", "repaired"];
  const kind = kinds.indexOf(a.kind) >= kinds.indexOf(b.kind) ? a.kind : b.kind;
  return { kind, details: [...a.details, ...b.details] };
}

/**
 * True where a later release of ours, in another editor or on the command line, has installed the hook client and is still
 * there: an earlier one must not overwrite it, or the two would take turns. (Of one release, the installer takes both.)
 */
async function servedByLater(own: InstallOptions, version: string): Promise<boolean> {
  const found = await installedEndpoint(own);
  if (found === undefined || found.brokerPath === own.brokerPath || !existsSync(status(own).file)) {
    return false;
  }
  const there = existsSync(found.nodePath) && existsSync(found.brokerPath);
  return there && isNewer(await versionBeside(found.brokerPath), version);
}

async function installedEndpoint(own: InstallOptions): Promise<ReturnType<typeof endpointInClient>> {
  return endpointInClient(await readFile(hookClientOf(own), "utf8").catch(() => ""));
}

/** The version of the package that a broker's program belongs to, or an empty text. */
async function versionBeside(brokerPath: string): Promise<string> {
  const text = await readFile(join(dirname(dirname(brokerPath)), "package.json"), "utf8").catch(() => "");
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? "";
}

async function writeEndpoint(extensionPath: string, own: InstallOptions): Promise<void> {
  const file = join(extensionPath, "media", "plugin", "endpoint.conf");
  const wanted = endpointConf(endpointOf(own));
  const current = await readFile(file, "utf8").catch(() => undefined);
  if (current !== wanted) {
    await writeFile(file, wanted, { mode: 0o600 });
  }
}
