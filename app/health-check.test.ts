import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "@jest/globals";

const main = fileURLToPath(new URL("health-check.ts", import.meta.url));
const closers: (() => void)[] = [];

async function check(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const [[code], stdout, stderr] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  return { code, output: stdout + stderr };
}

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close().closeAllConnections());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe("the health check", () => {
  test("ends with 0 and without a word when the URL answers 200", async () => {
    const port = await serve((_request, response) => response.end("ok"));
    expect(await check([`http://127.0.0.1:${port}/anything`])).toEqual({ code: 0, output: "" });
  });

  test("asks the service of PORT whether it is ready when no URL is given", async () => {
    const asked: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      asked.push(request.url);
      response.end("ok");
    });
    expect(await check([], { PORT: String(port) })).toEqual({ code: 0, output: "" });
    expect(asked).toEqual(["/readyz"]);
  });

  test("ends with 1 and says in a line which checks have failed", async () => {
    const body = "[+]migrations ok\n[-]database failed: no answer\nreadyz check failed\n";
    const port = await serve((_request, response) => response.writeHead(503).end(body));
    const url = `http://127.0.0.1:${port}/readyz`;
    expect(await check([url])).toEqual({
      code: 1,
      output: `${url} answered 503: [+]migrations ok, [-]database failed: no answer, readyz check failed\n`,
    });
  });

  test("ends with 1 when nobody listens", async () => {
    const port = await serve(() => {});
    closers.pop()?.();
    const { code, output } = await check([`http://127.0.0.1:${port}/`]);
    expect(code).toBe(1);
    expect(output).toMatch(/^http:\S+: connect ECONNREFUSED.*\n$/);
  });

  test("ends with 1 when the answer, or its end, does not come", async () => {
    const silent = await serve(() => {});
    const endless = await serve((_request, response) => response.write("o"));
    const checks = await Promise.all([silent, endless].map((port) => check([`http://127.0.0.1:${port}/`])));
    for (const { code, output } of checks) {
      expect(code).toBe(1);
      expect(output).toMatch(/^http:\S+: no answer within 3 s\n$/);
    }
  });

  test("ends with 1 for what is no URL", async () => {
    expect(await check(["nowhere"])).toEqual({ code: 1, output: "nowhere: Invalid URL\n" });
  });
});
