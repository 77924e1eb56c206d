import { bySeverity } from "../approve/headline.ts";
import type { QuestionSources } from "../approve/question.ts";
import { fileDiff, scriptText, variableNames } from "../approve/request-details.ts";
import { stakesOf } from "../boundary/files/stakes.ts";
import type { Decision } from "../model/decision.ts";
import type { FileLookup } from "../model/lookups.ts";
import type { AgentRequest } from "../model/request.ts";
import { judge, type JudgePorts } from "../pipeline.ts";

/** Most files that are shown for one question. */
const fileLimit = 8;

/**
 * What a human may want to know of a request, found out on this machine without running anything. A file whose content the
 * agent itself may not read without a question is not shown: questions go to every approver, and into no place for secrets.
 */
export function questionFacts(
  request: AgentRequest,
  decision: Decision,
  ports: JudgePorts,
  redact: (text: string) => string,
): NonNullable<QuestionSources["facts"]> {
  const lookups = ports.lookups(request);
  const shown = (path: string): FileLookup | undefined =>
    mayShow(request, path, ports) ? lookups.readFile(path) : undefined;
  const { payload } = request;
  const changes = payload.kind === "file_write" ? payload.changes.slice(0, fileLimit) : [];
  return {
    stakes: stakesOf(request, bySeverity(decision)).map(redact),
    details: {
      scripts: decision.inputs.slice(0, fileLimit).map((input) => {
        const file = shown(input.path);
        // Only what was judged is shown under its digest.
        const text = file?.kind === "text" && file.digest === input.digest ? file.text : undefined;
        return scriptText(input, text, redact);
      }),
      variables: variableNames(payload),
      diffs: changes.map((change) => {
        const file = shown(change.path);
        return file === undefined
          ? { path: change.path, lines: ["(not shown: the file is hidden)"] }
          : fileDiff(change, file.kind === "text" ? file.text : undefined, redact);
      }),
    },
  };
}

function mayShow({ context }: AgentRequest, path: string, ports: JudgePorts): boolean {
  const read: AgentRequest = { context, payload: { kind: "file_read", paths: [path], scope: "content" } };
  return judge(read, ports).verdict === "allow";
}
