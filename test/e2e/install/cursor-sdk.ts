import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installNpmTool } from "./npm.ts";

const cursorSdkVersion = "1.0.32";

/**
 * What the package does not export, by how its code looks whatever its names were shortened to: the function that makes the
 * hooks' runtime of a workspace, and the one that has to be called once before.
 */
const internals = {
  hooksOf: /function ([\w$]+)\([\w$]+=\{\}\)\{return\{createHooksRuntime\(/,
  prepare: /var ([\w$]+)=[\w$]+\(\(\)=>\{[^{}]*\{cursor_version:/,
} as const;

/** The folder of the enterprise's hooks, which no test may write to. */
const enterprise = 'join("/etc","cursor","hooks.json")';

/** The bundle is made for Bun. Its store of conversations is nothing that hooks need, and the rest Node has under other names. */
function underNode(text: string): string {
  return text
    .replace(/import\{Database as ([\w$]+)\}from"bun:sqlite"/, "const $1=undefined;")
    .replace(enterprise, 'join(process.env.TEST_ETC??"/nonexistent","cursor","hooks.json")')
    .replaceAll("import.meta.require", 'process.getBuiltinModule("module").createRequire(import.meta.url)');
}

/** Returns the path of a module that exports the hook runtime of Cursor's own SDK as `hooksOf` and `prepare`. It takes `TEST_ETC` for `/etc`. */
export async function installCursorSdk(progress: (line: string) => void): Promise<string> {
  const folder = await installNpmTool(
    { name: "@cursor/sdk", version: cursorSdkVersion, ignoreScripts: true, finish: openInternals },
    progress,
  );
  return opened(folder);
}

function opened(folder: string): string {
  return join(folder, "node_modules", "@cursor", "sdk", "dist", "bundled", "opened.js");
}

async function openInternals(folder: string): Promise<void> {
  const path = opened(folder);
  const text = await readFile(join(path, "..", "index.js"), "utf8");
  if (!text.includes(enterprise)) {
    throw new Error(`@cursor/sdk ${cursorSdkVersion} reads the enterprise's hooks from elsewhere`);
  }
  const names = Object.entries(internals).map(([name, pattern]) => {
    const local = pattern.exec(text)?.[1];
    if (local === undefined) {
      throw new Error(`@cursor/sdk ${cursorSdkVersion} has no place that looks like \`${name}\``);
    }
    return `${local} as ${name}`;
  });
  await writeFile(path, `${underNode(text)}\nexport { ${names.join(", ")} };\n`);
}
