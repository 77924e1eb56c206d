import { isJsonObject, parseJson, stringField, type JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Session, SessionGrant, TaskDeclaration } from "../model/session.ts";
import { readOwnFile, writeDurably } from "./durable-file.ts";

/** Who a request belongs to, before the registry gave it an id. */
export interface SessionKey {
  readonly agent: string;
  readonly conversation: string;
}

/** The system of record for sessions. Every change that matters is on disk before the call returns. */
export interface Registry {
  list(): readonly Session[];
  byId(id: string): Session | undefined;
  byKey(key: SessionKey): Session | undefined;
  /** The session of a conversation, made with this workspace where there is none; an ended one goes on. */
  bind(key: SessionKey, workspace: string): Session;
  /** Counts a request, and notes which version of the agent sent it. Saved a little later: they may be lost in a crash, nothing else. */
  touch(id: string, agentVersion?: string): void;
  /** Notes that something ran without a decision that let it; `what` is one line without secrets. */
  gap(id: string, what: string): Session | undefined;
  /** INVARIANT: durable when it returns. Throws where it cannot be saved; the session counts as killed all the same. */
  kill(id: string, reason: string): Session | undefined;
  /** Lifts the latch. Only after a human's signed answer. */
  reopen(id: string): Session | undefined;
  end(id: string): void;
  /** Binds a session to a task. Only after a human's signed answer. */
  declare(id: string, task: string, declared: TaskDeclaration): Session | undefined;
  /** Notes what a human granted. */
  grant(id: string, grant: SessionGrant): void;
  /** Saves what is only in memory. */
  flush(): void;
}

export interface RegistryOptions {
  readonly file: string;
  now(): Date;
  /** Random bytes, for ids. */
  random(count: number): Uint8Array;
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
/** Sessions that are kept; the oldest that are neither active today nor killed go first. */
const sessionLimit = 1000;
const saveDelayMs = 2000;
/** Grants that a session keeps; the record has all of them. */
const grantLimit = 100;

/**
 * Opens the registry. A file that is there and cannot be understood is an error, never an empty registry: it may hold
 * the latch of a killed session.
 */
export function openRegistry(options: RegistryOptions): Result<Registry> {
  const text = readOwnFile(options.file);
  if (!text.ok) {
    return text;
  }
  const sessions = text.value === undefined ? ok([]) : parseSessions(text.value);
  if (!sessions.ok) {
    return err(
      `\`${options.file}\` is damaged (${sessions.error}); restore it, or remove it to forget which sessions were killed`,
    );
  }
  return ok(new FileRegistry(options, sessions.value));
}

class FileRegistry implements Registry {
  private readonly options: RegistryOptions;
  private readonly sessions = new Map<string, Session>();
  private readonly keys = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(options: RegistryOptions, sessions: readonly Session[]) {
    this.options = options;
    for (const session of sessions) {
      this.put(session);
    }
  }

  list(): readonly Session[] {
    return [...this.sessions.values()];
  }

  byId(id: string): Session | undefined {
    return this.sessions.get(id);
  }

  byKey(key: SessionKey): Session | undefined {
    const id = this.keys.get(keyText(key));
    return id === undefined ? undefined : this.sessions.get(id);
  }

  bind(key: SessionKey, workspace: string): Session {
    const known = this.byKey(key);
    if (known !== undefined && known.state !== "ended") {
      return known;
    }
    const at = this.options.now().toISOString();
    const session: Session =
      known === undefined
        ? {
            id: this.freshId(),
            ...key,
            workspace,
            state: "active",
            startedAt: at,
            lastSeenAt: at,
            requests: 0,
          }
        : { ...known, state: "active", lastSeenAt: at };
    this.put(session);
    this.prune();
    this.save();
    return session;
  }

  touch(id: string, agentVersion?: string): void {
    const session = this.sessions.get(id);
    if (session !== undefined) {
      this.put({
        ...session,
        lastSeenAt: this.options.now().toISOString(),
        requests: session.requests + 1,
        ...(agentVersion === undefined ? {} : { agentVersion }),
      });
      this.saveSoon();
    }
  }

