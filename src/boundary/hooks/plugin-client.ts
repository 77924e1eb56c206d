import { hookDeadlineSeconds } from "./launcher.ts";

/**
 * The part of a plugin's text that asks the hook client, for agents that call plugins in their own process instead of programs.
 * It defines `ask(payload)`, which resolves to `{decision: "pass"}`, or to `deny` or `kill` with a `reason`, and `report(payload)` for
 * what has run, which resolves to the reply or `{}`. Neither ever rejects.
 */
export function pluginClient(hookPath: string, agent: string): string {
  return `const client = ${JSON.stringify(hookPath)};
const late = "Signalbox gave no answer, so this is stopped. Ask the user to run: signalbox doctor";

// Only an answer that says so lets anything pass: whatever else happens stops it.
function ask(payload) {
  return new Promise((resolve) => {
    const stop = (reason) => resolve({ decision: "deny", reason });
    try {
      const text = JSON.stringify(payload);
      const child = spawn(client, ["--deadline", "${hookDeadlineSeconds}", "${agent}"], { stdio: "pipe" });
      const out = [];
      const err = [];
      child.stdout.on("data", (chunk) => out.push(chunk));
      child.stderr.on("data", (chunk) => err.push(chunk));
      child.stdin.on("error", () => undefined);
      child.on("error", () => stop(late));
      child.on("close", (code) => {
        const answer = Buffer.concat(out).toString("utf8").trim();
        if (code !== 0) {
          stop(Buffer.concat(err).toString("utf8").trim() || late);
        } else if (answer === "{}") {
          resolve({ decision: "pass" });
        } else {
          const reply = parsed(answer);
          resolve({
            decision: reply.decision === "kill" ? "kill" : "deny",
            reason: typeof reply.reason === "string" && reply.reason !== "" ? reply.reason : late,
          });
        }
      });
      child.stdin.end(text);
    } catch {
      stop(late);
    }
  });
}

${reporter(agent)}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
`;
}

function reporter(agent: string): string {
  return `// What a tool did, afterwards. It resolves to the reply, or to nothing whatever goes wrong: there is nothing left to stop.
function report(payload) {
  return new Promise((resolve) => {
    try {
      const text = JSON.stringify(payload);
      const child = spawn(client, ["--report", "${agent}"], { stdio: ["pipe", "pipe", "ignore"] });
      const out = [];
      child.stdout.on("data", (chunk) => out.push(chunk));
      child.stdin.on("error", () => undefined);
      child.on("error", () => resolve({}));
      child.on("close", () => resolve(parsed(Buffer.concat(out).toString("utf8"))));
      child.stdin.end(text);
    } catch {
      resolve({});
    }
  });
}`;
}
