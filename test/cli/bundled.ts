import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The command line and the broker as users have them, in a folder below the repository: they start much faster than the sources. */
export async function bundledCli(): Promise<{ readonly cli: string; readonly remove: () => void }> {
  const cache = join(root, ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "cli-"));
  symlinkSync(join(root, "policies"), join(folder, "policies"));
  symlinkSync(join(root, "media"), join(folder, "media"));
  copyFileSync(join(root, "package.json"), join(folder, "package.json"));
  const dist = join(folder, "dist");
  for (const [entry, out] of [
    ["src/cli/main.ts", "cli.cjs"],
    ["src/broker/main.ts", "broker.js"],
    ["src/boundary/hooks/client/hook.ts", "hook.js"],
  ] as const) {
    await build({
      entryPoints: [join(root, entry)],
      outfile: join(dist, out),
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      logLevel: "error",
      define: { "import.meta.url": "__bundleUrl" },
      banner: { js: `const __bundleUrl=require("node:url").pathToFileURL(__filename).href;` },
    });
  }
  // The repository is ESM; what lies here is not.
  writeFileSync(join(dist, "package.json"), JSON.stringify({ type: "commonjs" }));
  return { cli: join(dist, "cli.cjs"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
