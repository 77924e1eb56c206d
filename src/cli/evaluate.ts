import { randomBytes } from "node:crypto";
import { closeSync, lstatSync, openSync, readSync, realpathSync } from "node:fs";
import { formatDiagnostic } from "../base/diagnostic.ts";
import { fileLookups } from "../boundary/files/lookups.ts";
import { packagedCatalogue, type PackagedText } from "../boundary/files/packaged.ts";
import { policyOnBaseline, type PolicyPlace } from "../boundary/check/policy-on-baseline.ts";
import { warmUpSteps } from "../boundary/warm-up.ts";
import { openApproverKeys } from "../broker/approver-keys.ts";
import { Catalogues } from "../broker/catalogues.ts";
import { Credentials } from "../broker/credentials.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { openPolicies } from "../broker/open-policies.ts";
import type { Policies } from "../broker/policies.ts";
import { workspaceOf } from "../broker/workspace.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { declaredCredentials } from "../decide/declared-credentials.ts";
import type { Decision } from "../model/decision.ts";
import type { AgentRequest } from "../model/request.ts";
import { imaginedSession, type Session } from "../model/session.ts";
import { judge } from "../pipeline.ts";
import type { PoliciesInForce } from "../policy/compiled.ts";
import { maximumPolicyLength } from "../policy/parse.ts";
import { UsageError } from "./command.ts";

export interface EvaluatorOptions {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A policy to judge by as if it were approved. Without one, the workspace's own is in force as the broker holds it. */
  readonly policyFile?: string;
}

export interface Evaluator {
  /**
   * Loads what is in force for a working directory, and all that many requests will need. Throws `UsageError` with the
   * diagnostics where it does not load.
   */
  prepare(cwd: string): void;
  /** `elapsedUs` is the time for classifying and deciding, in microseconds, without loading. */
  judge(request: AgentRequest, task?: string): { readonly decision: Decision; readonly elapsedUs: number };
}

/** Workspaces whose compiled policies are kept: a stream of requests from everywhere takes bounded memory. */
const workspaceLimit = 64;

/** What a shell always has, whoever starts it. The rest of an agent's environment is not known here. */
const knownVariables: ReadonlySet<string> = new Set(["HOME", "USER", "LOGNAME", "PWD", "TMPDIR"]);

/** Judges requests in this process: no record, no latch, no prompt. */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const catalogue = packagedCatalogue();
  const source =
    options.policyFile === undefined ? workspaceSource(options, catalogue) : fileSource(options, catalogue);
  const credentials = new Credentials({
    home: options.home,
    specs: catalogue.credentials,
    key: randomBytes(32),
  });
  const catalogues = new Catalogues(catalogue);
  const byCwd = new Map<string, Found>();
  const found = (cwd: string): Found => {
    const before = byCwd.get(cwd);
    if (before !== undefined) {
      return before;
    }
    const now = source(cwd);
    refuseBroken(catalogues, now.workspace);
    if (byCwd.size === workspaceLimit) {
      byCwd.clear();
    }
    byCwd.set(cwd, now);
    credentials.learn(now.workspace, declaredCredentials(now.policies));
    return now;
  };
  return {
    prepare: (cwd) => {
      const { policies } = found(cwd);
      const dry = { catalogue, policies: () => policies, session: () => undefined };
      for (const step of warmUpSteps(catalogue, (request, lookups) =>
        judge(request, { ...dry, lookups: () => lookups }),
      )) {
        step();
      }
    },
    judge: (request, task) => {
      const { policies, workspace } = found(request.context.cwd);
      const bound = { ...request, context: { ...request.context, workspace } };
      const start = process.hrtime.bigint();
      const decision = judge(bound, {
        catalogue,
        extended: () => catalogues.extended(workspace),
        lookups: () =>
          fileLookups({
            home: options.home,
            workspace,
            env: (name) => (knownVariables.has(name) ? options.env[name] : undefined),
            credentialsIn: (text) => credentials.namesIn(text),
            credentialFile: (name) => credentials.fileOf(name),
          }),
        policies: () => policies,
        session: () => (task === undefined ? undefined : sessionFor(bound, task)),
      });
      return { decision, elapsedUs: Math.round(Number(process.hrtime.bigint() - start) / 1000) };
    },
  };
}

/** A broker has the last version that could be used to go on with; a process of its own has nothing. */
function refuseBroken(catalogues: Catalogues, workspace: string): void {
  const diagnostics = catalogues.diagnostics(workspace);
  if (diagnostics.length > 0) {
    const errors = diagnostics.map(formatDiagnostic).join("\n");
    throw new UsageError(`the workspace's catalogue does not load\n${errors}`);
  }
}

