import type { CompiledPolicy } from "../../policy/compiled.ts";
import type { ChecklistFacts, DetectedAgent } from "./facts.ts";
import { failed, notApplicable, notMeasured, passed, pointOf, type Finding, type Point } from "./point.ts";
import { isCanary } from "../canary/conversation.ts";
import { writtenPolicies } from "./written-policies.ts";

/** 10: every agent that is here works at a task that somebody declared, within a scope that somebody wrote. */
export function agentsPoint(facts: ChecklistFacts): Point {
  const { agents, sessions, inForce } = facts;
  if (!agents.ok) {
    return pointOf("agents", [notMeasured(agents.error)]);
  }
  const policies = writtenPolicies(inForce);
  const tasks = policies.flatMap((policy) => [...policy.tasks.values()]);
  const findings = agents.value
    .filter(({ present }) => present)
    .map((agent) => scopeFinding(agent, policies, tasks));
  if (!sessions.ok) {
    findings.push(notMeasured(sessions.error));
  } else if (tasks.length > 0 && new Set(defaultsOf(tasks)).size !== 1) {
    findings.push(
      ...sessions.value
        .filter((session) => session.state === "active" && session.task === undefined && !isCanary(session))
        .map(({ id, agent }) =>
          failed(
            `session ${id} of ${agent} is bound to no task, so all tasks hold at once`,
            "choose its task in the editor (“Signalbox: Choose Task of a Session…”), or start agents with `signalbox run --task`",
          ),
        ),
    );
  }
  return pointOf("agents", findings.length === 0 ? [notApplicable("no agent was found here")] : findings);
}

function defaultsOf(tasks: readonly CompiledPolicy[]): readonly string[] {
  return tasks.flatMap(({ task }) => (task?.isDefault === true ? [task.name] : []));
}

function scopeFinding(
  { agent, title, because }: DetectedAgent,
  policies: readonly CompiledPolicy[],
  tasks: readonly CompiledPolicy[],
): Finding {
  if (policies.length === 0) {
    return failed(`${title} (${because}) has no scope: there is no policy`, "write one", {
      command: "signalbox init",
    });
  }
  if (tasks.length === 0) {
    return {
      state: "warn",
      what: `${title} (${because}) has the one scope of all agents, and no task is declared`,
      fix: "declare under `sessions:` what agents are here for",
    };
  }
  const own = tasks.filter(({ task }) => {
    const names = task?.agents ?? [];
    return names.length === 0 || names.some((pattern) => pattern.matches(agent));
  });
  const names = [...new Set(own.flatMap(({ task }) => (task === undefined ? [] : [`\`${task.name}\``])))];
  return names.length === 0
    ? failed(
        `no task is for ${title} (${because})`,
        `name \`${agent}\` under \`agents:\` of one of the tasks, or declare one for it`,
        placeOf(tasks),
      )
    : passed(`${title} (${because}) may work at ${names.join(", ")}`, placeOf(own));
}

function placeOf([first]: readonly CompiledPolicy[]): Pick<Finding, "file"> {
  return first === undefined ? {} : { file: first.file };
}

/** 11: what is armed is as it was installed, and a canary showed that its denial holds. */
export function boundariesPoint({ agents, broker }: ChecklistFacts): Point {
  if (!agents.ok) {
    return pointOf("boundaries", [notMeasured(agents.error)]);
  }
  const findings = agents.value.flatMap(boundaryFindings);
  if (!broker.ok && findings.length > 0) {
    findings.push(
      failed(
        `${broker.error}, so every call of every agent is stopped`,
        "end it; the next hook starts another",
      ),
    );
  }
  return pointOf("boundaries", findings.length === 0 ? [notApplicable("no agent was found here")] : findings);
}

function boundaryFindings(agent: DetectedAgent): readonly Finding[] {
  const armed = agent.hooks.filter(({ state }) => state !== "missing");
  if (armed.length === 0) {
    const installable = agent.hooks.find(({ scope }) => scope === "user") ?? agent.hooks[0];
    const what = installable?.agent ?? agent.agent;
    const level = { user: "", workspace: " --workspace .", managed: " --managed" }[
      installable?.scope ?? "user"
    ];
    return [
      failed(`${agent.title} (${agent.because}) is not armed`, "install its hooks", {
        command: `signalbox install ${what}${level}`,
      }),
    ];
  }
  const drifted = armed.flatMap(({ agent: name, scope, details, file }) =>
    details.map((detail) =>
      failed(`${agent.title} (${scope}): ${detail}`, "install its hooks again", {
        file,
        ...(scope === "user" ? { command: `signalbox install ${name}` } : {}),
      }),
    ),
  );
  return drifted.length > 0 ? drifted : [canaryFinding(agent)];
}

function canaryFinding({ agent, title, version, canary }: DetectedAgent): Finding {
  const live = `signalbox doctor --live ${agent}`;
  if (canary === undefined) {
    return {
      ...notMeasured(`${title} is armed, and no canary has proved these hooks`, "let a canary try them"),
      command: live,
    };
  }
  if (!canary.proved) {
    return failed(
      `${title}: the canary of ${canary.at} failed: ${canary.detail}`,
      "install its hooks again",
      {
        command: `signalbox install ${agent}`,
      },
    );
  }
  if ((version ?? "") !== canary.version) {
    return {
      ...notMeasured(
        `${title} ${version ?? "of an unknown version"} was not tried, only ${canary.version === "" ? "an unknown version" : canary.version} at ${canary.at}`,
        "let a canary try this version",
      ),
      command: live,
    };
  }
  return passed(
    `${title}${canary.version === "" ? "" : ` ${canary.version}`}: a canary proved at ${canary.at} that a denial holds, also of what is cut off`,
  );
}
