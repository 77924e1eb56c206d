import { setTimeout as sleep } from "node:timers/promises";

/** Asks again every 100 ms. Throws with what was waited for. */
export async function waitUntil(
  what: string,
  timeoutMs: number,
  holds: () => Promise<boolean> | boolean,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await holds()) {
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutMs / 1000} s in vain until ${what}`);
    }
    await sleep(100);
  }
}
