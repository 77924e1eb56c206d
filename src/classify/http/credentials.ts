import type { CredentialSpec, Provider } from "../../catalogue/catalogue.ts";
import type { CredentialUse } from "../../model/action.ts";
import type { Lookups } from "../../model/lookups.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import type { HttpCall } from "./call.ts";

/** Shortest value that is looked for in a text: shorter ones occur by accident. */
const shortestValue = 8;

/** The named credentials that a call would use: by variable, by file, by value, or by the header that only they use. */
export function callCredentials(call: HttpCall, scope: Scope): readonly CredentialUse[] {
  const found = new Map<string, string | undefined>();
  const add = (name: string, from: string | undefined): void => {
    found.set(name, found.get(name) ?? from);
  };
  for (const text of call.credentialTexts) {
    for (const name of credentialsInText(text, scope)) {
      add(name, whereIn(text, name, scope));
    }
  }
  for (const spec of scope.catalogue.credentials) {
    const header = spec.headers?.find((each) => call.headers.some(({ name }) => name === each));
    if (header !== undefined) {
      add(spec.name, `the header \`${header}\``);
    }
  }
  return [...found].map(([name, from]) => ({
    name,
    provider: scope.catalogue.credential(name)?.provider ?? "",
    ...(from === undefined ? {} : { from }),
  }));
}

/** Where a text takes a credential from: a variable, a file that it names, or the file in which its value lies. */
function whereIn(text: string, name: string, scope: Scope): string | undefined {
  const specs = scope.catalogue.credentials.filter((spec) => spec.name === name);
  const variable = specs
    .flatMap(({ environment }) => environment)
    .find((each) => new RegExp(`\\$\\{?(?:env:)?${each}(?!\\w)`).test(text));
  if (variable !== undefined) {
    return `\`$${variable}\``;
  }
  const named = specs.flatMap(({ files }) => files).find(({ path }) => text.includes(path.replace(/^~/, "")));
  if (named !== undefined) {
    return `\`${named.path}\``;
  }
  const file = scope.lookups.credentialFile?.(name);
  return file === undefined ? undefined : `its value, which lies in \`${shortened(file, scope)}\``;
}

function shortened(file: string, { workspace, lookups }: Scope): string {
  return file.startsWith(`${workspace}/`)
    ? file.slice(workspace.length + 1)
    : file.startsWith(`${lookups.home}/`)
      ? `~${file.slice(lookups.home.length)}`
      : file;
}

/** What was found in a text of this request: one `curl` with many addresses asks for the same texts again and again. */
const found = new WeakMap<Scope, Map<string, readonly string[]>>();

/** Names of the credentials that a text speaks of, as written in a command or as a value. */
export function credentialsInText(text: string, scope: Scope): readonly string[] {
  let known = found.get(scope);
  if (known === undefined) {
    known = new Map();
    found.set(scope, known);
  }
  let names = known.get(text);
  if (names === undefined) {
    names = searchText(text, scope);
    known.set(text, names);
  }
  return names;
}

function searchText(text: string, scope: Scope): readonly string[] {
  const byValue = text.length >= shortestValue ? scope.lookups.credentialsIn(text) : [];
  const named = scope.catalogue.credentials.filter(
    (spec) =>
      mentionsVariable(text, spec) ||
      mentionsFile(text, spec, scope) ||
      holdsValue(text, spec, scope.lookups),
  );
  return [...byValue, ...named.map((spec) => spec.name)];
}

function mentionsVariable(text: string, spec: CredentialSpec): boolean {
  return (
    text.includes("$") &&
    spec.environment.some((name) => {
      const at = text.indexOf(name);
      return at > 0 && /[${:]$/.test(text.slice(0, at)) && !/^\w/.test(text.slice(at + name.length));
    })
  );
}

function mentionsFile(text: string, spec: CredentialSpec, scope: Scope): boolean {
  const within = `${scope.workspace}/`;
  return spec.files.some(
    ({ path }) =>
      text.includes(path.replace(/^~/, "")) ||
      // A file of the workspace is mostly named from there; a short name may be part of any other word.
      (path.startsWith(within) && mentionsWord(text, path.slice(within.length))),
  );
}

function mentionsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (/^[\s"'`=(@</]?$/.test(text.slice(at - 1, at)) && !/^[\w.-]/.test(text.slice(at + word.length))) {
      return true;
    }
  }
  return false;
}

function holdsValue(text: string, spec: CredentialSpec, lookups: Lookups): boolean {
  return spec.environment.some((name) => {
    const value = lookups.env(name);
    return value !== undefined && value.length >= shortestValue && text.includes(value);
  });
}

/**
 * The credentials that a provider's own tool would use: of the catalogue's the first in the tool's order of preference, a
 * variable that is set before a file that is there; of those that a policy declares for it, each that is there, because two
 * names for one value must both hold. None where nothing of the kind is seen: what is not known is not claimed.
 */
export function toolCredentials(
  provider: Provider,
  invocation: Invocation,
  scope: Scope,
): readonly CredentialSpec[] {
  const inVariable = (spec: CredentialSpec): boolean =>
    spec.environment.some((name) => isSet(name, invocation, scope));
  const inFile = (spec: CredentialSpec): boolean => spec.files.some((file) => hasValue(file, scope.lookups));
  const first = provider.credentials.find(inVariable) ?? provider.credentials.find(inFile);
  const shipped = new Set(provider.credentials);
  const declared = scope.catalogue.credentials.filter(
    (spec) => spec.provider === provider.name && !shipped.has(spec) && (inVariable(spec) || inFile(spec)),
  );
  return first === undefined ? declared : [first, ...declared];
}

function isSet(name: string, invocation: Invocation, scope: Scope): boolean {
  const assigned = invocation.assignments.get(name);
  return assigned === undefined
    ? (scope.variable(name) ?? scope.lookups.env(name) ?? "") !== ""
    : !assigned.known || assigned.text !== "";
}

function hasValue(file: CredentialSpec["files"][number], lookups: Lookups): boolean {
  const found = lookups.readFile(file.path.replace(/^~/, lookups.home));
  if (found.kind !== "text") {
    return false;
  }
  if (file.json === undefined) {
    return true;
  }
  const last = file.json.split(".").at(-1) ?? "";
  const at = found.text.indexOf(`"${last}"`);
  return at >= 0 && /^\s*:\s*"[^"]/.test(found.text.slice(at + last.length + 2));
}

/** A credential that a tool takes by itself, with the variable or file that it takes it from. */
export function credentialUse(spec: CredentialSpec, invocation: Invocation, scope: Scope): CredentialUse {
  const variable = spec.environment.find((name) => isSet(name, invocation, scope));
  const file = spec.files.find((each) => hasValue(each, scope.lookups));
  const from = variable === undefined ? file?.path : `$${variable}`;
  return {
    name: spec.name,
    provider: spec.provider,
    ...(from === undefined ? {} : { from: `\`${invocation.program}\`, which takes it from \`${from}\`` }),
  };
}
