import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

/** Sources that never end. */
const endless = /^\/dev\/(?:zero|u?random|full)$/;

/** Files of this size are taken for an attempt to fill the disk, in bytes. */
const large = 20 * 1024 ** 3;

/** What fills the disk: then nothing can be recorded, and everything is denied. */
export const filling: ProgramRule = {
  programs: ["yes", "cat", "dd", "fallocate", "mkfile", "head", "xfs_mkfile", "tr", "base64"],
  examples: {
    matches: [
      { command: "yes > /tmp/fill", actions: ["fs:fill"] },
      { command: "cat /dev/zero > fill", actions: ["fs:fill"] },
      { command: "base64 < /dev/urandom > fill", actions: ["fs:fill"] },
      { command: "dd if=/dev/zero of=/tmp/fill bs=1M", actions: ["fs:fill"] },
      { command: "dd if=/dev/zero of=x bs=1G count=500", actions: ["fs:fill"] },
      { command: "fallocate -l 100G /tmp/fill", actions: ["fs:fill"] },
      { command: "head -c 100G /dev/zero > fill", actions: ["fs:fill"] },
    ],
    misses: [
      { command: "yes | head -5 > answers", actions: ["fs:fill"] },
      { command: "yes > /dev/null", actions: ["fs:fill"] },
      { command: "cat a > b", actions: ["fs:fill"] },
      { command: "dd if=/dev/zero of=x bs=1M count=100", actions: ["fs:fill"] },
      { command: "dd if=/dev/zero of=/dev/null bs=1M", actions: ["fs:fill"] },
      { command: "dd if=/dev/urandom of=random.dat", actions: ["fs:fill"] },
      { command: "dd if=disk.img of=copy.img", actions: ["fs:fill"] },
      { command: "fallocate -l 1G swap", actions: ["fs:fill"] },
      { command: "head -c 32 /dev/urandom > key", actions: ["fs:fill"] },
    ],
  },
  judge(invocation, scope) {
    if (fills(invocation)) {
      report(scope, invocation, {
        action: "fs:fill",
        effects: ["system_modification"],
        target: "the disk",
        because: `\`${invocation.program}\` may fill the disk`,
      });
    }
  },
};

function fills(invocation: Invocation): boolean {
  const { program, words, stdin } = invocation;
  const texts = words.slice(1).map((word) => word.text);
  switch (program) {
    case "dd":
      return ddFills(texts);
    case "fallocate":
    case "mkfile":
    case "xfs_mkfile":
      return texts.some((text) => sizeOf(text.replace(/^(?:-l|--length=?)/, "")) >= large);
    case "yes":
      return intoFile(invocation);
    case "head":
      return (
        intoFile(invocation) &&
        texts.some((text) => endless.test(text)) &&
        texts.some((text) => sizeOf(text.replace(/^(?:-c|--bytes=?)/, "")) >= large)
      );
    default:
      return (
        intoFile(invocation) &&
        (texts.some((text) => endless.test(text)) || (stdin.kind === "file" && endless.test(stdin.path.text)))
      );
  }
}

function intoFile({ redirects }: Invocation): boolean {
  return redirects.some(
    ({ operator, descriptor = 1, target }) =>
      operator.startsWith(">") && descriptor === 1 && !/^(?:\/dev\/|&|\d+$)/.test(target.text),
  );
}

function ddFills(texts: readonly string[]): boolean {
  const value = (name: string): string | undefined =>
    texts.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
  const count = value("count");
  const to = value("of") ?? "/dev/stdout";
  const from = value("if") ?? "";
  // Random bytes in blocks of the default size come so slowly that nobody means to fill a disk with them.
  const slow = from !== "/dev/zero" && value("bs") === undefined;
  return (
    endless.test(from) &&
    !slow &&
    !to.startsWith("/dev/") &&
    (count === undefined || sizeOf(count) * sizeOf(value("bs") ?? "512") >= large)
  );
}

/** `10`, `1M`, `100G`, `1GiB` in bytes; zero for what is no size. */
function sizeOf(text: string): number {
  const match = /^(\d+)([kKmMgGtTpP]?)(?:i?[bB])?$/.exec(text);
  return match === null
    ? 0
    : Number(match[1]) * 1024 ** Math.max(0, " kmgtp".indexOf((match[2] ?? "").toLowerCase() || " "));
}
