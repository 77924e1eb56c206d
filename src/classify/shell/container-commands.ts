import { optionSpec, readArguments } from "../options.ts";
import type { Invocation, Word } from "./invocation.ts";
import { knownWord } from "./word.ts";
import type { Carried, Elsewhere } from "./wrappers.ts";

const containerOptions = optionSpec(
  "-e -u -w -v -p -l -h -m -c --env --user --workdir --volume --publish --name --network --mount --entrypoint --env-file --label --platform --hostname --memory --cpus --gpus --restart --add-host --device --cap-add --cap-drop --security-opt --pid --ipc --shm-size --ulimit --tmpfs --log-driver --link --net --dns --detach-keys --index -f --file --project-name --profile --project-directory --context -H --host --config --pull",
  { stopAtOperand: true },
);

/** `exec` and `run`, also below `compose` and `container`. The image or container name comes before the command. */
export function container(invocation: Invocation): readonly Carried[] | undefined {
  let words = invocation.words;
  for (let level = 0; level < 3; level += 1) {
    const args = readArguments(words, containerOptions);
    const verb = args.operands[0]?.text ?? "";
    words = words.slice(args.operandsFrom);
    if (verb === "unshare" && words.length > 1) {
      // A user namespace of this machine: its files are ours.
      return [
        { kind: "words", words: words.slice(words[1]?.text === "--" ? 2 : 1), stdin: invocation.stdin },
      ];
    }
    if (verb === "exec" || verb === "run") {
      return containerCommand(invocation, words);
    }
    if (verb !== "compose" && verb !== "container") {
      return undefined;
    }
  }
  return undefined;
}

function containerCommand(invocation: Invocation, words: readonly Word[]): readonly Carried[] {
  const args = readArguments(words, containerOptions);
  const name = args.operands[0]?.text ?? "";
  const behind = words.slice(args.operandsFrom + 1);
  const command = behind[0]?.text === "--" ? behind.slice(1) : behind;
  if (behind[0]?.known === true && /^https?:\/\//.test(behind[0].text)) {
    // An address is no program: it is what the image's own program takes.
    return [];
  }
  const entry = args.values.get("--entrypoint");
  const tool = entry ?? toolOfImage(args.operands[0]);
  const all = tool === undefined ? command : [tool, ...command];
  const elsewhere: Elsewhere = { kind: "container", name };
  return all.length === 0 ? [] : [{ kind: "words", words: all, stdin: invocation.stdin, elsewhere }];
}

const toolsByImage: ReadonlyMap<string, string> = new Map([
  ["amazon/aws-cli", "aws"],
  ["hashicorp/terraform", "terraform"],
  ["opentofu/opentofu", "tofu"],
  ["alpine/terragrunt", "terragrunt"],
  ["bitnami/kubectl", "kubectl"],
  ["flyway/flyway", "flyway"],
  ["redgate/flyway", "flyway"],
  ["liquibase/liquibase", "liquibase"],
  ["migrate/migrate", "migrate"],
  ["amacneil/dbmate", "dbmate"],
  ["arigaio/atlas", "atlas"],
  ["restic/restic", "restic"],
  ["rclone/rclone", "rclone"],
  ["minio/mc", "mc"],
  ["alpine/kubectl", "kubectl"],
  ["rancher/kubectl", "kubectl"],
  ["alpine/helm", "helm"],
]);

/** Images of a provider's tool have it as their entry point: `docker run amazon/aws-cli s3 ls`. */
function toolOfImage(image: Word | undefined): Word | undefined {
  const name = image?.text
    .replace(/[:@].*$/, "")
    .split("/")
    .slice(-2)
    .join("/");
  const tool = toolsByImage.get(name ?? "");
  return image === undefined || tool === undefined ? undefined : knownWord(tool, image.start, image.end);
}
