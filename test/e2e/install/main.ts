/** Installs everything that the end-to-end tests need: `node test/e2e/install/main.ts`. */
import { installChromium } from "./chromium.ts";
import { installClaudeCode } from "./claude-code.ts";
import { installCodeServer } from "./code-server.ts";
import { whyNoEndToEnd } from "./place.ts";

const reason = whyNoEndToEnd();
if (reason !== undefined) {
  console.error(`end-to-end tests cannot run here: ${reason}`);
  process.exit(1);
}
const print = (line: string): void => {
  console.log(line);
};
await installChromium(print);
await installCodeServer(print);
await installClaudeCode(print);
