import type { PromptPayload } from "../../model/request.ts";
import { absolute } from "./native-tool.ts";

/**
 * A prompt with the files that it brings into the context without any tool call: `@path` and `@"a path"` (command line
 * agents), `#file:path` (editors). Names that are no files do no harm here: they match nothing.
 */
export function promptPayload(text: string, cwd: string): PromptPayload {
  const paths = new Set<string>();
  for (const match of text.matchAll(/(?<![\w@.+-])(?:@|#file:)(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'`]+))/g)) {
    const written = match[1] ?? match[2] ?? match[3] ?? "";
    for (const path of [written, withoutTail(written)]) {
      if (path !== "") {
        paths.add(absolute(path, cwd));
      }
    }
  }
  return { kind: "prompt", text, attachments: [...paths] };
}

/** Without the line range (`#L3-9`) and the punctuation that a sentence puts behind a file's name. */
function withoutTail(path: string): string {
  return path.replace(/[),.;:!?\]}>]+$/, "").replace(/#L?\d+(?:-L?\d+)?$/, "");
}
