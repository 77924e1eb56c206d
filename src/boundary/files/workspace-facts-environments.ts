import { isJsonObject, objectField, stringField, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { Lookups } from "../../model/lookups.ts";
import { parsedYaml } from "./workspace-facts-machine.ts";

/** An environment by the name that files of the workspace give it. */
export interface NamedEnvironment {
  readonly name: string;
  /** Where it is written, relative to the workspace. */
  readonly from: string;
  /** True for the one that a command goes to when it names none. */
  readonly current: boolean;
}

/** Most names that are told of one kind: a workspace with more has no environments but something else. */
const most = 20;

/** A name of one environment: no expression and no pattern. */
const plainName = /^\w[\w ./-]{0,60}$/;

/**
 * Terraform's workspaces: those with a state beside the configuration, the selected one, and what files of variables are
 * called after (`prod.tfvars`).
 */
export function terraformWorkspaces(
  files: readonly string[],
  workspace: string,
  lookups: Lookups,
): readonly NamedEnvironment[] {
  const folders = [...new Set(files.filter((file) => file.endsWith(".tf")).map(folderOf))];
  const found = folders.flatMap((folder) => {
    const at = folder === "" ? "" : `${folder}/`;
    const selected = lookups.readFile(`${workspace}/${at}.terraform/environment`);
    const current = selected.kind === "text" ? selected.text.trim() : "";
    const states = `${at}terraform.tfstate.d`;
    return [
      ...(current === "" ? [] : [{ name: current, from: `${at}.terraform/environment`, current: true }]),
      ...lookups.list(`${workspace}/${states}`).map((name) => ({ name, from: states, current: false })),
    ];
  });
  const variables = files.flatMap((file) => {
    const name = /(?:^|\/)([\w-]+)\.tfvars(?:\.json)?$/.exec(file)?.[1];
    return name === undefined || name === "terraform" ? [] : [{ name, from: file, current: false }];
  });
  return distinct([...found, ...variables].filter(({ name }) => name !== "default"));
}

/** Environments that jobs of GitHub Actions and GitLab CI name. */
export function ciEnvironments(
  files: readonly string[],
  workspace: string,
  lookups: Lookups,
): readonly NamedEnvironment[] {
  return distinct(
    files.filter(isPipeline).flatMap((file) => {
      const found = lookups.readFile(`${workspace}/${file}`);
      const root = parsedYaml(found.kind === "text" ? found.text : "");
      const jobs = file.startsWith(".github/") ? objectField(root, "jobs") : root;
      return Object.values(jobs ?? {}).flatMap((job) => {
        const name = isJsonObject(job) ? environmentName(job) : undefined;
        return name === undefined ? [] : [{ name, from: file, current: false }];
      });
    }),
  );
}

/** Files that say what a service for continuous integration does. */
export function isPipeline(file: string): boolean {
  return /^\.github\/workflows\/[^/]+\.ya?ml$|^\.gitlab-ci\.ya?ml$/.test(file);
}

function environmentName(job: JsonObject): string | undefined {
  const environment: JsonValue | undefined = job["environment"];
  return typeof environment === "string"
    ? environment
    : isJsonObject(environment)
      ? stringField(environment, "name")
      : undefined;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}

/** The first place of each name; one that is selected anywhere is. */
function distinct(all: readonly NamedEnvironment[]): readonly NamedEnvironment[] {
  const plain = all.filter(({ name }) => plainName.test(name));
  const first = plain.filter(({ name }, index) => plain.findIndex((one) => one.name === name) === index);
  return first
    .map((one) => ({ ...one, current: plain.some(({ name, current }) => current && name === one.name) }))
    .slice(0, most);
}
