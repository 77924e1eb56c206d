import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { fetchText } from "../../src/broker/fetch-text.ts";

const answers: Readonly<Record<string, RequestListener>> = {
  "/text": (request, response) => {
    response.end(`ä ${request.headers.accept} ${request.headers["user-agent"]}`);
  },
  "/missing": (_, response) => {
    response.writeHead(404).end("no");
  },
  "/moved": (_, response) => {
    response.writeHead(302, { location: "/text" }).end();
  },
  "/broken": (_, response) => {
    response.writeHead(200, { "content-length": "100" }).write("half");
    setTimeout(() => response.destroy(), 20);
  },
  "/endless": (_, response) => {
    const chunk = "x".repeat(64 * 1024);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk)) {
        // Until the other side takes no more at once.
      }
    };
    response.on("drain", more).on("error", () => undefined);
    more();
  },
  "/silent": () => undefined,
};

describe("fetching a text", () => {
  let server: Server;
  let base = "";

  before(async () => {
    server = createServer((request, response) => answers[request.url ?? ""]?.(request, response));
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  test("gives what was answered", async () => {
    assert.deepEqual(await fetchText(`${base}/text`), { ok: true, value: "ä application/json signalbox" });
  });

  const failures: readonly (readonly [string, string, RegExp])[] = [
    ["a page that is not there", "/missing", /^the answer is 404$/],
    ["a redirect, which is not followed", "/moved", /^the answer is 302$/],
    ["an answer that breaks off", "/broken", /^the answer broke off \(ECONNRESET\)$/],
    ["an answer without end", "/endless", /^the answer is larger than 4 MB$/],
    ["no answer", "/silent", /^there is no answer within 0\.2 s$/],
  ];
  for (const [what, path, why] of failures) {
    test(`${what} is an error`, async () => {
      const told = await fetchText(`${base}${path}`, path === "/silent" ? 200 : 10_000);
      assert.match(told.ok ? "" : told.error, why);
    });
  }

  test("nobody there is an error, and so is an address that is none", async () => {
    const told = await fetchText("http://127.0.0.1:1/");
    assert.match(told.ok ? "" : told.error, /^it cannot be reached \(ECONNREFUSED\)$/);
    const none = await fetchText("https://");
    assert.match(none.ok ? "" : none.error, /ERR_INVALID_URL/);
  });
});
