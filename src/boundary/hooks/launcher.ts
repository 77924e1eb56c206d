import { join } from "node:path";
import { quoteWord } from "./shell-quoting.ts";

/** Where the hook client finds the broker, and how it starts one. All paths are absolute. */
export interface HookEndpoint {
  readonly stateDir: string;
  /** The broker's socket for requesters. */
  readonly askSocket: string;
  /** Home directory of the broker's user. */
  readonly home: string;
  /** Node, or an editor's own executable, which is Node with `ELECTRON_RUN_AS_NODE=1`. */
  readonly nodePath: string;
  readonly brokerPath: string;
}

/** Seconds that an agent is told to wait for a hook, and after how many the hook denies by itself. */
export const agentTimeoutSeconds = 600;
export const hookDeadlineSeconds = 590;

/** Where the installed copy of the hook client lies. */
export function installedHookPath(stateDir: string): string {
  return join(stateDir, "bin", "hook.sh");
}

/** Where the client of managed hooks lies, below the root of the file system. */
export const managedHookPath = "/usr/local/lib/signalbox/hook.sh";

/**
 * The command line for agents that run hooks in a POSIX shell. A client that cannot be started at all still ends with exit code
 * 2, which most take for a denial. `$$` is the shell's own number, by which the client notices that it was started for nobody
 * any more. `deadlineSeconds` is for agents that give up earlier than they are told.
 */
export function hookCommandLine(
  hookPath: string,
  agent: string,
  event: string,
  deadlineSeconds: number = hookDeadlineSeconds,
): string {
  return `${quoteWord(hookPath)} --deadline ${deadlineSeconds} --asker $$ ${agent} ${event} || exit 2`;
}

/** The text of `endpoint.conf`, which a copy of the hook client without an endpoint of its own reads from beside it. */
export function endpointConf(endpoint: HookEndpoint): string {
  return Object.entries(fields(endpoint))
    .map(([key, value]) => `${key}=${oneLinePath(value)}\n`)
    .join("");
}

/** The hook client with the endpoint baked in. Throws where the template has no place for it: that is a fault of ours. */
export function bakedHook(template: string, endpoint: HookEndpoint): string {
  let text = template;
  for (const [key, value] of Object.entries(fields(endpoint))) {
    const place = `\n${key === "home" ? "home_dir" : key}=''\n`;
    if (!text.includes(place)) {
      throw new Error(`the hook client has no place for \`${key}\``);
    }
    const quoted = `'${oneLinePath(value).replaceAll("'", String.raw`'\''`)}'`;
    text = text.replace(place, () => place.replace("''", () => quoted));
  }
  return text;
}

/**
 * The template of a baked client, and the programs that it would start. Several hosts install the same client, each with a Node
 * and a broker of its own: that alone is no drift.
 */
export function unbakedHook(text: string): {
  readonly template: string;
  readonly programs: readonly string[];
} {
  const programs: string[] = [];
  const template = text.replaceAll(
    /^(state_dir|socket|home_dir|node|broker)='(.*)'$/gm,
    (_line, key, value) => {
      if ((key === "node" || key === "broker") && value !== "") {
        programs.push(String(value).replaceAll(String.raw`'\''`, "'"));
      }
      return `${String(key)}=''`;
    },
  );
  return { template, programs };
}

function fields(endpoint: HookEndpoint): Readonly<Record<string, string>> {
  return {
    state_dir: endpoint.stateDir,
    socket: endpoint.askSocket,
    home: endpoint.home,
    node: endpoint.nodePath,
    broker: endpoint.brokerPath,
  };
}

/** A path with a line break cannot be written down in either form; no real one has any. */
function oneLinePath(path: string): string {
  if (/[\r\n\0]/.test(path)) {
    throw new Error("a path of the installation holds a line break");
  }
  return path;
}
