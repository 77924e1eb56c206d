import { spawn } from "node:child_process";

const reader = `while IFS= read -r -d '' text; do
  if /bin/bash -O extglob -n -c -- "$text" 2> /dev/null < /dev/null; then printf 1; else printf 0; fi
done`;

/** Which texts a real bash would read without a syntax error. Nothing is run: \`bash -n\` only parses. */
export async function parsedByBash(texts: readonly string[]): Promise<readonly boolean[]> {
  const half = Math.ceil(texts.length / 2);
  const answers = await Promise.all([parse(texts.slice(0, half)), parse(texts.slice(half))]);
  return answers.flat();
}

function parse(texts: readonly string[]): Promise<readonly boolean[]> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/bash", ["-c", reader], {
      env: { PATH: "/nowhere", LC_ALL: "C.UTF-8" },
      stdio: ["pipe", "pipe", "ignore"],
    });
    let answers = "";
    child.stdout.on("data", (chunk: Buffer) => {
      answers += chunk.toString("latin1");
    });
    child.on("error", reject);
    child.on("close", () => resolve(Array.from(answers, (answer) => answer === "1")));
    child.stdin.on("error", () => undefined);
    child.stdin.end(texts.map((text) => `${text}\0`).join(""));
  });
}
