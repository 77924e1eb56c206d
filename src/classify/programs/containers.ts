import type { Effect } from "../../model/effect.ts";
import { optionSpec, readArguments, type Arguments } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { placeOf, targetAt } from "./database-target.ts";
import { destroyed, lost, optionText, removed } from "./verb-rules.ts";

interface ContainerVerb {
  /** Over the operands joined by spaces. */
  readonly on: RegExp;
  readonly with?: RegExp;
  readonly operation: string;
  readonly effects: readonly Effect[];
  readonly because: string;
}

/** What can be built, pulled or started again is not worth an interruption; volumes hold what cannot. */
const verbs: readonly ContainerVerb[] = [
  {
    on: /^system prune\b/,
    with: / --volumes /,
    operation: "system_prune",
    effects: lost,
    because: "everything that is not in use is deleted, volumes included",
  },
  {
    on: /^system prune\b/,
    operation: "system_prune",
    effects: ["system_modification"],
    because: "every stopped container is deleted, and images that are not in use",
  },
  {
    on: /^system reset\b/,
    operation: "system_reset",
    effects: lost,
    because: "every container, image and volume is deleted",
  },
  {
    on: /^machine (?:rm|reset)\b/,
    operation: "machine_delete",
    effects: lost,
    because: "the machine of the containers is deleted with its volumes",
  },
  {
    on: /^(?:volume|vol) (?:rm|remove|prune)\b/,
    operation: "volume_delete",
    effects: lost,
    because: "volumes are deleted with their data",
  },
  {
    on: /^compose down\b/,
    with: / (?:-v|--volumes) /,
    operation: "compose_down_volumes",
    effects: lost,
    because: "the volumes of the project are deleted with their data",
  },
  {
    on: /^(?:(?:compose|pod) )?(?:rm|remove)\b/,
    with: / (?:-v|--volumes) /,
    operation: "remove_with_volumes",
    effects: lost,
    because: "containers are deleted with their volumes",
  },
  {
    on: /^(?:rm|remove|kill|stop)\b(?!.*(?:status=|ancestor=|name=|label=|\bgrep\b)).*(?:\$\(|`|…|\$\w+ids?\b)/i,
    operation: "remove_all",
    effects: ["process_kill"],
    because: "all containers are stopped or removed",
  },
  {
    on: /^(?:pod )?(?:rm|remove|kill|stop)\b/,
    with: / (?:-a|--all) /,
    operation: "remove_all",
    effects: ["process_kill"],
    because: "all containers are stopped or removed",
  },
  {
    on: /^(?:rmi|image (?:rm|remove))\b(?!.*(?:dangling|reference=|\bgrep\b)).*(?:\$\(|`|…|\$\w+ids?\b)/i,
    operation: "remove_images",
    effects: ["system_modification"],
    because: "all images are removed",
  },
  {
    on: /^secret (?:rm|remove)\b/,
    operation: "secret_delete",
    effects: destroyed,
    because: "a secret of the swarm is deleted, which nobody can read back",
  },
  {
    on: /^swarm leave\b/,
    with: / (?:-f|--force) /,
    operation: "swarm_delete",
    effects: destroyed,
    because: "a manager leaves the swarm, with the swarm's state",
  },
  {
    on: /^(?:stack|service|node|config) (?:rm|remove|down)\b/,
    operation: "swarm_delete",
    effects: removed,
    because: "a part of the swarm is taken away",
  },
  {
    on: /^swarm join-token\b/,
    operation: "join_token",
    effects: ["credential_reveal"],
    because: "a token for the swarm is printed",
  },
  {
    on: /^(?:service (?:update|scale|rollback)|stack deploy)\b/,
    operation: "deploy",
    effects: ["deployment"],
    because: "what runs in the swarm changes",
  },
];

const clientOptions =
  "-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey --url --connection --identity";
const composeOptions =
  "-f --file -p --project-name --profile --env-file --project-directory --ansi --parallel";
const clientSpec = optionSpec(clientOptions, { stopAtOperand: true });
const composeSpec = optionSpec(`${clientOptions} ${composeOptions}`, { stopAtOperand: true });
const verbSpec = optionSpec("-t --timeout --time --filter --signal --rmi --stop-timeout");

/** A command line taken apart: the client's own options, and what it is told to do. */
interface ContainerCall {
  /** Options in front of the command: which machine, which project. */
  readonly client: Arguments;
  /** The path of the command and its operands, joined by spaces. */
  readonly text: string;
  readonly args: Arguments;
  /** Words from the last part of the command's path on. */
  readonly words: readonly Word[];
}

function readCall(invocation: Invocation): ContainerCall {
  const composes = invocation.program.endsWith("compose");
  const client = readArguments(invocation.words, composes ? composeSpec : clientSpec);
  let words = invocation.words.slice(client.operandsFrom);
  const path: string[] = [];
  if (composes || words[0]?.text === "compose") {
    words = composes ? words : words.slice(1);
    words = words.slice(readArguments(words, composeSpec, 0).operandsFrom);
    path.push("compose");
  } else if (words[0]?.text === "container") {
    words = words.slice(1);
  }
  const args = readArguments(words, verbSpec, 0);
  const said = args.operands.map(({ text }) => (/\s/.test(text) && !/^[$`]/.test(text) ? "_" : text));
  return { client, args, words, text: [...path, ...said].join(" ") };
}

/** Options of `run` and `create` that take a value; what stands behind the image is not theirs. */
const runOptions = optionSpec(
  `${clientOptions} ${composeOptions} -e --env -u --user -w --workdir -v --volume -p --publish -m --memory --name --network --net --mount --entrypoint --label --platform --hostname -h --cpus --gpus --restart --add-host --device --cap-add --cap-drop --security-opt --pid --ipc --uts --userns --cgroupns --shm-size --ulimit --tmpfs --log-driver --log-opt --link --dns --expose --ip --runtime --stop-signal --sysctl --volumes-from --pull --cidfile --group-add --annotation --blkio-weight --cpuset-cpus --cpu-shares --health-cmd --ip6 --mac-address --oom-score-adj --pids-limit --stop-timeout --storage-opt --isolation --detach-keys`,
  { stopAtOperand: true },
);

export const containers: ProgramRule = {
  programs: ["docker", "podman", "nerdctl", "docker-compose", "podman-compose"],
  examples: {
    matches: [
      { command: "docker system prune -af --volumes", actions: ["docker:system_prune"] },
      { command: "docker volume rm pgdata", actions: ["docker:volume_delete"] },
      { command: "docker compose -f dev.yml down -v", actions: ["docker:compose_down_volumes"] },
      { command: "docker-compose down --volumes --remove-orphans", actions: ["docker:compose_down_volumes"] },
      { command: "docker run -v /:/host alpine sh", actions: ["docker:run_privileged"] },
      { command: "docker run --rm -it --pid=host alpine", actions: ["docker:run_privileged"] },
      {
        command: "docker run --mount type=bind,source=/,target=/host alpine",
        actions: ["docker:run_privileged"],
      },
      { command: "docker exec --privileged web sh", actions: ["docker:run_privileged"] },
      { command: "docker rm -f $(docker ps -aq)", actions: ["docker:remove_all"] },
      { command: "docker run --rm -v ./sql:/flyway/sql flyway/flyway:10 clean", actions: ["flyway:delete"] },
      { command: "docker compose rm -fsv", actions: ["docker:remove_with_volumes"] },
      { command: "docker stack rm shop", actions: ["docker:swarm_delete"] },
      { command: "docker -H ssh://prod volume prune -f", actions: ["docker:volume_delete"] },
    ],
    misses: [
      { command: "docker compose up -d", actions: ["docker:compose_down_volumes"] },
      { command: "docker compose down", actions: ["docker:compose_down_volumes"] },
      { command: "docker compose down --rmi all", actions: ["docker:compose_down_volumes"] },
      { command: "docker rm -f web", actions: ["docker:remove_with_volumes", "docker:remove_all"] },
      { command: "docker run -v ./data:/data img", actions: ["docker:run_privileged"] },
      { command: "docker run img --privileged", actions: ["docker:run_privileged"] },
      {
        command: "docker run --rm -v /tmp:/tmp img rm -v x",
        actions: ["docker:run_privileged", "docker:remove_with_volumes"],
      },
      {
        command: "docker run --rm --privileged tonistiigi/binfmt --install all",
        actions: ["docker:run_privileged"],
      },
      { command: "docker rmi $(docker images -f dangling=true -q)", actions: ["docker:remove_images"] },
      { command: "docker rm $(docker ps -aq -f status=exited)", actions: ["docker:remove_all"] },
      { command: "docker volume ls", actions: ["docker:volume_delete"] },
      { command: "docker container prune -f", actions: ["docker:system_prune"] },
      { command: "docker build -t volume .", actions: ["docker:volume_delete"] },
    ],
  },
  judge(invocation, scope) {
    const call = readCall(invocation);
    if (call.args.flags.has("--help") || call.args.flags.has("--dry-run")) {
      return;
    }
    if (/^(?:compose )?(?:run|create|exec)\b/.test(call.text)) {
      judgeRun(invocation, scope, call);
      return;
    }
    const options = optionText(call.args);
    const verb = verbs.find(({ on, with: given }) => on.test(call.text) && given?.test(options) !== false);
    if (verb !== undefined) {
      reportContainer(invocation, scope, call, verb);
    }
  },
};

function reportContainer(
  invocation: Invocation,
  scope: Scope,
  { client, args }: ContainerCall,
  { operation, effects, because }: Pick<ContainerVerb, "operation" | "effects" | "because">,
): void {
  const context = client.values.get("--context") ?? client.values.get("-c");
  const place = placeOf(invocation, scope, {
    hosts: [client.values.get("-H") ?? client.values.get("--host") ?? client.values.get("--url")],
    names: [context, ...args.operands],
    variables: ["DOCKER_HOST", "CONTAINER_HOST"],
  });
  const host =
    place.host ?? (context !== undefined && !localContext.test(context.text) ? context.text : undefined);
  const words = invocation.words.map(({ text }) => text);
  report(scope, invocation, {
    action: `docker:${operation}`,
    effects,
    target: targetAt({ ...place, host }, words.join(" ").slice(0, 160)),
    because: `\`${invocation.program}\`: ${because}`,
    reach: host === undefined ? "local" : "remote",
  });
}

const localContext = /^(?:default|desktop-\w+|colima\S*|orbstack|rootless|rancher-desktop)$/;

/** Images that need the machine for a moment, to teach it the code of other processors. */
const trusted =
  /^(?:docker\.io\/)?(?:tonistiigi\/binfmt|multiarch\/qemu-user-static|linuxkit\/binfmt)(?::|@|$)/;

/** `run`, `create` and `exec` with a way out of the container. */
function judgeRun(invocation: Invocation, scope: Scope, call: ContainerCall): void {
  const args = readArguments(call.words, runOptions);
  const image = args.operands[0]?.text ?? "";
  const way = wayOut(call.words.slice(1, args.operandsFrom), args);
  if (way !== undefined && !trusted.test(image)) {
    reportContainer(invocation, scope, call, {
      operation: "run_privileged",
      effects: ["privilege_change"],
      because: `the container gets ${way}`,
    });
  }
}

const wholeMachine =
  /^(?:\/|\/(?:etc|root|var|boot|dev|proc|sys|usr)\/?|\/var\/run\/docker\.sock|\/run\/docker\.sock|\/run\/containerd\S*|\/var\/lib\/docker\/?|\/var\/run\/?|\/run\/?|\/mnt\/[a-z]\/?)$/;

function wayOut(words: readonly Word[], args: Arguments): string | undefined {
  if (args.flags.has("--privileged") && args.values.get("--privileged")?.text !== "false") {
    return "the whole machine";
  }
  if (
    / --(?:pid|userns|uts)=host | --security-opt=\S*unconfined | --security-opt=label[=:]disable /.test(
      optionText(args),
    )
  ) {
    return "the machine's own processes or users";
  }
  for (const [index, { text }] of words.entries()) {
    const equals = text.startsWith("--") ? text.indexOf("=") : -1;
    const attached = /^-v./.test(text);
    const name = attached ? "-v" : equals < 0 ? text : text.slice(0, equals);
    const value = attached
      ? text.slice(2)
      : equals < 0
        ? (words[index + 1]?.text ?? "")
        : text.slice(equals + 1);
    const given = granted(name, value);
    if (given !== undefined) {
      return given;
    }
  }
  return undefined;
}

/** What one option of `run` gives of the machine. */
function granted(name: string, value: string): string | undefined {
  switch (name) {
    case "--cap-add":
      return /^(?:ALL|(?:CAP_)?SYS_(?:ADMIN|MODULE|RAWIO))$/i.test(value)
        ? "rights over the machine"
        : undefined;
    case "--device":
      return /^\/dev\/(?:sd|nvme|vd|xvd|mem|kmem|disk|mapper)/.test(value)
        ? "a disk of the machine"
        : undefined;
    case "-v":
    case "--volume":
      return mounted(value.split(":")[0]);
    case "--mount":
      return mounted(/(?:^|,)(?:source|src)=([^,]*)/.exec(value)?.[1]);
    default:
      return undefined;
  }
}

function mounted(source: string | undefined): string | undefined {
  return source !== undefined && wholeMachine.test(source) ? `\`${source}\` of the machine` : undefined;
}
