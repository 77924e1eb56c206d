import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { nodePath, repository } from "../../install/place.ts";
import { runCommand } from "../process.ts";
import { modelVendor } from "./wire.ts";

const manifest = {
  name: "signalbox-test-companion",
  displayName: "Signalbox test companion",
  description: "Test only: a scripted model and a back door.",
  publisher: "signalbox-test",
  version: "0.0.1",
  license: "Apache-2.0",
  repository: { type: "git", url: "https://github.com/signalbox/signalbox.git" },
  engines: { vscode: "^1.105.0" },
  main: "./extension.js",
  activationEvents: ["onStartupFinished"],
  files: ["extension.js"],
  contributes: {
    languageModelChatProviders: [{ vendor: modelVendor, displayName: "Signalbox test" }],
  },
};

/** Bundles the companion and packs it into a VSIX below `folder`; returns the VSIX's path. */
export async function packCompanion(folder: string): Promise<string> {
  const source = join(folder, "companion");
  await mkdir(source, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL("extension.ts", import.meta.url))],
    outfile: join(source, "extension.js"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
    logLevel: "silent",
  });
  await writeFile(join(source, "package.json"), JSON.stringify(manifest));
  await writeFile(join(source, "README.md"), "Test only.\n");
  await writeFile(join(source, "LICENSE"), "Apache-2.0\n");
  const packagePath = join(folder, "companion.vsix");
  await runCommand({
    command: nodePath,
    args: [
      join(repository, "node_modules", "@vscode", "vsce", "vsce"),
      "package",
      "--no-dependencies",
      "--out",
      packagePath,
    ],
    cwd: source,
    env: { PATH: "/usr/bin:/bin", HOME: folder },
    timeoutMs: 60_000,
  });
  return packagePath;
}
