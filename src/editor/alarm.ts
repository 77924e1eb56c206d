import { commands, Disposable, window } from "vscode";
import type { Host } from "./host.ts";
import { reasonOf } from "./reason.ts";
import type { EditorState } from "./store.ts";
import { alarmOf, gapOf } from "./status-text.ts";

/** A broker that is replaced, or a setting that is flipped and flipped back, is no alarm: it has to last this long. */
const lastingMs = 3000;

/** Says aloud, once for each reason, that agents are not governed as they should be, with the way to put it right. */
export function alarm(host: Host): Disposable {
  return Disposable.from(
    onceForEach(host, { reasonIn: alarmOf, afterMs: lastingMs, tell }),
    // What has run cannot be undone by waiting.
    onceForEach(host, { reasonIn: gapOf, afterMs: 0, tell: tellGap }),
  );
}

interface Telling {
  readonly reasonIn: (state: EditorState) => string | undefined;
  /** How long a reason has to last before it is told, in ms. */
  readonly afterMs: number;
  readonly tell: (reason: string) => Promise<void>;
}

function onceForEach({ store, log }: Host, { reasonIn, afterMs, tell: say }: Telling): Disposable {
  let told: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    timer = undefined;
    const reason = reasonIn(store.state);
    if (reason !== undefined && reason !== told) {
      say(reason).catch((error: unknown) => log.error(`alarm: ${reasonOf(error)}`));
    }
    told = reason;
  };
  const subscription = store.onChange((state) => {
    if (reasonIn(state) !== told) {
      timer ??= setTimeout(look, afterMs);
    }
  });
  return {
    dispose: () => {
      subscription.dispose();
      clearTimeout(timer);
    },
  };
}

async function tellGap(what: string): Promise<void> {
  const message = `Signalbox: something ran without a decision. ${what}`;
  const picked = await window.showErrorMessage(message, "Kill Session…", "Show Record");
  if (picked === "Kill Session…") {
    await commands.executeCommand("signalbox.killSession");
  } else if (picked === "Show Record") {
    await commands.executeCommand("signalbox.showRecord");
  }
}

async function tell(reason: string): Promise<void> {
  if ((await window.showErrorMessage(`Signalbox: ${reason}`, "Repair")) === "Repair") {
    await commands.executeCommand("signalbox.repair");
  }
}