  gap(id: string, what: string): Session | undefined {
    const lastAt = this.options.now().toISOString();
    return this.change(id, (session) => ({
      ...session,
      gaps: { count: (session.gaps?.count ?? 0) + 1, lastAt, last: what },
    }));
  }

  kill(id: string, reason: string): Session | undefined {
    return this.change(id, (session) =>
      session.state === "killed"
        ? session
        : { ...session, state: "killed", killed: { at: this.options.now().toISOString(), reason } },
    );
  }

  reopen(id: string): Session | undefined {
    return this.change(id, (session) => {
      const { killed: _latch, ...rest } = session;
      return { ...rest, state: "active" };
    });
  }

  end(id: string): void {
    // A killed session stays killed: ending it must not be a way around the latch.
    this.change(id, (session) => (session.state === "active" ? { ...session, state: "ended" } : session));
  }

  declare(id: string, task: string, declared: TaskDeclaration): Session | undefined {
    return this.change(id, (session) => ({ ...session, task, declared }));
  }

  grant(id: string, grant: SessionGrant): void {
    this.change(id, (session) => ({
      ...session,
      grants: [...(session.grants ?? []), grant].slice(-grantLimit),
    }));
  }

  flush(): void {
    if (this.timer !== undefined) {
      this.save();
    }
  }

  private change(id: string, update: (session: Session) => Session): Session | undefined {
    const session = this.sessions.get(id);
    if (session === undefined) {
      return undefined;
    }
    const changed = update(session);
    this.put(changed);
    this.save();
    return changed;
  }

  private put(session: Session): void {
    this.sessions.set(session.id, session);
    this.keys.set(keyText(session), session.id);
  }

  private freshId(): string {
    for (;;) {
      const id = `s_${[...this.options.random(8)].map((byte) => alphabet[byte & 31]).join("")}`;
      if (!this.sessions.has(id)) {
        return id;
      }
    }
  }

  private prune(): void {
    const dayAgo = this.options.now().getTime() - 24 * 3600 * 1000;
    const removable = this.list()
      .filter(({ state, lastSeenAt }) => state !== "killed" && Date.parse(lastSeenAt) < dayAgo)
      .sort((a, b) => (a.lastSeenAt < b.lastSeenAt ? -1 : 1));
    for (const session of removable.slice(0, Math.max(0, this.sessions.size - sessionLimit))) {
      this.sessions.delete(session.id);
      this.keys.delete(keyText(session));
    }
  }

  private save(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    writeDurably(this.options.file, `${JSON.stringify({ version: 1, sessions: this.list() })}\n`);
  }

  private saveSoon(): void {
    this.timer ??= setTimeout(() => {
      try {
        this.save();
      } catch {
        // Only counters are lost; whatever must not be lost was saved on the spot.
      }
    }, saveDelayMs).unref();
  }
}

function keyText({ agent, conversation }: SessionKey): string {
  return `${agent}\0${conversation}`;
}

function parseSessions(text: string): Result<readonly Session[]> {
  const parsed = parseJson(text);
  if (!parsed.ok) {
    return parsed;
  }
  const list = isJsonObject(parsed.value) ? parsed.value["sessions"] : undefined;
  if (!Array.isArray(list)) {
    return err("it has no list of sessions");
  }
  const sessions: Session[] = [];
  for (const item of list as readonly unknown[]) {
    const session = isJsonObject(item) ? parseSession(item) : undefined;
    if (session === undefined) {
      return err(`session ${sessions.length + 1} is not understood`);
    }
    sessions.push(session);
  }
  return ok(sessions);
}

function parseSession(item: JsonObject): Session | undefined {
  const texts = ["id", "agent", "conversation", "workspace", "startedAt", "lastSeenAt"] as const;
  const { state, requests } = item;
  const understood =
    texts.every((name) => stringField(item, name) !== undefined) &&
    (state === "active" || state === "killed" || state === "ended") &&
    typeof requests === "number" &&
    (item["task"] === undefined || stringField(item, "task") !== undefined);
  return understood ? (item as unknown as Session) : undefined;
}
