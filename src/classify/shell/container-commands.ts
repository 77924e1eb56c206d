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
  const folder = args.values.get("-w") ?? args.values.get("--workdir");
  const elsewhere: Elsewhere = {
    kind: "container",
    name,
    mounts: mountsOf(words.slice(0, args.operandsFrom)),
    ...(folder?.known === true && folder.text.startsWith("/") ? { folder: folder.text } : {}),
  };
  return all.length === 0 ? [] : [{ kind: "words", words: all, stdin: invocation.stdin, elsewhere }];
}

/** `-v $PWD:/app:ro`, `--mount type=bind,source=.,target=/app`: volumes by name are not folders of this machine. */
function mountsOf(words: readonly Word[]): NonNullable<Elsewhere["mounts"]> {
  return words.flatMap((word, index) => {
    const before = words[index - 1]?.text ?? "";
    const attached = /^(?:-v|--(?:volume|mount)=)(?=.)/.exec(word.text)?.[0] ?? "";
    const given = attached !== "" || /^(?:-v|--volume|--mount)$/.test(before);
    const text = word.text.slice(attached.length);
    const named = /^(?:.*,)?(?:source|src)=([^,]+)/.exec(text)?.[1];
    const [, short, at] = /^([^:]+):(\/[^:]*)(?::[\w,]+)?$/.exec(text) ?? [];
    const source = named ?? short;
    const target = /(?:^|,)(?:target|destination|dst)=([^,]+)/.exec(text)?.[1] ?? at;
    const isFolder = source !== undefined && /^[./~]/.test(source);
    return given && word.known && isFolder && target !== undefined
      ? [{ source: knownWord(source, word.start, word.end), target }]
      : [];
  });
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
