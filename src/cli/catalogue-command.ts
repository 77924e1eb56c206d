import { lstatSync } from "node:fs";
import { relative, resolve } from "node:path";
import { formatDiagnostic } from "../base/diagnostic.ts";
import { makeVisibleLine } from "../base/visible-text.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { catalogueFolder } from "../boundary/files/workspace-catalogue.ts";
import { Catalogues } from "../broker/catalogues.ts";
import { workspaceOf } from "../broker/workspace.ts";
import type { Operation, Provider } from "../catalogue/catalogue.ts";
import type { Catalogue } from "../catalogue/load.ts";
import {
  operationJson,
  operationLines,
  providerJson,
  providerLine,
  providerLines,
} from "./catalogue-text.ts";
import { testFiles, testShipped, type TestReport } from "./catalogue-tests.ts";
import { exitCodes, print, printJson, UsageError, type Command, type CommandContext } from "./command.ts";
import { noPositionals, parseOptions, type ParsedOptions } from "./options.ts";

export const catalogueCommand: Command = {
  name: "catalogue",
  summary: "show what is known of providers' operations, and test what a workspace adds",
  help: `usage: signalbox catalogue list [--json]
       signalbox catalogue show PROVIDER [OPERATION] [--json]
       signalbox catalogue test [PATH | --shipped] [--json]

list   providers with their operations, hosts, programs and groups: shipped ones and the workspace's own
show   one provider, or one of its operations: access, effects, groups, command-line forms, routes, fields, tools
test   run every example through the classifier: of PATH (a file or a folder), by default of the workspace's
       own \`.governance/catalogue\`, with --shipped of what ships with Signalbox

exit codes: 0 done, 1 an example fails or a file has an error, 2 wrong usage`,
  async run(args, context) {
    const [what, ...rest] = args;
    switch (what) {
      case "list":
        return list(parseOptions(rest, { json: "flag" }), context);
      case "show":
        return show(parseOptions(rest, { json: "flag" }), context);
      case "test":
        return test(parseOptions(rest, { json: "flag", shipped: "flag" }), context);
      default:
        throw new UsageError(
          what === undefined
            ? "say `list`, `show` or `test`"
            : `unknown \`${what}\`; say \`list\`, \`show\` or \`test\``,
        );
    }
  },
};

interface Known {
  readonly catalogue: Catalogue;
  readonly shipped: Catalogue;
  /** True where every file of the workspace is in force. */
  readonly whole: boolean;
}

/** The catalogue in force here. What is wrong with the workspace's own is told on standard error. */
function knownHere(context: CommandContext): Known {
  const shipped = packagedCatalogue();
  const catalogues = new Catalogues(shipped);
  const workspace = workspaceOf(context.cwd);
  const diagnostics = catalogues.diagnostics(workspace);
  for (const diagnostic of diagnostics) {
    print(context.stderr, formatDiagnostic(diagnostic));
  }
  return { catalogue: catalogues.extended(workspace) ?? shipped, shipped, whole: diagnostics.length === 0 };
}

function list(parsed: ParsedOptions, context: CommandContext): number {
  noPositionals(parsed);
  const { catalogue, shipped, whole } = knownHere(context);
  const providers = [...catalogue.providers.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const isShipped = ({ name }: Provider): boolean => shipped.providers.has(name);
  if (parsed.flags.has("json")) {
    printJson(
      context.stdout,
      providers.map((provider) => ({ ...providerJson(provider), shipped: isShipped(provider) })),
    );
  } else {
    for (const provider of providers) {
      print(context.stdout, providerLine(provider, isShipped(provider)));
    }
  }
  return whole ? exitCodes.done : exitCodes.failed;
}

function show(parsed: ParsedOptions, context: CommandContext): number {
  const [name, operationName, ...more] = parsed.positionals;
  if (name === undefined || more.length > 0 || parsed.rest !== undefined) {
    throw new UsageError(
      name === undefined ? "PROVIDER is missing" : "give one provider, and one operation at most",
    );
  }
  const { catalogue, whole } = knownHere(context);
  const provider = catalogue.providers.get(name);
  if (provider === undefined) {
    throw new UsageError(
      `unknown provider \`${makeVisibleLine(name)}\`; \`signalbox catalogue list\` shows them`,
    );
  }
  const operation = operationName === undefined ? undefined : operationOf(catalogue, provider, operationName);
  if (parsed.flags.has("json")) {
    printJson(
      context.stdout,
      operation === undefined
        ? {
            ...providerJson(provider),
            described: [...provider.operations.values()].map((each) => operationJson(provider, each)),
          }
        : operationJson(provider, operation),
    );
  } else {
    const lines = operation === undefined ? providerLines(provider) : operationLines(provider, operation);
    print(context.stdout, lines.join("\n"));
  }
  return whole ? exitCodes.done : exitCodes.failed;
}

/** By `volume_delete`, by an alias, or as policies write it: `railway:volume_delete`. */
function operationOf(catalogue: Catalogue, provider: Provider, name: string): Operation {
  const own = name.startsWith(`${provider.name}:`) ? name.slice(provider.name.length + 1) : name;
  const operation = catalogue.operation(provider.name, own);
  if (operation === undefined) {
    throw new UsageError(
      `\`${provider.name}\` has no operation \`${makeVisibleLine(name)}\`; \`signalbox catalogue show ${provider.name}\` shows them`,
    );
  }
  return operation;
}

function test(parsed: ParsedOptions, context: CommandContext): number {
  const [path, ...more] = parsed.positionals;
  const shipped = parsed.flags.has("shipped");
  if (more.length > 0 || parsed.rest !== undefined || (shipped && path !== undefined)) {
    throw new UsageError("give one path, or `--shipped`");
  }
  const report = shipped ? testShipped() : testFiles(placeOf(path, context));
  const { examples, failures, diagnostics } = report;
  if (parsed.flags.has("json")) {
    printJson(context.stdout, { examples, failures, diagnostics });
  } else {
    printReport(report, context);
  }
  return failures.length + diagnostics.length === 0 ? exitCodes.done : exitCodes.failed;
}

function placeOf(path: string | undefined, context: CommandContext): Parameters<typeof testFiles>[0] {
  if (path === undefined) {
    return { kind: "folder", folder: catalogueFolder(workspaceOf(context.cwd)) };
  }
  const place = resolve(context.cwd, path);
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new UsageError(`there is no \`${makeVisibleLine(path)}\``);
  }
  return stats.isDirectory() ? { kind: "folder", folder: place } : { kind: "file", file: place };
}

function printReport(
  { examples, failures, diagnostics, providers }: TestReport,
  context: CommandContext,
): void {
  for (const diagnostic of diagnostics) {
    print(context.stdout, formatDiagnostic(diagnostic));
  }
  for (const { file, line, title, message } of failures) {
    const place = relative(context.cwd, file);
    print(
      context.stdout,
      `${place.startsWith("..") ? file : place}:${line}: ${makeVisibleLine(title)}: ${makeVisibleLine(message)}`,
    );
  }
  const failed = new Set(failures.map(({ file, line }) => `${file}:${line}`)).size;
  const counts = `${providers} providers, ${examples} examples: ${failed} failed, ${diagnostics.length} errors in files`;
  print(context.stdout, providers + diagnostics.length === 0 ? "there is no catalogue to test" : counts);
}
