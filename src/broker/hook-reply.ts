import { hookReplyEnd, loopbackBanner } from "./protocol.ts";

/** What a hook process does in the end: see `WireReply` of the adapters. */
interface HookReply {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The four lines of protocol.ts. A line break inside a member would shift the lines, so it becomes a space. */
export function encodeHookReply({ exit, stdout, stderr }: HookReply): string {
  return `${loopbackBanner} ${exit}\n${oneLine(stdout)}\n${oneLine(stderr)}\n${hookReplyEnd}\n`;
}

/** The reply in four lines of text; undefined where it is not whole. */
export function decodeHookReply(text: string): HookReply | undefined {
  const [status, stdout, stderr, end, rest] = text.split("\n");
  const exit = new RegExp(`^${loopbackBanner} (\\d{1,3})$`).exec(status ?? "")?.[1];
  const whole = exit !== undefined && end === hookReplyEnd && rest === "";
  return whole && stdout !== undefined && stderr !== undefined
    ? { exit: Number(exit), stdout, stderr }
    : undefined;
}

/** Stops the tool in most agents, whoever asks: exit code 2 with a reason on stderr and nothing on stdout. */
export function portableRefusal(reason: string): HookReply {
  return { exit: 2, stdout: "", stderr: `Signalbox: ${reason}` };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]+/g, " ");
}
