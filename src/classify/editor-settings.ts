import { report } from "./report.ts";
import type { Scope } from "./scope.ts";
import type { Invocation, Stdin } from "./shell/invocation.ts";

const settingsFiles =
  /\/\.vscode\/settings\.json$|\.code-workspace$|\/(?:Code|Code - Insiders|Code - OSS|VSCodium|Cursor|Windsurf|code-server)\/User\/(?:profiles\/[^/]+\/)?settings\.json$|\/\.(?:vscode-server|vscode-remote|cursor-server|windsurf-server)\/data\/(?:Machine|User)\/settings\.json$/i;

/** Settings of an editor that hosts agents: some of them switch hooks off, or approve everything. */
export function isEditorSettings(path: string): boolean {
  return settingsFiles.test(path);
}

const silencing =
  /chat\.(?:useHooks|hookFilesLocations|plugins\b|agent\.enabled|tools\.[\w.]*auto_?approv)|signalbox\.\w/i;

/** Whether a text for settings names one that switches hooks off or approves by itself. JSON may spell letters by number. */
export function namesSilencingSetting(text: string): boolean {
  return silencing.test(
    text.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  );
}

/** Reports a write to an editor's settings by what is written; where that is not known, a human has to look. */
export function reportSettings(
  scope: Scope,
  path: string,
  content: Stdin | undefined,
  at: Pick<Invocation, "start" | "end">,
): void {
  if (content?.kind === "inherited" || (content?.kind === "text" && !namesSilencingSetting(content.text))) {
    return;
  }
  const silences = content?.kind === "text";
  report(scope, at, {
    action: "editor:change_settings",
    effects: silences ? ["governance_tampering"] : ["system_modification"],
    target: { display: path, path },
    because: silences
      ? `the text for \`${path}\` names a setting that switches hooks off, or approves by itself`
      : `what is written to \`${path}\` is not known, and could switch hooks off`,
  });
}
