import { err, ok, type Result } from "../base/result.ts";
import { formatDiagnostic, type TextRange } from "../base/diagnostic.ts";
import { checkPolicy } from "./check.ts";
import { PolicyMerger, recordOrigins, type Origins } from "./merge.ts";
import { textsOf, valueOf, type MapNode } from "./node.ts";
import { maximumPolicyLength, parsePolicy } from "./parse.ts";
import { Reporter, type Finding } from "./reporter.ts";
import { policySchema } from "./schema.ts";
import type { Vocabulary } from "./vocabulary.ts";

/**
 * Gives the text of a policy that another one builds on: by an absolute path, or by the name of a shipped template
 * (`signalbox:railway/domains`). The error is the end of a sentence.
 */
export type PolicyReader = (file: string) => Result<string>;

/** A file that a policy was made of. */
export interface ExtendedText {
  /** Absolute path, or the name of a template. */
  readonly file: string;
  readonly text: string;
}

/** What a policy builds on. */
export interface Extended {
  /** The policies below, merged; undefined where there are none. */
  readonly base?: MapNode;
  /** In the order in which they were read, without the policy itself. */
  readonly texts: readonly ExtendedText[];
}

const maximumDepth = 8;
const maximumFiles = 32;
const templatePrefix = "signalbox:";

/**
 * Reads all that a policy builds on, each file once. What is wrong with one of them is told at the `extends` of the
 * policy itself, with the place in the other file: nothing of a policy holds where a part of it is missing.
 */
export function readExtended(
  source: { readonly file: string; readonly text: string; readonly read?: PolicyReader },
  root: MapNode,
  context: { readonly vocabulary: Vocabulary; readonly origins: Origins; readonly reporter: Reporter },
): Extended {
  const chain = new ExtendChain(source, context.vocabulary, context.origins);
  const base = chain.below(root, [source.file], (finding, range) => context.reporter.report(finding, range));
  return base === undefined ? { texts: chain.texts } : { base, texts: chain.texts };
}

/** Puts a policy over what it builds on. */
export function mergeExtended(base: MapNode, root: MapNode, origins: Origins): MapNode {
  const merged = new PolicyMerger(origins).merge(base, root, policySchema);
  return merged.kind === "map" ? merged : root;
}

type Tell = (finding: Finding, range: TextRange) => void;

class ExtendChain {
  readonly texts: ExtendedText[] = [];
  readonly #read: PolicyReader;
  readonly #vocabulary: Vocabulary;
  readonly #origins: Origins;
  readonly #root: string;
  #length: number;

  constructor(
    source: { readonly file: string; readonly text: string; readonly read?: PolicyReader },
    vocabulary: Vocabulary,
    origins: Origins,
  ) {
    this.#read = source.read ?? (() => err("no other policies can be read here"));
    this.#vocabulary = vocabulary;
    this.#origins = origins;
    this.#root = policyFolder(source.file);
    this.#length = source.text.length;
  }

  /** The policies that `node`, the last of `files`, builds on, from the first to the last; each over those before. */
  below(node: MapNode, files: readonly string[], tell: Tell): MapNode | undefined {
    let merged: MapNode | undefined;
    for (const name of textsOf(valueOf(node, "extends"))) {
      const found = this.#load(String(name.value), files, (finding) => tell(finding, name.range));
      if (found !== undefined) {
        merged = merged === undefined ? found : mergeExtended(merged, found, this.#origins);
      }
    }
    return merged;
  }

  #load(name: string, files: readonly string[], tell: (finding: Finding) => void): MapNode | undefined {
    const from = files.at(-1) ?? "";
    const resolved = resolveName(name, from, this.#root);
    if (!resolved.ok) {
      tell({
        code: "policy/extends-outside",
        message: `\`${clip(name)}\` ${resolved.error}`,
        help: namesHelp,
      });
      return undefined;
    }
    const file = resolved.value;
    const told = this.#refusal(file, files);
    if (told !== undefined) {
      tell(told);
      return undefined;
    }
    if (this.texts.some((known) => known.file === file)) {
      return undefined;
    }
    const text = this.#read(file);
    if (!text.ok) {
      tell({
        code: "policy/extends-unreadable",
        message: `\`${clip(name)}\`: ${text.error}`,
        help: namesHelp,
      });
      return undefined;
    }
    this.#length += text.value.length;
    this.texts.push({ file, text: text.value });
    if (this.#length > maximumPolicyLength) {
      tell(tooLarge);
      return undefined;
    }
    return this.#parse(file, text.value, { files: [...files, file], tell });
  }

  #refusal(file: string, files: readonly string[]): Finding | undefined {
    if (files.includes(file)) {
      const circle = [...files.slice(files.indexOf(file)), file].map((each) => lastOf(each)).join(" → ");
      const message = `the policy builds on itself: ${circle}`;
      return { code: "policy/extends-cycle", message, help: "take one of these `extends` out of the circle" };
    }
    if (files.length > maximumDepth || this.texts.length >= maximumFiles) {
      const message = `policies build on each other more than ${maximumDepth} deep, or there are more than ${maximumFiles}`;
      return { code: "policy/extends-too-much", message, help: "merge some of them into one file" };
    }
    return undefined;
  }

