import type { BrokerState, DecidedNotice } from "../broker/protocol.ts";
import { related } from "../base/folder-relation.ts";
import { silencesEverything } from "./switches.ts";
import type { EditorState } from "./store.ts";
import { newlyUnbound } from "./task-text.ts";
import { makePlainLine, shorten } from "../base/visible-text.ts";

export interface StatusView {
  readonly text: string;
  /** One line per fact. */
  readonly tooltip: string;
  /** What a screen reader says; no icons. */
  readonly accessible: string;
  readonly level: "normal" | "warning" | "error";
}

/** The first of these that holds is what the status bar is about. */
interface Headline {
  readonly icon: string;
  readonly words: string;
  readonly level: StatusView["level"];
  readonly remedy?: string;
}

const lastBudget = 44;
/** Most sessions without a task that the tooltip names. */
const mostUnbound = 5;

/** What the status bar says. `folders` are the window's, with symlinks resolved. */
export function statusView(state: EditorState, folders: readonly string[]): StatusView {
  const headline = headlineOf(state, folders);
  const parts = [headline.words, sessionsText(state, folders), lastText(state)].filter((part) => part !== "");
  return {
    text: `$(${headline.icon}) Signalbox: ${parts.join(" · ")}`,
    tooltip: tooltipOf(state, headline, folders),
    accessible: `Signalbox, ${parts.join(", ")}. ${headline.remedy ?? "Activate to open the record"}`,
    level: headline.level,
  };
}

function headlineOf(state: EditorState, folders: readonly string[]): Headline {
  return (
    brokenHeadline(state) ??
    unprotectedHeadline(state) ??
    unsettledHeadline(state) ??
    questionHeadline(state) ??
    policyHeadline(state, folders) ??
    gapHeadline(state) ??
    restHeadline(state, folders)
  );
}

/** Why agents are not governed as they should be, in one line with a remedy; undefined where they are. */
export function alarmOf(state: EditorState): string | undefined {
  const headline = brokenHeadline(state) ?? unprotectedHeadline(state) ?? weakenedHeadline(state);
  const remedy = headline?.remedy;
  return headline === undefined
    ? undefined
    : makePlainLine(`${headline.words}${remedy === undefined ? "" : `. To put it right: ${remedy}`}`);
}

/** What ran without a decision that let it, in one line; undefined where nothing did. It differs for each new one. */
export function gapOf({ broker }: EditorState): string | undefined {
  const gaps = broker?.gaps ?? [];
  const latest = [...gaps].sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1))[0];
  if (latest === undefined) {
    return undefined;
  }
  const { agent, session, count, last } = latest;
  const others = count === 1 ? "" : ` (${count} so far)`;
  return shorten(makePlainLine(`${agent}, session ${session}${others}: ${last}`), 300);
}

/** Something is in the way of governing at all. */
function brokenHeadline({ link, hooks, findings }: EditorState): Headline | undefined {
  if (link.kind === "down") {
    return {
      icon: "workspace-untrusted",
      words: `not armed (${link.why})`,
      level: "error",
      remedy: link.remedy,
    };
  }
  if (silencesEverything(findings)) {
    const why = findings[0]?.message ?? "hooks are off";
    return {
      icon: "workspace-untrusted",
      words: `not armed (${why})`,
      level: "error",
      remedy: "run Signalbox: Repair",
    };
  }
  if (hooks.kind === "failed") {
    return {
      icon: "workspace-untrusted",
      words: `not armed (${hooks.why})`,
      level: "error",
      remedy: "run Signalbox: Repair",
    };
  }
  return undefined;
}

/** An agent goes on without our hooks. The editor's own where a human has declined them is told elsewhere. */
function unprotectedHeadline({ broker, hooks }: EditorState): Headline | undefined {
  const concerned = (broker?.unprotected ?? []).filter(
    ({ agent }) => !(agent === "vscode" && hooks.kind === "declined"),
  );
  const first = concerned.find(({ sessions }) => sessions.length > 0) ?? concerned[0];
  if (first === undefined) {
    return undefined;
  }
  const others = concerned.length === 1 ? "" : ` and ${concerned.length - 1} more`;
  return {
    icon: "workspace-untrusted",
    words: `${makePlainLine(first.agent)}${others} unprotected (${shorten(makePlainLine(first.why), 120)})`,
    level: "error",
    remedy: "run Signalbox: Repair",
  };
}

