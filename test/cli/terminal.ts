import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import type { Command } from "../../src/cli/command.ts";

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of its own for one test, removed when the test is over. */
export function temporaryFolder(test: { after(done: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-test-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a command in this process, as `main` does, with streams that are kept. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  options: { readonly cwd: string; readonly home: string; readonly stdin?: string | Buffer },
): Promise<Run> {
  const out = new Collected();
  const err = new Collected();
  const stdin = new PassThrough();
  stdin.end(options.stdin ?? "");
  const code = await command.run(args, {
    stdin,
    stdout: out,
    stderr: err,
    cwd: options.cwd,
    home: options.home,
    env: { HOME: options.home },
  });
  return { code, out: out.text, err: err.text };
}

class Collected extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}
