import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { Approver } from "./approver.ts";
import type { BrokerAccess } from "./broker-access.ts";
import type { Connection } from "./connection.ts";
import type { Folders } from "./folders.ts";
import type { HooksGuard } from "./hooks-guard.ts";
import type { OwnCli } from "./own-cli.ts";
import type { Store } from "./store.ts";

/** What the extension's parts share. Each part is made from it and returns what ends it. */
export interface Host {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly store: Store;
  readonly folders: Folders;
  readonly approver: Approver;
  readonly broker: BrokerAccess;
  readonly connection: Connection;
  readonly hooks: HooksGuard;
  readonly cli: OwnCli;
}

/** This extension's own version. */
export function ownVersion(context: ExtensionContext): string {
  const manifest: unknown = context.extension.packageJSON;
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "0";
}
