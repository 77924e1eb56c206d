import { existsSync } from "node:fs";
import { ApproverClient, type ApproverStatus } from "../broker/approver-client.ts";
import type { ToApprover } from "../broker/protocol.ts";
import { loadApproverKey, type ApproverKey, type SecretStore } from "./approver-key.ts";
import type { BrokerAccess } from "./broker-access.ts";
import { reasonOf } from "./reason.ts";
import type { ApproverLink, Link, Store } from "./store.ts";
import { isNewer } from "./version.ts";

/** The editor's storage of secrets, which tells when another window has changed one. */
export interface SharedSecrets extends SecretStore {
  onDidChange(listener: () => void): { dispose(): void };
}

/** Who speaks for the human of this window. */
export interface ApproverSeat {
  /** How to answer; undefined while there is no connection. */
  link: ApproverLink | undefined;
  receive(message: ToApprover): void;
}

interface ConnectionParts {
  readonly secrets: SharedSecrets;
  /** This extension's own. */
  readonly version: string;
  /** Where the human sits, as other approvers and the record see it. */
  readonly surface: string;
  readonly log: { info(text: string): void; error(text: string): void };
  readonly store: Store;
  readonly approver: ApproverSeat;
  readonly broker: BrokerAccess;
  /** The folders that this window shows, by real path: the broker tells how their policies stand. */
  folders(): readonly string[];
  /** The organisation's policy of the settings, as JSON text. */
  organisation(): string | undefined;
}

/** A broker that does not start is tried again after this long, in ms, doubling. */
const firstPauseMs = 1000;
const lastPauseMs = 60_000;
/** How long a repair waits for the connection, in ms. */
const retryWaitMs = 4000;

const strangerRemedy =
  "let this editor in from the one that answers now; if that is lost, remove `~/.signalbox/approvers.json` in a terminal of your own and run Signalbox: Repair";

