import { existsSync } from "node:fs";
import { isJsonObject, stringField, type JsonObject } from "../base/json.ts";
import { connectBroker, startBroker, type BrokerCommand, type ConnectOptions } from "../broker/client.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";

/** The user's broker as this extension reaches it. */
export interface BrokerAccess {
  readonly stateDir: string;
  readonly command: BrokerCommand;
  /** File of the enrolled approver keys. */
  readonly approvers: string;
  /** Starts a broker with this editor's key as the first approver's. Undefined, or why it does not start. */
  start(publicKey: string): Promise<string | undefined>;
  /** One JSON request; starts a broker where none answers. Rejects with a sentence for the human. */
  request(method: "GET" | "POST", path: string, body?: object): Promise<JsonObject>;
}

/** Nobody waits for a decision here: a machine that is busy with a build gets the time that a start takes there, in ms. */
const startMs = 15_000;

/** `program` is the broker's script, run by this process's own executable. */
export function brokerAccess(program: string, home: string): BrokerAccess {
  const stateDir = stateDirectory(home);
  const command: BrokerCommand = [process.execPath, program];
  const options: ConnectOptions & { readonly brokerCommand: BrokerCommand } = {
    stateDir,
    brokerCommand: command,
    home,
    startMs,
  };
  return {
    stateDir,
    command,
    approvers: placesOf(stateDir).approvers,
    start: async (publicKey) => {
      if (!existsSync(program)) {
        return "the broker's program is missing; install the extension again";
      }
      const started = await startBroker({ ...options, enroll: publicKey });
      return started.ok ? undefined : started.error;
    },
    request: async (method, path, body) => {
      const client = await connectBroker(options);
      if (!client.ok) {
        throw new Error(client.error);
      }
      const reply = await client.value.request(method, path, body);
      const object = isJsonObject(reply.body) ? reply.body : {};
      if (reply.status >= 400) {
        const error = stringField(object, "error") ?? `the broker answers ${reply.status}`;
        throw new Error([error, stringField(object, "remedy")].filter(Boolean).join("; "));
      }
      return object;
    },
  };
}
