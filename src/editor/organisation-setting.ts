import { workspace, type Disposable } from "vscode";
import { organisationSetting } from "./command-list.ts";

/** The organisation's policy of the settings as JSON text; undefined where there is none. */
export function organisationPolicy(): string | undefined {
  // A proxy of the editor's own, which is written like the object that it stands for.
  const value = workspace.getConfiguration().get<unknown>(organisationSetting);
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

/** Calls back when the setting has changed. */
export function onOrganisationPolicy(changed: () => void): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(organisationSetting)) {
      changed();
    }
  });
}
