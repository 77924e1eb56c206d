import { isJsonObject, objectField, stringField, type JsonObject, type JsonValue } from "../base/json.ts";
import type { Action, JudgedInput } from "../model/action.ts";
import type { RuleHit } from "../model/decision.ts";
import { isEffect } from "../model/effect.ts";
import type { AgentRequest, RequestPayload } from "../model/request.ts";
import { verdicts, type Verdict } from "../model/verdict.ts";
import type { AuditEntry } from "./entry.ts";

/** A decided request as the record holds it, ready to be decided again. */
export interface RecordedDecision {
  readonly seq: number;
  readonly time: string;
  readonly headline: string;
  readonly context: Pick<AgentRequest["context"], "agent" | "conversation" | "workspace" | "cwd">;
  readonly sessionId: string;
  readonly task?: string;
  readonly payload?: RequestPayload;
  /** False where the record holds the request masked, cut or without what was to be written. */
  readonly whole: boolean;
  /** What it was taken for. Groups and aliases are missing in entries of older versions. */
  readonly actions: readonly RecordedAction[];
  readonly inputs: readonly JudgedInput[];
  readonly verdict: Verdict;
  readonly rules: readonly RuleHit[];
  /** What policies that only observed would have done. */
  readonly observed?: { readonly verdict: Verdict; readonly rules: readonly RuleHit[] };
}

export type RecordedAction = Omit<Action, "groups" | "aliases"> & Partial<Pick<Action, "groups" | "aliases">>;

/** What a candidate policy says of a recorded request. */
export interface Rejudged {
  readonly verdict: Verdict;
  readonly rules: readonly RuleHit[];
  /** What the candidate would do, where it only observes. */
  readonly observed?: RecordedDecision["observed"];
  /** Whether the request was classified again, or what it was taken for was decided again. */
  readonly by: "request" | "actions";
}

export type Rule = Pick<RuleHit, "pointer" | "file" | "line">;

export interface ReplayExample {
  readonly seq: number;
  readonly time: string;
  readonly agent: string;
  readonly headline: string;
}

/** Requests that one rule makes the difference for. */
export interface ReplayDifference {
  readonly direction: "stricter" | "looser";
  readonly from: Verdict;
  readonly to: Verdict;
  /** Of the candidate where it is stricter, of the policy of that time where it is looser; undefined where no rule spoke. */
  readonly rule: Rule | undefined;
  readonly because: string;
  readonly count: number;
  /** The latest ones first. */
  readonly examples: readonly ReplayExample[];
}

/** How often one rule of the candidate matched, by its verdict, and how often it was among those that decided. */
export interface RuleCount {
  readonly rule: Rule;
  readonly verdict: Verdict;
  readonly matched: number;
  readonly decided: number;
}

export interface ReplayReport {
  readonly requests: number;
  /** How many of them were classified again; the others were decided by what they were taken for. */
  readonly byRequest: number;
  /** Requests of killed sessions: they were denied whatever the policy said, and are left out. */
  readonly latched: number;
  readonly differences: readonly ReplayDifference[];
  readonly rules: readonly RuleCount[];
}

const mostExamples = 3;

/** Decides recorded requests again and keeps count. It holds no more than the counts, however long the record is. */
export class Replay {
  readonly #rejudge: (recorded: RecordedDecision) => Rejudged;
  readonly #differences = new Map<
    string,
    { difference: ReplayDifference; examples: ReplayExample[]; count: number }
  >();
  readonly #rules = new Map<string, { rule: Rule; verdict: Verdict; matched: number; decided: number }>();
  #requests = 0;
  #byRequest = 0;
  #latched = 0;

  constructor(rejudge: (recorded: RecordedDecision) => Rejudged) {
    this.#rejudge = rejudge;
  }

  /** In the order of the record. */
  add(recorded: RecordedDecision): void {
    if (recorded.rules.some(({ pointer }) => pointer === "/session/killed")) {
      this.#latched += 1;
      return;
    }
    const now = this.#rejudge(recorded);
    this.#requests += 1;
    this.#byRequest += now.by === "request" ? 1 : 0;
    this.#count(now);
    if (now.verdict !== recorded.verdict) {
      this.#note(recorded, now);
    }
  }

