import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { isAbsolute } from "node:path";
import { stringField, objectField, type JsonObject, type JsonValue } from "../base/json.ts";
import { isGrantAnswer } from "../approve/grants.ts";
import type { ApproverKey } from "../approve/desk.ts";
import { related } from "../base/folder-relation.ts";
import type { PendingQuestion } from "../approve/question.ts";
import { isPublicKey, verifySignature, type ApproverKeys } from "./approver-keys.ts";
import type { Audience } from "./approvals.ts";
import { readJsonLines, writeJsonLine } from "./json-lines.ts";
import {
  helloText,
  protocolVersion,
  type BrokerState,
  type DecidedNotice,
  type SignedAnswer,
  type ToApprover,
} from "./protocol.ts";

/** What approvers may set in motion. Everything else about them is this file's business. */
export interface ApproverDesk {
  state(): BrokerState;
  pending(): readonly PendingQuestion[];
  submit(signed: SignedAnswer, signature: string, key: ApproverKey): Promise<{ ok: boolean; text: string }>;
  /** A loosening that a human starts in the editor. Resolves with a sentence when it is on its way or refused. */
  propose(message: JsonObject): Promise<string>;
  /** Tells the state of these folders' policies from now on. Never throws. */
  watch(folders: readonly string[]): void;
  /** The organisation's policy of an editor's settings, as JSON text. Never throws. */
  organisation(policy: string): void;
  /** An editor has seen a command start in a terminal of one of its own agents. Never throws. */
  ran(run: { readonly agents: readonly string[]; readonly folder: string; readonly command: string }): void;
  /** A key that nobody enrolled asks to be let in, while another approver is there. */
  proposeKey(publicKey: string, surface: string): void;
  audienceChanged(): void;
}

export interface ApproverEndpointOptions {
  readonly keys: ApproverKeys;
  readonly version: string;
}

interface Peer {
  readonly socket: Socket;
  readonly nonce: string;
  readonly key?: ApproverKey;
  /** False once the peer was shown the door: nothing that it says counts any more. */
  readonly open: boolean;
  /** The folders that it shows. */
  readonly folders: readonly string[];
  /** The questions that it was told, and whether another approver is nearer to them. */
  readonly told: Map<string, boolean>;
}

/** A peer that has not proved itself by then is cut off. */
const helloDeadlineMs = 10_000;
/** Most folders of one window that are watched. */
const folderLimit = 100;
/** Longest command line in UTF-16 units that an editor may report. */
const commandLimit = 64 * 1024;
/** A peer that does not read is cut off rather than remembered for. */
const backlogLimit = 8 * 1024 * 1024;

/**
 * The approvers' side of the broker: whoever connects proves that it holds an enrolled key by signing a nonce, and from
 * then on hears of questions and answers them. It cannot ask anything.
 */
export class ApproverEndpoint implements Audience {
  readonly server: Server;
  private readonly options: ApproverEndpointOptions;
  private readonly peers = new Map<Socket, Peer>();
  private desk: ApproverDesk | undefined;
  private stateTimer: NodeJS.Immediate | undefined;

  constructor(options: ApproverEndpointOptions) {
    this.options = options;
    this.server = createServer((socket) => this.welcome(socket));
  }

  /** The desk needs this endpoint, and this endpoint the desk: it is handed over once both exist. */
  attach(desk: ApproverDesk): void {
    this.desk = desk;
  }

  connected(): number {
    return this.members().length;
  }

  opened(question: PendingQuestion): void {
    this.route([question]);
    this.stateChanged();
  }

  /** Tells every approver the questions that it has not heard of, or that another one is nearer to than before. */
  private route(questions: readonly PendingQuestion[]): void {
    for (const question of questions) {
      const members = this.members();
      const near = members.filter(({ folders }) =>
        folders.some((folder) => related(folder, question.workspace)),
      );
      for (const peer of members) {
        const elsewhere = near.length > 0 && !near.includes(peer);
        if (peer.told.get(question.id) !== elsewhere) {
          peer.told.set(question.id, elsewhere);
          this.tell(peer, { type: "question", question, elsewhere });
        }
      }
    }
  }