function gapHeadline(state: EditorState): Headline | undefined {
  const count = (state.broker?.gaps ?? []).reduce((sum, gap) => sum + gap.count, 0);
  return count === 0
    ? undefined
    : {
        icon: "warning",
        words: `armed · ${count === 1 ? "1 action" : `${count} actions`} ran without a decision`,
        level: "error",
        remedy: `${gapOf(state) ?? ""}. Run Signalbox: Kill Session unless you know why`,
      };
}

function policyHeadline(state: EditorState, folders: readonly string[]): Headline | undefined {
  const layers = (state.broker?.policies ?? []).filter(({ layer }) => layer !== undefined);
  const own = [...ownPolicies(state, folders), ...layers.filter(({ layer }) => layer === "user")];
  // The broker knows a workspace from its first request on; the window knows its own files from the start.
  const broken = own.find((policy) => policy.state === "broken")?.file ?? state.brokenPolicies[0];
  if (broken !== undefined) {
    const remedy = `Correct ${broken}; the last approved policy stays in force`;
    return { icon: "warning", words: "armed · policy broken", level: "error", remedy };
  }
  const managed = layers.find(({ layer, state: word }) => layer === "organisation" && word !== "approved");
  if (managed !== undefined) {
    const words = `armed · organisation's policy ${managed.state === "broken" ? "not usable" : managed.state}`;
    const remedy = `Tell your administrator: ${managed.file}: ${managed.detail}`;
    return { icon: "warning", words, level: "warning", remedy };
  }
  if (own.some((policy) => policy.state === "unapproved")) {
    const remedy = "Run Signalbox: Approve Policy; until then it only tightens";
    return { icon: "shield", words: "armed · policy awaiting approval", level: "warning", remedy };
  }
  return undefined;
}

function questionHeadline({ questions }: EditorState): Headline | undefined {
  if (questions === 0) {
    return undefined;
  }
  const words = `armed · ${questions === 1 ? "1 question waits" : `${questions} questions wait`} for you`;
  return { icon: "question", words, level: "warning" };
}

function unsettledHeadline({ link, hooks }: EditorState): Headline | undefined {
  const settled = link.kind !== "connecting" && hooks.kind !== "checking";
  return settled ? undefined : { icon: "sync~spin", words: "arming", level: "normal" };
}

/** One of two ways to the editor's agents is closed; the other still serves. */
function weakenedHeadline({ findings }: EditorState): Headline | undefined {
  const [first] = findings;
  return first === undefined
    ? undefined
    : {
        icon: "shield",
        words: `partly armed (${first.message})`,
        level: "warning",
        remedy: "run Signalbox: Repair",
      };
}

/** Policies that only observe: everything is decided, and nothing stopped. */
function observingHeadline(state: EditorState, folders: readonly string[]): Headline | undefined {
  const own = ownPolicies(state, folders);
  const observing = own.filter((policy) => policy.observing === true);
  if (observing.length === 0) {
    return undefined;
  }
  const place = observing.length === own.length ? "" : ` in ${observing.length} of ${own.length} folders`;
  const remedy = "Run Signalbox: Observe Mode Report to see what would have been stopped, and to switch";
  return {
    icon: "eye",
    words: `observing${place}, stops nothing${place === "" ? "" : " there"}`,
    level: "normal",
    remedy,
  };
}

/** Of the broker's policies, those of this window's folders. */
function ownPolicies({ broker }: EditorState, folders: readonly string[]): BrokerState["policies"] {
  return (broker?.policies ?? []).filter((policy) =>
    folders.some((folder) => related(folder, policy.workspace)),
  );
}