  /** The most frequent differences first. */
  report(): ReplayReport {
    return {
      requests: this.#requests,
      byRequest: this.#byRequest,
      latched: this.#latched,
      differences: [...this.#differences.values()]
        .map(({ difference, examples, count }) => ({ ...difference, count, examples: examples.toReversed() }))
        .toSorted((a, b) => b.count - a.count),
      rules: [...this.#rules.values()].map((count) => ({ ...count })),
    };
  }

  #count({ observed, ...enforced }: Rejudged): void {
    // What only observes matches as well, and decides what would have been.
    this.#countRules(enforced);
    if (observed !== undefined) {
      this.#countRules(observed);
    }
  }

  #countRules({ rules, verdict }: Pick<Rejudged, "rules" | "verdict">): void {
    // A rule that matches several actions of a request matched one request.
    const unique = new Map(rules.map((hit) => [`${hit.verdict} ${keyOf(hit)}`, hit]));
    for (const [key, hit] of unique) {
      const known = this.#rules.get(key) ?? {
        rule: ruleOf(hit),
        verdict: hit.verdict,
        matched: 0,
        decided: 0,
      };
      known.matched += 1;
      known.decided += hit.verdict === verdict ? 1 : 0;
      this.#rules.set(key, known);
    }
  }

  #note(recorded: RecordedDecision, now: Rejudged): void {
    const stricter = verdicts.indexOf(now.verdict) > verdicts.indexOf(recorded.verdict);
    const telling = stricter ? now : recorded;
    const rule = telling.rules.find(({ verdict }) => verdict === telling.verdict);
    const key = `${recorded.verdict} ${now.verdict} ${rule === undefined ? "" : keyOf(rule)}`;
    const known = this.#differences.get(key) ?? {
      difference: {
        direction: stricter ? ("stricter" as const) : ("looser" as const),
        from: recorded.verdict,
        to: now.verdict,
        rule: rule === undefined ? undefined : ruleOf(rule),
        because: rule?.because ?? "",
        count: 0,
        examples: [],
      },
      examples: [],
      count: 0,
    };
    known.count += 1;
    const { seq, time, headline, context } = recorded;
    known.examples.push({ seq, time, headline, agent: context.agent });
    if (known.examples.length > mostExamples) {
      known.examples.shift();
    }
    this.#differences.set(key, known);
  }
}

function keyOf({ file, line, pointer }: Rule): string {
  return `${file}:${line} ${pointer}`;
}

function ruleOf({ file, line, pointer }: Rule): Rule {
  return { file, line, pointer };
}

/** A decision of the record; undefined for other entries, and for those that an older or newer version wrote otherwise. */
export function recordedDecision(entry: AuditEntry): RecordedDecision | undefined {
  // It was read from a line of JSON.
  const json = entry as unknown as JsonObject;
  const verdict = verdicts.find((each) => each === json["verdict"]);
  const [agent, conversation, workspace, cwd] = ["agent", "conversation", "workspace", "cwd"].map((key) =>
    stringField(json, key),
  );
  const actions = listOf(json["actions"], actionFrom);
  const rules = listOf(json["rules"], ruleFrom);
  if (
    entry.kind !== "decision" ||
    verdict === undefined ||
    agent === undefined ||
    conversation === undefined ||
    workspace === undefined ||
    cwd === undefined ||
    actions === undefined ||
    rules === undefined
  ) {
    return undefined;
  }
  const task = stringField(json, "task");
  const payload = payloadFrom(json);
  const observed = observedFrom(objectField(json, "observed"));
  return {
    seq: entry.seq,
    time: entry.time,
    headline: stringField(json, "headline") ?? "",
    context: { agent, conversation, workspace, cwd },
    sessionId: stringField(json, "sessionId") ?? "-",
    ...(task === undefined ? {} : { task }),
    ...(payload === undefined ? {} : { payload }),
    whole: payload !== undefined && isWhole(json, payload),
    actions,
    inputs: listOf(json["inputs"], inputFrom) ?? [],
    verdict,
    rules,
    ...(observed === undefined ? {} : { observed }),
  };
}

function observedFrom(json: JsonObject | undefined): RecordedDecision["observed"] {
  const verdict = verdicts.find((each) => each === json?.["verdict"]);
  const rules = listOf(json?.["rules"], ruleFrom);
  return verdict === undefined || rules === undefined ? undefined : { verdict, rules };
}

