import { existsSync } from "node:fs";
import { join } from "node:path";
import { installNpmTool } from "./npm.ts";

export const claudeCodeVersion = "2.1.329";

/** Returns the path of the `claude` executable. */
export async function installClaudeCode(progress: (line: string) => void): Promise<string> {
  const folder = await installNpmTool(
    { name: "@anthropic-ai/claude-code", version: claudeCodeVersion, ignoreScripts: true },
    progress,
  );
  const executable = join(
    folder,
    "node_modules",
    "@anthropic-ai",
    `claude-code-${process.platform}-${process.arch}`,
    "claude",
  );
  if (!existsSync(executable)) {
    throw new Error(
      `@anthropic-ai/claude-code ${claudeCodeVersion} has no executable for this machine at ${executable}`,
    );
  }
  return executable;
}
