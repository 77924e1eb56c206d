import { readFileSync } from "node:fs";
import { formatDiagnostic } from "../base/diagnostic.ts";
import { fileLookups, digestOf } from "../boundary/files/lookups.ts";
import { packagedBaseline, packagedCatalogue } from "../boundary/files/packaged.ts";
import type { Decision } from "../model/decision.ts";
import type { AgentRequest } from "../model/request.ts";
import { judge } from "../pipeline.ts";
import type { CompiledPolicy, Layer, PoliciesInForce } from "../policy/compiled.ts";
import { UsageError } from "./command.ts";

export interface EvaluatorOptions {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A policy to judge by as if it were approved. Without one, the workspace's own is in force as the broker would hold it. */
  readonly policyFile?: string;
}

export interface Evaluator {
  /** Loads what is in force for a workspace. Throws `UsageError` with the diagnostics where it does not load. */
  prepare(workspace: string): void;
  judge(request: AgentRequest, task?: string): { readonly decision: Decision; readonly elapsedUs: number };
}