interface Found {
  readonly workspace: string;
  readonly policies: PoliciesInForce;
}

/** `--policy F`: F on top of the baseline, with the working directory as the root. */
function fileSource(options: EvaluatorOptions, catalogue: Catalogue): (cwd: string) => Found {
  const file = options.policyFile ?? "";
  const text = readPolicyText(file);
  return (cwd) => {
    const place = { workspace: cwd, home: options.home };
    return { workspace: cwd, policies: candidateOnBaseline({ file, text }, place, catalogue) };
  };
}

/** A policy as if it were approved, or the baseline alone. Throws `UsageError` with the diagnostics where it does not load. */
export function candidateOnBaseline(
  source: PackagedText | undefined,
  place: PolicyPlace,
  catalogue: Catalogue,
): PoliciesInForce {
  const { policies, diagnostics } = policyOnBaseline(source, place, catalogue);
  if (policies === undefined) {
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    throw new UsageError(`the policy does not load\n${errors.map(formatDiagnostic).join("\n")}`);
  }
  return policies;
}

/** The text of a policy. Throws `UsageError` where it cannot be read. */
export function readPolicyText(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readBounded(file));
  } catch (error) {
    if (error instanceof UsageError) {
      throw error;
    }
    const code = error instanceof Error && "code" in error ? String(error.code) : "not valid UTF-8";
    throw new UsageError(`the policy \`${file}\` cannot be read (${code})`);
  }
}

/** Larger than any policy that loads, in bytes. */
const policyBytes = 4 * maximumPolicyLength;

/** The pipe of `<(…)` has a writer; one in a folder may have been put there to hold up whoever looks. */
function isNamedPipe(file: string): boolean {
  try {
    return lstatSync(realpathSync(file)).isFIFO();
  } catch {
    // Not there, or a pipe without a name.
    return false;
  }
}

/** Reads files and pipes, and of what never ends only as much as tells that it is no policy. */
function readBounded(file: string): Buffer {
  if (isNamedPipe(file)) {
    throw new UsageError(`the policy \`${file}\` is a named pipe, which may never say anything`);
  }
  const descriptor = openSync(file, "r");
  try {
    const chunks: Buffer[] = [];
    for (let size = 0; size <= policyBytes;) {
      const chunk = Buffer.alloc(64 * 1024);
      const read = readSync(descriptor, chunk);
      if (read === 0) {
        return Buffer.concat(chunks);
      }
      chunks.push(chunk.subarray(0, read));
      size += read;
    }
    throw new UsageError(`the policy \`${file}\` is larger than ${policyBytes / 1_000_000} MB`);
  } finally {
    closeSync(descriptor);
  }
}

/** With the operations that the workspace adds; what is wrong with its files is told by `signalbox catalogue test`. */
export function catalogueAt(workspace: string, catalogue: Catalogue): Catalogue {
  return new Catalogues(catalogue).extended(workspace) ?? catalogue;
}

/** What a broker would hold: policies of workspaces, approved or not. */
export function workspacePolicies(home: string, catalogue: Catalogue): Policies {
  const places = placesOf(stateDirectory(home));
  const keys = openApproverKeys(places.approvers);
  if (!keys.ok) {
    throw new UsageError(keys.error);
  }
  const catalogues = new Catalogues(catalogue);
  return openPolicies({
    catalogue,
    home,
    places,
    keys: keys.value,
    shown: formatDiagnostic,
    catalogueOf: (workspace) => catalogues.texts(workspace),
  });
}

function workspaceSource(options: EvaluatorOptions, catalogue: Catalogue): (cwd: string) => Found {
  const policies = workspacePolicies(options.home, catalogue);
  return (cwd) => {
    const workspace = workspaceOf(cwd);
    const inForce = policies.inForce(workspace);
    const broken = policies
      .states()
      .find(
        (state) =>
          (state.layer === "user" || isAround(state.workspace, workspace)) && state.state === "broken",
      );
    if (broken !== undefined) {
      throw new UsageError(`the policy does not load\n${broken.detail}`);
    }
    return { workspace, policies: inForce };
  };
}

/** The policies of the folders around a workspace hold there, too. */
function isAround(folder: string, workspace: string): boolean {
  return workspace === folder || workspace.startsWith(folder === "/" ? folder : `${folder}/`);
}

/** A session that was never started, bound to a task: a dry question has no registry. */
function sessionFor({ context }: AgentRequest, task: string): Session {
  const { agent, conversation, workspace } = context;
  return imaginedSession({ id: "check", agent, conversation, workspace, task });
}
