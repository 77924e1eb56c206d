import type { Effect } from "../model/effect.ts";
import { report } from "./report.ts";
import type { Scope } from "./scope.ts";
import { isSelfRunning, reportSelfRunning } from "./self-running.ts";
import { environmentFile, silencingLine } from "./silencing-variables.ts";
import type { Invocation, Stdin } from "./shell/invocation.ts";

/** Ordinary files in which some texts govern agents, or run without one. */
interface Watched {
  readonly files: RegExp;
  /** What in the text matters. */
  readonly tells: RegExp;
  readonly effect: Effect;
  readonly means: string;
  /** Where the text is not known: what a human has to look for; without it the write passes. */
  readonly unknown?: string;
}

const watched: readonly Watched[] = [
  {
    files:
      /\/\.vscode\/settings\.json$|\.code-workspace$|\/(?:Code|Code - Insiders|Code - OSS|VSCodium|Cursor|Windsurf|code-server)\/User\/(?:profiles\/[^/]+\/)?settings\.json$|\/\.(?:vscode-server|vscode-remote|cursor-server|windsurf-server)\/data\/(?:Machine|User)\/settings\.json$/i,
    tells:
      /chat\.(?:useHooks|hookFilesLocations|plugins\b|agent\.enabled|tools\.[\w.]*auto_?approv)|signalbox\.\w/i,
    effect: "governance_tampering",
    means: "names a setting that switches hooks off, or approves by itself",
    unknown: "could switch hooks off",
  },
  {
    files: /\/\.vscode\/settings\.json$|\.code-workspace$|\/User\/(?:profiles\/[^/]+\/)?settings\.json$/i,
    tells:
      /"(?:git\.path|terminal\.integrated\.(?:automationProfile|automationShell)\.\w+|terminal\.explorerKind)"\s*:|"task\.allowAutomaticTasks"\s*:\s*"on"|"security\.workspace\.trust\.\w+"\s*:\s*(?:false|"open")|"[\w.-]*(?:path|executable|command)"\s*:\s*\[?\s*"\/(?:tmp|var\/tmp|dev\/shm)\/|"(?:LD_PRELOAD|LD_AUDIT|BASH_ENV|PROMPT_COMMAND|NODE_OPTIONS|PYTHONSTARTUP|GIT_SSH_COMMAND|DYLD_INSERT_LIBRARIES)"\s*:/i,
    effect: "persistence",
    means: "names a program that the editor starts by itself",
  },
  {
    files: environmentFile,
    tells: silencingLine,
    effect: "governance_tampering",
    means: "sets a variable that keeps hooks from running in agents that load this file when they start",
  },
  {
    files: /\/\.github\/workflows\/[^/]+\.ya?ml$/i,
    tells: /\$\{\{\s*toJSON\(\s*secrets\s*\)/i,
    effect: "data_exfiltration",
    means: "hands out every secret of the project at once",
  },
  {
    files: /\/\.npmrc$|\/\.yarnrc(?:\.yml)?$|\/bunfig\.toml$/i,
    tells:
      /^\s*(?:script-shell|git|node-options|onload-script|init-module|shell)\s*=\s*\S*\/|^\s*(?:yarnPath|yarn-path):?\s*["']?(?!\.?\/?\.yarn\/)[/~.]|^\s*(?:@[\w.-]+:)?(?:registry|npmRegistryServer)\s*[=:]\s*["']?http:\/\/(?!localhost|127\.|\[::1\]|10\.|192\.168\.|host\.docker\.internal)[\w-]+\./im,
    effect: "persistence",
    means: "names a program, or an address that anybody can answer for, that every install takes code from",
  },
  {
    files: /\/\.cargo\/config(?:\.toml)?$/i,
    tells:
      /^\s*(?:rustc(?:-wrapper|-workspace-wrapper)?|rustdoc|linker|runner|credential-provider)\s*=\s*\[?\s*["']\/(?:tmp|var\/tmp|dev\/shm)\//im,
    effect: "persistence",
    means: "names a program from a temporary folder that every build starts",
  },
  {
    files: /\/\.vscode\/tasks\.json$|\.code-workspace$/i,
    tells: /"runOn"\s*:|folderOpen/i,
    effect: "persistence",
    means: "runs a task as soon as the folder is opened",
  },
  {
    files:
      /\/\.(?:claude|github|copilot|cursor|codex|gemini|agents|opencode|config\/opencode)\/(?:commands?|skills?|agents?|prompts|chatmodes|modes?)\/.+\.(?:md|toml)$/i,
    tells: /^\s*(?:hooks|allowed-tools|permission-?mode)\s*:|(?:^|\s)!`[^`]+`|!\{[^}]+\}/im,
    effect: "persistence",
    means: "runs commands, or permits tools, when an agent reads it",
  },
];

/** Whether it depends on the text what a write to this file means. */
export function isWatchedText(path: string): boolean {
  return watched.some(({ files }) => files.test(path)) || isSelfRunning(path);
}

/** Reports a write by what is written; where that is not known and could do harm, a human has to look. */
export function reportText(
  scope: Scope,
  path: string,
  content: Stdin | undefined,
  at: Pick<Invocation, "start" | "end">,
): void {
  if (content?.kind === "inherited") {
    return;
  }
  const text = content?.kind === "text" ? withoutEscapes(content.text) : undefined;
  if (text !== undefined) {
    reportSelfRunning(scope, path, content?.kind === "text" ? content.text : text, at);
  }
  for (const { files, tells, effect, means, unknown } of watched) {
    const hidden = text === undefined && unknown !== undefined;
    if (files.test(path) && (hidden || (text !== undefined && tells.test(text)))) {
      report(scope, at, {
        action: "fs:write_watched",
        effects: hidden ? ["system_modification"] : [effect],
        target: { display: path, path },
        because: hidden
          ? `what is written to \`${path}\` is not known, and ${unknown}`
          : `the text for \`${path}\` ${means}`,
      });
    }
  }
}

/** JSON may spell letters by number. */
function withoutEscapes(text: string): string {
  return text.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