function restHeadline(state: EditorState, folders: readonly string[]): Headline {
  const { hooks, agentHooks, broker } = state;
  if (!agentHooks) {
    const remedy = "This editor's own agents have no hooks; agents of the command line are governed";
    return { icon: "shield", words: "partly armed (command line agents only)", level: "warning", remedy };
  }
  const weakened = weakenedHeadline(state);
  if (weakened !== undefined) {
    return weakened;
  }
  if (hooks.kind === "declined") {
    const remedy = "Set `signalbox.installHooks` to install the user-level hook file, too";
    return { icon: "shield", words: "partly armed (no user-level hook file)", level: "warning", remedy };
  }
  const usual = observingHeadline(state, folders) ?? { icon: "shield", words: "armed", level: "normal" };
  const killed = broker?.sessions.killed ?? 0;
  if (killed > 0) {
    const words = `${usual.words} · ${killed === 1 ? "session" : `${killed} sessions`} killed`;
    return {
      icon: usual.icon,
      words,
      level: "warning",
      remedy: "Run Signalbox: Reopen Session when you know why",
    };
  }
  return usual;
}

function sessionsText({ broker }: EditorState, folders: readonly string[]): string {
  const active = broker?.sessions.active;
  if (active === undefined) {
    return "";
  }
  const unbound = newlyUnbound(broker, folders, new Set()).length;
  const sessions = active === 1 ? "1 session" : `${active} sessions`;
  return unbound === 0 ? sessions : `${sessions}${active === unbound ? "" : `, ${unbound}`} without a task`;
}

/** Until a human chooses, only what every task allows passes: whoever wonders why reads it here. */
function unboundLines({ broker }: EditorState, folders: readonly string[]): readonly string[] {
  const unbound = newlyUnbound(broker, folders, new Set());
  const lines = unbound
    .slice(0, mostUnbound)
    .map(
      ({ session, agent, workspace }) =>
        `Session ${session} of ${agent} in ${workspace} is at no task: only what every task allows passes`,
    );
  const more = unbound.length - lines.length;
  return unbound.length === 0
    ? []
    : [
        ...lines,
        ...(more > 0 ? [`And ${more} more sessions without a task`] : []),
        "Run Signalbox: Choose Task of a Session… to bind them",
      ];
}

/** File of the rule by which a killed session stays stopped. */
const latch = "sessions";

/** The last decision that stood in an agent's way or that a human made; what passes, or follows from a kill, is no news. */
function lastText({ decisions }: EditorState): string {
  const last = decisions.find(
    (decision) => doneWord(decision) !== "passed" && !decision.rules.some(({ file }) => file === latch),
  );
  return last === undefined
    ? ""
    : `last: ${doneWord(last)} ${shorten(makePlainLine(last.headline), lastBudget)}`;
}

/** What became of a request, or would have, in one to three words. */
export function doneWord(decision: Pick<DecidedNotice, "effect" | "verdict" | "observed">): string {
  const would = decision.effect === "pass" ? observedWord(decision) : undefined;
  if (would !== undefined) {
    return would;
  }
  switch (decision.effect) {
    case "kill":
      return "killed";
    case "deny":
      return "denied";
    case "pass":
      return decision.verdict === "ask" ? "approved" : "passed";
  }
}

/** A policy that only observes lets pass what it would have stopped. */
function observedWord({ observed }: Pick<DecidedNotice, "observed">): string | undefined {
  switch (observed?.verdict) {
    case undefined:
      return undefined;
    case "kill":
      return "would have killed";
    case "deny":
      return "would have denied";
    default:
      return "would have asked";
  }
}

function tooltipOf(state: EditorState, headline: Headline, folders: readonly string[]): string {
  const policies = (state.broker?.policies ?? []).map(
    (policy) => `Policy ${policy.file}: ${policy.state}${policy.detail === "" ? "" : `, ${policy.detail}`}`,
  );
  const lines = [
    `Signalbox: ${headline.words}`,
    ...(headline.remedy === undefined ? [] : [headline.remedy]),
    ...state.findings.map((finding) => finding.message),
    ...unboundLines(state, folders),
    ...policies,
    "Agent hooks are cooperative (level L0): they stop what agents ask, not what other programs do",
    ...(state.broker === undefined ? [] : [`Broker ${state.broker.version}, process ${state.broker.pid}`]),
    "Click to open the record of decisions",
  ];
  return lines.map((line) => shorten(makePlainLine(line), 300)).join("\n");
}
