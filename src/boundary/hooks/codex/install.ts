import { dirname, join } from "node:path";
import { err, ok, type Result } from "../../../base/result.ts";
import { isJsonObject, parseJson, type JsonObject } from "../../../base/json.ts";
import { withEntries, withoutEntries, type WantedEntries } from "../hook-entries.ts";
import type { AgentInstaller, HookFile, InstallPlace, SwitchFile } from "../installer.ts";
import { hookCall } from "../hook-call.ts";
import { managedHookPath } from "../launcher.ts";
import { hashOf, trustOf, withoutTrust, withTrust } from "./trust.ts";

/** Events that Signalbox hooks, and whether Codex takes a matcher for them. */
const events: readonly (readonly [event: string, matched: boolean])[] = [
  ["PreToolUse", true],
  ["PermissionRequest", true],
  ["UserPromptSubmit", false],
  ["SessionStart", false],
  ["PostToolUse", true],
];

export const codexInstaller: AgentInstaller = {
  agent: "codex",
  files: (place) => ok(filesOf(place)),
  switches: ({ home, workspace }) =>
    (workspace === undefined ? [home] : [home, workspace]).map((folder): SwitchFile => ({
      path: join(folder, ".codex", "config.toml"),
      faults: codexFaults,
    })),
  steps: ({ scope }) =>
    scope === "workspace"
      ? [
          "trust the project in Codex and approve the hooks there once with `/hooks`; until then it skips them",
        ]
      : [],
};

/** The managed file needs no trust and outranks the user's switches. The user's trust is not ours to give for a project. */
function filesOf({ scope, base }: InstallPlace): readonly HookFile[] {
  if (scope === "managed") {
    return [
      {
        path: join(base, "etc", "codex", "requirements.toml"),
        withHooks: withRequirements,
        withoutHooks: (current) => ok(withoutBlock(current)),
      },
    ];
  }
  const path = join(base, ".codex", "hooks.json");
  const hooks: HookFile = { path, withHooks: withCodexHooks, withoutHooks: withoutEntries };
  const trust: HookFile = {
    path: join(base, ".codex", "config.toml"),
    withHooks: (current, hookPath, planned) =>
      withTrust(current ?? "", trustOf(path, planned.get(path), wantedGroups(hookPath)), ownHashes(hookPath)),
    withoutHooks: (current, hookPath) => ok(withoutTrust(current, ownHashes(hookPath))),
  };
  return scope === "user" ? [hooks, trust] : [hooks];
}

/** Codex refuses a file with comments, or with any other member at its root. */
function withCodexHooks(current: string | undefined, hookPath: string): Result<string> {
  const parsed = parseJson(current ?? "{}");
  if (!parsed.ok) {
    return err(`Codex reads strict JSON only, and it is ${parsed.error}`);
  }
  const strange = isJsonObject(parsed.value)
    ? Object.keys(parsed.value).find((name) => name !== "hooks" && name !== "description")
    : undefined;
  return strange === undefined
    ? withEntries(current ?? "{}\n", hookPath, wantedGroups(hookPath))
    : err(`Codex refuses it because of its member \`${strange}\``);
}

function wantedGroups(hookPath: string): WantedEntries {
  return Object.fromEntries(
    events.map(([event, matched]): [string, JsonObject] => {
      const handler = {
        type: "command",
        ...hookCall(hookPath, "codex", event),
      };
      return [event, matched ? { matcher: "*", hooks: [handler] } : { hooks: [handler] }];
    }),
  );
}

function ownHashes(hookPath: string): ReadonlySet<string> {
  return new Set(Object.entries(wantedGroups(hookPath)).map(([event, entry]) => hashOf(event, entry)));
}

const blockStart = "# Signalbox: begin. `signalbox install codex --managed` writes this part.\n";
const blockEnd = "# Signalbox: end\n";

/** A part of our own at the end of the file: tables can only be added there, and only where they are not set already. */
function withRequirements(current: string | undefined, hookPath: string): Result<string> {
  const rest = withoutBlock(current ?? "");
  const head = rest.split(/^\[/m)[0] ?? "";
  const hooksOn = /^\[features\][^\n]*\n(?:(?!\[)[^\n]*\n)*?[ \t]*hooks[ \t]*=[ \t]*true\b/m.test(rest);
  const set =
    /^[ \t]*(?:features|hooks)[ \t]*[=.]/m.test(head) ||
    /^[ \t]*\[hooks\]/m.test(rest) ||
    (!hooksOn && /^[ \t]*\[features\]/m.test(rest));
  if (set) {
    return err("it sets `features` or `hooks` itself; add Signalbox's hooks to it by hand");
  }
  const gap = rest === "" ? "" : rest.endsWith("\n") ? "\n" : "\n\n";
  return ok(
    `${rest}${gap}${blockStart}${hooksOn ? "" : "[features]\nhooks = true\n"}${requirements(hookPath)}${blockEnd}`,
  );
}

function requirements(hookPath: string): string {
  const tables = Object.entries(wantedGroups(hookPath)).map(([event, group]) => {
    const [handler] = group["hooks"] as readonly JsonObject[];
    const matcher =
      typeof group["matcher"] === "string" ? `matcher = ${JSON.stringify(group["matcher"])}\n` : "";
    const members = Object.entries(handler ?? {}).map(
      ([name, value]) => `${name} = ${JSON.stringify(value)}\n`,
    );
    return `[[hooks.${event}]]\n${matcher}[[hooks.${event}.hooks]]\n${members.join("")}`;
  });
  return `[hooks]\nmanaged_dir = ${JSON.stringify(dirname(managedHookPath))}\n${tables.join("")}`;
}

function withoutBlock(text: string): string {
  const start = text.indexOf(blockStart);
  const end = text.indexOf(blockEnd, start);
  if (start < 0 || end < 0) {
    return text;
  }
  const before = text.slice(0, start).replace(/\n\n$/, "\n");
  return `${before}${text.slice(end + blockEnd.length)}`;
}

/** Switches of `config.toml` that keep hooks which are not managed from running. TOML lets keys be quoted and spaced. */
function codexFaults(text: string | undefined, scope: string): readonly string[] {
  const plain = (text ?? "")
    .replaceAll(/(["'])(features|hooks|codex_hooks)\1/g, "$2")
    .replaceAll(/^[ \t]*\[[ \t]*([^[\]\n]*?)[ \t]*\]/gm, "[$1]");
  const off =
    /^\[(?:profiles\.[^\]\n]+\.)?features\][^\n]*\n(?:(?!\[)[^\n]*\n)*?[ \t]*(?:codex_)?hooks[ \t]*=[ \t]*false\b/m.test(
      `${plain}\n`,
    ) ||
    /^[ \t]*(?:profiles\.[^=\n]+\.)?features[ \t]*(?:\.[ \t]*(?:codex_)?hooks[ \t]*=[ \t]*false\b|=[^\n]*hooks[ \t]*=[ \t]*false\b)/m.test(
      plain,
    );
  return off && scope !== "managed" ? ["switches all hooks off (`features.hooks`)"] : [];
}