/** Keeps this window connected to the broker as an approver, and a broker running. */
export class Connection {
  readonly #parts: ConnectionParts;
  #key: ApproverKey | undefined;
  #client: ApproverClient | undefined;
  /** The broker has just shown this editor the door; the end of that connection is no news. */
  #refused = false;
  #starting = false;
  #pauseMs = firstPauseMs;
  #notBefore = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  start(): { dispose(): void } {
    this.#open();
    const subscription = this.#parts.secrets.onDidChange(() => this.#reload());
    return {
      dispose: () => {
        subscription.dispose();
        this.#client?.stop();
      },
    };
  }

  /** Tells the broker which folders are open now. */
  foldersChanged(): void {
    this.#client?.watch();
  }

  /** Tells the broker what the settings say now of the organisation's policy. */
  organisationChanged(): void {
    this.#client?.tellOrganisation();
  }

  /** Tries again now. Resolves with what still stands in the way, one sentence each. */
  async retry(): Promise<readonly string[]> {
    const { store, broker } = this.#parts;
    this.#pauseMs = firstPauseMs;
    this.#notBefore = 0;
    if (store.state.link.kind === "down" && !existsSync(broker.approvers)) {
      // A human has removed the keys; a broker that still remembers them has to go.
      await this.#handOver("reset").catch((error: unknown) => this.#log(error));
    }
    if (store.state.link.kind !== "connected") {
      store.update({ link: { kind: "connecting" } });
      this.#client?.stop();
      this.#open();
    }
    const link = await this.#settled();
    return link.kind === "connected"
      ? []
      : [link.kind === "down" ? link.why : "the broker does not answer yet"];
  }

  #open(): void {
    loadApproverKey(this.#parts.secrets).then(
      (key) => this.#connect(key),
      (error: unknown) => this.#down(reasonOf(error), "run Signalbox: Repair"),
    );
  }

  #connect(key: ApproverKey): void {
    this.#client?.stop();
    this.#key = key;
    this.#refused = false;
    const client = new ApproverClient({
      stateDir: this.#parts.broker.stateDir,
      publicKey: key.publicKey,
      surface: this.#parts.surface,
      sign: (text) => key.sign(text),
      folders: () => this.#parts.folders(),
      organisation: () => this.#parts.organisation(),
      onMessage: (message) => this.#parts.approver.receive(message),
      onStatus: (status) => {
        if (this.#client === client) {
          this.#follow(status);
        }
      },
    });
    this.#client = client;
    client.start();
  }

  #follow(status: ApproverStatus): void {
    const { approver, store, log } = this.#parts;
    switch (status.kind) {
      case "connecting":
        return;
      case "connected":
        this.#pauseMs = firstPauseMs;
        log.info(`approver: connected with key ${status.keyId} to broker ${status.version}`);
        approver.link = {
          answer: (signed) => this.#client?.answer(signed) ?? Promise.resolve(false),
          send: (message) => void this.#client?.send(message),
        };
        store.update({ link: { kind: "connected" } });
        this.#afterConnecting(status.version).catch((error: unknown) => this.#log(error));
        return;
      case "refused":
        this.#refused = true;
        approver.link = undefined;
        this.#afterRefusal(status.reason, status.enrolled);
        return;
      case "disconnected":
        approver.link = undefined;
        if (!this.#refused) {
          this.#bringUp().catch((error: unknown) => this.#log(error));
        }
        this.#refused = false;
        return;
    }
  }

  /** The enrolled key is the one that counts, and the newest extension's broker the one that serves. */
  async #afterConnecting(version: string): Promise<void> {
    await this.#key?.keep();
    const own = this.#parts.version;
    if (isNewer(own, version)) {
      this.#parts.log.info(`approver: broker ${version} is older than ${own}; it hands over`);
      await this.#handOver(own);
    }
  }

  #afterRefusal(reason: string, enrolled: boolean): void {
    if (enrolled) {
      this.#down(reason, strangerRemedy);
      return;
    }
    // A hook has started this broker, without a key; the first one comes over the pipe of a broker that we start.
    this.#handOver(this.#parts.version)
      .then(() => this.#bringUp())
      .catch((error: unknown) => this.#log(error));
  }

  async #bringUp(): Promise<void> {
    const { store, broker } = this.#parts;
    if (this.#key === undefined || this.#starting || Date.now() < this.#notBefore) {
      return;
    }
    this.#starting = true;
    if (store.state.link.kind === "connected") {
      store.update({ link: { kind: "connecting" } });
    }
    try {
      const failure = await broker.start(this.#key.publicKey);
      if (failure === undefined) {
        this.#client?.retryNow();
      } else {
        this.#notBefore = Date.now() + this.#pauseMs;
        this.#pauseMs = Math.min(2 * this.#pauseMs, lastPauseMs);
        this.#down(failure, "run Signalbox: Repair; until then everything that needs you is denied");
      }
    } finally {
      this.#starting = false;
    }
  }

  async #handOver(version: string): Promise<void> {
    await this.#parts.broker.request("POST", "/v1/handover", { version });
  }

  /** Another window has stored a key: where ours is not the enrolled one, that one may be. */
  #reload(): void {
    if (this.#parts.store.state.link.kind === "down") {
      this.#open();
    }
  }

  #down(why: string, remedy: string): void {
    const { store, log } = this.#parts;
    const known = store.state.link;
    if (known.kind !== "down" || known.why !== why) {
      log.error(`approver: ${why}`);
      store.update({ link: { kind: "down", why, remedy } });
    }
  }

  #log(error: unknown): void {
    this.#parts.log.error(`approver: ${reasonOf(error)}`);
  }

  /** The link once it is up, or as it is after a while: right after a hand-over the old broker may still refuse. */
  #settled(): Promise<Link> {
    const { store } = this.#parts;
    return new Promise((resolve) => {
      const finish = (): void => {
        subscription.dispose();
        clearTimeout(timer);
        resolve(store.state.link);
      };
      const look = (): void => {
        if (store.state.link.kind === "connected") {
          finish();
        }
      };
      const subscription = store.onChange(look);
      const timer = setTimeout(finish, retryWaitMs);
      look();
    });
  }
}
