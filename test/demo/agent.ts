import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cleanEnvironment } from "../e2e/harness/editor.ts";
import { tryCommand } from "../e2e/harness/process.ts";
import type { Sandbox } from "../e2e/harness/sandbox.ts";
import { nodePath } from "../e2e/install/place.ts";

/**
 * The agent of the demo: one process that does what Claude Code does around a tool call. It hands the call to its hook,
 * as the payload that Claude Code sends, obeys the reply, and runs the command when nothing objects. The hook, the
 * broker behind it, the policy and the kill are the product's own.
 */
export interface DemoAgent {
  /** Runs one command, with or without the hook; returns what happened. */
  run(command: string, options: { governed: boolean; session: string }): Promise<AgentResult>;
}

export interface AgentResult {
  readonly output: string;
  /** The agent's process was ended from outside. */
  readonly killed: boolean;
  /** The reply that stopped the call, where one did. */
  readonly stopped: boolean;
}

const script = `#!/bin/bash
# $1 command, $2 payload file, $3 "governed" or not, $4 node, $5 the command line's program
if [ "$3" = governed ]; then
  # No subshell: the hook's parent must be the agent itself, as it is in the real one.
  "$4" "$5" hook claude-code < "$2" > "$2.reply" 2>&1
  code=$?
  reply=$(<"$2.reply")
  if [ $code -ne 0 ] || [[ $reply == *'"deny"'* ]]; then
    printf '%s\\n' "$reply"
    exit 3
  fi
fi
eval "$1"
`;

/** Writes the agent into the sandbox. Its process is called \`claude\`, which is how a kill recognises an agent. */
export async function createAgent(sandbox: Sandbox, cli: string): Promise<DemoAgent> {
  const folder = join(sandbox.root, "agent");
  await mkdir(folder, { recursive: true });
  const program = join(folder, "claude");
  await copyFile("/bin/bash", program);
  await chmod(program, 0o755);
  await writeFile(join(folder, "agent.sh"), script);
  let calls = 0;
  return {
    run: async (command, { governed, session }) => {
      calls += 1;
      const payload = join(folder, `call-${calls}.json`);
      await writeFile(
        payload,
        JSON.stringify({
          session_id: session,
          transcript_path: join(sandbox.home, ".claude", "projects", "shop", `${session}.jsonl`),
          cwd: sandbox.workspace,
          permission_mode: "bypassPermissions",
          hook_event_name: "PreToolUse",
          tool_name: "Bash",
          tool_input: { command, description: "Clean up the staging environment" },
          tool_use_id: `toolu_demo_${calls}`,
        }),
      );
      const finished = await tryCommand({
        command: program,
        args: [
          join(folder, "agent.sh"),
          command,
          payload,
          governed ? "governed" : "ungoverned",
          nodePath,
          cli,
        ],
        cwd: sandbox.workspace,
        env: cleanEnvironment(sandbox.home),
        timeoutMs: 15 * 60_000,
      });
      return {
        output: `${finished.stdout}${finished.stderr}`.trim(),
        killed: finished.signal === "SIGKILL",
        stopped: finished.code === 3,
      };
    },
  };
}
