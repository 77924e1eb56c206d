import { isWithin } from "../paths.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

/** Where Signalbox's programs lie when it is installed: as an extension, as a package. */
const installedBundle = /\/[^/]*signalbox[^/]*\/dist\/(?:cli|uninstall|broker|hook)\.[cm]?js$/i;

const bundles = /(?:^|\/)dist\/(?:cli|uninstall)\.[cm]?js$/;

/** Signalbox's own switches, reached through its files instead of its command. */
export const ownBundle: ProgramRule = {
  programs: ["node", "nodejs", "bun", "deno", "tsx", "electron"],
  examples: {
    matches: [
      { command: "node dist/cli.js uninstall", actions: ["signalbox:uninstall"] },
      { command: "node dist/cli.js policy approve", actions: ["signalbox:policy_approve"] },
      {
        command: "node ~/.vscode/extensions/signalbox.signalbox-0.1.0/dist/cli.js reopen s_1",
        actions: ["signalbox:reopen"],
      },
      {
        command: "node ~/.vscode/extensions/signalbox.signalbox-*/dist/uninstall.js",
        actions: ["signalbox:uninstall"],
      },
    ],
    misses: [
      { command: "node dist/cli.js --help", actions: ["signalbox:uninstall"] },
      { command: "node dist/cli.js install", actions: ["signalbox:uninstall"] },
      { command: "node scripts/uninstall.js", actions: ["signalbox:uninstall"] },
      {
        command: "node ~/.vscode/extensions/signalbox.signalbox-0.1.0/dist/cli.js status",
        actions: ["signalbox:uninstall"],
      },
    ],
  },
  judge(invocation, scope) {
    const words = invocation.words.slice(1);
    const script = words.findIndex((word) => bundles.test(word.text));
    const file = words[script];
    const path = file === undefined ? undefined : scope.resolvePath(file);
    if (file === undefined || path === undefined) {
      return;
    }
    const verb = /uninstall\.[cm]?js$/.test(path)
      ? "uninstall"
      : looseningVerb(words.slice(script + 1).map((word) => word.text));
    if (verb !== undefined && isOurs(path, scope)) {
      report(scope, invocation, {
        action: `signalbox:${verb}`,
        effects: ["governance_tampering"],
        target: `${file.text} ${verb}`,
        because: `\`${verb}\` of Signalbox loosens what holds agents back`,
      });
    }
  },
};

/** The command that loosens something, where the words name one. */
function looseningVerb(words: readonly string[]): string | undefined {
  const [verb = "", next = ""] = words.filter((word) => !word.startsWith("-"));
  if (verb === "policy" && next === "approve") {
    return "policy_approve";
  }
  return ["uninstall", "reopen", "approve", "approver"].find((known) => known === verb);
}

/** Another project's tool may have such a verb as well: a file that is there has to speak of us. */
function isOurs(path: string, scope: Scope): boolean {
  if (installedBundle.test(path)) {
    return true;
  }
  if (/uninstall\.[cm]?js$/.test(path)) {
    return false;
  }
  const file = scope.readInput(path);
  return file.kind !== "text" || /signalbox/i.test(file.text);
}

/** The broker's sockets: requests that are made up can end sessions and fill the record. */
export const ownSockets: ProgramRule = {
  programs: ["curl", "nc", "ncat", "netcat", "socat", "websocat", "openbsd-nc"],
  examples: {
    matches: [
      { command: "curl --unix-socket ~/.signalbox/run/ask.sock http://x/", actions: ["signalbox:talk"] },
      { command: "nc -U ~/.signalbox/run/approver.sock", actions: ["signalbox:talk"] },
      { command: "socat - UNIX-CONNECT:/home/dev/.signalbox/run/ask.sock", actions: ["signalbox:talk"] },
    ],
    misses: [
      { command: "curl --unix-socket /var/run/docker.sock http://x/info", actions: ["signalbox:talk"] },
      { command: "curl https://example.com/.signalbox/run/ask.sock", actions: ["signalbox:talk"] },
    ],
  },
  judge(invocation, scope) {
    for (const word of invocation.words.slice(1)) {
      const text = word.known ? word.text.replace(/^(?:[\w-]+[:=,])+(?=[/~.])/, "") : word.prefix;
      const path = /^[\w+.-]+:\/\//.test(word.text)
        ? undefined
        : scope.resolvePath({ ...word, known: true, text });
      if (path !== undefined && isOwnState(path, scope)) {
        reportTalk(scope, path, invocation);
      }
    }
  },
};

function isOwnState(path: string, scope: Scope): boolean {
  return (
    isWithin(path, `${scope.lookups.home}/.signalbox`) ||
    /\/\.signalbox\/(?:run|bin)(?:\/|$)|^\/run\/user\/\d+\/signalbox\/|^\/tmp\/signalbox[^/]*\/[^/]+\.sock$/.test(
      path,
    )
  );
}

function reportTalk(scope: Scope, path: string, at: Pick<Invocation, "start" | "end">): void {
  report(scope, at, {
    action: "signalbox:talk",
    effects: ["system_modification"],
    target: { display: path },
    because: `it talks to Signalbox itself through \`${path}\``,
  });
}

/** The hook, or another of our own files, started by hand: what it is fed would be taken for an agent's request. */
export function reportOwnProgram(path: string, at: Pick<Invocation, "start" | "end">, scope: Scope): void {
  if (scope.elsewhere === undefined && isOwnState(path, scope)) {
    reportTalk(scope, path, at);
  }
}
