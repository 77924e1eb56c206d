import { isJsonObject, objectField, parseJson, stringField } from "../../base/json.ts";
import { joinPath } from "../paths.ts";
import type { Scope } from "../scope.ts";

/** A package of a workspace of several. */
interface WorkspacePackage {
  readonly folder: string;
  readonly name: string;
}

const maximumPackages = 40;

/** The packages of the project, as `package.json` or `pnpm-workspace.yaml` names their folders. Bounded. */
function packagesOf(scope: Scope, base: string): readonly WorkspacePackage[] {
  const globs = [...npmGlobs(scope, base), ...pnpmGlobs(scope, base)];
  const folders = globs.flatMap((glob) => {
    const [parent = "", rest] = glob.replace(/\/+$/, "").split(/\/\*+$/, 2);
    const folder = joinPath(base, parent);
    return rest === undefined ? [folder] : scope.lookups.list(folder).map((name) => joinPath(folder, name));
  });
  return [...new Set(folders)].slice(0, maximumPackages).flatMap((folder) => {
    const path = joinPath(folder, "package.json");
    const file =
      scope.writtenFile(path) ?? (scope.lookups.kind(path) === "file" ? scope.readInput(path) : undefined);
    const parsed = file?.kind === "text" ? parseJson(file.text) : undefined;
    return parsed?.ok === true && isJsonObject(parsed.value)
      ? [{ folder, name: stringField(parsed.value, "name") ?? "" }]
      : [];
  });
}

function npmGlobs(scope: Scope, base: string): readonly string[] {
  const path = joinPath(base, "package.json");
  const file = scope.writtenFile(path) ?? scope.readInput(path);
  const parsed = file.kind === "text" ? parseJson(file.text) : undefined;
  if (parsed?.ok !== true || !isJsonObject(parsed.value)) {
    return [];
  }
  const workspaces = parsed.value["workspaces"];
  const listed = Array.isArray(workspaces)
    ? workspaces
    : (objectField(parsed.value, "workspaces")?.["packages"] ?? []);
  return Array.isArray(listed) ? listed.filter((glob) => typeof glob === "string") : [];
}

function pnpmGlobs(scope: Scope, base: string): readonly string[] {
  const path = joinPath(base, "pnpm-workspace.yaml");
  const file = scope.lookups.kind(path) === "file" ? scope.readInput(path) : undefined;
  return file?.kind === "text"
    ? [...file.text.matchAll(/^\s*-\s*["']?([^"'\n!]+?)["']?\s*$/gm)].map((match) => match[1] ?? "")
    : [];
}

/** Folders of the packages that a selection means: by name, by folder, or all where it is no plain name. */
export function selectedFolders(scope: Scope, base: string, selection: readonly string[]): readonly string[] {
  const packages = packagesOf(scope, base);
  const found = packages.filter(({ name, folder }) =>
    selection.some((text) => {
      const plain = text.replaceAll(/^\{|\}$|\.{3}|^\.\/|\/$/g, "");
      return plain === name || folder === joinPath(base, plain) || name.endsWith(`/${plain}`);
    }),
  );
  const named = selection.length > 0 && selection.every((text) => /^[@\w./-]+$/.test(text));
  return (named ? found : packages).map(({ folder }) => folder);
}

const valued = /^(?:-w|--workspace|--filter|-F|--scope|--projects?|-p)$/;
const every = /^(?:-ws|--workspaces|-r|--recursive|-A|--all)$/;

/** A line for a package manager without the words that pick packages; undefined where it picks none. */
export function packageSelection(
  words: readonly string[],
): { readonly names: readonly string[]; readonly rest: readonly string[] } | undefined {
  const names: string[] = [];
  const rest: string[] = [];
  let picks = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const inline = /^(?:-w|--workspace|--filter|-F|--scope|--projects?)=(.+)$/.exec(word)?.[1];
    if (inline !== undefined) {
      names.push(inline);
    } else if (valued.test(word)) {
      names.push(words[at + 1] ?? "");
      at += 1;
    } else if (!every.test(word)) {
      rest.push(word);
      continue;
    }
    picks = true;
  }
  return picks ? { names, rest } : undefined;
}
