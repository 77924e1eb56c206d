import type { Page } from "playwright-core";

/** A modal dialog of the editor, as somebody in front of it sees it. */
export interface Dialog {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
  /** The button that has the focus: what Enter presses. */
  readonly focused: string;
  press(button: string): Promise<void>;
  key(name: "Enter" | "Escape"): Promise<void>;
}

const box = ".monaco-dialog-box";

/** Waits for a dialog whose text contains `containing`. Throws after `timeoutMs`. */
export async function waitForDialog(page: Page, containing: string, timeoutMs: number): Promise<Dialog> {
  const dialog = page.locator(box, { hasText: containing }).first();
  await dialog.waitFor({ state: "visible", timeout: timeoutMs });
  const text = async (selector: string): Promise<string> =>
    (await dialog.locator(selector).allInnerTexts()).join("\n").trim();
  const gone = async (): Promise<void> => {
    await dialog.waitFor({ state: "hidden", timeout: 10_000 });
  };
  return {
    message: await text(".dialog-message"),
    detail: await text(".dialog-message-detail"),
    buttons: (await dialog.locator(".monaco-button").allInnerTexts()).map((one) => one.trim()),
    focused: await page.evaluate<string>("document.activeElement?.textContent?.trim() ?? ''"),
    press: async (button) => {
      await dialog
        .locator(".monaco-button", { hasText: new RegExp(`^\\s*${button}\\s*$`) })
        .first()
        .click();
      await gone();
    },
    key: async (name) => {
      await page.keyboard.press(name);
      await gone();
    },
  };
}
