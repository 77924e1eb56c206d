import { basename, join } from "node:path";
import type { CredentialSpec } from "../../catalogue/catalogue.ts";
import { readOwnFile } from "../../record/durable-file.ts";
import { valuesOfEnv, valuesOfSpec } from "../files/credential-values.ts";
import { lineOf } from "./workspace-scan.ts";

/** A credential that lies where a session can use it. Never its value. */
export interface FoundCredential {
  /** The catalogue's or the policy's name; the variable's where nobody knows it. */
  readonly name: string;
  /** Undefined where neither catalogue nor policy knows the name. */
  readonly spec?: CredentialSpec;
  /** `~/.railway/config.json`, `$RAILWAY_TOKEN`. */
  readonly where: string;
  readonly file?: string;
  readonly line?: number;
}

export interface CredentialSearch {
  readonly found: readonly FoundCredential[];
  /** Files that could not be read, one clause each. */
  readonly unseen: readonly string[];
  /** How many places were looked at. */
  readonly places: number;
}

export interface CredentialPlaces {
  /** Undefined where the machine's own files say nothing about sessions: in a build. */
  readonly home: string | undefined;
  /** What sessions that are started from here inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Files of the workspace. */
  readonly files: readonly string[];
  /** The catalogue's credentials and those that policies declare. */
  readonly specs: readonly CredentialSpec[];
}

const fileLimit = 256 * 1024;
const shortest = 12;

/** Looks where the catalogue and the policies say that credentials lie, and into the environment files of the workspace. */
export function findCredentials(places: CredentialPlaces): CredentialSearch {
  const unseen: string[] = [];
  const read = (file: string): string | undefined => {
    const text = readOwnFile(file, fileLimit);
    if (!text.ok) {
      unseen.push(text.error);
    }
    return text.ok ? text.value : undefined;
  };
  const atHome = places.home === undefined ? [] : homeFiles(places.specs, places.home);
  const found: readonly FoundCredential[] = [
    ...atHome.flatMap(({ spec, file, json }) => {
      const text = read(file);
      const values = text === undefined ? [] : valuesOfSpec(text, spec.name, json);
      return values.length === 0 ? [] : [{ name: spec.name, spec, where: file, file }];
    }),
    ...variables(places),
    ...envFiles(places.files).flatMap((file) => inEnvFile(file, read(file) ?? "", places.specs)),
  ];
  const unique = found.filter(
    ({ name, where, line }, index) =>
      found.findIndex((each) => each.name === name && each.where === where && each.line === line) === index,
  );
  return { found: unique, unseen, places: atHome.length + envFiles(places.files).length };
}

function homeFiles(
  specs: readonly CredentialSpec[],
  home: string,
): readonly { readonly spec: CredentialSpec; readonly file: string; readonly json: string | undefined }[] {
  return specs.flatMap((spec) =>
    spec.files.map(({ path, json }) => ({
      spec,
      file: path.startsWith("~/") ? join(home, path.slice(2)) : path,
      json,
    })),
  );
}

function variables({ env, specs }: CredentialPlaces): readonly FoundCredential[] {
  return specs.flatMap((spec) =>
    spec.environment.flatMap((name) =>
      (env[name] ?? "").length >= shortest ? [{ name: spec.name, spec, where: `$${name}` }] : [],
    ),
  );
}

function envFiles(files: readonly string[]): readonly string[] {
  return files.filter((file) => {
    const name = basename(file);
    return (
      /^\.env(?:\..+)?$|\.env$/.test(name) && !/(?:example|sample|template|dist|defaults|schema)/.test(name)
    );
  });
}

function inEnvFile(file: string, text: string, specs: readonly CredentialSpec[]): readonly FoundCredential[] {
  return valuesOfEnv(text, specs).map(({ name, named, value }) => {
    const spec = named ? specs.find((each) => each.name === name) : undefined;
    const line = lineOf(text, Math.max(0, text.indexOf(value)));
    return { name, where: file, file, line, ...(spec === undefined ? {} : { spec }) };
  });
}
