import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { install, status, uninstall } from "../boundary/hooks/install.ts";
import {
  endpointOf,
  hookClientOf,
  hookTemplate,
  installableAgents,
  type InstallableAgent,
  type InstallOptions,
} from "../boundary/hooks/install-plan.ts";
import { bakedHook, endpointConf } from "../boundary/hooks/launcher.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { endpointInClient } from "./hook-client-text.ts";
import { isNewer } from "./version.ts";

/** The user-level hooks that this extension installs and keeps. */
export interface HookFiles {
  /** The editor agents' hook file, for people. */
  readonly file: string;
  /** Files whose change is looked into. */
  readonly watched: readonly string[];
  /** Tells the hook client inside the extension where broker and runtime are. */
  writeEndpoint(): Promise<void>;
  /** Installs what is missing or differs. Rejects with a sentence for the human. */
  settle(): Promise<Settled>;
  /** Takes the editor agents' hooks out again. */
  uninstall(): Promise<void>;
}

/** `written`: it was not there. `repaired`: somebody had changed it. */
export interface Settled {
  readonly kind: "unchanged" | "written" | "repaired";
  /** What differed, one sentence each. */
  readonly details: readonly string[];
}

/** `extensionPath` is the folder that holds `dist` and `media/plugin`; `version` is this extension's own. */
export function hookFiles(extensionPath: string, version: string): HookFiles {
  const options = (agent: InstallableAgent): InstallOptions => userOptions(extensionPath, agent);
  const own = options("vscode");
  const known = installableAgents.map((agent) => status(options(agent)));
  return {
    file: status(own).file,
    watched: [
      ...new Set(known.filter(({ state }) => state !== "missing").flatMap(({ watched }) => watched)),
    ].concat(status(own).file),
    writeEndpoint: () => writeEndpoint(extensionPath, own),
    settle: async () => {
      if (await servedByAnother(own, version)) {
        return { kind: "unchanged", details: [] };
      }
      return installableAgents
        .map((agent) => settleOne(options(agent), agent === "vscode"))
        .reduce(stronger, { kind: "unchanged", details: [] });
    },
    uninstall: () => {
      const removed = uninstall(own);
      return removed.ok ? Promise.resolve() : Promise.reject(new Error(removed.error));
    },
  };
}

/** How hooks of the user are installed from an extension folder. */
export function userOptions(extensionPath: string, agent: InstallableAgent): InstallOptions {
  const home = homedir();
  const stateDir = stateDirectory(home);
  return {
    agent,
    scope: "user",
    home,
    stateDir,
    nodePath: process.execPath,
    brokerPath: join(extensionPath, "dist", "broker.js"),
    askSocket: placesOf(stateDir).askSocket,
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
  const kinds: readonly Settled["kind"][] = ["unchanged", "written", "repaired"];
  const kind = kinds.indexOf(a.kind) >= kinds.indexOf(b.kind) ? a.kind : b.kind;
  return { kind, details: [...a.details, ...b.details] };
}

/**
 * True where the user's hook client was installed by another editor (or the command line) that is still there: two of them
 * must not take turns in overwriting it. The same release has to have written exactly its own text; a later one may differ.
 */
async function servedByAnother(own: InstallOptions, version: string): Promise<boolean> {
  const text = await readFile(hookClientOf(own), "utf8").catch(() => "");
  const found = endpointInClient(text);
  if (found === undefined || found.brokerPath === own.brokerPath) {
    return false;
  }
  if (!existsSync(found.nodePath) || !existsSync(found.brokerPath) || !existsSync(status(own).file)) {
    return false;
  }
  const other = await versionBeside(found.brokerPath);
  return (
    isNewer(other, version) ||
    (other === version && text === bakedHook(hookTemplate(), endpointOf({ ...own, ...found })))
  );
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
