import type { Vocabulary } from "../../catalogue/catalogue.ts";
import type { Action } from "../../model/action.ts";
import type { AskTerms, Decision, RuleHit } from "../../model/decision.ts";
import { isEffect } from "../../model/effect.ts";
import { emptyMachine, type Lookups } from "../../model/lookups.ts";
import type { AgentRequest } from "../../model/request.ts";
import { imaginedSession, type Session } from "../../model/session.ts";
import { verdicts } from "../../model/verdict.ts";
import type { PoliciesInForce } from "../../policy/compiled.ts";
import { decide } from "../decide.ts";
import type { DiffSurroundings } from "./policy-diff.ts";
import { another, type Setting } from "./settings.ts";
import type { Subject } from "./subjects.ts";

/** What one subject comes to under both policies, in the settings where that differs. */
export interface Difference {
  readonly subject: Subject;
  readonly from: Decision;
  readonly to: Decision;
  readonly loosens: boolean;
  readonly settings: readonly Setting[];
  readonly members: Set<Setting>;
  readonly rules: Map<string, RuleHit>;
}

/** Decides requests under both policies and gathers the differences. */
export class Trial {
  readonly #before: PoliciesInForce;
  readonly #after: PoliciesInForce;
  readonly #vocabulary: Vocabulary;
  readonly #workspace: string;
  readonly #lookups: Lookups;
  readonly found: Difference[] = [];

  constructor(before: PoliciesInForce, after: PoliciesInForce, surroundings: DiffSurroundings) {
    this.#before = before;
    this.#after = after;
    this.#vocabulary = surroundings.vocabulary;
    this.#workspace = surroundings.workspace;
    // Every file is there, since a hidden file that does not exist may be written.
    this.#lookups = { ...emptyMachine(surroundings.home), kind: () => "file" };
  }

  /** One step for each setting: whoever has others waiting goes on later. */
  *run(subject: Subject, settings: readonly Setting[]): Generator<undefined, void, undefined> {
    const own = new Map<string, Difference>();
    for (const setting of settings) {
      yield;
      const from = this.#decide(subject, setting, this.#before);
      const to = this.#decide(subject, setting, this.#after);
      const direction = compare(from, to);
      if (direction === 0) {
        continue;
      }
      const loosens = direction < 0;
      const key = `${loosens} ${describe(from)} ${describe(to)}`;
      const known = own.get(key) ?? {
        subject,
        from,
        to,
        loosens,
        settings,
        members: new Set<Setting>(),
        rules: new Map<string, RuleHit>(),
      };
      known.members.add(setting);
      const telling = loosens ? from : to;
      for (const hit of telling.rules.filter(({ verdict }) => verdict === telling.verdict)) {
        known.rules.set(`${hit.file}:${hit.line} ${hit.pointer}`, hit);
      }
      own.set(key, known);
    }
    this.found.push(...own.values());
  }

  #decide({ kind, names, action }: Subject, setting: Setting, policies: PoliciesInForce): Decision {
    const command = kind === "commands" ? (names[0] ?? "") : setting.command;
    const session = sessionFor(setting, this.#workspace);
    return decide({
      request: requestFor(setting, command, this.#workspace),
      classification: {
        actions: action === undefined ? [] : [this.#placed(action, setting, command)],
        inputs: [],
      },
      policies,
      ...(session === undefined ? {} : { session }),
      lookups: this.#lookups,
      vocabulary: this.#vocabulary,
    });
  }

  #placed(action: Action, setting: Setting, command: string): Action {
    const { environment, credential, host, resource, effect } = setting;
    const provider = this.#vocabulary.credential(credential)?.provider ?? action.provider;
    return {
      ...action,
      effects:
        isEffect(effect) && !action.effects.includes(effect) ? [...action.effects, effect] : action.effects,
      target: {
        ...action.target,
        ...(environment === "" ? {} : { environment }),
        ...(host === "" ? {} : { host }),
        ...(resource === "" ? {} : { resource }),
      },
      credentials: credential === "" ? [] : [{ name: credential, provider }],
      evidence: { ...action.evidence, text: command },
    };
  }
}

function requestFor({ agent }: Setting, command: string, workspace: string): AgentRequest {
  return {
    context: {
      id: "diff",
      agent: agent === "" ? another : agent,
      conversation: "diff",
      workspace,
      cwd: workspace,
      boundary: "check",
    },
    payload: command === "" ? { kind: "internal", tool: another } : { kind: "shell", command, shell: "bash" },
  };
}

function sessionFor({ agent, task }: Setting, workspace: string): Session | undefined {
  return task === ""
    ? undefined
    : imaginedSession({ id: "diff", agent, conversation: "diff", workspace, task });
}

/** Below 0 where the second one is looser, above where it is stricter. */
function compare(from: Decision, to: Decision): number {
  const byVerdict = verdicts.indexOf(to.verdict) - verdicts.indexOf(from.verdict);
  if (byVerdict !== 0 || from.ask === undefined || to.ask === undefined) {
    return byVerdict;
  }
  return looserTerms(from.ask, to.ask) ? -1 : looserTerms(to.ask, from.ask) ? 1 : 0;
}

/** True where somebody may answer who could not, or an answer holds for longer. */
function looserTerms(from: AskTerms, to: AskTerms): boolean {
  const newcomers =
    from.approvers.length > 0 &&
    (to.approvers.length === 0 || to.approvers.some((name) => !from.approvers.includes(name)));
  return newcomers || (from.grant !== "session" && to.grant === "session");
}

/** Equal where a human would be told the same. */
export function describe({ verdict, ask }: Decision): string {
  return ask === undefined
    ? verdict
    : `${verdict} ${ask.grant === "session" ? "session" : "once"} ${ask.approvers.join()}`;
}
