import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { repository } from "../install/place.ts";
import type { Sandbox } from "./sandbox.ts";

const folder = join(repository, "media", "screenshots");

export interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Writes `media/screenshots/<name>.png`, which the README shows. What differs in every run (session ids, times, the
 * temporary folder) is replaced by fixed text on the page first, so that an unchanged product gives an unchanged picture.
 */
export async function takeScreenshot(page: Page, sandbox: Sandbox, name: string, clip?: Clip): Promise<void> {
  await mkdir(folder, { recursive: true });
  await page.mouse.move(700, 20);
  // Links and colours come late, and would write the lines anew.
  await sleep(1_000);
  for (let round = 0; round < 2; round += 1) {
    await page.evaluate(`(() => { ${steady(sandbox.root)} })()`);
    await sleep(200);
  }
  await page.screenshot({
    path: join(folder, `${name}.png`),
    animations: "disabled",
    caret: "hide",
    ...(clip === undefined ? {} : { clip }),
  });
}

/** Runs in the page: text, because the page's types (DOM) are not those of the tests. */
function steady(root: string): string {
  return `
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent ?? "";
      const fixed = text
        .replaceAll(${JSON.stringify(root)}, "/home/dev")
        .replace(/^[A-Z][a-z]+ing$/, "Working")
        .replace(/^(Completed \\d+ steps?) in \\d+s$/, "$1")
        .replaceAll(/s_[a-z2-7]{8}/g, "s_k3m7q2ab")
        .replaceAll(/(would have [a-z ]+) \\d+ of the last/g, "$1 6 of the last")
        .replaceAll(/of the last \\d+ requests/g, "of the last 66 requests")
        .replaceAll(/\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z/g, "2026-01-01T12:00:00.000Z")
        .replaceAll(/\\b\\d{1,2}:\\d\\d:\\d\\d( [AP]M)?/g, "12:00:00");
      if (fixed !== text) {
        node.textContent = fixed;
      }
    }`;
}