  #parse(
    file: string,
    text: string,
    { files, tell }: { readonly files: readonly string[]; readonly tell: (finding: Finding) => void },
  ): MapNode | undefined {
    const parsed = parsePolicy(file, text);
    const reporter = new Reporter(file);
    const broken = (): MapNode | undefined => {
      const first = [...parsed.diagnostics, ...reporter.diagnostics].find(
        ({ severity }) => severity === "error",
      );
      const [what] = first === undefined ? [""] : formatDiagnostic(first).split("\n");
      const help = first === undefined ? "correct that file" : `correct that file: ${first.help}`;
      tell({ code: "policy/extends-unreadable", message: `it does not load: ${what ?? ""}`, help });
      return undefined;
    };
    if (parsed.root?.kind !== "map") {
      return broken();
    }
    const { root } = parsed;
    recordOrigins(file, root, this.#origins);
    let complete = true;
    const base = this.below(root, files, (finding) => {
      complete = false;
      tell(
        finding.message.startsWith("in `")
          ? finding
          : { ...finding, message: `in \`${lastOf(file)}\`: ${finding.message}` },
      );
    });
    checkPolicy({ text, root, ...(base === undefined ? {} : { base }) }, this.#vocabulary, reporter);
    if (reporter.hasErrors || !complete) {
      return reporter.hasErrors ? broken() : undefined;
    }
    return base === undefined ? root : mergeExtended(base, root, this.#origins);
  }
}

const namesHelp =
  "write a path like `./base.yaml` from this file, or a template like `signalbox:railway/domains`";

const tooLarge: Finding = {
  code: "policy/too-large",
  message: `the policy and all that it builds on have more than ${maximumPolicyLength} characters`,
  help: "replace lists by globs, or build on less",
};

/**
 * The folder that a policy and all that it builds on must lie in: the nearest `.governance` above it, else its own. Empty
 * for a file that is named without a folder.
 */
export function policyFolder(file: string): string {
  const path = slashed(file);
  const governed = path.lastIndexOf("/.governance/");
  return governed >= 0
    ? path.slice(0, governed + "/.governance".length)
    : path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The file that a name means in another file, without a look at the file system. The error is the end of a sentence. */
function resolveName(name: string, from: string, root: string): Result<string> {
  if (name.startsWith(templatePrefix)) {
    return /^signalbox:[\w-]+(?:\/[\w-]+)*$/.test(name) ? ok(name) : err("is no name of a template");
  }
  if (from.startsWith(templatePrefix)) {
    return err("is not a template, and a template builds on templates alone");
  }
  if (name === "" || /^(?:[/~$%]|[A-Za-z]:)|[\\\u0000]/.test(name)) {
    return err("is not a relative path");
  }
  const path = slashed(from);
  const steps = (root === "" ? path : path.slice(root.length + 1)).split("/").slice(0, -1);
  for (const step of name.split("/")) {
    if (step === ".." && steps.pop() === undefined) {
      return err(`leads out of the folder \`${lastOf(root) || "."}\``);
    }
    if (step !== ".." && step !== "." && step !== "") {
      steps.push(step);
    }
  }
  return ok(root === "" ? steps.join("/") : `${root}/${steps.join("/")}`);
}

function slashed(file: string): string {
  return /^[A-Za-z]:\\/.test(file) ? file.replaceAll("\\", "/") : file;
}

function lastOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
