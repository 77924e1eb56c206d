import { appendFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Browser, type Page } from "playwright-core";
import { nodePath } from "../install/place.ts";
import { connectCompanion, type Companion } from "./companion/connect.ts";
import { socketVariable } from "./companion/wire.ts";
import { runCommand, startService, type Service } from "./process.ts";
import type { Sandbox } from "./sandbox.ts";

export interface EditorSpec {
  readonly sandbox: Sandbox;
  /** Path of code-server's entry script. */
  readonly codeServer: string;
  readonly chromium: string;
  /** Extensions to install, in this order. */
  readonly vsix: readonly string[];
  /** Added to the user settings that keep the window still. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the editor and its terminals. */
  readonly env?: Readonly<Record<string, string>>;
  readonly progress: (line: string) => void;
}

export interface Editor {
  readonly page: Page;
  readonly companion: Companion;
  readonly address: string;
  stop(): Promise<void>;
}

const quietSettings = {
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "workbench.colorTheme": "Default Dark Modern",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "security.workspace.trust.enabled": false,
  "window.commandCenter": false,
  "git.enabled": false,
  "editor.minimap.enabled": false,
};

const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // The page must not try the network: whatever it would fetch is not part of the test.
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
];

/** The environment of an agent or editor under test: nothing of the machine's but where its programs are. */
export function cleanEnvironment(home: string): Record<string, string> {
  return {
    HOME: home,
    PATH: `${dirname(nodePath)}:/usr/local/bin:/usr/bin:/bin`,
    LANG: "C.UTF-8",
    SHELL: "/bin/bash",
    TERM: "xterm-256color",
    USER: "tester",
  };
}

export interface EditorServer {
  readonly address: string;
  /** Opens the workspace. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts code-server on the sandbox's workspace with the extensions installed, and waits until it answers. */
export async function startEditorServer(spec: Omit<EditorSpec, "chromium">): Promise<EditorServer> {
  const { sandbox } = spec;
  const data = join(sandbox.root, "data");
  const extensions = join(sandbox.root, "extensions");
  await mkdir(join(data, "User"), { recursive: true });
  await mkdir(extensions, { recursive: true });
  await writeFile(
    join(data, "User", "settings.json"),
    JSON.stringify({ ...quietSettings, ...spec.settings }, null, 2),
  );
  const env = { ...cleanEnvironment(sandbox.home), ...spec.env };
  const folders = ["--user-data-dir", data, "--extensions-dir", extensions, "--config", "/dev/null"];
  for (const vsix of spec.vsix) {
    spec.progress(`installing ${vsix}`);
    await runCommand({
      command: nodePath,
      args: [spec.codeServer, ...folders, "--install-extension", vsix, "--force"],
      env,
      timeoutMs: 60_000,
    });
  }
  const port = await freePort();
  const server = startService(
    {
      command: nodePath,
      args: [spec.codeServer, ...folders, ...serverFlags(port), sandbox.workspace],
      cwd: sandbox.root,
      env,
    },
    join(sandbox.logs, "editor.log"),
  );
  const address = `http://127.0.0.1:${port}/`;
  try {
    await answers(address, server);
  } catch (error) {
    await server.stop();
    throw error;
  }
  spec.progress(`editor listens at ${address}`);
  const url = `${address}?folder=${encodeURIComponent(sandbox.workspace)}`;
  return { address, url, stop: () => server.stop() };
}

/** Starts the editor, opens it in a browser, and waits until workbench and extension host both answer. */
export async function startEditor(spec: EditorSpec): Promise<Editor> {
  const { sandbox } = spec;
  const socket = join(sandbox.root, "companion.sock");
  const server = await startEditorServer({ ...spec, env: { ...spec.env, [socketVariable]: socket } });
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({
      executablePath: spec.chromium,
      headless: true,
      args: chromiumFlags,
      timeout: 60_000,
    });
    const page = await openWorkbench(browser, server.url, sandbox);
    const companion = await connectCompanion(socket, 90_000);
    spec.progress("extension host answers");
    const open = browser;
    return {
      page,
      companion,
      address: server.address,
      stop: async () => {
        companion.close();
        await Promise.race([open.close().catch(() => undefined), sleep(5_000)]);
        await server.stop();
      },
    };
  } catch (error) {
    await browser?.close().catch(() => undefined);
    await server.stop();
    throw error;
  }
}

function serverFlags(port: number): string[] {
  return [
    "--bind-addr",
    `127.0.0.1:${port}`,
    "--auth",
    "none",
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-workspace-trust",
    "--disable-getting-started-override",
  ];
}

/** 1400 × 900 at scale 1: the size of every screenshot. */
async function openWorkbench(browser: Browser, url: string, sandbox: Sandbox): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: 1400, height: 900 },
    deviceScaleFactor: 1,
    reducedMotion: "reduce",
  });
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => {
    appendFileSync(join(sandbox.logs, "browser.log"), `${message.type()} ${message.text()}\n`);
  });
  await page.goto(url, { timeout: 60_000 });
  await page.waitForSelector(".monaco-workbench .statusbar", { timeout: 90_000 });
  return page;
}

async function answers(address: string, server: Service): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await fetch(address, { redirect: "manual", signal: AbortSignal.timeout(2_000) });
      return;
    } catch (error) {
      if (server.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the editor did not start:\n${server.output().slice(-2_000)}`, { cause: error });
      }
      await sleep(100);
    }
  }
}

/** A TCP port on 127.0.0.1 that nobody listens on right now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  });
}
