/**
 * The words that the broker, its clients and its approvers exchange. Two endpoints with different rights:
 *
 * - requester (`ask.sock`, HTTP/1.1; loopback TCP with a token for shells): may only ask.
 * - approver (`approver.sock`, one JSON object a line, both ways): may only answer, with a signature per answer.
 *
 * Every message carries `protocol`; a peer with another number is told so and nothing else.
 *
 * Requester over HTTP: `POST /v1/hook?agent=&event=&ppid=&pid=` (the agent's payload as it is; text/plain, the four lines
 * of a hook reply), and JSON both ways: `GET /v1/state` (BrokerState), `GET /v1/sessions` (`{sessions: Session[]}`),
 * `GET /v1/approvals` (`{approvals: Question[], grants: GrantNotice[]}`), `POST /v1/revoke {"grant"}` (`{grant: GrantNotice}`), `POST /v1/kill {"session"}` (`{session: Session}`), `POST /v1/reopen
 * {"session"}`, `POST /v1/uninstall {"what"}`, `POST /v1/run {"task", "cwd", "pid", "command"}`
 * (`Filed`; with `"wait": true` the reply comes when a human answered), `POST /v1/sight {"cwd", "agent", "task"?, "paths"}` (`Sight`),
 * `POST /v1/handover {"version"}`
 * (`{leaving: boolean}`). Errors: `{error, remedy}` with a status of 400 and up.
 *
 * Requester over loopback (`run/endpoint` holds `<port> <token> <pid>`): the broker sends the banner and a newline; the
 * client sends `HOOK <token> <agent-hint> <event-hint|-> <hook-ppid> <agent-pid|0>\n`, the payload, `\0END\n`; the broker
 * sends the four lines and closes.
 *
 * Approver: the broker sends `challenge`; the approver `hello`, its signature over `signalbox-approver:<nonce>`; the broker
 * `welcome` or `refused`; then questions, answers and notices as they come. A key that is not enrolled is refused; where
 * another approver is connected, that one is asked whether to let it in (question of kind `enroll`).
 */
export const protocolVersion = 1;

/** First line that the loopback listener sends, before it was asked anything. */
export const loopbackBanner = "SIGNALBOX/1";

/** What the editor shows: plain text, control characters still in it (the surface makes them visible). */
export interface Question {
  readonly id: string;
  /** `pause` stands for all that a session asks beyond a few at a time. */
  readonly kind: "request" | "pause" | "reopen" | "uninstall" | "policy_approval" | "bind_task" | "enroll";
  /** One line: operation, target, environment, can it be undone. */
  readonly headline: string;
  readonly agent: string;
  readonly sessionId: string;
  readonly workspace: string;
  readonly task?: string;
  /** Why it is asked: rule and place, one per line. */
  readonly rules: readonly {
    readonly because: string;
    readonly file: string;
    readonly line: number;
    readonly pointer: string;
  }[];
  /** The gravest first. */
  readonly actions: readonly {
    readonly id: string;
    readonly effects: readonly string[];
    readonly target: string;
    readonly environment?: string;
    /** What a rule can name of the target: the outside thing, or the file. */
    readonly resource?: string;
    readonly path?: string;
    /** Operation, target, environment, can it be undone, in words; brokers of before do not tell. */
    readonly sentence?: string;
    readonly because?: string;
    /** Where it stands in `text`; UTF-16 offsets, `end` exclusive. */
    readonly evidence?: { readonly start: number; readonly end: number };
    /** The file that it stands in, where that is not the request itself. */
    readonly via?: string;
  }[];
  /** The request as the agent wrote it, secrets already masked. */
  readonly text: string;
  /** What would be lost, as far as it can be told without running anything; a line each. */
  readonly stakes?: readonly string[];
  /** What a human may want to read before answering: judged files, names of variables, diffs. Masked. */
  readonly details?: {
    readonly scripts: readonly { readonly path: string; readonly digest: string; readonly text: string }[];
    readonly variables: readonly string[];
    readonly diffs: readonly { readonly path: string; readonly lines: readonly string[] }[];
  };
  /** Wider answers that a human may give. */
  readonly grants?: readonly WiderAnswer[];
  readonly askedAt: string;
  readonly expiresAt: string;
  /** What an answer must be bound to. */
  readonly binding: { readonly requestHash: string; readonly policyHash: string; readonly nonce: string };
}

