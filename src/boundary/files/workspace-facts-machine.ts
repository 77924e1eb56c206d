import { parse } from "yaml";
import { isJsonObject, objectField, parseJson, stringField, type JsonObject } from "../../base/json.ts";
import type { Lookups } from "../../model/lookups.ts";

/** An environment of a Railway project. */
export interface RailwayPlace {
  readonly project?: string;
  readonly name?: string;
  readonly id?: string;
}

export interface KubeContext {
  readonly name: string;
  readonly namespace?: string;
  /** The one that a command goes to when it names none. */
  readonly current: boolean;
}

/** A profile of the AWS tools, without `default`. */
export interface AwsProfile {
  readonly name: string;
  readonly region?: string;
  readonly account?: string;
  /** The one that the environment selects. */
  readonly current: boolean;
}

/** A kubeconfig with hundreds of clusters has less; parsing YAML takes time that somebody waits for. */
const yamlLimit = 200_000;

/**
 * What `railway link` remembers: the workspace's own link, then other folders that are linked to the same project. The
 * file holds a token too, which is not looked at.
 */
export function railwayPlaces(workspace: string, lookups: Lookups): readonly RailwayPlace[] {
  const parsed = parseJson(read(`${lookups.home}/.railway/config.json`, lookups));
  const links = parsed.ok && isJsonObject(parsed.value) ? objectField(parsed.value, "projects") : undefined;
  const own = links === undefined ? undefined : objectField(links, workspace);
  const project = own === undefined ? undefined : stringField(own, "project");
  if (links === undefined || own === undefined) {
    return [];
  }
  const others = Object.keys(links).flatMap((folder) => {
    const link = folder === workspace ? undefined : objectField(links, folder);
    return link !== undefined && project !== undefined && stringField(link, "project") === project
      ? [link]
      : [];
  });
  const places = [own, ...others].map(placeOf);
  return places.filter(({ id }, index) => places.findIndex((each) => each.id === id) === index);
}

function placeOf(link: JsonObject): RailwayPlace {
  const project = stringField(link, "name");
  const name = stringField(link, "environmentName");
  const id = stringField(link, "environment");
  return {
    ...(project === undefined ? {} : { project }),
    ...(name === undefined ? {} : { name }),
    ...(id === undefined ? {} : { id }),
  };
}

/** Contexts of all files that `KUBECONFIG` lists, else of the one at home: names and namespaces, no user and no key. */
export function kubeContexts(lookups: Lookups): readonly KubeContext[] {
  const listed = lookups
    .env("KUBECONFIG")
    ?.split(":")
    .filter((path) => path.startsWith("/"));
  const files = listed === undefined || listed.length === 0 ? [`${lookups.home}/.kube/config`] : listed;
  const configs = files.map((file) => parsedYaml(read(file, lookups)));
  const current = configs
    .map((config) => stringField(config, "current-context"))
    .find((name) => name !== undefined && name !== "");
  const contexts = configs.flatMap((config) => {
    const list = config["contexts"];
    return Array.isArray(list) ? list.filter(isJsonObject) : [];
  });
  return contexts.flatMap((entry) => {
    const name = stringField(entry, "name");
    const namespace = stringField(objectField(entry, "context") ?? {}, "namespace");
    return name === undefined
      ? []
      : [{ name, current: name === current, ...(namespace === undefined ? {} : { namespace }) }];
  });
}

/** The mapping that a text holds; an empty one where it holds none, or is too long to be parsed while somebody waits. */
export function parsedYaml(text: string): JsonObject {
  if (text.length > yamlLimit) {
    return {};
  }
  try {
    const value: unknown = parse(text, { logLevel: "silent", maxAliasCount: 100 });
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Profiles of `~/.aws/config`; `credentials` is not read. */
export function awsProfiles(lookups: Lookups): readonly AwsProfile[] {
  const current = lookups.env("AWS_PROFILE") ?? lookups.env("AWS_DEFAULT_PROFILE");
  const file = lookups.env("AWS_CONFIG_FILE") ?? `${lookups.home}/.aws/config`;
  const sections = read(file, lookups).split(/^(?=\s*\[)/m);
  return sections.flatMap((section) => {
    const name = /^\s*\[\s*profile\s+["']?([^\]"']+?)["']?\s*\]/.exec(section)?.[1];
    if (name === undefined) {
      return [];
    }
    const region = /^\s*region\s*=\s*([\w-]+)/m.exec(section)?.[1];
    const account = /^\s*(?:sso_account_id\s*=\s*|role_arn\s*=\s*arn:aws[\w-]*:iam::)(\d{12})/m.exec(
      section,
    )?.[1];
    return [
      {
        name,
        current: name === current,
        ...(region === undefined ? {} : { region }),
        ...(account === undefined ? {} : { account }),
      },
    ];
  });
}

function read(path: string, lookups: Lookups): string {
  const found = lookups.readFile(path);
  return found.kind === "text" ? found.text : "";
}
