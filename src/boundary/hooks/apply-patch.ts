import type { FileChange, RequestPayload } from "../../model/request.ts";
import { stringField, type JsonObject } from "../../base/json.ts";
import { absolute, isForeign, type ToolReader } from "./native-tool.ts";

/** The `apply_patch` tool: every file that the patch text adds, updates, moves or deletes. */
export function patches(key: string): ToolReader {
  return (input: JsonObject, cwd: string): RequestPayload | undefined => {
    const text = stringField(input, key);
    const changes = text === undefined ? [] : patchedFiles(text, cwd);
    return changes.length === 0 ? undefined : { kind: "file_write", changes };
  };
}

/** Lines of the patch format that name no file. */
const otherMarks = /^\*\*\* (?:Begin Patch|End Patch|End of File)\s*$/;

/**
 * Reads the `*** Add File: …` headers of a patch, and the `+++ b/…` ones of a plain diff. The added lines are the content. Empty
 * where a line looks like a header and is none that we know, or leads to what is no file: then nobody knows what is written.
 */
export function patchedFiles(text: string, cwd: string): readonly FileChange[] {
  const files = new Map<string, { change: FileChange["change"]; added: string[] }>();
  let current: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\*\*\* (Add File|Update File|Delete File|Move to): (.+)$/.exec(line.trim());
    const diff = header === null ? /^(?:\+\+\+|---) (?:[ab]\/)?([^\t]+)/.exec(line) : null;
    const path = header?.[2] ?? diff?.[1];
    if (path === undefined ? line.startsWith("***") && !otherMarks.test(line) : isForeign(path)) {
      return [];
    }
    if (path !== undefined && path !== "/dev/null") {
      current = [];
      files.set(absolute(path.trim(), cwd), {
        change: header?.[1] === "Delete File" ? "delete" : "write",
        added: current,
      });
    } else if (line.startsWith("+")) {
      current?.push(line.slice(1));
    }
  }
  return [...files].map(([path, { change, added }]) =>
    added.length === 0 ? { path, change } : { path, change, content: `${added.join("\n")}\n` },
  );
}