  closed(questionId: string, result: string): void {
    for (const { told } of this.peers.values()) {
      told.delete(questionId);
    }
    this.broadcast({ type: "closed", question: questionId, result });
    this.stateChanged();
  }

  decided(decision: DecidedNotice): void {
    this.broadcast({ type: "decided", decision });
  }

  /** Tells the state once per turn, however often it changed. The last decisions were told one by one already. */
  stateChanged(): void {
    this.stateTimer ??= setImmediate(() => {
      this.stateTimer = undefined;
      if (this.desk !== undefined && this.connected() > 0) {
        this.broadcast({ type: "state", state: { ...this.desk.state(), recent: [] } });
      }
    });
  }

  /** Ends all connections and stops listening. */
  close(): void {
    this.server.close();
    for (const { socket } of this.peers.values()) {
      socket.end();
      setTimeout(() => socket.destroy(), 200).unref();
    }
  }

  private members(): readonly Peer[] {
    return [...this.peers.values()].filter(({ key, open }) => key !== undefined && open);
  }

  private broadcast(message: ToApprover): void {
    for (const peer of this.members()) {
      this.tell(peer, message);
    }
  }

  private tell({ socket }: Peer, message: ToApprover): void {
    if (socket.writableLength > backlogLimit) {
      socket.destroy();
    } else {
      writeJsonLine(socket, message);
    }
  }

