import { optionSpec, readArguments } from "../options.ts";
import type { ProgramRule } from "../scope.ts";
import { carried } from "../shell/carriers.ts";
import { unseenInput } from "../shell/consoles.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { shellPrograms } from "../shell/shells.ts";
import { programOf } from "../shell/word.ts";
import { inNamespace } from "../shell/wrappers.ts";

const remote = ["ssh", "autossh", "mosh"];
const clusters = ["kubectl", "oc"];
const containers = ["docker", "podman", "nerdctl", "docker-compose", "lxc"];

/**
 * A shell that somebody is to type into on another machine or in a running container: what is typed there crosses no
 * boundary of ours. A container that is made for it (`docker run -it`) holds nothing yet and passes. Where every text that
 * the agent types is a request of its own, or no tool of its can type, the shell does nothing by itself and passes as well.
 */
export const unseenShells: ProgramRule = {
  programs: [...remote, ...clusters, ...containers, "nsenter"],
  examples: {
    matches: [
      { command: "docker exec -it web bash", actions: ["shell:opaque"] },
      { command: "docker compose exec app sh", actions: ["shell:opaque"] },
      { command: "podman exec -it db /bin/sh -l", actions: ["shell:opaque"] },
      { command: "lxc exec box -- bash", actions: ["shell:opaque"] },
      { command: "kubectl exec -it web-0 -n staging -- /bin/bash", actions: ["shell:opaque"] },
      { command: "kubectl exec -it web-0 bash", actions: ["shell:opaque"] },
      { command: "kubectl debug node/worker-1 -it --image=busybox", actions: ["shell:opaque"] },
      { command: "ssh deploy@web.example", actions: ["shell:opaque"] },
      { command: "autossh -M 0 web.example", actions: ["shell:opaque"] },
      { command: "ssh web.example -p 2222", actions: ["shell:opaque"] },
      { command: "ssh -t web.example bash", actions: ["shell:opaque"] },
      { command: "ssh -i deploy.pub web.example sudo bash -l", actions: ["shell:opaque"] },
      { command: "nsenter -t 1 -m -u -i -n sh", actions: ["shell:opaque"] },
      { command: "nsenter --target 1 --mount", actions: ["shell:opaque"] },
    ],
    misses: [
      { command: "docker exec web ls", actions: ["shell:opaque"] },
      { command: "docker exec web bash -c 'ls'", actions: ["shell:opaque"] },
      { command: "docker exec -i web sh < setup.sh", actions: ["shell:opaque"] },
      { command: "docker exec -it db psql -U app", actions: ["shell:opaque"] },
      { command: "docker run -it --rm alpine sh", actions: ["shell:opaque"] },
      { command: "kubectl exec web-0 -- ls", actions: ["shell:opaque"] },
      { command: "kubectl run tmp -it --rm --image=busybox -- sh", actions: ["shell:opaque"] },
      { command: "ssh web.example uptime", actions: ["shell:opaque"] },
      { command: "ssh -T git@github.com", actions: ["shell:opaque"] },
      { command: "ssh -N -L 5432:localhost:5432 bastion.example", actions: ["shell:opaque"] },
      { command: "ssh bastion.example -N -L 5432:localhost:5432", actions: ["shell:opaque"] },
      { command: "ssh web.example -p 2222 -- uptime", actions: ["shell:opaque"] },
      { command: "ssh -V", actions: ["shell:opaque"] },
      { command: "nsenter -t 1 -n ip addr", actions: ["shell:opaque"] },
    ],
  },
  judge(invocation, scope) {
    if (scope.typed !== "seen" && opensShell(invocation) && isTyped(invocation)) {
      scope.opaque(
        `\`${invocation.program}\` opens a shell elsewhere: nobody sees what is typed there`,
        scope.evidence(invocation),
      );
    }
  },
};

/** Nothing else is its input. */
function isTyped({ stdin }: Invocation): boolean {
  return stdin.kind === "inherited" || stdin === unseenInput;
}

function opensShell(invocation: Invocation): boolean {
  if (remote.includes(invocation.program)) {
    return opensRemote(invocation);
  }
  if (invocation.program === "nsenter") {
    const inner = inNamespace(invocation);
    return inner.kind === "nothing"
      ? !asksHelp(invocation)
      : inner.kind === "words" && isBareShell(inner.words);
  }
  if (clusters.includes(invocation.program)) {
    return !asksHelp(invocation) && opensInCluster(invocation);
  }
  const verb = invocation.words.find((word) => /^(?:exec|run)$/.test(word.text))?.text;
  return (
    verb === "exec" &&
    carried(invocation)?.some((inner) => inner.kind === "words" && isBareShell(inner.words)) === true
  );
}

const sshOptions = optionSpec("-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w -B", {
  stopAtOperand: true,
});

/** `-M` of `autossh` is a port, and a flag of `ssh`. */
const autosshOptions = { ...sshOptions, valued: new Set([...sshOptions.valued, "-M"]) };

/** Without a command there is a shell, unless only ports are forwarded or it is somebody's git server. */
function opensRemote({ words, program }: Invocation): boolean {
  const options = program === "autossh" ? autosshOptions : sshOptions;
  const before = readArguments(words, options);
  const [host] = before.operands;
  if (host === undefined || /^(?:git|hg)@/.test(host.text)) {
    return false;
  }
  // Options may stand behind the host as well.
  const after = readArguments(words, options, before.operandsFrom + 1);
  const idle = [before, after].some(
    ({ flags, values }) =>
      ["-N", "-V", "-G", "--help"].some((flag) => flags.has(flag)) ||
      ["-O", "-Q", "-W"].some((option) => values.has(option)),
  );
  return !idle && (after.operandsFrom >= words.length || isBareShell(words.slice(after.operandsFrom)));
}

const podOptions = optionSpec(
  "-n --namespace -c --container --context --kubeconfig --image --cluster --user",
  {
    stopAtOperand: true,
  },
);

function opensInCluster({ words }: Invocation): boolean {
  const verb = words.findIndex((word, index) => index > 0 && /^(?:exec|debug|rsh|run)$/.test(word.text));
  const dashes = words.findIndex((word) => word.text === "--");
  const name = words[verb]?.text;
  if (verb < 1 || name === "run" || (dashes >= 0 && dashes < verb)) {
    return false;
  }
  const pod = readArguments(words, podOptions, verb + 1);
  const from = dashes < 0 ? readArguments(words, podOptions, pod.operandsFrom + 1).operandsFrom : dashes + 1;
  const command = words.slice(from);
  if (name === "exec") {
    return isBareShell(command);
  }
  // On a node, or with `rsh`, there is a shell where no command is named.
  const node = name === "rsh" || pod.operands[0]?.text.startsWith("node/") === true;
  return command.length === 0 ? node : isBareShell(command);
}

function asksHelp({ words }: Invocation): boolean {
  return words.length < 2 || words.some((word) => /^(?:-h|-V|--help|--version)$/.test(word.text));
}

/** `bash`, `/bin/sh -l`, `sudo bash`: a shell with nothing to run. */
function isBareShell(words: readonly Word[]): boolean {
  const from = words[0]?.text === "sudo" ? 1 : 0;
  const [program, ...rest] = words.slice(from);
  return (
    shellPrograms.has(programOf(program)) &&
    rest.every((word) => /^(?:-[il]+|--login|--norc|--noprofile|--posix)$/.test(word.text))
  );
}
