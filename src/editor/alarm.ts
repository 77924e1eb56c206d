import { commands, window, type Disposable } from "vscode";
import type { Host } from "./host.ts";
import { reasonOf } from "./reason.ts";
import { alarmOf } from "./status-text.ts";

/** A broker that is replaced, or a setting that is flipped and flipped back, is no alarm: it has to last this long. */
const lastingMs = 3000;

/** Says aloud, once for each reason, that agents are not governed as they should be, with the way to put it right. */
export function alarm({ store, log }: Host): Disposable {
  let told: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    timer = undefined;
    const reason = alarmOf(store.state);
    if (reason !== undefined && reason !== told) {
      tell(reason).catch((error: unknown) => log.error(`alarm: ${reasonOf(error)}`));
    }
    told = reason;
  };
  const subscription = store.onChange((state) => {
    if (alarmOf(state) !== told) {
      timer ??= setTimeout(look, lastingMs);
    }
  });
  return {
    dispose: () => {
      subscription.dispose();
      clearTimeout(timer);
    },
  };
}

async function tell(reason: string): Promise<void> {
  if ((await window.showErrorMessage(`Signalbox: ${reason}`, "Repair")) === "Repair") {
    await commands.executeCommand("signalbox.repair");
  }
}
