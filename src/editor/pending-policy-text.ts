import { basename } from "node:path";
import { makePlainLine, shorten } from "../base/visible-text.ts";

/** What waits for approval in one workspace, as `signalbox policy show --json` prints it. */
export interface PendingChange {
  /** `17 operations become possible`. */
  readonly summary: string;
  readonly loosens: readonly { readonly text: string }[];
}

const mostLines = 12;

/** What the broker calls the user's own policy, where others have their folder. */
export const userPolicy = "user";

/** True where approving would let agents do more; otherwise all of the change is in force already. */
export function loosens({ loosens: changes }: PendingChange): boolean {
  return changes.length > 0;
}

/** The text of the status bar for all workspaces with something that waits. Empty where nothing does. */
export function pendingText(changes: ReadonlyMap<string, PendingChange>): string {
  const [first, ...more] = changes.values();
  if (first === undefined) {
    return "";
  }
  if (more.length > 0) {
    return `$(law) ${changes.size} policies await approval`;
  }
  // The first count says enough; all of them stand in the tooltip.
  return loosens(first)
    ? `$(law) ${/^\d+ [^,]+?(?=,| and | becomes? )/.exec(first.summary)?.[0] ?? "policy"} to approve`
    : "$(law) policy to approve";
}

/** One line a fact. */
export function pendingTooltip(changes: ReadonlyMap<string, PendingChange>): string {
  const lines = [...changes].flatMap(([workspace, change]) => [
    `Once you approve ${whose(workspace, workspace)}, ${change.summary}`,
    ...change.loosens.slice(0, mostLines).map(({ text }) => `- ${text}`),
    ...(change.loosens.length > mostLines ? [`- and ${change.loosens.length - mostLines} more changes`] : []),
  ]);
  return [...lines, "Until then it only tightens", "Click to review"]
    .map((line) => shorten(makePlainLine(line), 300))
    .join("\n");
}

/** The broker names the user's own policy by its layer, all others by their folder. */
function whose(workspace: string, shown: string): string {
  return workspace === userPolicy ? "your own policy for every workspace" : `the policy of ${shown}`;
}

/** The sentence of the notification. */
export function pendingNotice(workspace: string, { summary }: PendingChange): string {
  return makePlainLine(
    `Signalbox: ${whose(workspace, basename(workspace))} waits for you: once you approve it, ${summary}. Until then it only tightens.`,
  );
}
