import type { FileLookup } from "../model/lookups.ts";

/** How the broker looks in a list of processes, and how any other node of the user looks. */
const brokerLine = "node /home/u/.vscode/extensions/signalbox.signalbox/dist/broker.js";
const otherLine = "node /home/u/project/dist/server.js";

const broker = /(?<![\w-])broker(?:\.js)?(?![\w-])|signalbox|(?<![\w-])hook\.(?:sh|js)\b/i;

/** Whether processes that are picked by this text would be ours. */
export function meansBroker(text: string): boolean {
  return broker.test(text.replaceAll(/[[\]\\]/g, "")) || (fits(text, brokerLine) && !fits(text, otherLine));
}

/**
 * Whether a pattern as `pkill -f` takes it fits a line. Only patterns that cannot take long are tried: no group is
 * repeated, and at most two things are.
 */
function fits(pattern: string, line: string): boolean {
  const repeated = pattern.match(/[*+?{]/g)?.length ?? 0;
  if (pattern.length > 60 || pattern.length < 4 || repeated > 2 || /\)[*+?{]/.test(pattern)) {
    return false;
  }
  try {
    return new RegExp(pattern).test(line);
  } catch {
    return false;
  }
}

/** Whether a process, by its number, is ours. Only where the system shows how a process was started. */
export function isBrokerProcess(number: string, readFile: (path: string) => FileLookup): boolean {
  if (!/^[1-9]\d{0,7}$/.test(number)) {
    return false;
  }
  const line = readFile(`/proc/${number}/cmdline`);
  return (
    line.kind === "text" &&
    /signalbox/i.test(line.text) &&
    /(?<![\w-])(?:broker|proxy)(?:\.[cm]?js|\.ts)?(?![\w-])/.test(line.text)
  );
}
