// Builds the bundles (`node esbuild.mjs`) and, with --vsix, the package. With --meta the sizes are printed.
import { build } from "esbuild";
import { chmod, readFile, rm, stat } from "node:fs/promises";
import { spawnSync } from "node:child_process";

const manifest = JSON.parse(await readFile("package.json", "utf8"));

/** One bundle per process. `vscode` is the editor's own module; nothing else stays outside. */
const bundles = [
  { entry: "src/editor/extension.ts", out: "dist/extension.js" },
  { entry: "src/editor/uninstall.ts", out: "dist/uninstall.js" },
  { entry: "src/broker/main.ts", out: "dist/broker.js" },
  { entry: "src/cli/main.ts", out: "dist/cli.js", executable: true },
  { entry: "src/boundary/hooks/client/hook.ts", out: "dist/hook.js" },
];

await rm("dist", { recursive: true, force: true });
for (const { entry, out, executable } of bundles) {
  await build({
    entryPoints: [entry],
    outfile: out,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["vscode"],
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    sourcemap: "linked",
    sourcesContent: false,
    define: { "process.env.SIGNALBOX_VERSION": JSON.stringify(manifest.version) },
    // `import.meta.url` is empty in CommonJS output; the shim keeps "beside this file" true for the bundle.
    banner: {
      js: `${executable ? "#!/usr/bin/env node\n" : ""}"use strict";const __bundleUrl=require("node:url").pathToFileURL(__filename).href;`,
    },
    inject: [],
    logLevel: "warning",
    alias: {},
    ...{ define: { "process.env.SIGNALBOX_VERSION": JSON.stringify(manifest.version), "import.meta.url": "__bundleUrl" } },
  });
  if (executable) {
    await chmod(out, 0o755);
  }
  console.log(`${out.padEnd(20)} ${Math.round((await stat(out)).size / 1024)} kB`);
}

if (process.argv.includes("--vsix")) {
  const file = `signalbox-${manifest.version}.vsix`;
  const { status } = spawnSync(
    process.execPath,
    ["node_modules/@vscode/vsce/vsce", "package", "--no-dependencies", "--allow-missing-repository", "--out", file],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}