  private welcome(socket: Socket): void {
    const peer: Peer = {
      socket,
      nonce: randomBytes(32).toString("base64url"),
      open: true,
      folders: [],
      told: new Map(),
    };
    this.peers.set(socket, peer);
    const deadline = setTimeout(() => {
      if (this.peers.get(socket)?.key === undefined) {
        socket.destroy();
      }
    }, helloDeadlineMs).unref();
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(deadline);
      this.peers.delete(socket);
      this.desk?.audienceChanged();
      this.route(this.desk?.pending() ?? []);
    });
    readJsonLines(
      socket,
      (message) => this.receive(socket, message),
      (reason) => this.refuse(socket, reason),
    );
    const enrolled = this.options.keys.list().length > 0;
    this.send(socket, {
      type: "challenge",
      protocol: protocolVersion,
      nonce: peer.nonce,
      enrolled,
      version: this.options.version,
    });
  }

  private receive(socket: Socket, message: JsonObject): void {
    const peer = this.peers.get(socket);
    if (peer === undefined || !peer.open) {
      return;
    }
    if (peer.key === undefined) {
      this.hello(peer, message);
      return;
    }
    switch (message["type"]) {
      case "answer":
        void this.answer(socket, peer.key, message);
        return;
      case "watch":
        this.watch(peer, textsOf(message["folders"]));
        return;
      case "organisation":
        this.desk?.organisation(stringField(message, "policy") ?? "");
        return;
      case "ran":
        this.ran(message);
        return;
      case "propose":
        void this.propose(socket, message);
        return;
      default:
        this.refuse(
          socket,
          "this message is not known here; the editor and the broker may be of different versions",
        );
    }
  }

  private ran(message: JsonObject): void {
    const folder = stringField(message, "folder") ?? "";
    const command = stringField(message, "command") ?? "";
    if (isAbsolute(folder) && !folder.includes("\0") && command.trim() !== "") {
      const agents = textsOf(message["agents"]).slice(0, 10);
      this.desk?.ran({ agents, folder, command: command.slice(0, commandLimit) });
    }
  }

  private watch(peer: Peer, folders: readonly string[]): void {
    this.peers.set(peer.socket, { ...peer, folders });
    this.desk?.watch(folders);
    this.route(this.desk?.pending() ?? []);
  }

  private hello(peer: Peer, message: JsonObject): void {
    const { socket, nonce } = peer;
    const publicKey = stringField(message, "publicKey");
    const signature = stringField(message, "signature");
    if (message["type"] !== "hello" || publicKey === undefined || signature === undefined) {
      this.refuse(socket, "an approver says `hello` first");
    } else if (message["protocol"] !== protocolVersion) {
      this.refuse(socket, `this broker speaks protocol ${protocolVersion}`);
    } else if (!isPublicKey(publicKey) || !verifySignature(publicKey, helloText(nonce), signature)) {
      this.refuse(socket, "the signature does not prove that the key is held");
    } else {
      this.admit(peer, publicKey, stringField(message, "surface") ?? "unnamed");
    }
  }

  private admit(peer: Peer, publicKey: string, surface: string): void {
    const key = this.options.keys.byPublicKey(publicKey);
    if (key === undefined || this.desk === undefined) {
      if (this.connected() > 0) {
        this.desk?.proposeKey(publicKey, surface);
      }
      this.refuse(
        peer.socket,
        this.options.keys.list().length === 0
          ? "no approver is enrolled yet; the first one is enrolled by the editor that starts the broker"
          : "this key is not enrolled; another approver has to let it in",
      );
      return;
    }
    this.peers.set(peer.socket, { ...peer, key });
    this.send(peer.socket, {
      type: "welcome",
      keyId: key.keyId,
      pending: this.desk.pending(),
      state: this.desk.state(),
    });
    this.desk.audienceChanged();
  }

  private async answer(socket: Socket, key: ApproverKey, message: JsonObject): Promise<void> {
    const signed = objectField(message, "signed");
    const answer = signed === undefined ? undefined : signedAnswerOf(signed);
    const signature = stringField(message, "signature");
    if (answer === undefined || signature === undefined || this.desk === undefined) {
      this.refuse(socket, "the answer is not understood");
      return;
    }
    let taken: { ok: boolean; text: string };
    try {
      taken = await this.desk.submit(answer, signature, key);
    } catch {
      taken = { ok: false, text: "a fault of Signalbox's own; the answer does not count" };
    }
    this.send(socket, {
      type: "answered",
      question: answer.question,
      accepted: taken.ok,
      reason: taken.text,
    });
  }

  private async propose(socket: Socket, message: JsonObject): Promise<void> {
    let text: string;
    try {
      text = (await this.desk?.propose(message)) ?? "";
    } catch {
      text = "a fault of Signalbox's own; nothing was changed";
    }
    this.send(socket, { type: "proposed", message: text });
  }

  private refuse(socket: Socket, reason: string): void {
    const peer = this.peers.get(socket);
    if (peer !== undefined) {
      this.peers.set(socket, { ...peer, open: false });
    }
    this.send(socket, { type: "refused", reason });
    socket.end();
    setTimeout(() => socket.destroy(), 1000).unref();
  }

  private send(socket: Socket, message: ToApprover): void {
    writeJsonLine(socket, message);
  }
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string").slice(0, folderLimit) : [];
}

function isAnswer(value: JsonValue | undefined): boolean {
  return (
    typeof value === "string" &&
    (value === "allow_once" || value === "deny" || value === "kill" || isGrantAnswer(value))
  );
}

/** Reads the signed part strictly: an unknown or missing member is no answer. */
function signedAnswerOf(object: JsonObject): SignedAnswer | undefined {
  const names = ["answer", "expiresAt", "nonce", "policyHash", "protocol", "question", "requestHash"];
  const { protocol, answer } = object;
  const texts = ["expiresAt", "nonce", "policyHash", "question", "requestHash"];
  const understood =
    Object.keys(object).sort().join() === names.join() &&
    typeof protocol === "number" &&
    isAnswer(answer) &&
    texts.every((name) => stringField(object, name) !== undefined);
  return understood ? (object as unknown as SignedAnswer) : undefined;
}
