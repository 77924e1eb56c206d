import type { RequestPayload } from "../../model/request.ts";
import type { Capabilities } from "./adapter.ts";

/** The payload with what its agent declares of how programs that it started get their input; undefined for nobody known. */
export function withShellInput(
  payload: RequestPayload,
  capabilities: Pick<Capabilities, "shellInput"> | undefined,
): RequestPayload {
  const input = capabilities?.shellInput ?? "unknown";
  return payload.kind === "shell" && input !== "unknown" ? { ...payload, input } : payload;
}
