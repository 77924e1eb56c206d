import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import { packageRoot } from "../boundary/files/package-root.ts";
import type { BrokerClient, BrokerCommand } from "../broker/client.ts";
import { stateDirectory } from "../broker/places.ts";

/** How this package starts its broker: the bundle beside this one, or the source when run from source. */
export function brokerCommand(): BrokerCommand {
  const bundle = join(packageRoot(), "dist", "broker.js");
  const here = dirname(fileURLToPath(import.meta.url));
  const fromSource = here.endsWith(join("src", "cli"));
  return [
    process.execPath,
    fromSource || !existsSync(bundle) ? join(packageRoot(), "src", "broker", "main.ts") : bundle,
  ];
}

/** The user's broker, started where none answers. Throws one sentence with a remedy where it cannot be reached. */
export async function reachBroker(home: string, startMs?: number): Promise<BrokerClient> {
  // Loaded here, because most commands need neither HTTP nor child processes.
  const { connectBroker } = await import("../broker/client.ts");
  const client = await connectBroker({
    stateDir: stateDirectory(home),
    brokerCommand: brokerCommand(),
    home,
    ...(startMs === undefined ? {} : { startMs }),
  });
  if (!client.ok) {
    throw new Error(client.error);
  }
  return client.value;
}

export async function askBroker(
  home: string,
  method: "GET" | "POST",
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly json: JsonObject }> {
  const client = await reachBroker(home);
  const { status, body: reply } = await client.request(method, path, body);
  return { status, json: isJsonObject(reply) ? reply : {} };
}
