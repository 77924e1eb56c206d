import type { Effect } from "../../model/effect.ts";
import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";

interface ContainerVerb {
  readonly pattern: RegExp;
  readonly operation: string;
  readonly effects: readonly Effect[];
  readonly because: string;
}

/** Over the words joined by spaces. What can be built or pulled again is not worth an interruption. */
const verbs: readonly ContainerVerb[] = [
  {
    pattern: /\bsystem\s+prune\b.*(?:\s-\w*a|--all|--volumes)/,
    operation: "system_prune",
    effects: ["irreversible_data_deletion"],
    because: "everything that is not in use is deleted, volumes included",
  },
  {
    pattern: /\bvolume\s+(?:rm|remove|prune)\b/,
    operation: "volume_delete",
    effects: ["irreversible_data_deletion"],
    because: "volumes are deleted with their data",
  },
  {
    pattern: /\bdown\b.*(?:\s-v\b|--volumes\b|--rmi\b)/,
    operation: "compose_down_volumes",
    effects: ["irreversible_data_deletion"],
    because: "the volumes of the project are deleted with their data",
  },
  {
    pattern: /\brm\b.*(?:\s-\w*v\w*(?:\s|$)|--volumes\b)/,
    operation: "remove_with_volumes",
    effects: ["irreversible_data_deletion"],
    because: "containers are deleted with their volumes",
  },
  {
    pattern: /\b(?:rm|remove|kill|stop)\b.*(?:\$\(|`|…|\$\w+ids?\b)/i,
    operation: "remove_all",
    effects: ["process_kill"],
    because: "all containers are stopped or removed",
  },
  {
    pattern: /\b(?:stack\s+rm|service\s+rm|swarm\s+leave|node\s+rm|secret\s+rm|config\s+rm)\b/,
    operation: "swarm_delete",
    effects: ["irreversible_infrastructure_deletion"],
    because: "a part of the swarm is deleted",
  },
  {
    pattern: /\brun\b.*(?:--privileged|-v\s+\/:|--volume[= ]\/:|--pid[= ]host|-v\s+\/var\/run\/docker\.sock)/,
    operation: "run_privileged",
    effects: ["privilege_change"],
    because: "the container gets the whole machine",
  },
];

export const containers: ProgramRule = {
  programs: ["docker", "podman", "nerdctl", "docker-compose", "podman-compose"],
  examples: {
    matches: [
      { command: "docker system prune -a --volumes -f", actions: ["docker:system_prune"] },
      { command: "docker volume rm pgdata", actions: ["docker:volume_delete"] },
      { command: "docker compose down -v", actions: ["docker:compose_down_volumes"] },
      { command: "docker run -v /:/host alpine sh", actions: ["docker:run_privileged"] },
    ],
    misses: [
      { command: "docker compose up -d", actions: ["docker:compose_down_volumes"] },
      { command: "docker compose down", actions: ["docker:compose_down_volumes"] },
      { command: "docker rm -f web", actions: ["docker:remove_with_volumes"] },
      { command: "docker run -v ./data:/data img", actions: ["docker:run_privileged"] },
      { command: "docker volume ls", actions: ["docker:volume_delete"] },
    ],
  },
  judge(invocation, scope) {
    const text = invocation.words
      .slice(1)
      .map((word) => word.text)
      .join(" ");
    for (const { pattern, operation, effects, because } of verbs) {
      if (pattern.test(` ${text}`)) {
        report(scope, invocation, {
          action: `docker:${operation}`,
          effects,
          target: `${invocation.program} ${text}`.slice(0, 160),
          because: `\`${invocation.program}\`: ${because}`,
        });
        return;
      }
    }
  },
};