/** Undefined where one of them is not what it should be. */
function listOf<T>(
  value: JsonValue | undefined,
  read: (item: JsonObject) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(value)) {
    return undefined;
  }
  const items = value.map((item: JsonValue) => (isJsonObject(item) ? read(item) : undefined));
  return items.every((item) => item !== undefined) ? items : undefined;
}

function payloadFrom(json: JsonObject): RequestPayload | undefined {
  const payload = objectField(json, "payload");
  return payload !== undefined && isPayload(payload) ? (payload as unknown as RequestPayload) : undefined;
}

/** Entries say whether they hold the request as it was; older ones show it by what they mask, cut and leave out. */
function isWhole(json: JsonObject, payload: RequestPayload): boolean {
  const said = json["whole"];
  return typeof said === "boolean"
    ? said
    : !/‹[^›]*›|… \((?:more than )?\d+ more|"contentLength":/.test(JSON.stringify(payload));
}

/** What classification relies on, kind by kind. */
const texts: Readonly<Record<string, readonly string[]>> = {
  shell: ["command", "shell"],
  file_read: ["scope"],
  mcp_call: ["server", "tool"],
  http: ["method", "url"],
  prompt: ["text"],
  tool: ["tool"],
  internal: ["tool"],
  session_start: [],
  session_end: [],
};

const lists: Readonly<Record<string, string>> = {
  file_read: "paths",
  file_write: "changes",
  prompt: "attachments",
};

function isPayload(payload: JsonObject): boolean {
  const kind = stringField(payload, "kind") ?? "";
  const wanted = kind === "file_write" ? [] : texts[kind];
  const list = lists[kind];
  return (
    wanted !== undefined &&
    wanted.every((key) => stringField(payload, key) !== undefined) &&
    (list === undefined || Array.isArray(payload[list])) &&
    (kind !== "http" || objectField(payload, "headers") !== undefined)
  );
}

function actionFrom(json: JsonObject): RecordedAction | undefined {
  const id = stringField(json, "action") ?? "";
  const colon = id.indexOf(":");
  const access = stringField(json, "access");
  const reach = stringField(json, "reach");
  const target = objectField(json, "target");
  const effects = textsOf(json["effects"])?.filter((effect) => isEffect(effect));
  const credentials = listOf(json["credentials"], credentialFrom);
  const groups = textsOf(json["groups"]);
  const aliases = textsOf(json["aliases"]);
  if (
    colon <= 0 ||
    (access !== "read" && access !== "change" && access !== "unknown") ||
    (reach !== "local" && reach !== "remote") ||
    target === undefined ||
    effects === undefined ||
    credentials === undefined
  ) {
    return undefined;
  }
  return {
    provider: id.slice(0, colon),
    operation: id.slice(colon + 1),
    effects,
    access,
    reach,
    target: { ...(target as object), display: stringField(target, "display") ?? "" },
    credentials,
    evidence: { start: 0, end: 0, text: "" },
    because: stringField(json, "because") ?? "",
    ...(groups === undefined ? {} : { groups }),
    ...(aliases === undefined ? {} : { aliases }),
  };
}

function textsOf(value: JsonValue | undefined): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
}

function credentialFrom(json: JsonObject): Action["credentials"][number] | undefined {
  const name = stringField(json, "name");
  const provider = stringField(json, "provider");
  return name === undefined || provider === undefined ? undefined : { name, provider };
}

function inputFrom(json: JsonObject): JudgedInput | undefined {
  const path = stringField(json, "path");
  const digest = stringField(json, "digest");
  return path === undefined || digest === undefined ? undefined : { path, digest };
}

const layers: readonly RuleHit["layer"][] = ["builtin", "organisation", "user", "workspace", "session"];

function ruleFrom(json: JsonObject): RuleHit | undefined {
  const pointer = stringField(json, "pointer");
  const file = stringField(json, "file");
  const line = json["line"];
  const verdict = verdicts.find((each) => each === json["verdict"]);
  const layer = layers.find((each) => each === json["layer"]);
  const ofAction = json["action"];
  return pointer === undefined ||
    file === undefined ||
    typeof line !== "number" ||
    verdict === undefined ||
    layer === undefined
    ? undefined
    : {
        pointer,
        file,
        line,
        verdict,
        because: stringField(json, "because") ?? "",
        layer,
        ...(typeof ofAction === "number" ? { action: ofAction } : {}),
      };
}
