import { spawn } from "node:child_process";
import { digestOf } from "../../record/digest.ts";
import type { WireReply } from "../hooks/adapter.ts";
import { installedHook, type HookText, type InstalledHook } from "./installed-hook.ts";
import type { AgentProbe, ReplyMeaning } from "../hooks/probe.ts";

/** What a canary is to be tried with: all of it already known to be decided so by the policies in force. */
export interface CanaryPlan {
  /** A command that must be denied, and does no harm should it run all the same. */
  readonly denied: string;
  /** A command that must pass. */
  readonly harmless: string;
  /** What the sessions of this canary are called. */
  readonly conversation: string;
  readonly workspace: string;
  readonly home: string;
  /** The agent's, empty where nobody knows it. */
  readonly version: string;
  readonly timeoutMs: number;
  /** For agents whose hook is a plugin in their own process. */
  readonly nodePath: string;
}

export interface CanaryStep {
  readonly what: "a denied command" | "a harmless command" | "a payload that is cut off";
  readonly ok: boolean;
  /** How the agent would take the reply, and what that was. */
  readonly detail: string;
}

export interface CanaryReport {
  readonly proved: boolean;
  readonly steps: readonly CanaryStep[];
}

/**
 * Starts the installed hook as the agent would, three times, and reads the replies by the agent's own contract. Nothing of what
 * is asked is run.
 */
export async function runCanary(
  probe: AgentProbe,
  files: readonly HookText[],
  client: string,
  plan: CanaryPlan,
): Promise<CanaryReport> {
  const hook = installedHook(probe, files, client);
  if (!hook.ok) {
    return { proved: false, steps: [{ what: "a denied command", ok: false, detail: hook.error }] };
  }
  const { value: installed } = hook;
  const payload = (command: string): string =>
    JSON.stringify(
      probe.payload({
        command,
        conversation: plan.conversation,
        workspace: plan.workspace,
        home: plan.home,
        version: plan.version === "" ? "unknown" : plan.version,
        event: installed.event,
      }),
    );
  const attempt = async (
    what: CanaryStep["what"],
    text: string,
    wanted: ReplyMeaning,
  ): Promise<CanaryStep> => {
    const reply = await callHook(installed, text, plan);
    const meaning = typeof reply === "string" ? "unclear" : probe.reads(reply);
    const said = typeof reply === "string" ? reply : told(reply);
    return { what, ok: meaning === wanted, detail: `${meaning}: ${said}` };
  };
  const harmless = payload(plan.harmless);
  const steps = [
    await attempt("a denied command", payload(plan.denied), "stops"),
    await attempt("a harmless command", harmless, "passes"),
    // A plugin gets no text that could be cut off.
    ...(installed.kind === "plugin"
      ? []
      : [await attempt("a payload that is cut off", harmless.slice(0, harmless.length / 2), "stops")]),
  ];
  return { proved: steps.every((step) => step.ok), steps };
}

/** What a canary came to, in one sentence. */
export function canaryDetail({ proved, steps }: CanaryReport): string {
  const bad = steps.find(({ ok }) => !ok);
  return proved || bad === undefined
    ? "a denied command is stopped, a harmless one passes, and what is cut off is stopped"
    : `${bad.what} was not taken as it should be (${bad.detail})`;
}

/** What a proof is bound to: other files, another client or another version of the agent need another canary. */
export function hookDigest(files: readonly HookText[], clientText: string): string {
  return digestOf(JSON.stringify([clientText, ...files.map(({ path, text }) => [path, text])]));
}

const replyLimit = 64 * 1024;

/** The reply, or why there was none. */
function callHook(hook: InstalledHook, payload: string, plan: CanaryPlan): Promise<WireReply | string> {
  const [program, ...args] = commandFor(hook, plan.nodePath);
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: plan.workspace,
      // As bare as can be: what an agent adds to it must not matter.
      env: { HOME: plan.home, PATH: "/usr/bin:/bin", LANG: "C.UTF-8", ELECTRON_RUN_AS_NODE: "1" },
      stdio: "pipe",
    });
    let stdout = "";
    let stderr = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(`no reply within ${plan.timeoutMs / 1000} s`);
    }, plan.timeoutMs);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout = `${stdout}${text}`.slice(0, replyLimit);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = `${stderr}${text}`.slice(0, replyLimit);
    });
    child.stdin.on("error", () => undefined);
    child.once("error", (error) => {
      clearTimeout(timer);
      resolve(`it cannot be started: ${error.message}`);
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve(
        code === null
          ? "it was ended by a signal"
          : { exit: code, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() },
      );
    });
    child.stdin.end(payload);
  });
}

function commandFor(hook: InstalledHook, nodePath: string): readonly [string, ...string[]] {
  switch (hook.kind) {
    case "shell":
      return ["/bin/sh", "-c", hook.command];
    case "program":
      return [hook.program, ...hook.args];
    case "plugin":
      return [nodePath, "--input-type=module", "-e", pluginHost, hook.event, hook.text];
  }
}

/** Loads a plugin as its agent does, hands one event over, and tells by the exit code whether the plugin threw. */
const pluginHost = `
const [event, text] = process.argv.slice(1);
let payload = "";
for await (const chunk of process.stdin) payload += chunk;
const { directory, input, output } = JSON.parse(payload);
const session = { get: async () => ({ data: {} }), abort: async () => undefined };
const plugins = await import("data:text/javascript," + encodeURIComponent(text));
try {
  const { default: main, ...named } = plugins;
  if (main !== undefined) {
    const handlers = new Map();
    main({ on: (name, handler) => handlers.set(name, handler), system: { workspaceRoot: "file://" + directory } });
    const answer = await handlers.get(event)(input, {});
    if (answer?.action !== "allow") throw new Error(answer?.message ?? "no answer");
  }
  for (const plugin of Object.values(named)) {
    await (await plugin({ client: { session }, directory }))[event](input, output);
  }
} catch (error) {
  console.error(String(error?.message ?? error));
  process.exitCode = 2;
}
`;

function told({ exit, stdout, stderr }: WireReply): string {
  const words = [stdout, stderr].filter((text) => text !== "").map((text) => text.slice(0, 200));
  return [`exit code ${exit}`, ...words].join(", ").replaceAll(/\s+/g, " ");
}
