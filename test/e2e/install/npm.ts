import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { runCommand } from "../harness/process.ts";
import { withLock } from "./lock.ts";
import { cacheFolder, nodePath } from "./place.ts";

/** One npm package that tests need installed in a folder of its own. */
export interface NpmTool {
  readonly name: string;
  /** Exact: a newer editor or agent is a decision, not an accident. */
  readonly version: string;
  readonly ignoreScripts: boolean;
  /** Further steps in the fresh folder. */
  finish?(folder: string): Promise<void>;
}

/**
 * Installs the tool under `.cache/tools` unless the same version is there, and returns its folder.
 * An interrupted install leaves nothing that the next run would take for complete.
 */
export async function installNpmTool(tool: NpmTool, progress: (line: string) => void): Promise<string> {
  const label = tool.name.replace(/^@/, "").replace("/", "-");
  const folder = join(cacheFolder, "tools", `${label}-${tool.version}`);
  return withLock(`install-${label}`, async () => {
    if (await isComplete(folder, tool)) {
      return folder;
    }
    const startedAt = Date.now();
    progress(`installing ${tool.name} ${tool.version} into ${folder}`);
    const fresh = `${folder}.partial`;
    await rm(fresh, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    await writeFile(join(fresh, "package.json"), JSON.stringify({ private: true, dependencies: {} }));
    const scripts = tool.ignoreScripts ? ["--ignore-scripts"] : [];
    await npm(["install", "--save-exact", ...scripts, `${tool.name}@${tool.version}`], fresh);
    await tool.finish?.(fresh);
    await writeFile(
      join(fresh, "installed.json"),
      JSON.stringify({ name: tool.name, version: tool.version }),
    );
    await rename(fresh, folder);
    progress(`installed ${tool.name} in ${Math.round((Date.now() - startedAt) / 1000)} s`);
    return folder;
  });
}

/** Runs npm under the tests' own Node: under an older one npm silently picks older versions of what it installs. */
export async function npm(args: readonly string[], cwd: string): Promise<void> {
  const script = process.env["npm_execpath"];
  const direct = script !== undefined && existsSync(script);
  await runCommand({
    command: direct ? nodePath : "npm",
    args: [...(direct ? [script] : []), ...args, "--no-audit", "--no-fund", "--no-progress"],
    cwd,
    env: installEnvironment(),
    timeoutMs: 8 * 60_000,
  });
}

async function isComplete(folder: string, tool: NpmTool): Promise<boolean> {
  const text = await readFile(join(folder, "installed.json"), "utf8").catch(() => "{}");
  return (JSON.parse(text) as { version?: string }).version === tool.version;
}

/** npm needs the machine's registry and proxy settings, but none of the variables of the npm that started us. */
function installEnvironment(): NodeJS.ProcessEnv {
  const kept =
    /^(HOME|LANG|USER|LOGNAME|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|(https?|no|all)_proxy|npm_config_(registry|cache|userconfig|cafile|proxy|https_proxy))$/i;
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (kept.test(name)) {
      environment[name] = value;
    }
  }
  environment["PATH"] = `${dirname(nodePath)}${delimiter}${process.env["PATH"] ?? "/usr/bin:/bin"}`;
  return environment;
}
