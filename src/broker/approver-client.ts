import { connect, type Socket } from "node:net";
import { canonicalJson, stringField, type JsonObject } from "../base/json.ts";
import { readJsonLines, writeJsonLine } from "./json-lines.ts";
import { placesOf } from "./places.ts";
import {
  helloText,
  protocolVersion,
  type FromApprover,
  type SignedAnswer,
  type ToApprover,
} from "./protocol.ts";

/** How the connection stands. `refused` carries the broker's reason; it is tried again all the same. */
export type ApproverStatus =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected"; readonly keyId: string; readonly version: string }
  /** `enrolled` is false while the broker knows no key at all: then it has to be started anew with `enroll`. */
  | { readonly kind: "refused"; readonly reason: string; readonly enrolled: boolean }
  | { readonly kind: "disconnected"; readonly reason: string };

export interface ApproverClientOptions {
  readonly stateDir: string;
  /** SPKI DER, base64. */
  readonly publicKey: string;
  /** Where the human sits, for the record and other approvers: `VS Code on host`. */
  readonly surface: string;
  /** Ed25519 signature in base64 over the text's UTF-8 bytes. The private key stays with the caller. */
  sign(text: string): string | Promise<string>;
  /** Folders whose policies' state is wanted from the start; asked after each connection. */
  folders?(): readonly string[];
  /** The organisation's policy of the editor's settings, as JSON text; asked after each connection. */
  organisation?(): string | undefined;
  /** Every message after the handshake, `welcome` included. */
  onMessage(message: ToApprover): void;
  onStatus(status: ApproverStatus): void;
}

const firstRetryMs = 200;
const lastRetryMs = 3000;

/** An approver's connection to the broker. Reconnects by itself until it is stopped; starting a broker is the caller's. */
export class ApproverClient {
  private readonly options: ApproverClientOptions;
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private retryMs = firstRetryMs;
  private stopped = true;
  private challenge = { enrolled: false, version: "" };

  constructor(options: ApproverClientOptions) {
    this.options = options;
  }

  start(): void {
    if (this.stopped) {
      this.stopped = false;
      this.connect();
    }
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.socket?.destroy();
    this.socket = undefined;
  }

  /** Tries at once instead of waiting for the next turn, because a broker was just started. */
  retryNow(): void {
    if (!this.stopped && this.socket === undefined) {
      clearTimeout(this.timer);
      this.retryMs = firstRetryMs;
      this.connect();
    }
  }

  /** Signs and sends an answer. False where there is no connection to send it over. */
  async answer(signed: SignedAnswer): Promise<boolean> {
    const signature = await this.options.sign(canonicalJson(signed));
    return this.send({ type: "answer", signed, signature });
  }

  send(message: FromApprover): boolean {
    if (this.socket === undefined) {
      return false;
    }
    writeJsonLine(this.socket, message);
    return true;
  }

  /** Tells the broker which folders are shown here; called after each connection, and by the caller when they change. */
  watch(): void {
    const folders = this.options.folders?.() ?? [];
    if (folders.length > 0) {
      this.send({ type: "watch", folders });
    }
  }

  /** Tells the broker the organisation's policy of the settings; called after each connection, and when it changes. */
  tellOrganisation(): void {
    const policy = this.options.organisation?.();
    if (policy !== undefined) {
      this.send({ type: "organisation", policy });
    }
  }

  private connect(): void {
    this.options.onStatus({ kind: "connecting" });
    const socket = connect(placesOf(this.options.stateDir).approverSocket);
    this.socket = socket;
    let reason = "the broker is not running";
    socket.on("connect", () => {
      reason = "the broker closed the connection";
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.closed(socket, reason));
    readJsonLines(
      socket,
      (message) => {
        this.receive(socket, message).catch(() => {
          // The caller could not sign: its key store is locked or gone.
          reason = "the key cannot be used";
          socket.destroy();
        });
      },
      () => socket.destroy(),
    );
  }

  private async receive(socket: Socket, message: JsonObject): Promise<void> {
    // Inner types are checked by the broker's own version of them; what is unknown is left to the caller's switch.
    const known = message as unknown as ToApprover;
    switch (known.type) {
      case "challenge":
        await this.hello(socket, known);
        return;
      case "refused":
        this.options.onStatus({ kind: "refused", reason: known.reason, enrolled: this.challenge.enrolled });
        return;
      case "welcome":
        this.retryMs = firstRetryMs;
        this.options.onStatus({ kind: "connected", keyId: known.keyId, version: this.challenge.version });
        this.options.onMessage(known);
        this.watch();
        this.tellOrganisation();
        return;
      default:
        this.options.onMessage(known);
    }
  }

  private async hello(socket: Socket, message: Extract<ToApprover, { type: "challenge" }>): Promise<void> {
    this.challenge = { enrolled: message.enrolled, version: message.version };
    const nonce = stringField(message as unknown as JsonObject, "nonce");
    if (message.protocol !== protocolVersion || nonce === undefined) {
      const reason = `the broker speaks protocol ${message.protocol}, this editor ${protocolVersion}; update both`;
      this.options.onStatus({ kind: "refused", reason, enrolled: message.enrolled });
      socket.destroy();
      return;
    }
    const { publicKey, surface } = this.options;
    const signature = await this.options.sign(helloText(nonce));
    const hello: FromApprover = { type: "hello", protocol: protocolVersion, publicKey, signature, surface };
    writeJsonLine(socket, hello);
  }

  private closed(socket: Socket, reason: string): void {
    if (this.socket !== socket) {
      return;
    }
    this.socket = undefined;
    if (this.stopped) {
      return;
    }
    this.options.onStatus({ kind: "disconnected", reason });
    this.timer = setTimeout(() => this.connect(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, lastRetryMs);
  }
}
