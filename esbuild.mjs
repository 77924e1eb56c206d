// Builds the bundles (`node esbuild.mjs`) and, with --vsix, the package.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";

const manifest = JSON.parse(await readFile("package.json", "utf8"));

/** One bundle per process. `vscode` is the editor's own module; nothing else stays outside. */
const bundles = [
  { entry: "src/editor/extension.ts", out: "dist/extension.js" },
  { entry: "src/editor/uninstall.ts", out: "dist/uninstall.js" },
  { entry: "src/editor/language-client.ts", out: "dist/language-client.js" },
  { entry: "src/language/server.ts", out: "dist/language-server.js" },
  { entry: "src/broker/main.ts", out: "dist/broker.js" },
  { entry: "src/cli/main.ts", out: "dist/cli.js", executable: true },
  { entry: "src/boundary/hooks/client/hook.ts", out: "dist/hook.js" },
];

// What is there stays until it is replaced: hooks and tests may be using it.
await mkdir("dist", { recursive: true });
// The package itself is ESM; its bundles are CommonJS, which is what extension hosts load.
await writeFile("dist/package.json", `${JSON.stringify({ type: "commonjs" })}\n`);
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
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "warning",
    // `import.meta.url` is empty in CommonJS output; this keeps "beside this file" true for the bundle.
    define: { "import.meta.url": "__bundleUrl" },
    banner: {
      js: `${executable === true ? "#!/usr/bin/env node\n" : ""}const __bundleUrl=require("node:url").pathToFileURL(__filename).href;`,
    },
  });
  if (executable === true) {
    await chmod(out, 0o755);
  }
  console.log(`${out.padEnd(20)} ${Math.round((await stat(out)).size / 1024)} kB`);
}
await writeKnowledge("dist/knowledge.json");
await removeOthers();

/** What earlier builds left behind. */
async function removeOthers() {
  const made = [
    "package.json",
    "knowledge.json",
    ...bundles.flatMap(({ out }) => [basename(out), `${basename(out)}.map`]),
  ];
  for (const name of await readdir("dist")) {
    if (!made.includes(name)) {
      await rm(join("dist", name), { recursive: true });
    }
  }
}

/** Parses and checks the catalogue and the baseline now, so that no start of a bundle has to. */
async function writeKnowledge(out) {
  const packer = "node_modules/.cache/signalbox/packer.cjs";
  await build({
    entryPoints: ["src/boundary/files/knowledge.ts"],
    outfile: packer,
    bundle: true,
    platform: "node",
    format: "cjs",
    logLevel: "warning",
  });
  await writeFile(out, createRequire(import.meta.url)(`./${packer}`).knowledgeText("."));
}

if (process.argv.includes("--vsix")) {
  const file = `signalbox-${manifest.version}.vsix`;
  const vsce = ["node_modules/@vscode/vsce/vsce", "package", "--no-dependencies", "--out", file];
  const { status } = spawnSync(process.execPath, vsce, { stdio: ["ignore", "inherit", "inherit"] });
  process.exitCode = status ?? 1;
}