/**
 * This exact request again until the session ends; this operation on this target for 15 minutes, for an hour, or until the
 * session ends. They count only where the question offers them.
 */
export type WiderAnswer = "allow_request" | "allow_15m" | "allow_1h" | "allow_session";

export type Answer = "allow_once" | WiderAnswer | "deny" | "kill";

/** What became of a request that only a human may grant. */
export interface Filed {
  readonly result: "pending" | "approved" | "denied" | "timed_out" | "no approver connected";
  readonly message: string;
}

/** The text that an approver signs to prove that it holds its key. */
export function helloText(nonce: string): string {
  return `signalbox-approver:${nonce}`;
}

/** The exact text that an approver signs is `canonicalJson` of this. */
export interface SignedAnswer {
  readonly protocol: number;
  readonly question: string;
  readonly answer: Answer;
  readonly requestHash: string;
  readonly policyHash: string;
  readonly nonce: string;
  readonly expiresAt: string;
}

export type ToApprover =
  | {
      readonly type: "challenge";
      readonly protocol: number;
      readonly nonce: string;
      readonly enrolled: boolean;
      readonly version: string;
    }
  | {
      readonly type: "welcome";
      readonly keyId: string;
      readonly pending: readonly Question[];
      readonly state: BrokerState;
    }
  | { readonly type: "refused"; readonly reason: string }
  /** Sent again where `elsewhere` changes: another approver has the question's workspace open, and this one does not. */
  | { readonly type: "question"; readonly question: Question; readonly elsewhere?: boolean }
  | { readonly type: "closed"; readonly question: string; readonly result: string }
  | {
      readonly type: "answered";
      readonly question: string;
      readonly accepted: boolean;
      readonly reason: string;
    }
  /** Reply to `propose`: a sentence; empty where the question is on its way. */
  | { readonly type: "proposed"; readonly message: string }
  | { readonly type: "decided"; readonly decision: DecidedNotice }
  | { readonly type: "state"; readonly state: BrokerState };

export type FromApprover =
  /** `signature` is over the challenge nonce; `publicKey` in SPKI DER, base64. */
  | {
      readonly type: "hello";
      readonly protocol: number;
      readonly publicKey: string;
      readonly signature: string;
      readonly surface: string;
    }
  | { readonly type: "answer"; readonly signed: SignedAnswer; readonly signature: string }
  /** Folders that this approver shows: the state of their policies is told from now on, before any agent worked there. */
  | { readonly type: "watch"; readonly folders: readonly string[] }
  /** The organisation's policy of the editor's settings, as JSON text. It only tightens. */
  | { readonly type: "organisation"; readonly policy: string }
  /** A command that has started in a terminal of one of the editor's own agents: held against what was decided. */
  | {
      readonly type: "ran";
      /** Who may have run it, the likeliest first. */
      readonly agents: readonly string[];
      /** Where: an absolute path. */
      readonly folder: string;
      readonly command: string;
    }
  /** A loosening that a human starts in the editor itself: becomes a question that this approver answers. */
  | {
      readonly type: "propose";
      readonly kind: "reopen" | "policy_approval" | "bind_task";
      readonly session?: string;
      readonly workspace?: string;
      readonly task?: string;
    };

