import type { CredentialSpec } from "../../catalogue/catalogue.ts";
import type { Lookups } from "../../model/lookups.ts";
import { digestOf } from "../../record/digest.ts";
import { valuesOfEnv, valuesOfSpec } from "../files/credential-values.ts";
import { testHome, testWorkspace, type PolicyTestCase } from "./test-case.ts";

/**
 * A machine on which only what a case says is there: the same test gives the same answer on every machine, and nothing
 * is written to any disk.
 */
export function virtualMachine(
  { files, environment }: Pick<PolicyTestCase, "files" | "environment">,
  credentials: readonly CredentialSpec[],
): Lookups {
  const folders = foldersOf([...files.keys(), `${testWorkspace}/.`, `${testHome}/.`, "/tmp/."]);
  const values = secretsIn(files, environment, credentials);
  return {
    home: testHome,
    caseSensitive: true,
    readFile: (path) => {
      const text = files.get(path);
      return text === undefined ? { kind: "missing" } : { kind: "text", text, digest: digestOf(text) };
    },
    realPath: (path) => path,
    kind: (path) => (files.has(path) ? "file" : folders.has(path) ? "directory" : "missing"),
    list: (path) => [...(folders.get(path) ?? [])],
    below: (path, wanted) => ({
      files: [...files.keys()]
        .filter((file) => file.startsWith(path === "/" ? path : `${path}/`) && wanted(file))
        .map((file) => ({ path: file, isLink: false })),
      complete: true,
    }),
    gitNames: () => [],
    env: (name) => environment.get(name) ?? usual.get(name),
    credentialsIn: (text) => [
      ...new Set(values.flatMap(({ name, value }) => (text.includes(value) ? [name] : []))),
    ],
  };
}

/** What every shell has. */
const usual: ReadonlyMap<string, string> = new Map([
  ["HOME", testHome],
  ["USER", "user"],
  ["LOGNAME", "user"],
  ["PWD", testWorkspace],
]);

/** Every folder that leads to one of the paths, with the names in it. */
function foldersOf(paths: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = new Map<string, Set<string>>();
  for (const path of paths) {
    for (let slash = path.lastIndexOf("/"); slash >= 0; slash = path.lastIndexOf("/", slash - 1)) {
      const names = folders.get(path.slice(0, slash) || "/") ?? new Set();
      const [name = ""] = path.slice(slash + 1).split("/");
      if (name !== "" && name !== ".") {
        names.add(name);
      }
      folders.set(path.slice(0, slash) || "/", names);
      if (slash === 0) {
        break;
      }
    }
  }
  return folders;
}

/** Values of the catalogue's credentials, where a broker would look for them on a real machine. */
function secretsIn(
  files: PolicyTestCase["files"],
  environment: PolicyTestCase["environment"],
  specs: readonly CredentialSpec[],
): readonly { readonly name: string; readonly value: string }[] {
  const kept = specs.flatMap((spec) =>
    spec.files.flatMap(({ path, json }) => {
      const text = files.get(path.startsWith("~/") ? `${testHome}${path.slice(1)}` : path);
      return text === undefined ? [] : valuesOfSpec(text, spec.name, json);
    }),
  );
  const assigned = [...environment].map(([name, value]) => `${name}=${value}`).join("\n");
  const envFiles = [...files].flatMap(([path, text]) =>
    /^\/workspace\/\.env(?:\.[^/]*)?$/.test(path) ? [text] : [],
  );
  return [...kept, ...[assigned, ...envFiles].flatMap((text) => valuesOfEnv(text, specs))].filter(
    ({ named }) => named,
  );
}
