import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { err, ok, type Result } from "../base/result.ts";
import { errorCode } from "../record/durable-file.ts";

/** Longest answer in bytes: a policy of the greatest length, escaped. */
const sizeLimit = 4 * 1024 * 1024;
/** How long one fetch may take from start to end, in ms. */
const usualDeadlineMs = 15_000;

/**
 * The text at an address. Redirects are not followed. The error is the end of a sentence. It holds no process alive and
 * never rejects.
 */
export async function fetchText(url: string, deadlineMs: number = usualDeadlineMs): Promise<Result<string>> {
  try {
    return await requested(url, deadlineMs);
  } catch (error) {
    return err(`it cannot be asked for (${errorCode(error)})`);
  }
}

function requested(url: string, deadlineMs: number): Promise<Result<string>> {
  return new Promise((resolve) => {
    const open = url.startsWith("https:") ? httpsRequest : httpRequest;
    const headers = { accept: "application/json", "user-agent": "signalbox" };
    const request = open(url, { headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      if (response.statusCode !== 200) {
        finish(err(`the answer is ${response.statusCode ?? 0}`));
        return;
      }
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > sizeLimit) {
          finish(err(`the answer is larger than ${sizeLimit / 1024 / 1024} MB`));
        } else {
          chunks.push(chunk);
        }
      });
      response.on("end", () => finish(ok(Buffer.concat(chunks).toString("utf8"))));
      response.on("error", (error) => finish(err(`the answer broke off (${errorCode(error)})`)));
    });
    const timer = setTimeout(
      () => finish(err(`there is no answer within ${deadlineMs / 1000} s`)),
      deadlineMs,
    ).unref();
    const finish = (result: Result<string>): void => {
      clearTimeout(timer);
      resolve(result);
      request.destroy();
    };
    request.on("error", (error) => finish(err(`it cannot be reached (${errorCode(error)})`)));
    request.on("socket", (socket) => socket.unref());
    request.end();
  });
}
