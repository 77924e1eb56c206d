import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { formatDiagnostic, type Diagnostic } from "../base/diagnostic.ts";
import { policyRemarks } from "../boundary/check/policy-remarks.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { openApproverKeys } from "../broker/approver-keys.ts";
import { Catalogues } from "../broker/catalogues.ts";
import { userPolicyFolder } from "../broker/layers-above.ts";
import { managedPlace } from "../broker/managed-policy.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { workspaceOf } from "../broker/workspace.ts";
import type { Layer } from "../policy/compiled.ts";
import { exitCodes, print, printJson, UsageError, type CommandContext } from "./command.ts";
import { readPolicyText } from "./evaluate.ts";
import type { ParsedOptions } from "./options.ts";

/** `policy check`: what is wrong with policies, and what their authors cannot have meant. Exit 1 where one does not load. */
export function checkPolicies(parsed: ParsedOptions, context: CommandContext): number {
  const { cwd, home } = context;
  const workspace = workspaceOf(cwd);
  const files = parsed.positionals.length === 0 ? policiesOf(workspace) : parsed.positionals;
  const catalogue = new Catalogues(packagedCatalogue()).extended(workspace) ?? packagedCatalogue();
  const keys = openApproverKeys(placesOf(stateDirectory(home)).approvers);
  const enrolled = keys.ok ? keys.value.list().flatMap(({ name, keyId }) => [name, keyId]) : [];
  const found = files.flatMap((name) => {
    const file = resolve(cwd, name);
    const policy = {
      file,
      text: readPolicyText(file),
      layer: layerOf(file, home),
      workspace,
      home,
      enrolled,
    };
    return policyRemarks(policy, catalogue);
  });
  if (parsed.flags.has("json")) {
    printJson(context.stdout, found);
  } else {
    print(context.stdout, textOf(found, files.length, cwd));
  }
  return found.some(({ severity }) => severity === "error") ? exitCodes.failed : exitCodes.done;
}

/** A file that lies where a layer above the workspaces has its own is judged as that layer's. */
function layerOf(file: string, home: string): Layer {
  return dirname(file) === userPolicyFolder(home)
    ? "user"
    : file === managedPlace().file
      ? "organisation"
      : "workspace";
}

function policiesOf(workspace: string): readonly string[] {
  const files = ["policy.yaml", "policy.yml", "policy.json"]
    .map((name) => join(workspace, ".governance", name))
    .filter((file) => existsSync(file));
  if (files.length === 0) {
    throw new UsageError("there is no policy here; name a file, or write one with `signalbox init`");
  }
  return files;
}

function textOf(found: readonly Diagnostic[], files: number, cwd: string): string {
  const lines = found.map((diagnostic) => {
    const file = relative(cwd, diagnostic.file);
    const fix = diagnostic.fix === undefined ? "" : `\n  fix: ${diagnostic.fix.title}`;
    return `${formatDiagnostic({ ...diagnostic, file: file.startsWith("..") ? diagnostic.file : file })}${fix}`;
  });
  return [
    ...lines,
    found.length === 0 ? `nothing to say about ${files === 1 ? "it" : `${files} policies`}` : "",
  ].join("\n");
}
