/** A bundle of its own: the client library is larger than all else of the extension, and most windows never need it. */
import { DiagnosticSeverity, Disposable, workspace, type LogOutputChannel } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { governedGlobs, workspaceOfPolicy } from "../language/policy-files.ts";

export interface LanguageClientOptions {
  /** Absolute path of the bundled server. */
  readonly program: string;
  /** Where the server's process runs: not in the workspace, whose files it shall only read. */
  readonly folder: string;
  readonly log: LogOutputChannel;
  /** Told the paths of all policies in force with an error, after every change. */
  broken(paths: readonly string[]): void;
}

/** Starts the server and connects this window to it. Rejects where it does not start. */
export async function startLanguageClient(options: LanguageClientOptions): Promise<Disposable> {
  const { program, folder, log } = options;
  const watchers = governedGlobs.map((glob) => workspace.createFileSystemWatcher(glob));
  const client = new LanguageClient(
    "signalbox",
    "Signalbox policies",
    { module: program, transport: TransportKind.ipc, options: { cwd: folder } },
    {
      documentSelector: governedGlobs.map((pattern) => ({ scheme: "file", pattern })),
      synchronize: { fileEvents: watchers },
      outputChannel: log,
      // The server may name this extension's commands.
      initializationOptions: { commands: true },
      middleware: {
        handleDiagnostics: (uri, diagnostics, next) => {
          next(uri, diagnostics);
          options.broken(brokenFiles(client));
        },
      },
    },
  );
  await client.start();
  return {
    dispose: () => {
      Disposable.from(...watchers).dispose();
      client.dispose().catch((error: unknown) => log.warn(`policy language: ${String(error)}`));
    },
  };
}

function brokenFiles({ diagnostics }: LanguageClient): readonly string[] {
  const broken: string[] = [];
  diagnostics?.forEach((uri, markers) => {
    const isBroken = markers.some(({ severity }) => severity === DiagnosticSeverity.Error);
    if (isBroken && workspaceOfPolicy(uri.fsPath) !== undefined) {
      broken.push(uri.fsPath);
    }
  });
  return broken;
}