/** One decision as the editor's list and status bar show it. */
export interface DecidedNotice {
  readonly at: string;
  readonly sessionId: string;
  readonly agent: string;
  readonly workspace: string;
  readonly conversation: string;
  readonly effect: "pass" | "deny" | "kill";
  readonly verdict: string;
  readonly headline: string;
  readonly reason: string;
  readonly rules: readonly { readonly because: string; readonly file: string; readonly line: number }[];
  /** What policies that only observe would have done. */
  readonly observed?: {
    readonly verdict: string;
    readonly reason: string;
    readonly rules: DecidedNotice["rules"];
  };
  readonly text: string;
}

export interface BrokerState {
  readonly version: string;
  readonly pid: number;
  readonly sessions: { readonly active: number; readonly killed: number };
  readonly pending: number;
  /** The last decisions: in `welcome` and over HTTP; empty in later `state` messages, where `decided` told them. */
  readonly recent: readonly DecidedNotice[];
  /**
   * Per workspace: whether its policy file is approved, unapproved (tightening only), missing or broken. First the layers
   * above all workspaces, with `layer`: an organisation's policy may also have expired, or be ignored because it could be
   * anybody's. Then `workspace` is the layer's name, under which `user` is proposed for approval.
   */
  readonly policies: readonly {
    readonly workspace: string;
    readonly layer?: "organisation" | "user";
    /** For a policy that is fetched, its address. */
    readonly file: string;
    readonly state: "approved" | "unapproved" | "missing" | "broken" | "expired" | "ignored";
    readonly detail: string;
    /** Tasks that the policy in force declares. */
    readonly tasks?: readonly TaskChoice[];
    /** Where it is unapproved: the hash of what is written now. */
    readonly hash?: string;
    /** True where what is in force is decided and recorded, and stops nothing. */
    readonly observing?: boolean;
  }[];
  /** Yeses that hold for more than one request, the newest last. */
  readonly grants?: readonly GrantNotice[];
  /** Sessions that are active, or ended within a day, in which something ran without a decision that let it. `last` is one line, secrets masked. */
  readonly gaps?: readonly {
    readonly session: string;
    readonly agent: string;
    readonly workspace: string;
    readonly count: number;
    readonly lastAt: string;
    readonly last: string;
  }[];
  /** Agents whose hooks are not as they should be, by anybody's doing, with the active sessions that concerns. */
  readonly unprotected?: readonly {
    readonly agent: string;
    readonly scope: string;
    /** Set where it holds in one workspace only. */
    readonly workspace?: string;
    /** One sentence. */
    readonly why: string;
    readonly sessions: readonly string[];
  }[];
  /** When each agent's hooks were last called (ISO 8601, UTC), and its version where its payloads tell it. */
  readonly agents?: readonly {
    readonly agent: string;
    readonly lastSeenAt: string;
    readonly version?: string;
  }[];
  /** Active sessions that no task holds although their workspace declares some. */
  readonly unbound?: readonly {
    readonly session: string;
    readonly agent: string;
    readonly workspace: string;
  }[];
}

/** A yes that holds for more than one request; anybody may take it back. */
export interface GrantNotice {
  readonly id: string;
  readonly sessionId: string;
  readonly agent: string;
  readonly workspace: string;
  readonly answer: WiderAnswer;
  /** What was allowed, in one line. */
  readonly headline: string;
  readonly at: string;
  /** Until then; until the session ends where it is not there. */
  readonly until?: string;
}

/** A task as a human picks it. */
export interface TaskChoice {
  readonly name: string;
  /** What the task is, in the author's words; empty where nothing is said. */
  readonly description: string;
  /** What it may do, in short lines. */
  readonly scope: readonly string[];
  /** Patterns of the agents that may run it; empty for all. */
  readonly agents: readonly string[];
  readonly isDefault: boolean;
}

/**
 * The reply to a hook, as four lines that a shell can read without a JSON parser; `end` proves that it is whole:
 *
 *     SIGNALBOX/1 <exit code>
 *     <stdout, one line or empty>
 *     <stderr, one line or empty>
 *     END
 */
export const hookReplyEnd = "END";
